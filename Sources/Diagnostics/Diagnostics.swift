// Diagnostics: what is wrong in a text, where, and what to do about it.
//
// Everything that reads what a person wrote (plans, agent files, configuration, command lines)
// reports in these words, so that all of it looks the same on a screen and in JSON.
//
// May import: nothing. Start reading at `Diagnostic`, then `SourceText`.

/// A stretch of a source text.
///
/// Lines and columns count from one, columns in Unicode scalars; offset and length are bytes.
package struct Place: Hashable, Sendable, Comparable {
  package var line: Int32
  package var column: Int32
  package var offset: Int32
  package var length: Int32

  package init(line: Int32, column: Int32, offset: Int32, length: Int32) {
    self.line = line
    self.column = column
    self.offset = offset
    self.length = length
  }

  /// The bytes that the place covers.
  package var bytes: Range<Int> { Int(offset)..<Int(offset) + Int(length) }

  package static func < (one: Place, other: Place) -> Bool {
    (one.offset, one.length) < (other.offset, other.length)
  }
}

/// One thing that is wrong, or worth knowing, about a text.
package struct Diagnostic: Hashable, Sendable {
  package enum Severity: String, Sendable, CaseIterable, Comparable {
    case error
    case warning
    case note

    private var rank: Int {
      switch self {
      case .error: 0
      case .warning: 1
      case .note: 2
      }
    }

    package static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }
  }

  /// A second place that explains the first: "first defined here".
  package struct Related: Hashable, Sendable {
    package var message: String
    package var file: String
    package var place: Place?

    package init(_ message: String, file: String, at place: Place?) {
      self.message = message
      self.file = file
      self.place = place
    }
  }

  package var severity: Severity
  package var message: String
  /// The path as the person knows it; empty where the text has no file.
  package var file: String
  package var place: Place?
  /// What to do: shown behind the caret, or on a line of its own.
  package var hint: String?
  package var related: [Related]

  package init(
    _ severity: Severity, _ message: String, file: String = "", at place: Place? = nil,
    hint: String? = nil, related: [Related] = []
  ) {
    self.severity = severity
    self.message = message
    self.file = file
    self.place = place
    self.hint = hint
    self.related = related
  }
}

/// A value and the place in the source where it was written; no place where it was not written.
package struct Located<Value> {
  package var value: Value
  package var place: Place?

  package init(_ value: Value, at place: Place? = nil) {
    self.value = value
    self.place = place
  }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
