/// A value of YAML without places and style: what is compared, and what is written.
package indirect enum YAMLValue: Hashable, Sendable {
  /// A text; written in quotes where it would be read as something else.
  case text(String)
  /// A number, a truth value, a time or nothing, written as it stands.
  case plain(String)
  case list([YAMLValue])
  case mapping([Entry])

  package struct Entry: Hashable, Sendable {
    package var key: String
    package var value: YAMLValue

    package init(_ key: String, _ value: YAMLValue) {
      self.key = key
      self.value = value
    }
  }

  /// A plain scalar and one in quotes differ only where plain text could be more than a text.
  init(scalar text: String, _ style: YAMLTree.Style) {
    self = style == .plain && YAMLScalar.written(text) != text ? .plain(text) : .text(text)
  }

  /// The same with the keys of all mappings sorted: their order means nothing.
  package var inKeyOrder: YAMLValue {
    switch self {
    case .text, .plain: self
    case .list(let items): .list(items.map(\.inKeyOrder))
    case .mapping(let entries):
      .mapping(entries.map { Entry($0.key, $0.value.inKeyOrder) }.sorted { $0.key < $1.key })
    }
  }

  /// The value on one line.
  package var written: String {
    switch self {
    case .text(let text): YAMLScalar.written(text)
    case .plain(let text): text
    case .list(let items): "[" + items.map(\.writtenInFlow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.map {
          "\(YAMLScalar.written($0.key, inFlow: true)): \($0.value.writtenInFlow)"
        }.joined(separator: ", ") + "}"
    }
  }

  var writtenInFlow: String {
    if case .text(let text) = self { return YAMLScalar.written(text, inFlow: true) }
    return written
  }
}

extension YAMLTree {
  /// What the document holds, without places and style; aliases and merge keys are written out.
  package var value: YAMLValue { root.map(value) ?? .plain("") }

  package func value(_ id: NodeID) -> YAMLValue {
    let node = self[id]
    switch node.kind {
    case .scalar: return YAMLValue(scalar: node.text, node.style)
    case .sequence: return .list(items(of: id).map(value))
    case .mapping:
      return .mapping(entries(of: id).map { .init(self[$0.key].text, value($0.value)) })
    }
  }
}
