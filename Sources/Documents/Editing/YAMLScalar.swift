/// How texts are written as scalars of YAML.
package enum YAMLScalar {
  /// The text as a scalar on one line: plain where that reads back as the same text, in quotes
  /// otherwise.
  package static func written(_ text: String, inFlow: Bool = false) -> String {
    if mayBePlain(text, inFlow: inFlow) { return text }
    if text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && isPrintable($0) }) {
      return singleQuoted(text)
    }
    return doubleQuoted(text)
  }

  /// By scalars: a mark that combines with an apostrophe does not make it another.
  static func singleQuoted(_ text: String) -> String {
    var written = "'"
    for scalar in text.unicodeScalars {
      if scalar == "'" { written += "'" }
      written.unicodeScalars.append(scalar)
    }
    return written + "'"
  }

  static func doubleQuoted(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": written += "\\\""
      case "\\": written += "\\\\"
      case "\n": written += "\\n"
      case "\r": written += "\\r"
      case "\t": written += "\\t"
      case _ where scalar.value >= 0x20 && isPrintable(scalar):
        written.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        let width = scalar.value > 0xFFFF ? 8 : 4
        written +=
          (width == 8 ? "\\U" : "\\u")
          + String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return written + "\""
  }

  /// What YAML lets stand in a line as it is, and does not take for the end of one.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
      0x10000...0x10FFFF:
      true
    default: false
    }
  }

  private static func mayBePlain(_ text: String, inFlow: Bool) -> Bool {
    // Ids and words, of which large files have hundreds of thousands.
    if isWord(text) { return !isTyped(text) }
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      first != " ", last != " ", last != ":", mayBePlain(bytes: text.utf8, inFlow: inFlow),
      text.utf8.allSatisfy({ $0 < 0x80 }) || text.unicodeScalars.allSatisfy(isPrintable)
    else { return false }
    if "!&*|>'\"%@`#,[]{}?:-=~".unicodeScalars.contains(first) {
      // A dash before a letter is only a dash; everything else here begins something in YAML.
      guard first == "-", let second = text.unicodeScalars.dropFirst().first,
        second != " ", second != "-", !text.contains(where: \.isNumber)
      else { return false }
    }
    return !isTyped(text)
  }

  /// Whether no byte, and no two of them, mean something in YAML wherever they stand.
  private static func mayBePlain(bytes: String.UTF8View, inFlow: Bool) -> Bool {
    var before: UInt8 = 0
    for byte in bytes {
      switch byte {
      case 0..<0x20, 0x7F: return false
      case UInt8(ascii: " ") where before == UInt8(ascii: ":"): return false
      case UInt8(ascii: "#") where before == UInt8(ascii: " "): return false
      case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
        UInt8(ascii: "}"), UInt8(ascii: ":"):
        if inFlow { return false }
      default: break
      }
      before = byte
    }
    return true
  }

  /// Letters, digits, `-` and `_`, the first a letter.
  private static func isWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, 0x61...0x7A ~= first | 0x20 else { return false }
    return text.utf8.allSatisfy { byte in
      0x61...0x7A ~= byte | 0x20 || 0x30...0x39 ~= byte || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "_")
    }
  }

  /// Words that readers of YAML take for something other than text.
  private static func isTyped(_ text: String) -> Bool {
    if text.utf8.count <= 5 {
      switch text.lowercased() {
      case "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf",
        "+.inf", "<<":
        return true
      default: break
      }
    }
    guard let first = text.unicodeScalars.first else { return true }
    // Numbers, dates and times begin with these.
    return "0123456789+.".unicodeScalars.contains(first)
  }
}
