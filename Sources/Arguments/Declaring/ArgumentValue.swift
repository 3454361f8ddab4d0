import Terminal

/// A type that can be written on a command line.
///
/// An enumeration of words needs nothing but to be `String`, `CaseIterable` and to conform.
package protocol ArgumentValue: Sendable {
  /// Nothing where the text is no value of this type.
  init?(argument text: String)

  /// The value as it would be written; an empty text is shown as no default at all.
  var argumentText: String { get }

  static var form: ValueForm { get }

  /// What a value is, in words that fit behind "takes": "a time such as `90s` or `1h30m`".
  static var expectation: String { get }

  /// What stands for a value on a help screen where the declaration does not say.
  static var placeholder: String { get }

  /// What a shell offers for a value where the declaration does not say.
  static var completion: Completion { get }
}

extension ArgumentValue {
  package static var form: ValueForm { .text }
  package static var completion: Completion { .nothing }

  package static var expectation: String {
    switch form {
    case .text: "text"
    case .wholeNumber: "a whole number"
    case .number: "a number"
    case .words(let words): "one of " + words.joined(separator: ", ")
    }
  }

  package static var placeholder: String {
    switch form {
    case .text: "TEXT"
    case .wholeNumber, .number: "N"
    // A few short words say more than any placeholder.
    case .words(let words) where words.map(\.count).reduce(words.count - 1, +) <= 24:
      words.joined(separator: "|")
    case .words: "WORD"
    }
  }
}

extension ArgumentValue where Self: RawRepresentable<String> & CaseIterable {
  package init?(argument text: String) { self.init(rawValue: text) }
  package var argumentText: String { rawValue }
  package static var form: ValueForm { .words(allCases.map(\.rawValue)) }
}

extension String: ArgumentValue {
  package init?(argument text: String) { self = text }
  package var argumentText: String { self }
}

extension Int: ArgumentValue {
  package init?(argument text: String) { self.init(text) }
  package var argumentText: String { String(self) }
  package static var form: ValueForm { .wholeNumber }
}

extension Double: ArgumentValue {
  package init?(argument text: String) {
    guard let value = Double(text), value.isFinite else { return nil }
    self = value
  }
  package var argumentText: String {
    Int(exactly: self).map { String($0) } ?? String(self)
  }
  package static var form: ValueForm { .number }
}

extension ColorMode: ArgumentValue {}
