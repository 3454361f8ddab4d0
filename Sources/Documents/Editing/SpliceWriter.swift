import Diagnostics

/// Works out which bytes a change replaces.
struct SpliceWriter {
  let tree: YAMLTree
  let bytes: [UInt8]
  let lineEnd: String
  let indentation: Int

  init(_ tree: YAMLTree) {
    self.tree = tree
    self.bytes = tree.source.bytes
    let bytes = tree.source.bytes
    let firstEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
    lineEnd = firstEnd > 0 && bytes[firstEnd - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n"
    indentation = Self.usualIndentation(tree)
  }

  /// How far mappings in mappings are indented in this file; two where there are none.
  static func usualIndentation(_ tree: YAMLTree) -> Int {
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
  struct Addition {
    let value: YAMLValue
    let isItem: Bool
  }

  // MARK: Finding

  struct Found {
    var node: YAMLTree.NodeID
    /// The key that the node stands behind.
    var key: YAMLTree.NodeID?
    /// The collection that the node stands in, and where among its children.
    var parent: YAMLTree.NodeID?
    var position = 0
  }

  /// Follows a path as far as it leads; gives the parts that are left.
  func find(
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

  func child(
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

  func set(_ path: YAMLPath, _ addition: Addition) throws(YAMLEditError)
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

  func isBlock(_ found: Found) -> Bool {
    found.parent.map { tree[$0].style == .block } ?? true
  }

  /// The parts that are missing as a value on one line.
  func value(
    _ parts: ArraySlice<YAMLPath.Part>, _ addition: Addition, _ path: YAMLPath
  ) throws(YAMLEditError) -> YAMLValue {
    var value = addition.isItem ? YAMLValue.list([addition.value]) : addition.value
    for part in parts.reversed() {
      guard case .key(let key) = part else { throw .noWay(path, "there is no such item") }
      value = .mapping([.init(key, value)])
    }
    return value
  }

  func inFlow(
    _ parts: ArraySlice<YAMLPath.Part>, _ addition: Addition, _ path: YAMLPath
  ) throws(YAMLEditError) -> String {
    guard case .mapping(let entries) = try value(parts, addition, path), let entry = entries.first
    else { throw .noWay(path, "there is no such item") }
    return "\(YAMLScalar.written(entry.key, inFlow: true)): \(entry.value.writtenInFlow)"
  }

  /// The missing parts as lines of a block, each below the one before.
  func newLines(
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

  func replace(_ found: Found, with value: YAMLValue) throws(YAMLEditError)
    -> YAMLEditor.Splice
  {
    let node = tree[found.node]
    let isInFlow = found.parent.map { tree[$0].style == .flow } ?? false
    var written = isInFlow ? value.writtenInFlow : value.written
    if case .text(let text) = value {
      // Quotes stay where the text can stand in them.
      if node.style == .doubleQuoted { written = YAMLScalar.doubleQuoted(text) }
      if node.style == .singleQuoted, !written.hasPrefix("\"") {
        written = YAMLScalar.singleQuoted(text)
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

  func append(
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
  func insertInFlow(
    _ id: YAMLTree.NodeID, _ text: String
  ) throws(YAMLEditError) -> YAMLEditor.Splice {
    guard let last = lastChildEnd(of: id) else {
      let inside = Int(tree[id].place.offset) + 1
      return splice(inside, inside, text)
    }
    return splice(last, last, ", " + text)
  }
}
