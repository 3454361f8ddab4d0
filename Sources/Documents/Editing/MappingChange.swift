import Diagnostics

/// What keys of one mapping shall be; all others stay as they are.
package struct MappingChange: Sendable {
  /// What becomes of one key.
  package enum KeyChange: Hashable, Sendable {
    case set(YAMLValue)
    /// Sets keys of the mapping that the value is, one by one; makes it one where it is not.
    case update([YAMLValue.Entry])
    /// Takes the key away, unless its value is empty: an empty list that a person wrote says no more
    /// than none.
    case remove
  }

  package let node: YAMLTree.NodeID
  /// In the order in which they stand; a key that is new comes behind the nearest one before it that
  /// is there, so that the text does not depend on which was written first.
  package let keys: [(name: String, change: KeyChange)]
  /// Where new keys come behind if none of the others is there.
  package let anchor: String

  package init(
    of node: YAMLTree.NodeID, behind anchor: String, _ keys: [(name: String, change: KeyChange)]
  ) {
    self.node = node
    self.anchor = anchor
    self.keys = keys
  }
}

extension YAMLTree {
  /// The text with many changes made at once: the text is read once and what was written once, so
  /// that it costs the same for one change as for one in each of ten thousand mappings.
  package struct Changed: Sendable {
    package let bytes: [UInt8]
    /// Mappings that were left as they are, because what is written there is used elsewhere too.
    package let shared: [NodeID]
  }

  /// Makes changes; every byte that they are not about stays.
  ///
  /// What was written is read again and compared with what the changes mean; where the two differ
  /// nothing is changed.
  package func changing(
    _ changes: some Sequence<MappingChange>
  ) throws(YAMLEditError) -> Changed {
    var batch = ChangeBatch(self)
    for change in changes { batch.take(change) }
    guard !batch.splices.isEmpty else { return Changed(bytes: source.bytes, shared: batch.shared) }
    guard let bytes = batch.text(), ChangeCheck.isMeant(bytes, by: self, batch.meanings) else {
      throw .cannotBeWritten(YAMLPath([]))
    }
    return Changed(bytes: bytes, shared: batch.shared)
  }
}

/// Changes of one tree, gathered before any is made.
private struct ChangeBatch {
  private let tree: YAMLTree
  private let writer: SpliceWriter
  /// Nodes that aliases lead to.
  private let targets: Set<YAMLTree.NodeID>
  private(set) var meanings: [YAMLTree.NodeID: MappingMeaning] = [:]
  private(set) var splices: [YAMLEditor.Splice] = []
  private(set) var shared: [YAMLTree.NodeID] = []

  init(_ tree: YAMLTree) {
    self.tree = tree
    writer = SpliceWriter(tree)
    targets = Set(tree.aliases.keys.map { tree.edges[Int($0)] })
  }

  /// Either all of a change or nothing of it.
  mutating func take(_ change: MappingChange) {
    var part = Part(node: change.node)
    guard tree[change.node].kind == .mapping, plan(change, in: &part) else {
      shared.append(change.node)
      return
    }
    splices += part.splices
    meanings.merge(part.meanings) { _, new in new }
  }

  private struct Part {
    let node: YAMLTree.NodeID
    var splices: [YAMLEditor.Splice] = []
    var meanings: [YAMLTree.NodeID: MappingMeaning] = [:]
  }

  private func plan(_ change: MappingChange, in part: inout Part) -> Bool {
    if targets.contains(change.node) { return false }
    var found: [String: SpliceWriter.Found] = [:]
    let pairs = Array(tree.pairs(of: change.node))
    let wanted = Set(change.keys.map(\.name))
    for (position, pair) in pairs.enumerated() {
      let name = tree[pair.key].text
      guard wanted.contains(name) || name == change.anchor, !tree.isMergeKey(pair.key) else {
        continue
      }
      found[name] = SpliceWriter.Found(
        node: pair.value, key: pair.key, parent: change.node, position: position)
    }
    var place = found[change.anchor] ?? last(of: pairs, in: change.node)
    var added: [(behind: SpliceWriter.Found?, entry: YAMLValue.Entry)] = []
    for (name, keyChange) in change.keys {
      guard let old = found[name] else {
        let value: YAMLValue
        switch keyChange {
        case .set(let new): value = new
        case .update(let entries): value = .mapping(entries)
        case .remove: continue
        }
        added.append((place, .init(name, value)))
        part.meanings[change.node, default: []].append((name, value))
        continue
      }
      guard replan(old, keyChange, name, in: &part) else { return false }
      if keyChange != .remove || tree.isEmpty(old.node) { place = old }
    }
    return add(added, to: change.node, in: &part)
  }

  private func last(
    of pairs: [(key: YAMLTree.NodeID, value: YAMLTree.NodeID)], in node: YAMLTree.NodeID
  ) -> SpliceWriter.Found? {
    pairs.last.map {
      SpliceWriter.Found(
        node: $0.value, key: $0.key, parent: node, position: pairs.count - 1)
    }
  }

  /// Plans what becomes of a key that is there; false where its value is used elsewhere too.
  private func replan(
    _ old: SpliceWriter.Found, _ change: MappingChange.KeyChange, _ name: String,
    in part: inout Part
  ) -> Bool {
    guard let parent = old.parent else { return false }
    let edge = Int32(Int(tree[parent].children.lowerBound) + 2 * old.position + 1)
    if tree.aliases[edge] != nil || targets.contains(old.node) { return false }
    switch change {
    case .set(let value): return replace(old, name, with: value, in: &part)
    case .update(let entries):
      guard tree[old.node].kind == .mapping, !tree[old.node].children.isEmpty else {
        return replace(old, name, with: .mapping(entries), in: &part)
      }
      return plan(
        MappingChange(of: old.node, behind: "", entries.map { ($0.key, .set($0.value)) }),
        in: &part)
    case .remove:
      if tree.isEmpty(old.node) { return true }
      guard !leadsElsewhere(old.node), let splice = writer.removal(of: old) else { return false }
      part.splices.append(splice)
      part.meanings[parent, default: []].append((name, nil))
      return true
    }
  }

  private func replace(
    _ old: SpliceWriter.Found, _ name: String, with value: YAMLValue, in part: inout Part
  ) -> Bool {
    guard tree.value(old.node) != value else { return true }
    guard !leadsElsewhere(old.node), let parent = old.parent,
      let splice = try? writer.replace(old, with: value)
    else { return false }
    part.splices.append(splice)
    part.meanings[parent, default: []].append((name, value))
    return true
  }

  /// Whether something in a value is used elsewhere, and cannot go with it.
  private func leadsElsewhere(_ node: YAMLTree.NodeID) -> Bool {
    guard !targets.isEmpty else { return false }
    return targets.contains(node)
      || tree[node].children.contains { leadsElsewhere(tree.edges[Int($0)]) }
  }

  /// Writes new keys behind those that are there, several behind the same as one stretch.
  private func add(
    _ added: [(behind: SpliceWriter.Found?, entry: YAMLValue.Entry)], to node: YAMLTree.NodeID,
    in part: inout Part
  ) -> Bool {
    var rest = added[...]
    while let first = rest.first {
      guard let place = first.behind else { return false }
      let run = rest.prefix { $0.behind?.position == place.position }.map(\.entry)
      rest = rest.dropFirst(run.count)
      part.splices.append(writer.insertion(of: run, behind: place, in: node))
    }
    return true
  }

  /// The new text; nothing where two changes are about the same bytes.
  func text() -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tree.source.bytes.count + splices.count * 32)
    var end = 0
    // Sorting keeps the order of what begins at one place: a value comes before what is behind it.
    for (_, splice) in splices.enumerated().sorted(by: {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }) {
      if splice.range.lowerBound < end {
        // Two keys that go, one behind the other, share the comma between them.
        guard splice.replacement.isEmpty, splice.range.upperBound >= end else { return nil }
        end = splice.range.upperBound
        continue
      }
      bytes += tree.source.bytes[end..<splice.range.lowerBound]
      bytes += splice.replacement
      end = splice.range.upperBound
    }
    bytes += tree.source.bytes[end...]
    return bytes
  }
}

extension YAMLTree {
  /// Whether a value says nothing: no value, an empty list, an empty mapping.
  fileprivate func isEmpty(_ id: NodeID) -> Bool {
    self[id].kind == .scalar ? isNull(id) : self[id].children.isEmpty
  }
}

extension SpliceWriter {
  /// Takes a key away from a mapping that has others.
  fileprivate func removal(of found: Found) -> YAMLEditor.Splice? {
    guard let parent = found.parent, tree[parent].children.count > 2 else { return nil }
    return removal(of: found, among: tree[parent].children.count / 2, in: parent)
  }

  /// New keys behind one that is there.
  fileprivate func insertion(
    of entries: [YAMLValue.Entry], behind place: Found, in node: YAMLTree.NodeID
  ) -> YAMLEditor.Splice {
    let end = endOfChild(node, place.position)
    if tree[node].style == .flow {
      let text = entries.map {
        ", \(YAMLScalar.written($0.key, inFlow: true)): \($0.value.writtenInFlow)"
      }
      return splice(end, end, text.joined())
    }
    let column = String(repeating: " ", count: indent(of: node))
    let rows = entries.map { "\(column)\(YAMLScalar.written($0.key)): \($0.value.written)" }
    return write(at: endOfLine(from: end), rows)
  }
}
