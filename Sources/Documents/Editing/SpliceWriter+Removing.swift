import Diagnostics

extension SpliceWriter {
  func remove(_ path: YAMLPath) throws(YAMLEditError) -> YAMLEditor.Splice {
    guard let (found, left) = try find(path), left.isEmpty, let parent = found.parent else {
      throw .noWay(path, "it is not there")
    }
    let count =
      tree[parent].kind == .mapping ? tree[parent].children.count / 2 : tree[parent].children.count
    if count == 1 { return try removeLastChild(of: parent, path) }
    return removal(of: found, among: count, in: parent)
  }

  /// Takes one of several children away.
  func removal(
    of found: Found, among count: Int, in parent: YAMLTree.NodeID
  ) -> YAMLEditor.Splice {
    let (start, end) = extent(of: found, in: parent)
    if tree[parent].style == .flow {
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
  func removeLastChild(
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
  func extent(of found: Found, in parent: YAMLTree.NodeID) -> (Int, Int) {
    (startOfChild(parent, found.position), max(end(of: found.node), keyEnd(found.key)))
  }

  func keyEnd(_ key: YAMLTree.NodeID?) -> Int {
    guard let key else { return 0 }
    var index = tree[key].place.bytes.upperBound
    while index < bytes.count, bytes[index] != UInt8(ascii: ":") { index += 1 }
    return min(index + 1, bytes.count)
  }

  /// Where a child begins with its key or, in a block list, its dash.
  func startOfChild(_ parent: YAMLTree.NodeID, _ position: Int) -> Int {
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
  func propertiesStart(of id: YAMLTree.NodeID) -> Int {
    let start = Int(tree[id].place.offset)
    guard tree.anchors[id] != nil || tree.tags[id] != nil else { return start }
    let line = startOfLine(from: start)
    let sign = bytes[line..<start].firstIndex { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "!") }
    return sign ?? start
  }

  func endOfChild(_ parent: YAMLTree.NodeID, _ position: Int) -> Int {
    let width = tree[parent].kind == .mapping ? 2 : 1
    let edge = Int(tree[parent].children.lowerBound) + width * position + width - 1
    if let alias = tree.aliases[Int32(edge)] { return alias.place.bytes.upperBound }
    let end = end(of: tree.edges[edge])
    return width == 2 ? max(end, keyEnd(tree.edges[edge - 1])) : end
  }

  func lastChildEnd(of id: YAMLTree.NodeID) -> Int? {
    let width = tree[id].kind == .mapping ? 2 : 1
    let count = tree[id].children.count / width
    return count == 0 ? nil : endOfChild(id, count - 1)
  }
}
