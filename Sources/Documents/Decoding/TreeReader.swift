package import Diagnostics

/// Reads values out of a tree and collects what is wrong with them.
package struct TreeReader {
  package let tree: YAMLTree
  package private(set) var diagnostics: [Diagnostic] = []
  /// The key whose value is being read, for messages.
  var subject = ""
  /// How that key is written, for hints.
  var example: String?

  package init(_ tree: YAMLTree) { self.tree = tree }

  package mutating func report(
    _ message: String, severity: Diagnostic.Severity = .error, at place: Place?,
    hint: String? = nil, related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(
      Diagnostic(
        severity, message, file: tree.source.path, at: place, hint: hint, related: related))
  }

  /// Tells that a value is not what its key takes.
  mutating func reportMismatch(_ node: YAMLTree.NodeID, expected: String) {
    let message =
      tree.isNull(node)
      ? "\(subject) has no value; it takes \(expected)"
      : "\(subject) takes \(expected), not \(description(of: node))"
    report(message, at: place(of: node), hint: example.map { "write it like this: \($0)" })
  }

  /// Tells what is wrong with a value that has the right shape.
  mutating func reportFlaw(_ node: YAMLTree.NodeID, _ flaw: String, hint: String?) {
    let text = tree[node].text
    let message =
      text.allSatisfy(\.isWhitespace)
      ? "\(subject) is empty" : "\(subject): `\(shortened(text))` \(flaw)"
    let written = example.map { "write it like this: \($0)" }
    report(message, at: place(of: node), hint: hint ?? written)
  }

  /// What stands there, in the words of the person who wrote it.
  func description(of id: YAMLTree.NodeID) -> String {
    let node = tree[id]
    switch node.kind {
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    case .scalar:
      if tree.isNull(id) { return "nothing" }
      return node.text.isEmpty ? "an empty text" : "`\(shortened(node.text))`"
    }
  }

  /// Where a diagnostic about a node points: the whole of a scalar, the first line of more.
  func place(of id: YAMLTree.NodeID) -> Place {
    var place = tree[id].place
    if let lineEnd = tree.source.lineBytes(Int(place.line))?.upperBound,
      place.bytes.upperBound > lineEnd
    {
      place.length = max(0, Int32(lineEnd) - place.offset)
    }
    return place
  }

  private func shortened(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }
    return line.count > 40 || line.count < text.count ? line.prefix(40) + "..." : text
  }
}

extension YAMLTree {
  /// A value that was left out: nothing, `~` or `null` without quotes.
  package func isNull(_ id: NodeID) -> Bool {
    let node = self[id]
    guard node.kind == .scalar, node.style == .plain, tags[id] != "tag:yaml.org,2002:str" else {
      return false
    }
    switch node.text {
    case "", "~", "null", "Null", "NULL": return true
    default: return false
    }
  }
}
