extension StepGraph {
  /// The nodes that every other counted node comes before or behind, in order.
  ///
  /// Such a node has the same place in every order of the graph. It has it exactly if all that stand
  /// before it in one order lead to something no later than it, and all that stand behind it wait
  /// for something no earlier; both are running extremes, so this takes two passes.
  func bottlenecks(among counts: [Bool]) -> [Int] {
    guard isAcyclic else { return [] }
    let nodes = order.lazy.map(Int.init)
    var position = [Int](repeating: 0, count: count)
    let counted = nodes.filter { counts[$0] }
    for (index, node) in counted.enumerated() { position[node] = index }
    // What a node that does not count leads to, or waits for, is what lies beyond it.
    var firstDependent = [Int](repeating: .max, count: count)
    for node in nodes.reversed() {
      for dependent in dependents(of: node).lazy.map(Int.init) {
        let reach = counts[dependent] ? position[dependent] : firstDependent[dependent]
        firstDependent[node] = min(firstDependent[node], reach)
      }
    }
    var lastNeed = [Int](repeating: -1, count: count)
    for node in nodes {
      for need in needs(of: node).lazy.map(Int.init) {
        lastNeed[node] = max(lastNeed[node], counts[need] ? position[need] : lastNeed[need])
      }
    }
    var allLeadHere = [Bool](repeating: false, count: counted.count)
    var latest = -1
    for (index, node) in counted.enumerated() {
      allLeadHere[index] = latest <= index
      latest = max(latest, firstDependent[node])
    }
    var found: [Int] = []
    var earliest = Int.max
    for (index, node) in counted.enumerated().reversed() {
      if allLeadHere[index], earliest >= index { found.append(node) }
      earliest = min(earliest, lastNeed[node])
    }
    return found.reversed()
  }
}
