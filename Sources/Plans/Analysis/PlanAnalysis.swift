import Diagnostics

/// What the graph of a plan means: computed once, as values. Steps are given by where they stand in
/// `plan.steps`. What is finished takes no more time and is in no wave.
package struct PlanAnalysis: Sendable {
  /// Two steps that could run at once but for something that both want.
  package struct Serialised: Sendable {
    package enum Order: Sendable {
      case priority
      /// More hangs on the first.
      case criticalPath
      case planOrder
    }

    package let first: Int
    package let second: Int
    package let reason: Exclusions.Reason
    package let order: Order
  }

  /// How many pairs that share something are looked at; a plan with more is told to have more.
  static let mostPairs = 20_000

  package let graph: StepGraph
  package let criticalPath: CriticalPath
  /// Steps that could start together if all took the same time.
  package let waves: [[Int]]
  /// The most steps of which each waits for the one before.
  package let longestChain: Int
  package let width: Width
  package let serialised: [Serialised]
  /// Whether `serialised` holds all such pairs.
  package let hasAllSerialised: Bool
  /// Steps that wait for each other, or for such steps, and can never start.
  package let circling: [Int]
  /// Steps that all others come before or behind, where others do run side by side.
  package let bottlenecks: [Int]
  private let makespan: Makespan

  package init(_ plan: Plan) {
    graph = StepGraph(plan)
    criticalPath = CriticalPath(plan, graph)
    let isOpen = plan.steps.map { !$0.isGroup && !$0.isFinished }
    let levels = Self.levels(graph, isOpen)
    var waves: [[Int]] = []
    for node in graph.order.lazy.map(Int.init) where isOpen[node] {
      while waves.count <= levels[node] { waves.append([]) }
      waves[levels[node]].append(node)
    }
    self.waves = waves.map { $0.sorted() }
    longestChain = waves.count
    width = Width(of: graph, counting: isOpen)
    let exclusions = Exclusions(plan)
    (serialised, hasAllSerialised) = Self.serialised(plan, graph, criticalPath, exclusions)
    circling = Self.circling(plan, graph)
    bottlenecks = width.atLeast > 1 ? graph.bottlenecks(among: isOpen) : []
    makespan = Makespan(plan, graph, criticalPath, exclusions)
  }

  /// How long the plan takes with so many agents at once; nothing where it has circles.
  package func makespan(agents: Int) -> Duration? { makespan.duration(agents: agents) }

  private static func levels(_ graph: StepGraph, _ isOpen: [Bool]) -> [Int] {
    var levels = [Int](repeating: 0, count: graph.count)
    for node in graph.order.lazy.map(Int.init) {
      for need in graph.needs(of: node).lazy.map(Int.init) {
        levels[node] = max(levels[node], levels[need] + (isOpen[need] ? 1 : 0))
      }
    }
    return levels
  }

  private static func serialised(
    _ plan: Plan, _ graph: StepGraph, _ path: CriticalPath, _ exclusions: Exclusions
  ) -> ([Serialised], isAll: Bool) {
    let (candidates, isAll) = exclusions.pairs(atMost: mostPairs)
    let forward = graph.reachability(of: candidates.map { ($0.first, $0.second) })
    let backward = graph.reachability(of: candidates.map { ($0.second, $0.first) })
    var serialised: [Serialised] = []
    for (index, pair) in candidates.enumerated() where !forward[index] && !backward[index] {
      let urgencies = [pair.first, pair.second].map { node in
        Urgency(priority: plan.steps[node].priority, behind: path.behind[node], node: node)
      }
      let isSwapped = urgencies[1] < urgencies[0]
      let order: Serialised.Order =
        if urgencies[0].priority != urgencies[1].priority {
          .priority
        } else if urgencies[0].behind != urgencies[1].behind {
          .criticalPath
        } else {
          .planOrder
        }
      serialised.append(
        Serialised(
          first: isSwapped ? pair.second : pair.first,
          second: isSwapped ? pair.first : pair.second,
          reason: isSwapped ? pair.reason.swapped : pair.reason, order: order))
    }
    serialised.sort { ($0.first, $0.second) < ($1.first, $1.second) }
    return (serialised, isAll)
  }

  private static func circling(_ plan: Plan, _ graph: StepGraph) -> [Int] {
    let ordered = Set(graph.order.lazy.map(Int.init))
    return (0..<graph.count).filter { !ordered.contains($0) && !plan.steps[$0].isGroup }
  }
}

extension Exclusions.Reason {
  fileprivate var swapped: Exclusions.Reason {
    if case .files(let one, let two, let example) = self {
      return .files(two, one, example: example)
    }
    return self
  }
}
