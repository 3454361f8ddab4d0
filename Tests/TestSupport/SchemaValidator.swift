package import JSONValues

/// Holds JSON against a JSON Schema: as much of draft 2020-12 as Divisi's own schemas use. A keyword
/// that it does not know is a failure, so that none is taken for granted.
package struct SchemaValidator {
  private let root: JSON

  package init(_ schema: JSON) { root = schema }

  /// Why a value does not fit, each with its place; nothing where it fits.
  package func flaws(in value: JSON) -> [String] { flaws(value, root, "$") }

  private static let annotations: Set<String> = [
    "$schema", "$defs", "title", "description", "default", "examples", "deprecated",
  ]

  private func flaws(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
    if case .bool(let allows) = schema { return allows ? [] : ["\(path): not allowed"] }
    guard case .object(let keywords) = schema else { return ["\(path): the schema is no object"] }
    return keywords.flatMap { keyword in
      check(value, keyword.name, keyword.value, schema, path)
    }
  }

  private func check(
    _ value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON, _ path: String
  ) -> [String] {
    switch (keyword, rule) {
    case _ where Self.annotations.contains(keyword): return []
    case ("$ref", .string(let reference)):
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      guard let target = root["$defs"]?[name] else { return ["\(path): no \(reference)"] }
      return flaws(value, target, path)
    case ("type", .string(let type)): return fits(value, type) ? [] : ["\(path): not \(type)"]
    case ("type", .array(let types)):
      return types.contains { if case .string(let type) = $0 { fits(value, type) } else { false } }
        ? [] : ["\(path): has none of the types"]
    case ("enum", .array(let words)):
      return words.contains(value) ? [] : ["\(path): not one of the words"]
    case ("anyOf", .array(let schemas)):
      return schemas.contains { flaws(value, $0, path).isEmpty } ? [] : ["\(path): fits no form"]
    case ("oneOf", .array(let schemas)):
      let fitting = schemas.count { flaws(value, $0, path).isEmpty }
      return fitting == 1 ? [] : ["\(path): fits \(fitting) forms, not one"]
    case ("pattern", .string(let pattern)):
      guard case .string(let text) = value else { return [] }
      guard let regex = try? Regex(pattern) else { return ["\(path): \(pattern) is no pattern"] }
      return text.contains(regex) ? [] : ["\(path): does not match \(pattern)"]
    case ("minLength", .int(let least)):
      guard case .string(let text) = value else { return [] }
      return text.unicodeScalars.count >= least ? [] : ["\(path): too short"]
    case ("maxLength", .int(let most)):
      guard case .string(let text) = value else { return [] }
      return text.unicodeScalars.count <= most ? [] : ["\(path): too long"]
    case ("minimum", .int(let least)):
      return number(value).map { $0 >= Double(least) } ?? true ? [] : ["\(path): too small"]
    case ("maximum", .int(let most)):
      return number(value).map { $0 <= Double(most) } ?? true ? [] : ["\(path): too large"]
    case ("items", _):
      guard case .array(let items) = value else { return [] }
      return items.enumerated().flatMap { flaws($1, rule, "\(path)[\($0)]") }
    case ("required", .array(let names)):
      guard case .object = value else { return [] }
      return names.compactMap { name in
        guard case .string(let name) = name, value[name] == nil else { return nil }
        return "\(path): no \(name)"
      }
    case ("minProperties", .int(let least)):
      guard case .object(let members) = value else { return [] }
      return members.count >= least ? [] : ["\(path): too few keys"]
    case ("maxProperties", .int(let most)):
      guard case .object(let members) = value else { return [] }
      return members.count <= most ? [] : ["\(path): too many keys"]
    case ("propertyNames", _):
      guard case .object(let members) = value else { return [] }
      return members.flatMap { flaws(.string($0.name), rule, "\(path) key") }
    case ("properties", _):
      guard case .object(let members) = value else { return [] }
      return members.flatMap { member in
        rule[member.name].map { flaws(member.value, $0, "\(path).\(member.name)") } ?? []
      }
    case ("patternProperties", _): return []
    case ("additionalProperties", _): return checkAdditional(value, rule, schema, path)
    default: return ["\(path): the validator does not know \(keyword)"]
    }
  }

  private func checkAdditional(
    _ value: JSON, _ rule: JSON, _ schema: JSON, _ path: String
  ) -> [String] {
    guard case .object(let members) = value else { return [] }
    var patterns: [String] = []
    if case .object(let known) = schema["patternProperties"] { patterns = known.map(\.name) }
    return members.flatMap { member -> [String] in
      if schema["properties"]?[member.name] != nil { return [] }
      let isKnown = patterns.contains { pattern in
        (try? Regex(pattern)).map { member.name.contains($0) } ?? false
      }
      if isKnown { return [] }
      return flaws(member.value, rule, "\(path).\(member.name)")
    }
  }

  private func number(_ value: JSON) -> Double? {
    switch value {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }

  private func fits(_ value: JSON, _ type: String) -> Bool {
    switch (type, value) {
    case ("string", .string), ("boolean", .bool), ("null", .null), ("integer", .int),
      ("number", .int), ("number", .double), ("array", .array), ("object", .object):
      true
    default: false
    }
  }
}
