/// The bytes of a text that a person wrote, with its lines found once.
///
/// Offsets are into `bytes` as they lie on disk: a byte order mark and carriage returns stay.
package struct SourceText: Sendable {
  /// The path as the person knows it, for messages.
  package let path: String
  package let bytes: [UInt8]
  /// Where each line begins. Line n (from one) begins at `lineStarts[n - 1]`.
  private let lineStarts: [Int]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { buffer in
      for index in buffer.indices where buffer[index] == UInt8(ascii: "\n") {
        starts.append(index + 1)
      }
    }
    lineStarts = starts
  }

  package init(path: String, _ text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }

  package var lineCount: Int { lineStarts.count }

  /// The text of a line without its end, or nothing where there is no such line.
  package func line(_ number: Int) -> String? {
    guard let range = lineBytes(number) else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// The bytes of a line without its end (neither `\n` nor `\r\n`).
  package func lineBytes(_ number: Int) -> Range<Int>? {
    guard number >= 1, number <= lineStarts.count else { return nil }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The place of a range of bytes.
  package func place(_ range: Range<Int>) -> Place {
    let line = lineIndex(of: range.lowerBound)
    let start = lineStarts[line]
    var column = 1
    for byte in bytes[start..<min(range.lowerBound, bytes.count)] where byte & 0xC0 != 0x80 {
      column += 1
    }
    if start == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]), range.lowerBound >= 3 { column -= 1 }
    return Place(
      line: Int32(line + 1), column: Int32(column), offset: Int32(range.lowerBound),
      length: Int32(range.count))
  }

  private func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
