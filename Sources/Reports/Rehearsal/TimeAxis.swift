import Conducting
import Plans

/// Round times along a length, for whatever is drawn along it.
struct TimeAxis {
  /// What people count times in.
  private static let steps: [Span] =
    [1, 2, 5, 10, 15, 30].map { Span.seconds($0) } + [1, 2, 5, 10, 15, 30].map { Span.minutes($0) }
    + [1, 2, 3, 6, 12, 24, 48, 7 * 24, 14 * 24, 28 * 24, 91 * 24, 364 * 24].map { Span.hours($0) }

  let length: Span
  /// From zero on, none behind the end.
  let ticks: [Span]

  /// - Parameter limit: how many ticks there may be.
  init(_ length: Span, atMost limit: Int) {
    self.length = length
    let step =
      Self.steps.first { length.milliseconds / $0.milliseconds < Int64(max(1, limit)) }
      ?? Self.steps[Self.steps.count - 1]
    var ticks: [Span] = []
    var tick = Span.zero
    while tick <= length, ticks.count <= limit {
      ticks.append(tick)
      tick += step
    }
    self.ticks = ticks
  }

  /// Where a time stands on a line of a width.
  func place(_ time: Span, in width: Double) -> Double {
    guard length > .zero else { return 0 }
    return width * Double(time.milliseconds) / Double(length.milliseconds)
  }

  /// What a tick is called: the begin is just `0`.
  static func label(_ tick: Span) -> String { tick == .zero ? "0" : tick.said }
}
