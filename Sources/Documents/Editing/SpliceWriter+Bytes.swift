import Diagnostics

extension SpliceWriter {
  /// Where what was written of a node ends, without the empty lines behind a block of text.
  func end(of id: YAMLTree.NodeID) -> Int {
    let node = tree[id]
    if node.kind != .scalar, node.style == .block {
      return lastChildEnd(of: id) ?? node.place.bytes.upperBound
    }
    var end = min(node.place.bytes.upperBound, bytes.count)
    if node.style == .literal || node.style == .folded {
      while end > Int(node.place.offset), isBlank(bytes[end - 1]) { end -= 1 }
    }
    return end
  }

  /// Where the line of a mapping's last key begins, if the file ends with a block of text in it and
  /// without a line end, and the line is the key's own.
  func entryEndingTheText(of id: YAMLTree.NodeID) -> Int? {
    guard bytes.last != UInt8(ascii: "\n"), let key = tree.pairs(of: id).map(\.key).last else {
      return nil
    }
    var last = id
    while let child = tree.edges[safe: Int(tree[last].children.upperBound) - 1],
      !tree[last].children.isEmpty
    {
      last = child
    }
    guard tree[last].style == .literal || tree[last].style == .folded,
      endOfLine(from: end(of: last)) == bytes.count
    else { return nil }
    let start = propertiesStart(of: key)
    return isFirstOnLine(start) ? startOfLine(from: start) : nil
  }

  func indent(of id: YAMLTree.NodeID) -> Int { Int(tree[id].place.column) - 1 }

  func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  func isBlankOrEnd(_ index: Int) -> Bool { index >= bytes.count || isBlank(bytes[index]) }

  func startOfLine(from offset: Int) -> Int {
    (bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
  }

  /// Before the line end that follows.
  func endOfLine(from offset: Int) -> Int {
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else { return bytes.count }
    return end > offset && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
  }

  func afterLineEnd(_ offset: Int) -> Int {
    bytes[offset] == UInt8(ascii: "\r") ? offset + 2 : offset + 1
  }

  func isFirstOnLine(_ offset: Int) -> Bool {
    bytes[startOfLine(from: offset)..<offset].allSatisfy {
      $0 == 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF
    }
  }

  /// Odd documents can make the ends of a stretch meet or cross; what comes of it is read again and
  /// compared before it counts.
  func splice(_ start: Int, _ end: Int, _ text: String) -> YAMLEditor.Splice {
    let start = min(max(start, 0), bytes.count)
    return YAMLEditor.Splice(
      range: start..<min(max(start, end), bytes.count), replacement: Array(text.utf8))
  }

  /// New lines behind a place that is the end of a line.
  func write(at offset: Int, _ rows: [String]) -> YAMLEditor.Splice {
    let text = rows.joined(separator: lineEnd)
    let isAtLineStart = offset == 0 || bytes[offset - 1] == UInt8(ascii: "\n")
    return splice(offset, offset, isAtLineStart ? text + lineEnd : lineEnd + text)
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
