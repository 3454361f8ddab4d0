extension YAMLTree {
  /// Keys and values of a mapping with merge keys (`<<`) carried out: keys that stand in the
  /// mapping itself come first and win, then those of each merged mapping in order.
  ///
  /// What is merged is bounded by the parser's bound on aliases. A `<<` that names no mapping
  /// merges nothing; the parser has told it.
  package func entries(of id: NodeID) -> [(key: NodeID, value: NodeID)] {
    var entries: [(key: NodeID, value: NodeID)] = []
    var merges: [NodeID] = []
    for (key, value) in pairs(of: id) {
      if isMergeKey(key) { merges.append(value) } else { entries.append((key, value)) }
    }
    guard !merges.isEmpty else { return entries }
    var seen = Set(entries.map { self[$0.key].text })
    for merge in merges {
      for source in self[merge].kind == .sequence ? Array(items(of: merge)) : [merge] {
        for (key, value) in self.entries(of: source) where seen.insert(self[key].text).inserted {
          entries.append((key, value))
        }
      }
    }
    return entries
  }

  /// A plain `<<`; in quotes it is a key like any other.
  func isMergeKey(_ id: NodeID) -> Bool {
    self[id].text == "<<" && self[id].style == .plain && self[id].kind == .scalar
  }
}
