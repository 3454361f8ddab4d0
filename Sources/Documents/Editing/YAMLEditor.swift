import Diagnostics

/// Changes single values of a text and leaves every other byte as it was: comments, order, line
/// ends, quotes, white space.
package struct YAMLEditor {
  /// One stretch of the text that was replaced.
  package struct Splice: Hashable, Sendable {
    /// In the text before the change.
    package let range: Range<Int>
    package let replacement: [UInt8]
  }

  package private(set) var bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Carries a change out and says which bytes it replaced; nothing where there was nothing to do.
  ///
  /// What was written is read again and compared with what the change means; where the two differ,
  /// the text is left as it was. So a change either does exactly what it says or nothing.
  @discardableResult
  package mutating func apply(_ edit: YAMLEdit) throws(YAMLEditError) -> Splice? {
    let tree = try Self.parse(bytes)
    let before = tree.value
    let meant = try before.applying(edit)
    guard meant.inKeyOrder != before.inKeyOrder else { return nil }
    let writer = SpliceWriter(tree)
    let splice = try writer.splice(for: edit)
    var changed = bytes
    changed.replaceSubrange(splice.range, with: splice.replacement)
    guard let after = try? Self.parse(changed), after.value.inKeyOrder == meant.inKeyOrder else {
      throw .cannotBeWritten(edit.path)
    }
    bytes = changed
    return splice
  }

  private static func parse(_ bytes: [UInt8]) throws(YAMLEditError) -> YAMLTree {
    let reading = YAMLTree.parse(SourceText(path: "", bytes: bytes))
    guard let tree = reading.value, !reading.hasErrors else {
      throw .notYAML(reading.diagnostics.first?.message ?? "it is not YAML")
    }
    return tree
  }
}

extension YAMLEdit {
  package var path: YAMLPath {
    switch self {
    case .set(let path, _), .append(let path, _), .remove(let path): path
    }
  }
}

/// Works out which bytes a change replaces.
private struct SpliceWriter {
  private let tree: YAMLTree
  private let bytes: [UInt8]
  private let lineEnd: String
  private let indentation: Int

  init(_ tree: YAMLTree) {
    self.tree = tree
    self.bytes = tree.source.bytes
    let bytes = tree.source.bytes
    let firstEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
    lineEnd = firstEnd > 0 && bytes[firstEnd - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n"
    indentation = Self.usualIndentation(tree)
  }

  /// How far mappings in mappings are indented in this file; two where there are none.
  private static func usualIndentation(_ tree: YAMLTree) -> Int {
    guard let root = tree.root, tree[root].style == .block else { return 2 }
    for (key, value) in tree.pairs(of: root) where tree[value].style == .block {
      let deeper = Int(tree[value].place.column - tree[key].place.column)
      if tree[value].kind == .mapping, deeper > 0 { return deeper }
    }
    return 2
  }

  func splice(for edit: YAMLEdit) throws(YAMLEditError) -> YAMLEditor.Splice {
    switch edit {
    case .set(let path, let value): try set(path, Addition(value: value, isItem: false))
    case .append(let path, let item): try append(path, item)
    case .remove(let path): try remove(path)
    }
  }

  /// What stands behind a key that is new: a value on its line, or an item below it.
  private struct Addition {
    let value: YAMLValue
    let isItem: Bool
  }

  // MARK: Finding

  private struct Found {
    var node: YAMLTree.NodeID
    /// The key that the node stands behind.
    var key: YAMLTree.NodeID?
    /// The collection that the node stands in, and where among its children.
    var parent: YAMLTree.NodeID?
    var position = 0
  }

  /// Follows a path as far as it leads; gives the parts that are left.
  private func find(
    _ path: YAMLPath
  ) throws(YAMLEditError) -> (found: Found, left: ArraySlice<YAMLPath.Part>)? {
    guard let root = tree.root else { return nil }
    var found = Found(node: root)
    var left = path.parts[...]
    while let part = left.first {
      guard let next = try child(of: found.node, part, path) else { return (found, left) }
      found = next
      left = left.dropFirst()
    }
    return (found, left)
  }

  private func child(
    of id: YAMLTree.NodeID, _ part: YAMLPath.Part, _ path: YAMLPath
  ) throws(YAMLEditError) -> Found? {
    let start = Int(tree[id].children.lowerBound)
    switch part {
    case .key(let name):
      for (position, pair) in tree.pairs(of: id).enumerated()
      where tree[pair.key].text == name && !tree.isMergeKey(pair.key) {
        if tree.aliases[Int32(start + 2 * position + 1)] != nil { throw .shared(path) }
        return Found(node: pair.value, key: pair.key, parent: id, position: position)
      }
      if tree.entries(of: id).contains(where: { tree[$0.key].text == name }) { throw .shared(path) }
      return nil
    case .index, .item:
      let items = Array(tree.items(of: id))
      let position =
        switch part {
        case .index(let index): items.indices.contains(index) ? index : nil
        case .item(let wanted):
          items.firstIndex { item in
            tree.entries(of: item).contains {
              tree[$0.key].text == "id" && tree[$0.value].text == wanted
            }
          }
        case .key: Int?.none
        }
      guard let position else { return nil }
      if tree.aliases[Int32(start + position)] != nil { throw .shared(path) }
      return Found(node: items[position], parent: id, position: position)
    }
  }

  // MARK: Setting

  private func set(_ path: YAMLPath, _ addition: Addition) throws(YAMLEditError)
    -> YAMLEditor.Splice
  {
    guard let (found, left) = try find(path) else {
      return write(at: bytes.count, newLines(path.parts[...], addition, indent: 0))
    }
    if left.isEmpty { return try replace(found, with: addition.value) }
    let node = tree[found.node]
    if node.kind == .mapping, node.style == .flow {
      return try insertInFlow(found.node, inFlow(left, addition, path))
    }
    if node.kind == .mapping {
      let indent = indent(of: found.node)
      if let last = entryEndingTheText(of: found.node) {
        // A block of text that ends the file would get a line end from a line behind it.
        let rows = newLines(left, addition, indent: indent)
        return splice(last, last, rows.map { $0 + lineEnd }.joined())
      }
      return write(
        at: endOfLine(from: end(of: found.node)), newLines(left, addition, indent: indent))
    }
    guard tree.isNull(found.node) else { throw .noWay(path, "a part of the way is no mapping") }
    guard let key = found.key, isBlock(found) else {
      return try replace(found, with: value(left, addition, path))
    }
    // A key without a value gets its first line below it.
    let column = Int(tree[key].place.column) - 1 + indentation
    if node.place.length > 0 { return try replace(found, with: value(left, addition, path)) }
    return write(
      at: endOfLine(from: node.place.bytes.upperBound), newLines(left, addition, indent: column))
  }

  private func isBlock(_ found: Found) -> Bool {
    found.parent.map { tree[$0].style == .block } ?? true
  }

  /// The parts that are missing as a value on one line.
  private func value(
    _ parts: ArraySlice<YAMLPath.Part>, _ addition: Addition, _ path: YAMLPath
  ) throws(YAMLEditError) -> YAMLValue {
    var value = addition.isItem ? YAMLValue.list([addition.value]) : addition.value
    for part in parts.reversed() {
      guard case .key(let key) = part else { throw .noWay(path, "there is no such item") }
      value = .mapping([.init(key, value)])
    }
    return value
  }

  private func inFlow(
    _ parts: ArraySlice<YAMLPath.Part>, _ addition: Addition, _ path: YAMLPath
  ) throws(YAMLEditError) -> String {
    guard case .mapping(let entries) = try value(parts, addition, path), let entry = entries.first
    else { throw .noWay(path, "there is no such item") }
    return "\(YAMLScalar.written(entry.key, inFlow: true)): \(entry.value.writtenInFlow)"
  }

  /// The missing parts as lines of a block, each below the one before.
  private func newLines(
    _ parts: ArraySlice<YAMLPath.Part>, _ addition: Addition, indent: Int
  ) -> [String] {
    var rows: [String] = []
    var column = indent
    for part in parts {
      guard case .key(let key) = part else { continue }
      rows.append(String(repeating: " ", count: column) + YAMLScalar.written(key) + ":")
      column += indentation
    }
    if addition.isItem {
      rows.append(String(repeating: " ", count: column) + "- " + addition.value.written)
    } else if let last = rows.popLast() {
      rows.append(last + " " + addition.value.written)
    }
    return rows
  }

  private func replace(_ found: Found, with value: YAMLValue) throws(YAMLEditError)
    -> YAMLEditor.Splice
  {
    let node = tree[found.node]
    let isInFlow = found.parent.map { tree[$0].style == .flow } ?? false
    var written = isInFlow ? value.writtenInFlow : value.written
    if case .text(let text) = value {
      // Quotes stay where the text can stand in them.
      if node.style == .doubleQuoted { written = YAMLScalar.doubleQuoted(text) }
      if node.style == .singleQuoted, !written.hasPrefix("\"") {
        written =
          "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
          + "'"
      }
    }
    if node.place.length == 0 {
      let needsSpace = node.place.offset > 0 && !isBlank(bytes[Int(node.place.offset) - 1])
      return splice(
        Int(node.place.offset), Int(node.place.offset), (needsSpace ? " " : "") + written)
    }
    var start = Int(node.place.offset)
    let end = end(of: found.node)
    if node.kind != .scalar, node.style == .block, let key = found.key {
      // A block begins below its key; the value that takes its place stands behind the colon.
      start = tree[key].place.bytes.upperBound
      while start < end, bytes[start] != UInt8(ascii: ":") { start += 1 }
      start = min(start + 1, end)
      written = " " + written
    }
    return splice(start, end, written)
  }

  // MARK: Adding items

  private func append(
    _ path: YAMLPath, _ item: YAMLValue
  ) throws(YAMLEditError) -> YAMLEditor.Splice {
    guard let (found, left) = try find(path), left.isEmpty else {
      return try set(path, Addition(value: item, isItem: true))
    }
    let node = tree[found.node]
    if node.kind == .sequence, node.style == .flow {
      return try insertInFlow(found.node, item.writtenInFlow)
    }
    if node.kind == .sequence {
      let row = String(repeating: " ", count: indent(of: found.node)) + "- " + item.written
      return write(at: endOfLine(from: end(of: found.node)), [row])
    }
    guard tree.isNull(found.node) else { throw .noWay(path, "it is no list") }
    return try replace(found, with: .list([item]))
  }

  /// Puts an item behind the last one in brackets or braces.
  private func insertInFlow(
    _ id: YAMLTree.NodeID, _ text: String
  ) throws(YAMLEditError) -> YAMLEditor.Splice {
    guard let last = lastChildEnd(of: id) else {
      let inside = Int(tree[id].place.offset) + 1
      return splice(inside, inside, text)
    }
    return splice(last, last, ", " + text)
  }

  // MARK: Removing

  private func remove(_ path: YAMLPath) throws(YAMLEditError) -> YAMLEditor.Splice {
    guard let (found, left) = try find(path), left.isEmpty, let parent = found.parent else {
      throw .noWay(path, "it is not there")
    }
    let count =
      tree[parent].kind == .mapping ? tree[parent].children.count / 2 : tree[parent].children.count
    let isFlow = tree[parent].style == .flow
    if count == 1 { return try removeLastChild(of: parent, path) }
    let (start, end) = extent(of: found, in: parent)
    if isFlow {
      if found.position + 1 < count {
        return splice(start, startOfChild(parent, found.position + 1), "")
      }
      return splice(endOfChild(parent, found.position - 1), end, "")
    }
    // The first key of an item stands behind its dash; the next key takes its place there.
    if found.position + 1 < count, !isFirstOnLine(start) {
      return splice(start, startOfChild(parent, found.position + 1), "")
    }
    let lineStart = startOfLine(from: start)
    let lineEnd = endOfLine(from: end)
    let next = lineEnd < bytes.count ? afterLineEnd(lineEnd) : lineEnd
    return splice(lineStart, next, "")
  }

  /// Leaves empty brackets where a collection loses the only thing in it.
  private func removeLastChild(
    of parent: YAMLTree.NodeID, _ path: YAMLPath
  ) throws(YAMLEditError) -> YAMLEditor.Splice {
    let place = tree[parent].place.bytes
    if tree[parent].style == .flow {
      return splice(place.lowerBound + 1, place.upperBound - 1, "")
    }
    let above = YAMLPath(path.parts.dropLast())
    guard let (found, _) = try find(above) else { throw .noWay(path, "it is not there") }
    return try replace(found, with: tree[parent].kind == .mapping ? .mapping([]) : .list([]))
  }

  /// From the key, or the dash, to the end of the value.
  private func extent(of found: Found, in parent: YAMLTree.NodeID) -> (Int, Int) {
    (startOfChild(parent, found.position), max(end(of: found.node), keyEnd(found.key)))
  }

  private func keyEnd(_ key: YAMLTree.NodeID?) -> Int {
    guard let key else { return 0 }
    var index = tree[key].place.bytes.upperBound
    while index < bytes.count, bytes[index] != UInt8(ascii: ":") { index += 1 }
    return min(index + 1, bytes.count)
  }

  /// Where a child begins with its key or, in a block list, its dash.
  private func startOfChild(_ parent: YAMLTree.NodeID, _ position: Int) -> Int {
    let children = tree[parent].children
    if tree[parent].kind == .mapping {
      return propertiesStart(of: tree.edges[Int(children.lowerBound) + 2 * position])
    }
    let edge = Int(children.lowerBound) + position
    var start =
      tree.aliases[Int32(edge)].map { Int($0.place.offset) }
      ?? propertiesStart(of: tree.edges[edge])
    guard tree[parent].style == .block else { return start }
    while start > 0, bytes[start] != UInt8(ascii: "-") || !isBlankOrEnd(start + 1) { start -= 1 }
    return start
  }

  /// Where a node begins with the anchor or tag before it.
  private func propertiesStart(of id: YAMLTree.NodeID) -> Int {
    let start = Int(tree[id].place.offset)
    guard tree.anchors[id] != nil || tree.tags[id] != nil else { return start }
    let line = startOfLine(from: start)
    let sign = bytes[line..<start].firstIndex { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "!") }
    return sign ?? start
  }

  private func endOfChild(_ parent: YAMLTree.NodeID, _ position: Int) -> Int {
    let width = tree[parent].kind == .mapping ? 2 : 1
    let edge = Int(tree[parent].children.lowerBound) + width * position + width - 1
    if let alias = tree.aliases[Int32(edge)] { return alias.place.bytes.upperBound }
    let end = end(of: tree.edges[edge])
    return width == 2 ? max(end, keyEnd(tree.edges[edge - 1])) : end
  }

  private func lastChildEnd(of id: YAMLTree.NodeID) -> Int? {
    let width = tree[id].kind == .mapping ? 2 : 1
    let count = tree[id].children.count / width
    return count == 0 ? nil : endOfChild(id, count - 1)
  }

  // MARK: Bytes

  /// Where what was written of a node ends, without the empty lines behind a block of text.
  private func end(of id: YAMLTree.NodeID) -> Int {
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
  private func entryEndingTheText(of id: YAMLTree.NodeID) -> Int? {
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

  private func indent(of id: YAMLTree.NodeID) -> Int { Int(tree[id].place.column) - 1 }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  private func isBlankOrEnd(_ index: Int) -> Bool { index >= bytes.count || isBlank(bytes[index]) }

  private func startOfLine(from offset: Int) -> Int {
    (bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
  }

  /// Before the line end that follows.
  private func endOfLine(from offset: Int) -> Int {
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else { return bytes.count }
    return end > offset && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
  }

  private func afterLineEnd(_ offset: Int) -> Int {
    bytes[offset] == UInt8(ascii: "\r") ? offset + 2 : offset + 1
  }

  private func isFirstOnLine(_ offset: Int) -> Bool {
    bytes[startOfLine(from: offset)..<offset].allSatisfy {
      $0 == 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF
    }
  }

  /// Odd documents can make the ends of a stretch meet or cross; what comes of it is read again and
  /// compared before it counts.
  private func splice(_ start: Int, _ end: Int, _ text: String) -> YAMLEditor.Splice {
    let start = min(max(start, 0), bytes.count)
    return YAMLEditor.Splice(
      range: start..<min(max(start, end), bytes.count), replacement: Array(text.utf8))
  }

  /// New lines behind a place that is the end of a line.
  private func write(at offset: Int, _ rows: [String]) -> YAMLEditor.Splice {
    let text = rows.joined(separator: lineEnd)
    let isAtLineStart = offset == 0 || bytes[offset - 1] == UInt8(ascii: "\n")
    return splice(offset, offset, isAtLineStart ? text + lineEnd : lineEnd + text)
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
