package import JSONValues

/// Turns declared shapes into one JSON Schema (draft 2020-12), each object defined once.
package struct SchemaWriter {
  private var definitions: [JSON.Member] = []
  private var begun: Set<String> = []

  package init() {}

  /// A reference to an object's definition, which is written when it is first met; an object may
  /// so hold others of its own kind.
  mutating func reference(to shape: ObjectShape) -> JSON {
    let name = shape.name.split(separator: " ").joined(separator: "-")
    if begun.insert(name).inserted {
      let schema = object(shape)
      definitions.append(JSON.Member(name, schema))
    }
    return ["$ref": .string("#/$defs/\(name)")]
  }

  private mutating func object(_ shape: ObjectShape) -> JSON {
    var properties: [JSON.Member] = []
    for key in shape.keys {
      var schema = key.schema(&self)
      if case .object(var members) = schema {
        members.append(.init("description", .string(key.help)))
        if let text = key.defaultText { members.append(.init("default", .string(text))) }
        if key.nullIsAbsent {
          schema = Self.orNull(.object(members))
        } else {
          schema = .object(members)
        }
      }
      for name in key.names { properties.append(.init(name, schema)) }
    }
    var members: [JSON.Member] = [
      .init("type", "object"), .init("description", .string(shape.help)),
      .init("properties", .object(properties)),
    ]
    let required = shape.keys.filter { $0.isRequired && $0.names.count == 1 }
    if !required.isEmpty {
      members.append(.init("required", .array(required.map { .string($0.name) })))
    }
    if !shape.isOpen {
      members.append(.init("patternProperties", ["^x-": true]))
      members.append(.init("additionalProperties", false))
    }
    return .object(members)
  }

  /// A key without a value counts as left out, so editors should not complain of it.
  private static func orNull(_ schema: JSON) -> JSON {
    guard case .object(let members) = schema else { return schema }
    let isDescription: (JSON.Member) -> Bool = { $0.name == "description" || $0.name == "default" }
    let shape = JSON.object(members.filter { !isDescription($0) })
    if case .object(let inner) = shape, inner.isEmpty { return schema }
    return .object(
      [.init("anyOf", [shape, ["type": "null"]])] + members.filter(isDescription))
  }

  /// The whole schema of a document that is one such object.
  package static func document(_ shape: ObjectShape, title: String) -> JSON {
    var writer = SchemaWriter()
    let root = writer.reference(to: shape)
    guard case .object(let reference) = root else { return root }
    return .object(
      [
        .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
        .init("title", .string(title)),
      ] + reference + [.init("$defs", .object(writer.definitions))])
  }
}
