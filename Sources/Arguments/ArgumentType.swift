/// What a word on the command line stands for, and how a shell may complete it.
package struct ArgumentType<Value: Sendable>: Sendable {
  /// What help writes for the value: FILE, N.
  let placeholder: String
  /// The only words allowed; empty where any will do.
  let words: [String]
  let completion: Completion
  let parse: @Sendable (String) throws(ValueFlaw) -> Value

  package init(
    placeholder: String, words: [String] = [], completion: Completion = .none,
    parse: @escaping @Sendable (String) throws(ValueFlaw) -> Value
  ) {
    self.placeholder = placeholder
    self.words = words
    self.completion = words.isEmpty ? completion : .words(words)
    self.parse = parse
  }
}

/// What a shell offers where a value is to be typed.
package enum Completion: Sendable, Hashable {
  case none
  case words([String])
  case file
  case folder
  /// What the tool itself answers when asked for this kind of thing (`TOOL __complete KIND`).
  case dynamic(String)
}

/// Why a word is not the value that it should be; continues "`x` ...".
package struct ValueFlaw: Error, Hashable, Sendable {
  package let message: String

  package init(_ message: String) { self.message = message }
}

extension ArgumentType where Value == String {
  package static func text(_ placeholder: String) -> ArgumentType {
    ArgumentType(placeholder: placeholder) { text throws(ValueFlaw) in text }
  }

  package static func file(_ placeholder: String = "FILE") -> ArgumentType {
    ArgumentType(placeholder: placeholder, completion: .file) { text throws(ValueFlaw) in
      guard !text.isEmpty else { throw ValueFlaw("is empty") }
      return text
    }
  }

  package static func folder(_ placeholder: String = "DIR") -> ArgumentType {
    ArgumentType(placeholder: placeholder, completion: .folder) { text throws(ValueFlaw) in
      guard !text.isEmpty else { throw ValueFlaw("is empty") }
      return text
    }
  }

  /// Something that the tool can list: `TOOL __complete KIND`.
  package static func named(_ placeholder: String, kind: String) -> ArgumentType {
    ArgumentType(placeholder: placeholder, completion: .dynamic(kind)) { text throws(ValueFlaw) in
      text
    }
  }
}

extension ArgumentType where Value == Int {
  package static func number(_ placeholder: String = "N", in range: ClosedRange<Int>)
    -> ArgumentType
  {
    ArgumentType(placeholder: placeholder) { text throws(ValueFlaw) in
      guard let value = Int(text) else { throw ValueFlaw("is not a whole number") }
      guard range.contains(value) else {
        throw ValueFlaw(
          range.upperBound == .max
            ? "is less than \(range.lowerBound)"
            : "is not between \(range.lowerBound) and \(range.upperBound)")
      }
      return value
    }
  }
}

extension ArgumentType
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One word of an enumeration.
  package static func word(_ placeholder: String) -> ArgumentType {
    let words = Value.allCases.map(\.rawValue)
    return ArgumentType(placeholder: placeholder, words: words) { text throws(ValueFlaw) in
      guard let value = Value(rawValue: text) else {
        throw ValueFlaw("is not one of \(words.joined(separator: ", "))")
      }
      return value
    }
  }
}
