import Diagnostics
package import JSONValues
package import Plans

extension ValueType {
  /// A type that is written as one word or line and read by a function of its text.
  static func scalar(
    _ name: String, expectation: String, schema: JSON, hint: String? = nil,
    read: @escaping @Sendable (String) throws(QuantityFlaw) -> Value
  ) -> ValueType {
    ValueType(name, expectation: expectation, schema: { _ in schema }) { reader, node in
      guard reader.tree[node].kind == .scalar, !reader.tree.isNull(node) else {
        reader.reportMismatch(node, expected: expectation)
        return nil
      }
      do throws(QuantityFlaw) {
        return try read(reader.tree[node].text)
      } catch {
        reader.reportFlaw(node, error.message, hint: hint)
        return nil
      }
    }
  }

  /// The same type, of which not every value will do.
  func checked(
    _ schemaMore: JSON, hint: String? = nil,
    _ flaw: @escaping @Sendable (Value) -> String?
  ) -> ValueType {
    let read = read
    let schema = schema
    return ValueType(
      name, expectation: expectation, acceptsMappings: acceptsMappings,
      schema: { .object(Self.members(schema(&$0)) + Self.members(schemaMore)) },
      read: { reader, node in
        guard let value = read(&reader, node) else { return nil }
        if let flaw = flaw(value) {
          reader.reportFlaw(node, flaw, hint: hint)
          return nil
        }
        return value
      })
  }

  private static func members(_ json: JSON) -> [JSON.Member] {
    if case .object(let members) = json { members } else { [] }
  }
}

extension ValueType where Value == String {
  /// Any text on one line or many, of which something is left without the white space.
  package static let text = anyText.checked(["minLength": 1]) { text in
    // Most texts begin with a letter, which is told from one byte.
    if let first = text.utf8.first, first > 0x20, first < 0x7F { return nil }
    return text.allSatisfy(\.isWhitespace) ? "is empty" : nil
  }

  /// Any text, also none.
  package static let anyText = scalar("text", expectation: "a text", schema: textOrNumber) {
    (text) throws(QuantityFlaw) in text
  }

  /// Text that looks like a number to YAML is still the text that was written.
  private static var textOrNumber: JSON { ["type": ["string", "number", "boolean"]] }

  /// A path below the root of the repository.
  package static let path = ValueType(
    "path", expectation: "a path", schema: { _ in ["type": "string", "minLength": 1] },
    read: { reader, node in
      guard let path = text.read(&reader, node) else { return nil }
      if path.contains("\0") {
        reader.reportFlaw(node, "holds a zero byte", hint: nil)
        return nil
      }
      return path
    })
}

extension ValueType where Value == Bool {
  package static let bool = scalar(
    "yes or no", expectation: "true or false", schema: ["type": "boolean"],
    hint: "write true or false"
  ) { (text) throws(QuantityFlaw) in
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw QuantityFlaw(message: "is neither true nor false")
    }
  }
}

extension ValueType where Value == Int {
  package static let integer = scalar(
    "whole number", expectation: "a whole number", schema: ["type": "integer"],
    read: Quantities.integer)

  package static let size = scalar(
    "size", expectation: "a size, such as 256MiB",
    schema: [
      "anyOf": [
        ["type": "integer", "minimum": 0],
        ["type": "string", "pattern": "^[0-9]+ ?([KMGTkmgt](i?[Bb])?|[Bb])?$"],
      ]
    ], hint: "write it like 512KiB, 256MiB or 5GB", read: Quantities.size)
}

extension ValueType where Value == Double {
  package static let percentage = scalar(
    "percentage", expectation: "a percentage, such as 80%",
    schema: [
      "anyOf": [
        ["type": "number", "minimum": 0, "maximum": 100],
        ["type": "string", "pattern": #"^[0-9]{1,3}(\.[0-9]{1,3})?%?$"#],
      ]
    ], hint: "write it like 80%", read: Quantities.percentage)

  package static let number = scalar(
    "number", expectation: "a number, such as 1.5", schema: ["type": "number", "minimum": 0],
    hint: "write it like 2 or 1.5", read: Quantities.number)
}

extension ValueType where Value == Duration {
  package static let duration = scalar(
    "duration", expectation: "a duration, such as 30m",
    schema: ["type": "string", "pattern": "^([0-9]+(w|d|h|m|s|ms))+$"],
    hint: "write it like 90s, 30m or 1h30m", read: Quantities.duration)
}

extension ValueType where Value == Money {
  package static let money = scalar(
    "money", expectation: "an amount of money, such as 2.50",
    schema: [
      "anyOf": [
        ["type": "number"], ["type": "string", "pattern": #"^\$?-?[0-9]+(\.[0-9]{1,6})?$"#],
      ]
    ], hint: "write US dollars like 2.50 or $2.50", read: Quantities.money)

  package var aboveZero: ValueType { checked([:]) { $0 <= .zero ? "is not more than 0" : nil } }
}

extension ValueType
where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One word of a fixed list.
  package static func word(_ what: String) -> ValueType { word(what, of: Array(Value.allCases)) }

  package static func word(_ what: String, of allowed: [Value]) -> ValueType {
    let words = allowed.map(\.rawValue)
    let list = words.joined(separator: ", ")
    return ValueType(
      list, expectation: "one of \(list)",
      schema: { _ in ["enum": .array(words.map { .string($0) })] },
      read: { reader, node in
        guard reader.tree[node].kind == .scalar, !reader.tree.isNull(node) else {
          reader.reportMismatch(node, expected: "one of \(list)")
          return nil
        }
        let text = reader.tree[node].text
        if let value = allowed.first(where: { $0.rawValue == text }) { return value }
        let near = closestMatch(to: text, in: words).map { "did you mean `\($0)`? " } ?? ""
        reader.reportFlaw(node, "is not a \(what)", hint: near + "it is one of \(list)")
        return nil
      })
  }
}

extension ValueType where Value == JSON {
  /// Anything at all: what other tools, or Divisi itself, keep in the file.
  package static let anything = ValueType(
    "anything", expectation: "anything", acceptsMappings: true, schema: { _ in [:] },
    read: { _, _ in JSON.null })
}

extension ValueType {
  /// An id that is made here: what it may be made of is checked.
  static func identifier(
    _ what: String, _ make: @escaping @Sendable (String) -> Value
  ) -> ValueType {
    ValueType(
      what, expectation: "an id",
      schema: { _ in
        [
          "type": ["string", "number", "boolean"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
          "maxLength": .int(Identifier.longest),
        ]
      },
      read: { reader, node in
        guard reader.tree[node].kind == .scalar, !reader.tree.isNull(node) else {
          reader.reportMismatch(node, expected: "an id")
          return nil
        }
        let text = reader.tree[node].text
        if let flaw = Identifier.flaw(in: text) {
          reader.report(
            text.isEmpty ? "the \(what) is empty" : "\(what) `\(text)` \(flaw)",
            at: reader.place(of: node),
            hint: "\(Identifier.rule), because \(Identifier.reason)")
          // A malformed id is still the one that others mean when they name it.
          return text.isEmpty ? nil : make(text)
        }
        return make(text)
      })
  }

  /// The id of something defined elsewhere: whether it exists is for validation to say.
  static func reference(
    _ what: String, _ make: @escaping @Sendable (String) -> Value
  ) -> ValueType {
    let type = ValueType<String>.text
    return ValueType(
      what, expectation: "an id",
      schema: { _ in ["type": ["string", "number", "boolean"]] },
      read: { reader, node in
        guard reader.tree[node].kind == .scalar, !reader.tree.isNull(node) else {
          reader.reportMismatch(node, expected: "an id")
          return nil
        }
        return type.read(&reader, node).map(make)
      })
  }
}
