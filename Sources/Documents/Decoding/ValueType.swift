package import Diagnostics
import JSONValues

/// What a key may hold: how it is read, what it is called, and what its JSON Schema is.
///
/// Decoding, schema and documentation all come from this one value, so they cannot disagree.
package struct ValueType<Value>: Sendable {
  /// What it is called in documentation: "duration", "list of ids".
  package let name: String
  /// What a message says that a key takes: "a duration, such as 30m".
  let expectation: String
  /// Whether a mapping can be one of these, so that one alone needs no list around it.
  let acceptsMappings: Bool
  let schema: @Sendable (inout SchemaWriter) -> JSON
  /// Reads a node; tells what is wrong and gives nothing where it cannot.
  let read: @Sendable (inout TreeReader, YAMLTree.NodeID) -> Value?

  init(
    _ name: String, expectation: String, acceptsMappings: Bool = false,
    schema: @escaping @Sendable (inout SchemaWriter) -> JSON,
    read: @escaping @Sendable (inout TreeReader, YAMLTree.NodeID) -> Value?
  ) {
    self.name = name
    self.expectation = expectation
    self.acceptsMappings = acceptsMappings
    self.schema = schema
    self.read = read
  }

  /// The same in writing, with another value made of it.
  package func map<Other>(_ transform: @escaping @Sendable (Value) -> Other) -> ValueType<Other> {
    let read = read
    return ValueType<Other>(
      name, expectation: expectation, acceptsMappings: acceptsMappings, schema: schema
    ) { reader, node in
      read(&reader, node).map(transform)
    }
  }

  /// The same, with the place where it was written.
  package var located: ValueType<Located<Value>> {
    let read = read
    return ValueType<Located<Value>>(
      name, expectation: expectation, acceptsMappings: acceptsMappings, schema: schema
    ) { reader, node in
      read(&reader, node).map { Located($0, at: reader.place(of: node)) }
    }
  }

  /// Several of them. One alone may be written without the brackets of a list.
  package func list(of plural: String) -> ValueType<[Value]> {
    let item = self
    return ValueType<[Value]>(
      "list of \(plural)", expectation: "a list of \(plural)",
      schema: { writer in
        let one = item.schema(&writer)
        return ["anyOf": [["type": "array", "items": one], one]]
      },
      read: { reader, node in
        guard reader.tree[node].kind == .sequence else {
          if reader.tree[node].kind == .mapping, !item.acceptsMappings {
            reader.reportMismatch(node, expected: "a list of \(plural)")
            return nil
          }
          return item.read(&reader, node).map { [$0] }
        }
        var values: [Value] = []
        for child in reader.tree.items(of: node) {
          if let value = item.read(&reader, child) { values.append(value) }
        }
        return values
      })
  }

  /// Values under names that the writer chooses, in the order of the file.
  package func byName(_ what: String) -> ValueType<[(name: Located<String>, value: Value)]> {
    let item = self
    return ValueType<[(name: Located<String>, value: Value)]>(
      "mapping of name to \(name)", expectation: "a mapping of \(what)",
      schema: { ["type": "object", "additionalProperties": item.schema(&$0)] },
      read: { reader, node in
        guard reader.tree[node].kind == .mapping else {
          reader.reportMismatch(node, expected: "a mapping of \(what)")
          return nil
        }
        var values: [(name: Located<String>, value: Value)] = []
        for (key, child) in reader.tree.entries(of: node) {
          guard let value = item.read(&reader, child) else { continue }
          values.append((Located(reader.tree[key].text, at: reader.place(of: key)), value))
        }
        return values
      })
  }
}

extension ValueType {
  /// How a value is read outside of an object; `name` and `example` are for what is told of it.
  package func reader(
    called name: String, example: String
  ) -> @Sendable (inout TreeReader, YAMLTree.NodeID) -> Value? {
    let read = read
    return { reader, node in
      let (subject, before) = (reader.subject, reader.example)
      reader.subject = "`\(name)`"
      reader.example = "\(name): \(example)"
      defer { (reader.subject, reader.example) = (subject, before) }
      return read(&reader, node)
    }
  }
}

extension ValueType where Value == YAMLTree.NodeID {
  /// A mapping with known keys, to be read by an `ObjectReader`.
  package static func object(_ shape: ObjectShape) -> ValueType {
    ValueType(
      shape.name, expectation: "a mapping", acceptsMappings: true,
      schema: { $0.reference(to: shape) }, read: { _, node in node })
  }
}

extension ValueType where Value == Int {
  /// One or more.
  package var atLeastOne: ValueType {
    checked(["minimum": 1]) { $0 < 1 ? "is not more than 0" : Self.flaw(ofSize: $0) }
  }

  /// Zero or more.
  package var notNegative: ValueType {
    checked(["minimum": 0]) { $0 < 0 ? "is negative" : Self.flaw(ofSize: $0) }
  }

  /// Of what is counted there may be sums.
  private static func flaw(ofSize count: Int) -> String? {
    count > 1_000_000_000_000_000 ? "is too large a number" : nil
  }

  /// Numbers under names that the writer chooses.
  package var countsByName: ValueType<[(name: String, count: Int)]> {
    byName("names to numbers").map { entries in
      entries.map { (name: $0.name.value, count: $0.value) }
    }
  }
}
