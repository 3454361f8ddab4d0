import Diagnostics

/// Who waits for whom, as numbers: node n is the step at `plan.steps[n]`.
///
/// A group is a node too. It takes no time and is done when all its tasks are; its tasks wait for
/// what the group needs. So a thousand steps that need a group of a thousand tasks are two thousand
/// edges, not a million.
package struct StepGraph: Sendable {
  /// Neighbours of all nodes in one array, with where those of each node begin.
  struct Adjacency: Sendable {
    var starts: [Int32]
    var targets: [Int32]

    func neighbours(of node: Int) -> ArraySlice<Int32> {
      targets[Int(starts[node])..<Int(starts[node + 1])]
    }
  }

  package let count: Int
  let needsOfNodes: Adjacency
  let dependentsOfNodes: Adjacency
  /// Every node behind all that it needs, as near to plan order as that allows. Nodes on circles,
  /// and what waits for them, are missing.
  package let order: [Int32]

  /// What a node waits for.
  package func needs(of node: Int) -> ArraySlice<Int32> { needsOfNodes.neighbours(of: node) }

  /// What waits for a node.
  package func dependents(of node: Int) -> ArraySlice<Int32> {
    dependentsOfNodes.neighbours(of: node)
  }

  package var isAcyclic: Bool { order.count == count }

  /// Needs that name no step, a step itself, or a task's own group are left out: validation tells them.
  package init(_ plan: Plan) {
    var nodes: [StepID: Int32] = [:]
    nodes.reserveCapacity(plan.steps.count)
    for (index, step) in plan.steps.enumerated() where nodes[step.id.value] == nil {
      nodes[step.id.value] = Int32(index)
    }
    var edges: [(from: Int32, to: Int32)] = []
    edges.reserveCapacity(plan.steps.count * 4)
    var isOnlyAJoin = [Bool](repeating: false, count: plan.steps.count)
    for step in plan.steps {
      if let group = step.group { isOnlyAJoin[group] = true }
    }
    for (index, step) in plan.steps.enumerated() {
      let node = Int32(index)
      if let group = step.group {
        edges.append((node, Int32(group)))
        for need in plan.steps[group].needs {
          if let needed = nodes[need.value], needed != node, Int(needed) != group {
            edges.append((needed, node))
          }
        }
      }
      if isOnlyAJoin[index] { continue }
      for need in step.needs {
        if let needed = nodes[need.value], needed != node, Int(needed) != step.group {
          edges.append((needed, node))
        }
      }
    }
    self.init(count: plan.steps.count, edges: edges)
  }

  /// A graph of bare numbers; an edge leads from what is needed to what waits.
  package init(count: Int, edges: [(from: Int32, to: Int32)]) {
    self.count = count
    dependentsOfNodes = Self.adjacency(count, edges.lazy.map { ($0.from, $0.to) })
    needsOfNodes = Self.adjacency(count, edges.lazy.map { ($0.to, $0.from) })
    order = Self.topologicalOrder(count, needsOfNodes, dependentsOfNodes)
  }

  /// Counting sort by source; an edge that was given twice is kept once.
  private static func adjacency(
    _ count: Int, _ edges: some Collection<(Int32, Int32)>
  ) -> Adjacency {
    var starts = [Int32](repeating: 0, count: count + 1)
    for (from, _) in edges { starts[Int(from) + 1] += 1 }
    for node in 0..<count { starts[node + 1] += starts[node] }
    var targets = [Int32](repeating: 0, count: edges.count)
    var next = starts
    for (from, to) in edges {
      targets[Int(next[Int(from)])] = to
      next[Int(from)] += 1
    }
    var kept: [Int32] = []
    kept.reserveCapacity(targets.count)
    var keptStarts: [Int32] = [0]
    keptStarts.reserveCapacity(count + 1)
    for node in 0..<count {
      let neighbours = targets[Int(starts[node])..<Int(starts[node + 1])].sorted()
      var last: Int32 = -1
      for neighbour in neighbours where neighbour != last {
        kept.append(neighbour)
        last = neighbour
      }
      keptStarts.append(Int32(kept.count))
    }
    return Adjacency(starts: keptStarts, targets: kept)
  }

  /// Kahn's algorithm, round by round, so that nodes of one depth stay in plan order.
  private static func topologicalOrder(
    _ count: Int, _ needs: Adjacency, _ dependents: Adjacency
  ) -> [Int32] {
    var open = (0..<count).map { needs.neighbours(of: $0).count }
    var order: [Int32] = []
    order.reserveCapacity(count)
    var round = (0..<count).filter { open[$0] == 0 }.map(Int32.init)
    while !round.isEmpty {
      order.append(contentsOf: round)
      var next: [Int32] = []
      for node in round {
        for dependent in dependents.neighbours(of: Int(node)) {
          open[Int(dependent)] -= 1
          if open[Int(dependent)] == 0 { next.append(dependent) }
        }
      }
      round = next.sorted()
    }
    return order
  }
}
