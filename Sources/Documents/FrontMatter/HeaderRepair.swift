import Diagnostics

/// Makes YAML of a header that people wrote as if every line were a name, a colon and free text.
///
/// Only bytes are put in (quotes), so a place in the mended text leads back to one in the file.
struct HeaderRepair {
  /// The lines of the file that were mended.
  private(set) var repairs: [Range<Int>] = []
  /// Before which bytes of the file a quote is put in.
  private var quotes: [Int] = []
  private let header: Range<Int>
  private let file: [UInt8]

  init(_ bytes: [UInt8], header: Range<Int>) {
    file = bytes
    self.header = header
  }

  /// The header with its quotes.
  var text: [UInt8] {
    var text: [UInt8] = []
    var taken = 0
    for offset in quotes.sorted() {
      text.append(contentsOf: file[taken..<offset])
      text.append(UInt8(ascii: "'"))
      taken = offset
    }
    return text + file[taken...]
  }

  /// Quotes free text of which YAML would take a part for a comment or a tag, and say nothing.
  mutating func keepWhole(inValuesOf keys: [String]) {
    for line in lines() {
      guard let value = valueRange(in: line), keys.contains(key(of: line)),
        isPlain(value),
        contains(" #", in: value) || file[value.lowerBound] == UInt8(ascii: "!")
      else { continue }
      quote(value, line: line)
    }
  }

  /// Quotes what does not parse by itself: values behind a name, items behind a dash.
  mutating func mendLines() {
    let lines = lines()
    for (index, line) in lines.enumerated() where !repairs.contains(line) {
      if let value = valueRange(in: line), !parses(line) {
        if file[value.lowerBound] == UInt8(ascii: "["), quoteItems(of: value, line: line) {
          continue
        }
        var end = value.upperBound
        for next in lines[(index + 1)...] where isContinuation(next, of: line) {
          guard next.lowerBound <= end + 2 else { break }
          end = trimmed(next).upperBound
        }
        quote(value.lowerBound..<end, line: line)
      } else if let item = itemRange(in: line), !parses(item) {
        quote(item, line: line)
      }
    }
  }

  /// The place in the file of a place in the mended text.
  func original(_ place: Place, in source: SourceText) -> Place {
    source.place(original(place.bytes.lowerBound)..<original(place.bytes.upperBound))
  }

  private func original(_ offset: Int) -> Int {
    let before = quotes.sorted().enumerated().prefix { $0.element + $0.offset < offset }.count
    return min(offset - before, file.count)
  }

  // MARK: Lines

  private func lines() -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = header.lowerBound
    while start < header.upperBound {
      let end =
        file[start..<header.upperBound].firstIndex(of: UInt8(ascii: "\n")) ?? header.upperBound
      lines.append(start..<end)
      start = end + 1
    }
    return lines
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while end > start, [0x20, 0x09, 0x0D].contains(file[end - 1]) { end -= 1 }
    while start < end, file[start] == 0x20 { start += 1 }
    return start..<end
  }

  private func key(of line: Range<Int>) -> String {
    String(decoding: file[line].prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
  }

  /// The text behind `name: ` on a line that is not indented.
  private func valueRange(in line: Range<Int>) -> Range<Int>? {
    var index = line.lowerBound
    while index < line.upperBound, isNameByte(file[index]) { index += 1 }
    guard index > line.lowerBound, index + 1 < line.upperBound,
      file[index] == UInt8(ascii: ":"), file[index + 1] == 0x20 || file[index + 1] == 0x09
    else { return nil }
    let value = trimmed(index + 2..<line.upperBound)
    return value.isEmpty ? nil : value
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    let scalar = Unicode.Scalar(byte)
    return scalar.properties.isAlphabetic && byte < 0x80 || byte == 0x5F || byte == 0x2D
      || (0x30...0x39).contains(byte)
  }

  /// The text behind `- `, indented or not.
  private func itemRange(in line: Range<Int>) -> Range<Int>? {
    let content = trimmed(line)
    guard content.count > 2, file[content.lowerBound] == UInt8(ascii: "-"),
      file[content.lowerBound + 1] == 0x20
    else { return nil }
    return trimmed(content.lowerBound + 2..<content.upperBound)
  }

  private func isContinuation(_ next: Range<Int>, of line: Range<Int>) -> Bool {
    next.lowerBound > line.lowerBound && !trimmed(next).isEmpty
      && (file[next.lowerBound] == 0x20 || file[next.lowerBound] == 0x09)
  }

  private func isPlain(_ value: Range<Int>) -> Bool {
    !Array("\"'|>[{&*".utf8).contains(file[value.lowerBound])
  }

  private func contains(_ words: String, in range: Range<Int>) -> Bool {
    String(decoding: file[range], as: UTF8.self).contains(words)
  }

  private func parses(_ range: Range<Int>) -> Bool {
    YAMLTree.parse(SourceText(path: "", bytes: Array(file[range]))).value != nil
  }

  // MARK: Quoting

  /// Puts the bytes of the file between single quotes, doubling those inside.
  private mutating func quote(_ range: Range<Int>, line: Range<Int>) {
    quotes.append(range.lowerBound)
    for index in range where file[index] == UInt8(ascii: "'") { quotes.append(index) }
    quotes.append(range.upperBound)
    repairs.append(line)
  }

  /// Quotes the items of a list in brackets that cannot stand for themselves.
  private mutating func quoteItems(of list: Range<Int>, line: Range<Int>) -> Bool {
    guard file[list.upperBound - 1] == UInt8(ascii: "]") else { return false }
    var start = list.lowerBound + 1
    var items: [Range<Int>] = []
    for index in start..<list.upperBound
    where file[index] == UInt8(ascii: ",") || index == list.upperBound - 1 {
      items.append(trimmed(start..<index))
      start = index + 1
    }
    let broken = items.filter { !$0.isEmpty && !parses($0) }
    for item in broken { quote(item, line: line) }
    return !broken.isEmpty
  }
}
