extension JSON {
  package enum Layout: Sendable {
    /// One line, no spaces: for lines of a log or a stream.
    case compact
    /// Two spaces a level: for files and screens.
    case indented
  }

  /// The value as JSON text. A number that JSON cannot say (infinite, not a number) becomes null.
  package func text(_ layout: Layout = .indented) -> String {
    var output: [UInt8] = []
    write(into: &output, layout: layout, depth: 0)
    return String(decoding: output, as: UTF8.self)
  }

  private func write(into output: inout [UInt8], layout: Layout, depth: Int) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .int(let value): output.append(contentsOf: String(value).utf8)
    case .double(let value):
      output.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    case .string(let value): Self.write(value, into: &output)
    case .array(let items):
      Self.writeList(items, "[", "]", into: &output, layout, depth) { item, output in
        item.write(into: &output, layout: layout, depth: depth + 1)
      }
    case .object(let members):
      Self.writeList(members, "{", "}", into: &output, layout, depth) { member, output in
        Self.write(member.name, into: &output)
        output.append(UInt8(ascii: ":"))
        if layout == .indented { output.append(UInt8(ascii: " ")) }
        member.value.write(into: &output, layout: layout, depth: depth + 1)
      }
    }
  }

  private static func writeList<Item>(
    _ items: [Item], _ open: String, _ close: String, into output: inout [UInt8],
    _ layout: Layout, _ depth: Int, _ writeItem: (Item, inout [UInt8]) -> Void
  ) {
    output.append(contentsOf: open.utf8)
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      if layout == .indented { breakLine(into: &output, depth: depth + 1) }
      writeItem(item, &output)
    }
    if layout == .indented, !items.isEmpty { breakLine(into: &output, depth: depth) }
    output.append(contentsOf: close.utf8)
  }

  private static func breakLine(into output: inout [UInt8], depth: Int) {
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }

  static func write(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): output.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\r"): output.append(contentsOf: "\\r".utf8)
      case UInt8(ascii: "\t"): output.append(contentsOf: "\\t".utf8)
      case 0..<0x20, 0x7F:
        let digits = Array("0123456789abcdef".utf8)
        output.append(contentsOf: "\\u00".utf8)
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
