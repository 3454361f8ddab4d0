/// What keys of a mapping are to be; nothing for those that go.
typealias MappingMeaning = [(name: String, value: YAMLValue?)]

/// Compares a text with the tree that it was made from and the changes that were meant.
struct ChangeCheck: ~Copyable {
  private let tree: YAMLTree
  private let meanings: [YAMLTree.NodeID: MappingMeaning]
  private var events: YAMLEvents
  private var room: Int
  /// Texts by the anchors before them; of collections none.
  private var anchored: [String: String] = [:]

  /// Whether what stands in the text is what the tree holds, but for the changes.
  static func isMeant(
    _ bytes: [UInt8], by tree: YAMLTree, _ meanings: [YAMLTree.NodeID: MappingMeaning]
  ) -> Bool {
    let limits = YAMLLimits()
    guard bytes.count <= limits.bytes, let root = tree.root else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      guard let events = YAMLEvents(bytes) else { return false }
      var check = ChangeCheck(tree, meanings, events, room: limits.nodes)
      return check.next().map { check.isMeant(root, by: $0) } == true && check.isOver
    }
  }

  private init(
    _ tree: YAMLTree, _ meanings: [YAMLTree.NodeID: MappingMeaning], _ events: consuming YAMLEvents,
    room: Int
  ) {
    self.tree = tree
    self.meanings = meanings
    self.events = events
    self.room = room
  }

  /// The next value or end; nothing, too, where nobody could read that many, and for an alias that leads nowhere.
  private mutating func next() -> YAMLEvents.Event? {
    guard let event = events.next() else { return nil }
    switch event.kind {
    case .begins:
      room -= 1
      if room < 0 { return nil }
      if let anchor = event.anchor { anchored[anchor] = event.text }
    case .alias: if anchored[event.text] == nil { return nil }
    case .ends: break
    }
    return event
  }

  private var isOver: Bool { mutating get { events.next() == nil && events.isSound } }

  private mutating func isMeant(_ old: YAMLTree.NodeID, by new: YAMLEvents.Event) -> Bool {
    let node = tree[old]
    guard new.kind == .begins(node.kind), new.tag == tree.tags[old], new.anchor == tree.anchors[old]
    else { return false }
    if let meaning = meanings[old] { return isMeant(node, meaning) }
    guard new.style == node.style, new.text == node.text else { return false }
    if node.kind == .scalar { return true }
    for edge in node.children {
      guard let child = next(), isMeant(edge: edge, by: child) else { return false }
    }
    return next()?.kind == .ends
  }

  /// What an alias leads to is compared where it stands.
  private mutating func isMeant(edge old: Int32, by new: YAMLEvents.Event) -> Bool {
    if let alias = tree.aliases[old] { return new.kind == .alias && new.text == alias.name }
    return isMeant(tree.edges[Int(old)], by: new)
  }

  /// A mapping of which keys were changed: the others are there, in their order.
  private mutating func isMeant(_ node: YAMLTree.Node, _ meaning: MappingMeaning) -> Bool {
    var wanted = Dictionary(meaning.map { ($0.name, $0.value) }) { _, last in last }
    var rest = stride(from: node.children.lowerBound, to: node.children.upperBound, by: 2)
      .filter { wanted[tree[tree.edges[Int($0)]].text] == nil }[...]
    while let key = next(), key.kind != .ends {
      guard let value = next() else { return false }
      let name = key.kind == .alias ? anchored[key.text] : key.text
      if let meant = name.flatMap({ wanted.removeValue(forKey: $0) }) {
        guard let meant, isWritten(meant, as: value) else { return false }
      } else {
        guard let unchanged = rest.popFirst(), isMeant(edge: unchanged, by: key),
          isMeant(edge: unchanged + 1, by: value)
        else { return false }
      }
    }
    return rest.isEmpty && wanted.values.allSatisfy { $0 == nil }
  }

  private mutating func isWritten(_ value: YAMLValue, as new: YAMLEvents.Event) -> Bool {
    switch value {
    case .text, .plain:
      return new.kind == .begins(.scalar) && value == YAMLValue(scalar: new.text, new.style)
    case .list(let items):
      guard new.kind == .begins(.sequence) else { return false }
      for item in items {
        guard let event = next(), isWritten(item, as: event) else { return false }
      }
    case .mapping(let entries):
      guard new.kind == .begins(.mapping) else { return false }
      for entry in entries {
        guard let key = next(), key.kind == .begins(.scalar), key.text == entry.key,
          let event = next(), isWritten(entry.value, as: event)
        else { return false }
      }
    }
    return next()?.kind == .ends
  }
}
