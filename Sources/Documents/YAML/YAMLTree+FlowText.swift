extension YAMLTree {
  /// A value on one line, as it could be written in YAML.
  package func flowText(of id: NodeID) -> String {
    switch self[id].kind {
    case .scalar:
      let node = self[id]
      return node.style == .plain ? node.text : YAMLScalar.written(node.text, inFlow: true)
    case .sequence:
      return "[" + items(of: id).map(flowText).joined(separator: ", ") + "]"
    case .mapping:
      return "{"
        + entries(of: id).map { "\(flowText(of: $0.key)): \(flowText(of: $0.value))" }
        .joined(separator: ", ") + "}"
    }
  }
}
