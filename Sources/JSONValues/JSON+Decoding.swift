extension JSON {
  /// Reads a value that `line(of:)` wrote, or that a person wrote in its shape. Members that the type
  /// does not know are passed over.
  package func decode<Value: Decodable>(_ type: Value.Type) throws(DecodingError) -> Value {
    do {
      return try value(of: type, [])
    } catch let error as DecodingError {
      throw error
    } catch {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: [], debugDescription: "\(error)"))
    }
  }

  fileprivate func value<Value: Decodable>(
    of type: Value.Type, _ path: [any CodingKey]
  ) throws -> Value {
    try Value(from: TreeDecoder(value: self, codingPath: path))
  }
}

extension DecodingError {
  /// What is wrong, and at which member, in one line.
  package var sentence: String {
    let context: Context
    switch self {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
      context = found
    case .keyNotFound(let key, let found):
      let place = found.codingPath.map(\.stringValue).joined(separator: ".")
      return "`\(key.stringValue)` is missing" + (place.isEmpty ? "" : " in `\(place)`")
    @unknown default: return "\(self)"
    }
    let place = context.codingPath.map(\.stringValue).joined(separator: ".")
    return context.debugDescription + (place.isEmpty ? "" : " at `\(place)`")
  }
}

private struct TreeDecoder: Decoder {
  let value: JSON
  let codingPath: [any CodingKey]

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else {
      throw mismatch([String: JSON].self, "an object")
    }
    return KeyedDecodingContainer(KeyedTree<Key>(members: members, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let items) = value else { throw mismatch([JSON].self, "a list") }
    return UnkeyedTree(items: items, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    SingleTree(value: value, codingPath: codingPath)
  }

  func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    .typeMismatch(
      type, DecodingError.Context(codingPath: codingPath, debugDescription: "this is not \(wanted)")
    )
  }
}

private struct KeyedTree<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [JSON.Member]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

  private func member(_ key: Key) throws -> JSON {
    if let value = found(key) { return value }
    throw DecodingError.keyNotFound(
      key, DecodingError.Context(codingPath: codingPath, debugDescription: "it is missing"))
  }

  private func found(_ key: Key) -> JSON? {
    members.last { $0.name == key.stringValue }?.value
  }

  func contains(_ key: Key) -> Bool { found(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key) == .null }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try single(key).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try single(key).decode(type)
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try single(key).decode(type)
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try single(key).decode(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
    try single(key).decode(type)
  }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).value(of: type, codingPath + [key])
  }

  private func single(_ key: Key) throws -> SingleTree {
    SingleTree(value: try member(key), codingPath: codingPath + [key])
  }

  private func decoder(_ key: Key) throws -> TreeDecoder {
    TreeDecoder(value: try member(key), codingPath: codingPath + [key])
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> { try decoder(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() -> any Decoder {
    TreeDecoder(value: .object(members), codingPath: codingPath)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct UnkeyedTree: UnkeyedDecodingContainer {
  let items: [JSON]
  let codingPath: [any CodingKey]
  private(set) var currentIndex = 0

  init(items: [JSON], codingPath: [any CodingKey]) {
    self.items = items
    self.codingPath = codingPath
  }

  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  private mutating func next() throws -> JSON {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        JSON.self,
        DecodingError.Context(codingPath: codingPath, debugDescription: "the list ends too early"))
    }
    defer { currentIndex += 1 }
    return items[currentIndex]
  }

  mutating func decodeNil() -> Bool {
    guard !isAtEnd, items[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next().value(of: type, codingPath)
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try TreeDecoder(value: try next(), codingPath: codingPath).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try TreeDecoder(value: try next(), codingPath: codingPath).unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    TreeDecoder(value: try next(), codingPath: codingPath)
  }
}

private struct SingleTree: SingleValueDecodingContainer {
  let value: JSON
  let codingPath: [any CodingKey]

  func decodeNil() -> Bool { value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let flag) = value else { throw mismatch(type, "true or false") }
    return flag
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let text) = value else { throw mismatch(type, "a text") }
    return text
  }

  func decode(_ type: Double.Type) throws -> Double {
    switch value {
    case .double(let number): return number
    case .int(let number): return Double(number)
    default: throw mismatch(type, "a number")
    }
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try value.value(of: type, codingPath)
  }

  private func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    guard case .int(let number) = value, let fitting = Number(exactly: number) else {
      throw mismatch(type, "a whole number that fits")
    }
    return fitting
  }

  private func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    TreeDecoder(value: value, codingPath: codingPath).mismatch(type, wanted)
  }
}
