extension JSON {
  /// A value as one line of JSON: keys in the order in which the type declares them.
  ///
  /// Written straight into bytes, without a tree between: a busy journal encodes tens of thousands
  /// of events a second.
  package static func line(of value: some Encodable) -> String {
    let encoder = LineEncoder()
    encoder.put(value)
    return String(decoding: encoder.bytes, as: UTF8.self)
  }
}

/// Writes values as they come. A container does not say when it ends, so that each write first closes
/// whatever stands open above its own level.
private final class LineEncoder: Encoder {
  var bytes: [UInt8] = []
  private var open: [Open] = []

  private struct Open {
    let end: UInt8
    var isEmpty = true
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init() { bytes.reserveCapacity(192) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedLine(encoder: self, level: begin("{", "}")))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedLine(encoder: self, level: begin("[", "]"))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleLine(encoder: self) }

  func begin(_ start: Unicode.Scalar, _ end: Unicode.Scalar) -> Int {
    bytes.append(UInt8(ascii: start))
    open.append(Open(end: UInt8(ascii: end)))
    return open.count
  }

  func close(to level: Int) {
    while open.count > level { bytes.append(open.removeLast().end) }
  }

  /// Makes room for the next item of the container at a level.
  func next(in level: Int) {
    close(to: level)
    if open[level - 1].isEmpty {
      open[level - 1].isEmpty = false
    } else {
      bytes.append(UInt8(ascii: ","))
    }
  }

  func key(_ key: some CodingKey, in level: Int) {
    next(in: level)
    JSON.write(key.stringValue, into: &bytes)
    bytes.append(UInt8(ascii: ":"))
  }

  func put(_ value: some Encodable) {
    let level = open.count
    let length = bytes.count
    // Nothing here throws: a type of ours that did would be a broken invariant.
    do { try value.encode(to: self) } catch { preconditionFailure("not encodable: \(error)") }
    if bytes.count == length { _ = begin("{", "}") }
    close(to: level)
  }

  func integer(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let digits = value.magnitude
    if digits < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(digits)) }
    let start = bytes.count
    var rest = digits
    while rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  func put(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }

  func put(_ value: Double) {
    bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
  }

  func putNull() { bytes.append(contentsOf: "null".utf8) }
}

private struct KeyedLine<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: LineEncoder
  let level: Int

  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) {
    encoder.key(key, in: level)
    encoder.putNull()
  }

  func encode(_ value: Bool, forKey key: Key) {
    encoder.key(key, in: level)
    encoder.put(value)
  }

  func encode(_ value: Double, forKey key: Key) {
    encoder.key(key, in: level)
    encoder.put(value)
  }

  func encode(_ value: String, forKey key: Key) {
    encoder.key(key, in: level)
    JSON.write(value, into: &encoder.bytes)
  }

  func encode(_ value: Int, forKey key: Key) {
    encoder.key(key, in: level)
    encoder.integer(Int64(value))
  }

  func encode(_ value: Int64, forKey key: Key) {
    encoder.key(key, in: level)
    encoder.integer(value)
  }

  func encode(_ value: some Encodable, forKey key: Key) {
    encoder.key(key, in: level)
    encoder.put(value)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    encoder.key(key, in: level)
    return encoder.container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder.key(key, in: level)
    return encoder.unkeyedContainer()
  }

  func superEncoder() -> any Encoder { encoder }
  func superEncoder(forKey key: Key) -> any Encoder {
    encoder.key(key, in: level)
    return encoder
  }
}

private struct UnkeyedLine: UnkeyedEncodingContainer {
  let encoder: LineEncoder
  let level: Int
  private(set) var count = 0

  var codingPath: [any CodingKey] { [] }

  init(encoder: LineEncoder, level: Int) {
    self.encoder = encoder
    self.level = level
  }

  private mutating func next() {
    encoder.next(in: level)
    count += 1
  }

  mutating func encodeNil() {
    next()
    encoder.putNull()
  }

  mutating func encode(_ value: Double) {
    next()
    encoder.put(value)
  }

  mutating func encode(_ value: some Encodable) {
    next()
    encoder.put(value)
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    next()
    return encoder.container(keyedBy: keyType)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    next()
    return encoder.unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    next()
    return encoder
  }
}

private struct SingleLine: SingleValueEncodingContainer {
  let encoder: LineEncoder

  var codingPath: [any CodingKey] { [] }

  func encodeNil() { encoder.putNull() }
  func encode(_ value: Bool) { encoder.put(value) }
  func encode(_ value: String) { JSON.write(value, into: &encoder.bytes) }
  func encode(_ value: Double) { encoder.put(value) }
  func encode(_ value: Float) { encoder.put(Double(value)) }
  func encode(_ value: Int) { encoder.integer(Int64(value)) }
  func encode(_ value: Int8) { encoder.integer(Int64(value)) }
  func encode(_ value: Int16) { encoder.integer(Int64(value)) }
  func encode(_ value: Int32) { encoder.integer(Int64(value)) }
  func encode(_ value: Int64) { encoder.integer(value) }
  func encode(_ value: UInt) { encoder.integer(Int64(clamping: value)) }
  func encode(_ value: UInt8) { encoder.integer(Int64(value)) }
  func encode(_ value: UInt16) { encoder.integer(Int64(value)) }
  func encode(_ value: UInt32) { encoder.integer(Int64(value)) }
  func encode(_ value: UInt64) { encoder.integer(Int64(clamping: value)) }
  func encode(_ value: some Encodable) { encoder.put(value) }
}
