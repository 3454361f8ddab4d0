/// A point in time, in milliseconds since 1970.
package struct Instant: Hashable, Comparable, Sendable, Codable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package init(from decoder: any Decoder) throws {
    milliseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }

  package static func < (one: Instant, other: Instant) -> Bool {
    one.milliseconds < other.milliseconds
  }

  package static func + (instant: Instant, span: Span) -> Instant {
    Instant(milliseconds: instant.milliseconds + span.milliseconds)
  }

  package static func - (end: Instant, start: Instant) -> Span {
    Span(milliseconds: end.milliseconds - start.milliseconds)
  }
}

/// A length of time, in whole milliseconds: what settings and estimates are made of.
package struct Span: Hashable, Comparable, Sendable, Codable, AdditiveArithmetic {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  package init(from decoder: any Decoder) throws {
    milliseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }

  package static let zero = Span(milliseconds: 0)

  package static func seconds(_ count: Int64) -> Span { Span(milliseconds: count * 1000) }
  package static func minutes(_ count: Int64) -> Span { .seconds(count * 60) }
  package static func hours(_ count: Int64) -> Span { .minutes(count * 60) }

  package var duration: Duration { .milliseconds(milliseconds) }

  package static func < (one: Span, other: Span) -> Bool { one.milliseconds < other.milliseconds }

  package static func + (one: Span, other: Span) -> Span {
    Span(milliseconds: one.milliseconds + other.milliseconds)
  }

  package static func - (one: Span, other: Span) -> Span {
    Span(milliseconds: one.milliseconds - other.milliseconds)
  }

  /// So many times as long; as long as can be said where that is too much.
  package static func * (span: Span, factor: Int64) -> Span {
    let (product, isTooLong) = span.milliseconds.multipliedReportingOverflow(by: factor)
    return Span(milliseconds: isTooLong ? .max / 4 : product)
  }
}
