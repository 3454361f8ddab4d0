/// Where everything of a diagram stands. Groups are laid out by themselves and stand as one large
/// box among the others, so a frame holds its members and nothing else.
struct DiagramLayout {
  struct Rectangle: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
  }

  /// How large the box of each node must be.
  struct Measures {
    var width: Double
    var heights: [Double]
  }

  static let framePadding = 14.0
  static let frameTitle = 24.0

  private(set) var boxes: [Rectangle]
  /// The frame of each group; none where its members cannot stand together, because what lies
  /// between them waits for some and is waited for by others.
  private(set) var frames: [Rectangle?]
  /// The pieces of each edge's way, each as `LayeredLayout` gives them.
  private(set) var routes: [[[Point]]]
  private(set) var size: LayeredLayout.Box

  init(_ diagram: Diagram, _ measures: Measures) {
    let framed = FramedGroups(diagram).isFramed
    var inner: [Int: InnerLayout] = [:]
    for group in diagram.groups.indices where framed[group] {
      inner[group] = InnerLayout(diagram, group, measures)
    }
    let outer = OuterLayout(diagram, framed, inner, measures)
    size = outer.layout.size
    boxes = diagram.nodes.map { _ in Rectangle(x: 0, y: 0, width: 0, height: 0) }
    frames = diagram.groups.map { _ in nil }
    for (item, corner) in zip(outer.items, outer.layout.corners) {
      switch item {
      case .node(let node):
        boxes[node] = Rectangle(
          x: corner.x, y: corner.y, width: measures.width, height: measures.heights[node])
      case .group(let group):
        guard let layout = inner[group] else { continue }
        frames[group] = Rectangle(
          x: corner.x, y: corner.y, width: layout.frame.width, height: layout.frame.height)
        for (index, member) in diagram.groups[group].members.enumerated() {
          let place = layout.contentCorner(at: corner, layout.layout.corners[index])
          boxes[member] = Rectangle(
            x: place.x, y: place.y, width: measures.width, height: measures.heights[member])
        }
      }
    }
    routes = Array(repeating: [], count: diagram.edges.count)
    for (index, edge) in diagram.edges.enumerated() {
      routes[index] = Self.route(of: index, edge, diagram, outer, inner, framed)
    }
  }

  /// The way of an edge: out of the group that it begins in, between groups, into the group that it
  /// ends in.
  private static func route(
    of index: Int, _ edge: Diagram.Edge, _ diagram: Diagram, _ outer: OuterLayout,
    _ inner: [Int: InnerLayout], _ framed: [Bool]
  ) -> [[Point]] {
    func moved(_ route: [Point], in group: Int) -> [Point]? {
      guard let item = outer.numbers[.group(group)] else { return nil }
      return route.map { inner[group]?.contentCorner(at: outer.layout.corners[item], $0) ?? $0 }
    }
    var pieces: [[Point]] = []
    let from = outer.groupOfMember(edge.from, diagram, framed)
    let to = outer.groupOfMember(edge.to, diagram, framed)
    if let from, from == to, let route = inner[from]?.routes[.inside(index)] {
      return [moved(route, in: from)].compactMap { $0 }
    }
    if let from, case .node(let node) = edge.from, let route = inner[from]?.routes[.out(node)] {
      pieces += [moved(route, in: from)].compactMap { $0 }
    }
    pieces += outer.routes[index] ?? []
    if let to, case .node(let node) = edge.to, let route = inner[to]?.routes[.into(node)] {
      pieces += [moved(route, in: to)].compactMap { $0 }
    }
    return pieces
  }
}

/// Which groups can stand as one box without making a circle of arrows.
private struct FramedGroups {
  private(set) var isFramed: [Bool]

  init(_ diagram: Diagram) {
    isFramed = diagram.groups.map { !$0.members.isEmpty }
    while let knotted = firstKnot(diagram) { isFramed[knotted] = false }
  }

  /// A group on a circle of boxes, or nothing where there is none.
  private func firstKnot(_ diagram: Diagram) -> Int? {
    let count = diagram.nodes.count
    func item(_ end: Diagram.End) -> [Int] {
      switch end {
      case .node(let node):
        if let group = diagram.nodes[node].group, isFramed[group] { return [count + group] }
        return [node]
      case .group(let group):
        return isFramed[group] ? [count + group] : diagram.groups[group].members
      }
    }
    var following = [[Int]](repeating: [], count: count + diagram.groups.count)
    var open = [Int](repeating: 0, count: following.count)
    for edge in diagram.edges {
      for from in item(edge.from) {
        for to in item(edge.to) where from != to {
          following[from].append(to)
          open[to] += 1
        }
      }
    }
    var waiting = open.indices.filter { open[$0] == 0 }
    while let next = waiting.popLast() {
      for other in following[next] {
        open[other] -= 1
        if open[other] == 0 { waiting.append(other) }
      }
    }
    return diagram.groups.indices.first { isFramed[$0] && open[count + $0] > 0 }
  }
}

/// The members of one group, with a gate in its border for each that has arrows from or to outside.
private struct InnerLayout {
  enum Way: Hashable {
    case inside(Int)
    /// From the left border to a member.
    case into(Int)
    /// From a member to the right border.
    case out(Int)
  }

  let layout: LayeredLayout
  private(set) var routes: [Way: [Point]] = [:]
  /// How far below the middle of the frame the gate of a member is.
  private(set) var gates: [Way: Double] = [:]

  init(_ diagram: Diagram, _ group: Int, _ measures: DiagramLayout.Measures) {
    let members = diagram.groups[group].members
    let numbers = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
    var boxes = members.map {
      LayeredLayout.Box(width: measures.width, height: measures.heights[$0])
    }
    var arrows: [LayeredLayout.Arrow] = []
    var ways: [Way] = []
    var first: Set<Int> = []
    var last: Set<Int> = []
    func add(_ way: Way, _ from: Int, _ to: Int) {
      guard !ways.contains(way) else { return }
      ways.append(way)
      arrows.append(.init(from: from, to: to))
    }
    func gate(_ way: Way) -> Int {
      boxes.append(LayeredLayout.Box(width: 0, height: 0))
      return boxes.count - 1
    }
    func member(_ end: Diagram.End) -> (node: Int, number: Int)? {
      if case .node(let node) = end, let number = numbers[node] { (node, number) } else { nil }
    }
    for (index, edge) in diagram.edges.enumerated() {
      switch (member(edge.from), member(edge.to)) {
      case (let from?, let to?): add(.inside(index), from.number, to.number)
      case (let from?, nil) where !ways.contains(.out(from.node)):
        let border = gate(.out(from.node))
        last.insert(border)
        add(.out(from.node), from.number, border)
      case (nil, let to?) where !ways.contains(.into(to.node)):
        let border = gate(.into(to.node))
        first.insert(border)
        add(.into(to.node), border, to.number)
      default: break
      }
    }
    layout = LayeredLayout(
      boxes, arrows, spacing: .init(betweenColumns: 44), first: first, last: last)
    for (index, way) in ways.enumerated() {
      routes[way] = layout.routes[index]
      let end = way.isInto ? layout.routes[index].first : layout.routes[index].last
      if let end { gates[way] = end.y + Self.top - frame.height / 2 }
    }
  }

  private static let top = DiagramLayout.framePadding + DiagramLayout.frameTitle

  var frame: LayeredLayout.Box {
    LayeredLayout.Box(
      width: layout.size.width + 2 * DiagramLayout.framePadding,
      height: layout.size.height + Self.top + DiagramLayout.framePadding)
  }

  /// A point of the inside as a point of the whole, given the frame's corner.
  func contentCorner(at corner: Point, _ point: Point) -> Point {
    Point(x: corner.x + DiagramLayout.framePadding + point.x, y: corner.y + Self.top + point.y)
  }
}

extension InnerLayout.Way {
  fileprivate var isInto: Bool { if case .into = self { true } else { false } }
}

/// The boxes that stand free, and the frames.
private struct OuterLayout {
  let items: [Diagram.End]
  let numbers: [Diagram.End: Int]
  let layout: LayeredLayout
  private(set) var routes: [Int: [[Point]]] = [:]

  init(
    _ diagram: Diagram, _ framed: [Bool], _ inner: [Int: InnerLayout],
    _ measures: DiagramLayout.Measures
  ) {
    var items: [Diagram.End] = []
    var placed: Set<Int> = []
    for (index, node) in diagram.nodes.enumerated() {
      if let group = node.group, framed[group] {
        if placed.insert(group).inserted { items.append(.group(group)) }
      } else {
        items.append(.node(index))
      }
    }
    let numbers = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
    let boxes = items.map { item -> LayeredLayout.Box in
      switch item {
      case .node(let node): .init(width: measures.width, height: measures.heights[node])
      case .group(let group): inner[group]?.frame ?? .init(width: 0, height: 0)
      }
    }
    /// The boxes at which an end is drawn, and how far below their middle.
    func places(_ end: Diagram.End, isStart: Bool) -> [(box: Int, offset: Double)] {
      switch end {
      case .node(let node):
        if let number = numbers[end] { return [(number, 0)] }
        guard let group = diagram.nodes[node].group, let number = numbers[.group(group)] else {
          return []
        }
        return [(number, inner[group]?.gates[isStart ? .out(node) : .into(node)] ?? 0)]
      case .group(let group):
        if let number = numbers[end] { return [(number, 0)] }
        // A group without a frame is drawn as its members.
        return diagram.groups[group].members.flatMap { places(.node($0), isStart: isStart) }
      }
    }
    var arrows: [LayeredLayout.Arrow] = []
    var owners: [Int] = []
    for (index, edge) in diagram.edges.enumerated() {
      for from in places(edge.from, isStart: true) {
        for to in places(edge.to, isStart: false) where from.box != to.box {
          owners.append(index)
          arrows.append(
            .init(from: from.box, to: to.box, leavesAt: from.offset, meetsAt: to.offset))
        }
      }
    }
    self.items = items
    self.numbers = numbers
    layout = LayeredLayout(boxes, arrows)
    for (arrow, owner) in owners.enumerated() {
      routes[owner, default: []].append(layout.routes[arrow])
    }
  }

  /// The framed group that a node's end lies in.
  func groupOfMember(_ end: Diagram.End, _ diagram: Diagram, _ framed: [Bool]) -> Int? {
    guard case .node(let node) = end, let group = diagram.nodes[node].group, framed[group] else {
      return nil
    }
    return group
  }
}
