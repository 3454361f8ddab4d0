extension StepGraph {
  /// Of each set of nodes that wait for each other one circle, a short one: each node waits for the
  /// next and the last for the first. Begins with the node that stands first in the plan.
  package func circles() -> [[Int]] {
    if isAcyclic { return [] }
    return knots().map { knot in shortCircle(in: knot) }
      .sorted { $0[0] < $1[0] }
  }

  /// The sets of nodes of which each can be reached from each other (Tarjan's algorithm, with a
  /// stack of its own: a chain of a hundred thousand steps must not exhaust the thread's).
  private func knots() -> [[Int]] {
    var index = [Int32](repeating: -1, count: count)
    var low = [Int32](repeating: 0, count: count)
    var isOpen = [Bool](repeating: false, count: count)
    var open: [Int] = []
    var found: [[Int]] = []
    var next: Int32 = 0
    for root in 0..<count where index[root] < 0 {
      var visits: [(node: Int, neighbours: ArraySlice<Int32>)] = []
      func enter(_ node: Int) {
        index[node] = next
        low[node] = next
        next += 1
        open.append(node)
        isOpen[node] = true
        visits.append((node, needs(of: node)))
      }
      enter(root)
      while let last = visits.indices.last {
        let node = visits[last].node
        if let neighbour = visits[last].neighbours.popFirst().map(Int.init) {
          if index[neighbour] < 0 {
            enter(neighbour)
          } else if isOpen[neighbour] {
            low[node] = min(low[node], index[neighbour])
          }
          continue
        }
        visits.removeLast()
        if let parent = visits.last?.node { low[parent] = min(low[parent], low[node]) }
        guard low[node] == index[node] else { continue }
        var knot: [Int] = []
        while let member = open.popLast() {
          isOpen[member] = false
          knot.append(member)
          if member == node { break }
        }
        if knot.count > 1 { found.append(knot.sorted()) }
      }
    }
    return found
  }

  /// The shortest circle of a knot; in a very large one, the shortest through its first node.
  private func shortCircle(in knot: [Int]) -> [Int] {
    let members = Set(knot)
    var best: [Int] = []
    for start in knot.count <= 200 ? knot[...] : knot[..<1] {
      let circle = shortestCircle(through: start, within: members)
      if best.isEmpty || circle.count < best.count { best = circle }
    }
    guard let first = best.indices.min(by: { best[$0] < best[$1] }) else { return knot }
    return Array(best[first...] + best[..<first])
  }

  private func shortestCircle(through start: Int, within members: Set<Int>) -> [Int] {
    var cameFrom: [Int: Int] = [:]
    var round = [start]
    while !round.isEmpty {
      var next: [Int] = []
      for node in round {
        for neighbour in needs(of: node).lazy.map(Int.init) where members.contains(neighbour) {
          if neighbour == start { return path(from: start, to: node, cameFrom) }
          if cameFrom[neighbour] == nil {
            cameFrom[neighbour] = node
            next.append(neighbour)
          }
        }
      }
      round = next
    }
    return [start]
  }

  private func path(from start: Int, to end: Int, _ cameFrom: [Int: Int]) -> [Int] {
    var path = [end]
    while let last = path.last, last != start, let before = cameFrom[last] { path.append(before) }
    return path.reversed()
  }
}
