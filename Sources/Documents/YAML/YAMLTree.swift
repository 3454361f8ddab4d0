package import Diagnostics

/// One YAML document as nodes that know where they stand in the source.
///
/// Nodes lie in one array and name each other by number: a document of a million values is a few
/// large allocations. An alias shares the node of its anchor, so the tree is a directed graph
/// without circles (libyaml gives an anchor its meaning only after the node began; an alias inside
/// its own anchor is an error), and the parser bounds how large it would be written out.
package struct YAMLTree: Sendable {
  package struct NodeID: Hashable, Sendable {
    package let index: Int32
    init(_ index: Int) { self.index = Int32(index) }
  }

  package enum Kind: UInt8, Sendable {
    case scalar
    case sequence
    case mapping
  }

  package enum Style: UInt8, Sendable {
    case plain
    case singleQuoted
    case doubleQuoted
    case literal
    case folded
    case block
    case flow
  }

  package struct Node: Sendable {
    package var kind: Kind
    package var style: Style
    /// What was written of the node itself, without its anchor and tag. For block collections it
    /// ends behind the last value in it.
    package var place: Place
    /// The text of a scalar; empty for collections.
    package var text: String
    /// Which of `edges` are the children; for a mapping key, value, key, value.
    var children: Range<Int32>
  }

  /// A use of an anchored node somewhere else: `*name`.
  package struct Alias: Sendable {
    package var name: String
    package var place: Place
  }

  package let source: SourceText
  /// The top of the document; nothing where the text holds no value at all.
  package var root: NodeID?
  var nodes: [Node] = []
  /// The children of all collections.
  var edges: [NodeID] = []
  /// Which edges were written as aliases.
  var aliases: [Int32: Alias] = [:]
  var tags: [NodeID: String] = [:]
  var anchors: [NodeID: String] = [:]

  init(source: SourceText) { self.source = source }

  package subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

  package func tag(of id: NodeID) -> String? { tags[id] }

  /// The items of a sequence; nothing for other nodes.
  package func items(of id: NodeID) -> ArraySlice<NodeID> {
    let node = self[id]
    guard node.kind == .sequence else { return [] }
    return edges[Int(node.children.lowerBound)..<Int(node.children.upperBound)]
  }

  /// Keys and values of a mapping as they were written, merge keys unresolved.
  package func pairs(of id: NodeID) -> Pairs {
    let node = self[id]
    guard node.kind == .mapping else { return Pairs(edges: []) }
    return Pairs(edges: edges[Int(node.children.lowerBound)..<Int(node.children.upperBound)])
  }

  package struct Pairs: Sequence, IteratorProtocol {
    private var edges: ArraySlice<NodeID>

    init(edges: ArraySlice<NodeID>) { self.edges = edges }

    package mutating func next() -> (key: NodeID, value: NodeID)? {
      guard let key = edges.popFirst(), let value = edges.popFirst() else { return nil }
      return (key, value)
    }
  }
}
