package import Plans

/// What is left of a run, by estimates.
package struct Outlook: Hashable, Sendable {
  /// How many steps at the most wait for each other in a row.
  package var waves: Int
  /// The longest way from now to the end.
  package var criticalPath: Span
  /// The steps of that way, in order.
  package var way: [StepID]
  /// The sum of what is left.
  package var work: Span
}

extension RunState {
  /// Looks at every step: for people who ask, not for decisions.
  package func outlook() -> Outlook {
    let graph = graph.value
    let left = steps.indices.map { standings[$0].phase.isEnd ? 0 : leftOver($0) }
    let behind = CriticalPath.behind(left, graph)
    var depths = [Int](repeating: 0, count: steps.count)
    var waves = 0
    for node in graph.order.lazy.map(Int.init) {
      for need in graph.needs(of: node) { depths[node] = max(depths[node], depths[Int(need)]) }
      if !standings[node].phase.isEnd, steps[node].kind != .group { depths[node] += 1 }
      waves = max(waves, depths[node])
    }
    return Outlook(
      waves: waves, criticalPath: Span(milliseconds: behind.max() ?? 0),
      way: way(graph, behind, left), work: Span(milliseconds: left.reduce(0, +)))
  }

  /// What an attempt has done already counts; something is left until it ends.
  private func leftOver(_ index: Int) -> Int64 {
    let whole = estimate(index)
    guard let attempt = active[index] else { return whole }
    return max(whole / 20, whole - (now - attempt.began).milliseconds)
  }

  private func way(_ graph: StepGraph, _ behind: [Int64], _ left: [Int64]) -> [StepID] {
    guard let longest = behind.max(), longest > 0,
      var node = behind.indices.first(where: { behind[$0] == longest && left[$0] > 0 })
    else { return [] }
    var way = [steps[node].id]
    while let next = graph.dependents(of: node).lazy.map(Int.init).first(where: {
      behind[$0] > 0 && behind[$0] == behind[node] - left[node]
    }) {
      if left[next] > 0 { way.append(steps[next].id) }
      node = next
    }
    return way
  }
}
