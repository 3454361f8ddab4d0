import CYAML
import Diagnostics

/// Why a document was given up: nothing behind this point was read.
struct YAMLFailure: Error {
  let diagnostic: Diagnostic
}

/// Builds a tree from libyaml's events.
struct YAMLComposer {
  private(set) var tree: YAMLTree
  private(set) var diagnostics: [Diagnostic] = []
  private let limits: YAMLLimits
  private let offsets: ByteOffsets
  /// Whether libyaml and editors count the same lines.
  private let hasPlainLineEnds: Bool
  private var open: [OpenCollection] = []
  private var anchored: [String: YAMLTree.NodeID] = [:]
  /// How many nodes each node stands for when its aliases are written out.
  private var expanded: [Int] = []
  private var documents = 0

  private struct OpenCollection {
    let id: YAMLTree.NodeID
    var children: [YAMLTree.NodeID] = []
    var aliases: [(position: Int, alias: YAMLTree.Alias)] = []
    var expanded = 1
  }

  init(source: SourceText, limits: YAMLLimits) {
    tree = YAMLTree(source: source)
    self.limits = limits
    // A plan has a value every dozen bytes or so; growing arrays of millions by copying costs more.
    let likely = min(limits.nodes, source.bytes.count / 12)
    tree.nodes.reserveCapacity(likely)
    tree.edges.reserveCapacity(likely)
    expanded.reserveCapacity(likely)
    offsets = ByteOffsets(of: source.bytes)
    hasPlainLineEnds = !Self.hasOddLineEnds(source.bytes)
  }

  mutating func compose() throws(YAMLFailure) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      throw YAMLFailure(diagnostic: Diagnostic(.error, "out of memory", file: tree.source.path))
    }
    defer { yaml_parser_delete(parser) }
    let bytes = tree.source.bytes
    try bytes.withUnsafeBufferPointer { (bytes) throws(YAMLFailure) in
      parser.read(bytes)
      var event = yaml_event_t()
      while true {
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure(of: parser.pointee) }
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT { return }
        try take(event)
      }
    }
  }

  private mutating func take(_ event: yaml_event_t) throws(YAMLFailure) {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      documents += 1
      if documents > 1 {
        throw refusal(
          "a second document begins here", event, hint: "only one document is read from a file")
      }
    case YAML_SCALAR_EVENT: try takeScalar(event)
    case YAML_ALIAS_EVENT: try takeAlias(event)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      try begin(
        .sequence, start.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block, event,
        anchor: start.anchor, tag: start.tag)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      try begin(
        .mapping, start.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block, event,
        anchor: start.anchor, tag: start.tag)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try end(event)
    default: break
    }
  }

  private mutating func takeScalar(_ event: yaml_event_t) throws(YAMLFailure) {
    let scalar = event.data.scalar
    let id = try add(
      .scalar, YAMLTree.Style(scalar.style), text: event.scalarText,
      place: ownPlace(event, scalar.anchor, scalar.tag),
      anchor: scalar.anchor, tag: scalar.tag)
    attach(id, expanded: 1)
  }

  private mutating func takeAlias(_ event: yaml_event_t) throws(YAMLFailure) {
    let name = yamlText(event.data.alias.anchor) ?? ""
    let place = place(event)
    guard let id = anchored[name] else {
      throw refusal("no anchor `&\(name)` stands before this alias", event, hint: nil)
    }
    if open.contains(where: { $0.id == id }) {
      throw refusal("`*\(name)` stands inside the value that it names", event, hint: nil)
    }
    if var collection = open.popLast() {
      collection.aliases.append((collection.children.count, .init(name: name, place: place)))
      open.append(collection)
    }
    attach(id, expanded: expanded[Int(id.index)])
    let limit = tree.nodes.count * 10 + limits.expandedNodes
    if let top = open.last, top.expanded > limit {
      throw refusal(
        "the aliases here stand for more than \(limit) values", event,
        hint: "write the values out, or use fewer aliases of aliases")
    }
  }

  private mutating func begin(
    _ kind: YAMLTree.Kind, _ style: YAMLTree.Style, _ event: yaml_event_t,
    anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?
  ) throws(YAMLFailure) {
    if open.count >= limits.depth {
      throw refusal("values are nested deeper than \(limits.depth) levels", event, hint: nil)
    }
    let id = try add(
      kind, style, text: "", place: ownPlace(event, anchor, tag), anchor: anchor, tag: tag)
    open.append(OpenCollection(id: id))
  }

  private mutating func end(_ event: yaml_event_t) throws(YAMLFailure) {
    guard let collection = open.popLast() else { return }
    let index = Int(collection.id.index)
    let start = tree.edges.count
    tree.edges.append(contentsOf: collection.children)
    for (position, alias) in collection.aliases {
      tree.aliases[Int32(start + position)] = alias
    }
    tree.nodes[index].children = Int32(start)..<Int32(tree.edges.count)
    expanded[index] = collection.expanded
    let begin = Int(tree.nodes[index].place.offset)
    let end =
      tree.nodes[index].style == .flow
      ? offsets.byte(ofCharacter: event.end_mark.index)
      : endOfLastChild(collection) ?? begin
    tree.nodes[index].place.length = Int32(max(0, end - begin))
    if tree.nodes[index].kind == .mapping { noteFlawsOfKeys(in: collection.id) }
    attach(collection.id, expanded: collection.expanded)
  }

  private func endOfLastChild(_ collection: OpenCollection) -> Int? {
    guard let last = collection.children.last else { return nil }
    if let alias = collection.aliases.last, alias.position == collection.children.count - 1 {
      return alias.alias.place.bytes.upperBound
    }
    return tree[last].place.bytes.upperBound
  }

  private mutating func add(
    _ kind: YAMLTree.Kind, _ style: YAMLTree.Style, text: String, place: Place,
    anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?
  ) throws(YAMLFailure) -> YAMLTree.NodeID {
    if tree.nodes.count >= limits.nodes {
      throw YAMLFailure(
        diagnostic: Diagnostic(
          .error, "the file holds more than \(limits.nodes) values", file: tree.source.path,
          at: place, hint: "split it into several files"))
    }
    let id = YAMLTree.NodeID(tree.nodes.count)
    tree.nodes.append(
      YAMLTree.Node(kind: kind, style: style, place: place, text: text, children: 0..<0))
    expanded.append(1)
    if let anchor = yamlText(anchor) {
      tree.anchors[id] = anchor
      anchored[anchor] = id
    }
    if let tag = yamlText(tag) { tree.tags[id] = tag }
    return id
  }

  private mutating func attach(_ id: YAMLTree.NodeID, expanded count: Int) {
    if open.isEmpty {
      if tree.root == nil { tree.root = id }
    } else {
      open[open.count - 1].children.append(id)
      // Saturates: one bomb may stand for more values than a number can count.
      let sum = open[open.count - 1].expanded.addingReportingOverflow(count)
      open[open.count - 1].expanded = sum.overflow ? .max : sum.partialValue
    }
  }

  private mutating func noteFlawsOfKeys(in id: YAMLTree.NodeID) {
    let children = tree.nodes[Int(id.index)].children
    // Most mappings have a handful of keys, which are compared faster than they are hashed.
    let isSmall = children.count <= 32
    var seen: [String: YAMLTree.NodeID] = [:]
    var edge = Int(children.lowerBound)
    while edge < Int(children.upperBound) {
      let (key, value) = (tree.edges[edge], tree.edges[edge + 1])
      let node = tree[key]
      if node.kind != .scalar {
        note("a key must be a word, not a \(node.kind == .mapping ? "mapping" : "list")", key)
      } else if tree.isMergeKey(key) {
        noteFlawsOfMerge(value)
      }
      var first: YAMLTree.NodeID?
      if isSmall {
        var earlier = Int(children.lowerBound)
        while earlier < edge, first == nil {
          if tree[tree.edges[earlier]].text == node.text { first = tree.edges[earlier] }
          earlier += 2
        }
      } else {
        first = seen[node.text]
        if first == nil { seen[node.text] = key }
      }
      if let first, node.kind == .scalar, tree[first].kind == .scalar {
        note(
          "duplicate key `\(node.text)`", key, hint: "keep one of the two",
          related: [.init("first written here", file: tree.source.path, at: tree[first].place)])
      }
      edge += 2
    }
  }

  private mutating func noteFlawsOfMerge(_ value: YAMLTree.NodeID) {
    let sources =
      tree[value].kind == .sequence ? Array(tree.items(of: value)) : [value]
    for source in sources where tree[source].kind != .mapping {
      note("`<<` merges mappings, and this is none", source, hint: "name an anchor: <<: *usual")
    }
  }

  private mutating func note(
    _ message: String, _ id: YAMLTree.NodeID, hint: String? = nil,
    related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(
      Diagnostic(
        .error, message, file: tree.source.path, at: tree[id].place, hint: hint, related: related))
  }

  // MARK: Places

  private func place(_ event: yaml_event_t) -> Place {
    let start = offsets.byte(ofCharacter: event.start_mark.index)
    let end = offsets.byte(ofCharacter: event.end_mark.index)
    guard hasPlainLineEnds else { return tree.source.place(start..<max(start, end)) }
    return Place(
      line: Int32(event.start_mark.line + 1), column: Int32(event.start_mark.column + 1),
      offset: Int32(start), length: Int32(end - start))
  }

  /// Whether lines end in what only libyaml takes for their end: a lone carriage return, or the line
  /// ends of Unicode.
  private static func hasOddLineEnds(_ bytes: [UInt8]) -> Bool {
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "\r"):
        if index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n") { return true }
      case 0xC2: if index + 1 < bytes.count, bytes[index + 1] == 0x85 { return true }
      case 0xE2:
        if index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8 {
          return true
        }
      default: break
      }
    }
    return false
  }

  /// The place of a node without the anchor and tag before it.
  private func ownPlace(
    _ event: yaml_event_t, _ anchor: UnsafeMutablePointer<yaml_char_t>?,
    _ tag: UnsafeMutablePointer<yaml_char_t>?
  ) -> Place {
    let whole = place(event)
    guard anchor != nil || tag != nil else { return whole }
    let bytes = tree.source.bytes
    var offset = Int(whole.offset)
    skipping: while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "&"), UInt8(ascii: "!"):
        while offset < bytes.count, !Self.isBlank(bytes[offset]) { offset += 1 }
      case UInt8(ascii: "#"):
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
      case let byte where Self.isBlank(byte): offset += 1
      default: break skipping
      }
    }
    let end = max(offset, whole.bytes.upperBound)
    return tree.source.place(min(offset, end)..<end)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      || byte == UInt8(ascii: "\t")
  }

  // MARK: Failures

  private func refusal(_ message: String, _ event: yaml_event_t, hint: String?) -> YAMLFailure {
    YAMLFailure(
      diagnostic: Diagnostic(
        .error, message, file: tree.source.path, at: place(event), hint: hint))
  }

  private func failure(of parser: yaml_parser_t) -> YAMLFailure {
    let error = YAMLSyntaxError(parser, offsets: offsets, source: tree.source)
    return YAMLFailure(diagnostic: error.diagnostic)
  }
}
