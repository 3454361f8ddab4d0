import CYAML
import Diagnostics

/// libyaml's words for what is wrong, turned into what a person did and how to mend it.
struct YAMLSyntaxError {
  private let source: SourceText
  private let problem: String
  /// Where reading stopped, in bytes.
  private let offset: Int
  /// Where what was being read began, in bytes; nothing where libyaml does not say.
  private let contextOffset: Int?
  private let context: String

  init(_ parser: yaml_parser_t, offsets: ByteOffsets, source: SourceText) {
    self.source = source
    let end = source.bytes.count
    problem = parser.problem.map { String(cString: $0) } ?? "the text is not YAML"
    context = parser.context.map { String(cString: $0) } ?? ""
    if parser.error == YAML_READER_ERROR {
      // The reader counts bytes, and not those of a byte order mark.
      let mark = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      offset = min(parser.problem_offset + (parser.problem_offset < mark ? mark : 0), end)
    } else {
      offset = min(offsets.byte(ofCharacter: parser.problem_mark.index), end)
    }
    contextOffset =
      parser.context == nil ? nil : min(offsets.byte(ofCharacter: parser.context_mark.index), end)
  }

  var diagnostic: Diagnostic {
    let character = offset < source.bytes.count ? source.bytes[offset] : nil
    if problem.contains("control character") || problem.contains("invalid") && character != nil {
      return error(
        "a control character (0x\(hex(character ?? 0))) stands here", at: offset,
        hint: "remove it, or write it as an escape in double quotes")
    }
    if let tab = tabInIndentation {
      return error(
        "a tab indents this line; YAML takes only spaces", at: tab, hint: "replace it with spaces")
    }
    if problem.contains("cannot start any token"), let character {
      return error(
        character == UInt8(ascii: "`")
          ? "no text begins with a backtick in YAML"
          : "no text begins with `\(Unicode.Scalar(character))` in YAML", at: offset,
        hint: "put it in quotes: \(YAMLScalar.singleQuoted(restOfValue(from: offset)))")
    }
    if context.contains("alias") || context.contains("anchor") {
      let start = contextOffset ?? offset
      let sign = context.contains("alias") ? "*" : "&"
      return error(
        "a `\(sign)` begins the name of an anchor, and none follows", at: start,
        hint: "put the text in quotes: \(YAMLScalar.singleQuoted(restOfValue(from: start)))")
    }
    return valueError ?? structureError ?? error(problem, at: offset, hint: nil)
  }

  // MARK: Inside of a value

  private var valueError: Diagnostic? {
    if problem.contains("unexpected end of stream"), let start = contextOffset {
      return error("this quote is never closed", at: start, hint: "close it on the same line")
    }
    if problem.contains("unexpected document indicator"), let start = contextOffset {
      return error("this quote is never closed", at: start, hint: "close it before the next ---")
    }
    if problem.contains("unknown escape") {
      return error(
        "there is no such escape in double quotes", at: offset,
        hint: "write the backslash twice, or use single quotes")
    }
    if problem.contains("mapping values are not allowed") {
      if let value = valueHoldingColon {
        return error(
          "a colon stands inside this value", at: offset,
          hint: "put the value in quotes: \(YAMLScalar.singleQuoted(value))")
      }
      return error(
        "no key can stand here", at: offset,
        hint: "check the indentation of this line and the one above")
    }
    return nil
  }

  // MARK: Between values

  private var structureError: Diagnostic? {
    if problem.contains("',' or ']'") || problem.contains("',' or '}'"), let start = contextOffset {
      let sign = problem.contains("]") ? "[" : "{"
      return error(
        "this `\(sign)` is not closed", at: start,
        hint: "close it, or put a comma between the items",
        related: ("reading stopped here", offset))
    }
    if problem.contains("could not find expected ':'") {
      let start = contextOffset ?? offset
      return error(
        "this line is no `key: value`", at: start,
        hint: "add a colon, or indent it further than the text that it goes on with")
    }
    if problem.contains("expected key") || problem.contains("'-' indicator") {
      let what = problem.contains("key") ? "keys" : "items"
      return error(
        "this line is not indented like the \(what) that it follows", at: offset,
        hint: "let all \(what) begin in the same column",
        related: contextOffset.map { ("they begin here", $0) })
    }
    if problem.contains("block sequence entries are not allowed") {
      return error(
        "no list item can stand here", at: offset, hint: "begin the list on a line of its own")
    }
    if problem.contains("<document start>") {
      return error(
        "nothing can follow here", at: offset,
        hint: "check the indentation: all keys of the file begin in the same column")
    }
    return nil
  }

  // MARK: Texts

  private func error(
    _ message: String, at offset: Int, hint: String?, related: (message: String, offset: Int)? = nil
  ) -> Diagnostic {
    let end = min(offset + 1, source.bytes.count)
    let others = related.map { related in
      [
        Diagnostic.Related(
          related.message, file: source.path,
          at: source.place(related.offset..<min(related.offset + 1, source.bytes.count)))
      ]
    }
    return Diagnostic(
      .error, message, file: source.path, at: source.place(offset..<end), hint: hint,
      related: others ?? [])
  }

  private func line(at offset: Int) -> Range<Int> {
    source.lineBytes(Int(source.place(offset..<offset).line)) ?? offset..<offset
  }

  private var tabInIndentation: Int? {
    let line = line(at: offset)
    for index in line {
      if source.bytes[index] == UInt8(ascii: "\t") { return index }
      if source.bytes[index] != UInt8(ascii: " ") { return nil }
    }
    return nil
  }

  /// What stands from here to the end of the value: of the line, or of the item in brackets.
  private func restOfValue(from offset: Int) -> String {
    let line = line(at: offset)
    let before = String(decoding: source.bytes[line.lowerBound..<offset], as: UTF8.self)
    var text = String(decoding: source.bytes[offset..<line.upperBound], as: UTF8.self)[...]
    if before.contains("[") || before.contains("{") {
      text = text.prefix { !",]}".contains($0) }
    }
    return String(text.split(separator: " #").first ?? text).trimmedEnd
  }

  /// The value of `key: value` on the line, where the colon that is wrong stands inside of it.
  private var valueHoldingColon: String? {
    let line = line(at: offset)
    let text = String(decoding: source.bytes[line], as: UTF8.self)
    guard let colon = text.range(ofFirst: ": "), colon < offset - line.lowerBound else {
      return nil
    }
    let value = String(decoding: Array(text.utf8)[(colon + 2)...], as: UTF8.self).trimmedEnd
    return value.isEmpty ? nil : String(value.drop { $0 == " " })
  }

  private func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    String(reversed().drop { $0.isWhitespace }.reversed())
  }

  /// The offset in bytes at which some plain letters first stand.
  fileprivate func range(ofFirst words: String) -> Int? {
    let (bytes, wanted) = (Array(utf8), Array(words.utf8))
    guard bytes.count >= wanted.count else { return nil }
    return (0...bytes.count - wanted.count).first { bytes[$0...].starts(with: wanted) }
  }
}
