/// Where a text stops being JSON, and why.
package struct JSONFlaw: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  /// The byte at which reading stopped.
  package let offset: Int

  package var description: String { "\(message) at byte \(offset)" }
}

extension JSON {
  /// Reads one JSON value; white space may stand around it and nothing else.
  ///
  /// Whole numbers that fit are `int`, all others `double`. Values may be nested 512 deep, so that
  /// no text can exhaust the stack.
  package static func parse(_ bytes: some Collection<UInt8>) throws(JSONFlaw) -> JSON {
    var parser = Parser(bytes: Array(bytes))
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.isAtEnd else { throw parser.flaw("something follows the value") }
    return value
  }

  package static func parse(_ text: String) throws(JSONFlaw) -> JSON {
    try parse(text.utf8)
  }
}

private struct Parser {
  private static let deepest = 512

  let bytes: [UInt8]
  private var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset >= bytes.count }

  func flaw(_ message: String) -> JSONFlaw { JSONFlaw(message: message, offset: offset) }

  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  mutating func value(depth: Int) throws(JSONFlaw) -> JSON {
    guard depth < Self.deepest else { throw flaw("values are nested too deep") }
    skipSpace()
    guard let first = current else { throw flaw("the text ends where a value should be") }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw flaw("no value begins with this")
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSONFlaw) -> JSON {
    guard bytes[offset...].starts(with: word.utf8) else { throw flaw("no value begins with this") }
    offset += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONFlaw) -> JSON {
    var members: [JSON.Member] = []
    offset += 1
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw flaw("a name in quotes should be here") }
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw flaw("a colon should be here") }
      members.append(JSON.Member(name, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw flaw("a comma or `}` should be here") }
    }
  }

  private mutating func array(depth: Int) throws(JSONFlaw) -> JSON {
    var items: [JSON] = []
    offset += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw flaw("a comma or `]` should be here") }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    offset += 1
    return true
  }

  private mutating func number() throws(JSONFlaw) -> JSON {
    let start = offset
    var isWhole = true
    _ = take(UInt8(ascii: "-"))
    let firstDigit = offset
    skipDigits()
    guard offset > firstDigit else { throw flaw("a digit should be here") }
    guard offset == firstDigit + 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
      throw flaw("a number has a zero before it")
    }
    if take(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isWhole, let value = Int(text) { return .int(value) }
    guard let value = Double(text) else { throw flaw("this is no number") }
    return .double(value)
  }

  private mutating func digits() throws(JSONFlaw) {
    let start = offset
    skipDigits()
    guard offset > start else { throw flaw("a digit should be here") }
  }

  private mutating func skipDigits() {
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { offset += 1 }
  }

  private mutating func string() throws(JSONFlaw) -> String {
    offset += 1
    let start = offset
    // Most strings have no escapes and are taken as they lie.
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      offset += 1
    }
    if current == UInt8(ascii: "\"") {
      defer { offset += 1 }
      return String(decoding: bytes[start..<offset], as: UTF8.self)
    }
    var text = Array(bytes[start..<offset])
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &text)
      case 0..<0x20: throw flaw("a control character stands in a string")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw flaw("a string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONFlaw) {
    guard let byte = current else { throw flaw("a string does not end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
    default: throw flaw("no escape is written like this")
    }
  }

  /// A lone half of a surrogate pair becomes U+FFFD, as the programs that print one would have it.
  private mutating func escapedScalar() throws(JSONFlaw) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let behind = offset
    if unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let low = try hexadecimal()
      if (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
    }
    offset = behind
    return "\u{FFFD}"
  }

  private mutating func hexadecimal() throws(JSONFlaw) -> UInt32 {
    guard offset + 4 <= bytes.count,
      bytes[offset..<offset + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
    else { throw flaw("four hexadecimal digits should be here") }
    offset += 4
    return value
  }
}
