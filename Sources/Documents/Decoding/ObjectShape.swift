package import Diagnostics
import JSONValues

/// One key of an object as it was declared, without its type: for schema and documentation.
package struct KeyDescription: Sendable {
  /// The name to write, then others that mean the same.
  package let names: [String]
  package let typeName: String
  package let isRequired: Bool
  package let defaultText: String?
  package let help: String
  /// A value as it would be written behind the key.
  package let example: String
  let schema: @Sendable (inout SchemaWriter) -> JSON
  /// Whether a key that was written without a value counts as left out.
  let nullIsAbsent: Bool
  /// What messages call the key by each of its names, and how it is written. Made once, because
  /// they are at hand whenever a value is read.
  let subjects: [String]
  let writtenExamples: [String]

  package var name: String { names[0] }
}

/// A declared key and the type of its value.
package struct Key<Value>: Sendable {
  let slot: Int
  let type: ValueType<Value>
}

/// The keys that an object may have. Each is declared once, here, and everything else follows.
package struct ObjectShape: Sendable {
  /// What a message calls it: "step".
  package let name: String
  /// What it is, for documentation.
  package let help: String
  package private(set) var keys: [KeyDescription] = []
  private var slots: [String: Int] = [:]
  /// Whether unknown keys are read past: for files that other tools share.
  let isOpen: Bool

  package init(_ name: String, help: String, isOpen: Bool = false) {
    self.name = name
    self.help = help
    self.isOpen = isOpen
  }

  package mutating func key<Value>(
    _ names: String..., type: ValueType<Value>, isRequired: Bool = false,
    default defaultText: String? = nil, help: String, example: String,
    nullIsAbsent: Bool? = nil
  ) -> Key<Value> {
    let slot = keys.count
    keys.append(
      KeyDescription(
        names: names, typeName: type.name, isRequired: isRequired, defaultText: defaultText,
        help: help, example: example, schema: type.schema,
        nullIsAbsent: nullIsAbsent ?? !isRequired, subjects: names.map { "`\($0)`" },
        writtenExamples: names.map { "\($0): \(example)" }))
    for name in names { slots[name] = slot }
    return Key(slot: slot, type: type)
  }

  func slot(of name: String) -> Int? { slots[name] }

  var allNames: [String] { keys.flatMap(\.names) }
}

/// The values of one object in a tree, found by their keys.
package struct ObjectReader {
  package let node: YAMLTree.NodeID
  private let shape: ObjectShape
  /// The value of each declared key, in the order of declaration.
  private var values: [YAMLTree.NodeID?]
  private var keyNodes: [YAMLTree.NodeID?]

  /// Nothing where the node is no mapping, which is told. Unknown keys are told too.
  package init?(
    _ node: YAMLTree.NodeID, _ shape: ObjectShape, _ reader: inout TreeReader
  ) {
    guard reader.tree[node].kind == .mapping else {
      reader.report(
        "a \(shape.name) is a mapping of keys to values, not \(reader.description(of: node))",
        at: reader.place(of: node), hint: Self.skeleton(of: shape))
      return nil
    }
    self.node = node
    self.shape = shape
    values = Array(repeating: nil, count: shape.keys.count)
    keyNodes = values
    for (key, value) in reader.tree.entries(of: node) {
      let name = reader.tree[key].text
      guard let slot = shape.slot(of: name) else {
        if !shape.isOpen, !name.hasPrefix("x-"), reader.tree[key].kind == .scalar {
          reportUnknown(key, &reader)
        }
        continue
      }
      if let earlier = keyNodes[slot], reader.tree[earlier].text != name {
        reader.report(
          "`\(name)` and `\(reader.tree[earlier].text)` are two names for the same key",
          at: reader.place(of: key), hint: "keep one of the two")
        continue
      }
      guard values[slot] == nil else { continue }
      values[slot] = value
      keyNodes[slot] = key
    }
  }

  /// Whether the key was written at all.
  package func has<Value>(_ key: Key<Value>) -> Bool { values[key.slot] != nil }

  /// The place of the key itself, where it was written.
  package func keyPlace<Value>(_ key: Key<Value>, _ reader: TreeReader) -> Place? {
    keyNodes[key.slot].map { reader.tree[$0].place }
  }

  /// The node behind a key, for what is read by hand.
  package func node<Value>(of key: Key<Value>) -> YAMLTree.NodeID? { values[key.slot] }

  /// The node behind a key by its name.
  package func node(named name: String) -> YAMLTree.NodeID? {
    shape.slot(of: name).flatMap { values[$0] }
  }

  /// The value behind a key; nothing, told, where it is required and missing or cannot be read.
  package func value<Value>(_ key: Key<Value>, _ reader: inout TreeReader) -> Value? {
    let description = shape.keys[key.slot]
    guard let value = values[key.slot] else {
      if description.isRequired { reportMissing(description, &reader) }
      return nil
    }
    if description.nullIsAbsent, reader.tree.isNull(value) { return nil }
    // Values are read inside values; what was being read before is put back.
    let (subject, example) = (reader.subject, reader.example)
    var name = 0
    if description.names.count > 1, let written = keyNodes[key.slot].map({ reader.tree[$0].text }) {
      name = description.names.firstIndex(of: written) ?? 0
    }
    reader.subject = description.subjects[name]
    reader.example = description.writtenExamples[name]
    defer { (reader.subject, reader.example) = (subject, example) }
    return key.type.read(&reader, value)
  }

  /// How messages call this object: by its id where it has one.
  package func label(_ reader: TreeReader) -> String {
    if let slot = shape.slot(of: "id"), let id = values[slot], !reader.tree[id].text.isEmpty {
      return "\(shape.name) `\(reader.tree[id].text)`"
    }
    return "a \(shape.name)"
  }

  private func reportMissing(_ key: KeyDescription, _ reader: inout TreeReader) {
    var place = reader.place(of: node)
    place.length = min(place.length, 1)
    reader.report(
      "\(label(reader)) has no `\(key.name)`", at: place,
      hint: "add \(key.name): \(key.example)")
  }

  private func reportUnknown(_ key: YAMLTree.NodeID, _ reader: inout TreeReader) {
    let name = reader.tree[key].text
    let known = shape.keys.map(\.name)
    var hint = "a \(shape.name) knows \(known.prefix(12).joined(separator: ", "))"
    if known.count > 12 { hint += " and \(known.count - 12) more" }
    if let near = closestMatch(to: name, in: shape.allNames), let slot = shape.slot(of: near) {
      let meant = shape.keys[slot]
      hint = "did you mean `\(near)`?"
      if meant.typeName.hasPrefix("list") || meant.typeName.hasPrefix("mapping") {
        hint += " It takes a \(meant.typeName): \(near): \(meant.example)"
      }
    }
    let owner = labelBeforeReading(reader)
    reader.report("unknown key `\(name)` in \(owner)", at: reader.tree[key].place, hint: hint)
  }

  /// The label while the values are still being collected: an id may stand behind the bad key.
  private func labelBeforeReading(_ reader: TreeReader) -> String {
    for (key, value) in reader.tree.entries(of: node) where reader.tree[key].text == "id" {
      let text = reader.tree[value].text
      if shape.slot(of: "id") != nil, !text.isEmpty { return "\(shape.name) `\(text)`" }
    }
    return "a \(shape.name)"
  }

  private static func skeleton(of shape: ObjectShape) -> String? {
    let required = shape.keys.filter(\.isRequired)
    guard let first = required.first else { return nil }
    return "write it like this: \(first.name): \(first.example)"
  }
}
