/// Writes numbers and texts as short as they are: seven bits a byte, the eighth says that more follow.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ number: Int64) {
    // Small negative numbers stay small.
    var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func put(_ number: Int) { put(Int64(number)) }

  mutating func put(_ number: Int64?) {
    put(number == nil ? 0 : 1)
    if let number { put(number) }
  }

  mutating func put(_ text: String?) {
    put(text == nil ? 0 : 1)
    if let text { put(text) }
  }

  mutating func put(_ other: ByteWriter) { bytes += other.bytes }

  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      put(utf8.count)
      bytes.append(contentsOf: utf8)
    }
  }
}

/// Reads what a `ByteWriter` wrote. Whatever else it is given, it throws.
struct ByteReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  mutating func number() throws(SnapshotFlaw) -> Int64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while place < bytes.count, shift < 64 {
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
      shift += 7
    }
    throw SnapshotFlaw()
  }

  mutating func int() throws(SnapshotFlaw) -> Int { Int(try number()) }

  /// A place in a row.
  mutating func stepPlace() throws(SnapshotFlaw) -> Int32 {
    guard let place = Int32(exactly: try number()) else { throw SnapshotFlaw() }
    return place
  }

  /// A number of things that follow: never more than there are bytes.
  mutating func count() throws(SnapshotFlaw) -> Int {
    let count = try int()
    guard count >= 0, count <= bytes.count - place else { throw SnapshotFlaw() }
    return count
  }

  mutating func text() throws(SnapshotFlaw) -> String {
    let count = try count()
    defer { place += count }
    return String(decoding: bytes[place..<place + count], as: UTF8.self)
  }
}

extension ByteReader {
  mutating func optionalNumber() throws(SnapshotFlaw) -> Int64? {
    try number() == 0 ? nil : try number()
  }

  mutating func optionalText() throws(SnapshotFlaw) -> String? {
    try number() == 0 ? nil : try text()
  }
}

/// A snapshot that cannot be read. It is passed over: the events give the same state.
package struct SnapshotFlaw: Error, Hashable, Sendable {}
