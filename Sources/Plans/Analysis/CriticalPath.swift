import Diagnostics

/// How long every step takes at the least to reach, and how much hangs on it, by estimates.
package struct CriticalPath: Sendable {
  /// What a step without an estimate is taken to need.
  package static let usualEstimate = Duration.seconds(600)

  /// How long each node takes, in milliseconds: nothing for groups, approvals and what is done.
  let durations: [Int64]
  /// When each node can begin if nothing but its needs holds it up.
  let starts: [Int64]
  /// The longest way from the beginning of each node to the end of the plan.
  let behind: [Int64]
  /// The nodes of the longest way, in order.
  package let nodes: [Int]

  package init(_ plan: Plan, _ graph: StepGraph, usualEstimate: Duration = usualEstimate) {
    durations = plan.steps.map { step in
      switch step.work.value {
      case .group, .approve: return 0
      default: break
      }
      if step.isFinished { return 0 }
      return (step.estimate?.value ?? usualEstimate).milliseconds
    }
    var starts = [Int64](repeating: 0, count: graph.count)
    let behind = Self.behind(durations, graph)
    for node in graph.order.lazy.map(Int.init) {
      for need in graph.needs(of: node).lazy.map(Int.init) {
        starts[node] = max(starts[node], starts[need] + durations[need])
      }
    }
    self.starts = starts
    self.behind = behind
    nodes = Self.longestWay(graph, starts: starts, behind: behind, durations: durations)
  }

  /// The longest way from the beginning of each node to the end, in the unit of the durations.
  package static func behind(_ durations: [Int64], _ graph: StepGraph) -> [Int64] {
    var behind = [Int64](repeating: 0, count: graph.count)
    for node in graph.order.reversed().lazy.map(Int.init) {
      var longest: Int64 = 0
      for dependent in graph.dependents(of: node) { longest = max(longest, behind[Int(dependent)]) }
      behind[node] = longest + durations[node]
    }
    return behind
  }

  private static func longestWay(
    _ graph: StepGraph, starts: [Int64], behind: [Int64], durations: [Int64]
  ) -> [Int] {
    let length = behind.max() ?? 0
    guard
      var node = graph.order.lazy.map(Int.init).first(where: {
        starts[$0] == 0 && behind[$0] == length && graph.needs(of: $0).isEmpty
      })
    else { return [] }
    var way = [node]
    while let next = graph.dependents(of: node).lazy.map(Int.init).first(where: {
      starts[$0] == starts[node] + durations[node] && behind[$0] == behind[node] - durations[node]
    }) {
      way.append(next)
      node = next
    }
    return way
  }

  /// How long the plan takes if nothing but needs holds it up.
  package var length: Duration { .milliseconds(behind.max() ?? 0) }

  /// The longest way from the beginning of a step to the end of the plan.
  package func behind(_ node: Int) -> Duration { .milliseconds(behind[node]) }

  /// How long a step can be late before the whole plan is.
  package func slack(_ node: Int) -> Duration {
    .milliseconds((behind.max() ?? 0) - starts[node] - behind[node])
  }

  /// The sum of all estimates: how long one agent takes.
  package var work: Duration { .milliseconds(durations.reduce(0, +)) }
}

extension Duration {
  var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
