/// The most steps that could run at once as far as needs go.
package struct Width: Sendable, Equatable {
  package let atLeast: Int
  package let atMost: Int

  package var isExact: Bool { atLeast == atMost }

  /// Exact for graphs up to this many nodes and edges together; between two bounds above.
  static let exactSize = 20_000

  /// - Parameter counts: whether a node is one of those that could run; others only carry needs on.
  init(of graph: StepGraph, counting counts: [Bool]) {
    let edges = (0..<graph.count).reduce(0) { $0 + graph.needs(of: $1).count }
    let wave = Self.widestWave(graph, counts)
    if graph.count + edges <= Self.exactSize, graph.isAcyclic {
      // By Dilworth's theorem the largest set of steps of which none waits for another is as large
      // as the smallest set of chains that hold them all.
      var cover = ChainCover(graph, counts)
      cover.improve()
      atLeast = cover.chains
      atMost = cover.chains
    } else {
      atLeast = wave
      atMost = max(wave, ChainCover(graph, counts).chains)
    }
  }

  private static func widestWave(_ graph: StepGraph, _ counts: [Bool]) -> Int {
    var level = [Int](repeating: 0, count: graph.count)
    var sizes: [Int: Int] = [:]
    for node in graph.order.lazy.map(Int.init) {
      for need in graph.needs(of: node).lazy.map(Int.init) {
        level[node] = max(level[node], level[need] + (counts[need] ? 1 : 0))
      }
      if counts[node] { sizes[level[node], default: 0] += 1 }
    }
    return sizes.values.max() ?? 0
  }
}

/// Chains of steps, each behind the one before in it, that together hold every step.
///
/// A chain may pass by nodes that are not its own. As a flow: each step may be followed by one and
/// follow one; from the entry of a node the flow may go on through the node without ending in it.
/// Every unit of flow joins two chains to one.
private struct ChainCover {
  private var flow: UnitFlow
  private let steps: Int
  private var joined = 0
  /// For each step the edges by which flow begins and ends in it.
  private var beginnings: [Int]
  private var endings: [Int]

  init(_ graph: StepGraph, _ counts: [Bool]) {
    let count = graph.count
    steps = counts.lazy.filter { $0 }.count
    // Nodes: exit of n = n, entry of n = count + n, then source and sink.
    flow = UnitFlow(nodes: 2 * count + 2, source: 2 * count, sink: 2 * count + 1)
    beginnings = Array(repeating: -1, count: count)
    endings = beginnings
    for node in 0..<count {
      if counts[node] {
        beginnings[node] = flow.addEdge(from: 2 * count, to: node, capacity: 1)
        endings[node] = flow.addEdge(from: count + node, to: 2 * count + 1, capacity: 1)
      }
      flow.addEdge(from: count + node, to: node, capacity: Int32.max)
      for dependent in graph.dependents(of: node) {
        flow.addEdge(from: node, to: count + Int(dependent), capacity: Int32.max)
      }
    }
    joinGreedily(graph, counts)
  }

  var chains: Int { steps - joined }

  /// Joins each step to a first dependent that follows nothing yet.
  private mutating func joinGreedily(_ graph: StepGraph, _ counts: [Bool]) {
    var follows = [Bool](repeating: false, count: graph.count)
    for node in graph.order.lazy.map(Int.init) where counts[node] {
      guard
        let next = graph.dependents(of: node).lazy.map(Int.init)
          .first(where: { counts[$0] && !follows[$0] })
      else { continue }
      follows[next] = true
      flow.push(beginnings[node], from: node, to: graph.count + next, endings[next])
      joined += 1
    }
  }

  /// Joins as many as can be joined.
  mutating func improve() { joined += flow.maximise() }
}

/// Maximal flow by blocking flows (Dinic's algorithm), one unit a way, without recursion.
private struct UnitFlow {
  private let source: Int
  private let sink: Int
  private var heads: [[Int32]]
  private var targets: [Int32] = []
  private var capacities: [Int32] = []

  init(nodes: Int, source: Int, sink: Int) {
    heads = Array(repeating: [], count: nodes)
    self.source = source
    self.sink = sink
  }

  @discardableResult
  mutating func addEdge(from: Int, to: Int, capacity: Int32) -> Int {
    heads[from].append(Int32(targets.count))
    targets.append(Int32(to))
    capacities.append(capacity)
    heads[to].append(Int32(targets.count))
    targets.append(Int32(from))
    capacities.append(0)
    return targets.count - 2
  }

  private mutating func useEdge(_ edge: Int) {
    if capacities[edge] != .max { capacities[edge] -= 1 }
    if capacities[edge ^ 1] != .max { capacities[edge ^ 1] += 1 }
  }

  /// Sends one unit along an edge from the source, an edge between two nodes, one to the sink.
  mutating func push(_ first: Int, from: Int, to: Int, _ last: Int) {
    useEdge(first)
    if let edge = heads[from].first(where: { Int(targets[Int($0)]) == to }) { useEdge(Int(edge)) }
    useEdge(last)
  }

  /// How many more units go through than before.
  mutating func maximise() -> Int {
    var units = 0
    while let levels = levels() {
      var next = [Int](repeating: 0, count: heads.count)
      while pushOne(levels, &next) { units += 1 }
    }
    return units
  }

  private func levels() -> [Int32]? {
    var levels = [Int32](repeating: -1, count: heads.count)
    levels[source] = 0
    var round = [source]
    while !round.isEmpty, levels[sink] < 0 {
      var following: [Int] = []
      for node in round {
        for edge in heads[node] where capacities[Int(edge)] > 0 {
          let target = Int(targets[Int(edge)])
          if levels[target] < 0 {
            levels[target] = levels[node] + 1
            following.append(target)
          }
        }
      }
      round = following
    }
    return levels[sink] < 0 ? nil : levels
  }

  private mutating func pushOne(_ levels: [Int32], _ next: inout [Int]) -> Bool {
    var way: [Int] = []
    var node = source
    while node != sink {
      if next[node] < heads[node].count {
        let edge = Int(heads[node][next[node]])
        let target = Int(targets[edge])
        if capacities[edge] > 0, levels[target] == levels[node] + 1 {
          way.append(edge)
          node = target
        } else {
          next[node] += 1
        }
      } else {
        guard let edge = way.popLast() else { return false }
        node = Int(targets[edge ^ 1])
        next[node] += 1
      }
    }
    for edge in way { useEdge(edge) }
    return true
  }
}
