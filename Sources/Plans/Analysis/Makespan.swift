import Diagnostics

/// How long a plan takes with a number of agents if every estimate is right and nothing fails.
///
/// Steps are started as a run would start them: whenever an agent is free, the most urgent step
/// that may run. An approval takes no agent and no time.
struct Makespan {
  private let plan: Plan
  private let graph: StepGraph
  private let path: CriticalPath
  private let exclusions: Exclusions

  init(_ plan: Plan, _ graph: StepGraph, _ path: CriticalPath, _ exclusions: Exclusions) {
    self.plan = plan
    self.graph = graph
    self.path = path
    self.exclusions = exclusions
  }

  /// Nothing where the graph has circles.
  func duration(agents: Int) -> Duration? {
    guard graph.isAcyclic else { return nil }
    // One agent always has something that may run, until nothing is left.
    if agents == 1 { return path.work }
    var run = Simulation(
      plan: plan, graph: graph, path: path, exclusions: exclusions, freeAgents: agents)
    return .milliseconds(run.play())
  }

  private struct Simulation {
    let plan: Plan
    let graph: StepGraph
    let path: CriticalPath
    let exclusions: Exclusions
    var freeAgents: Int
    private var open: [Int]
    private var ready = Heap<Urgency>()
    /// Steps that a rival of a mark holds up, by that mark.
    private var parked: [Int: Heap<Urgency>] = [:]
    /// How many running steps bear a rival of each mark.
    private var rivalsRunning: [Int]
    private var running = Heap<Ending>()
    private var now: Int64 = 0

    init(
      plan: Plan, graph: StepGraph, path: CriticalPath, exclusions: Exclusions, freeAgents: Int
    ) {
      self.plan = plan
      self.graph = graph
      self.path = path
      self.exclusions = exclusions
      self.freeAgents = freeAgents
      open = (0..<graph.count).map { graph.needs(of: $0).count }
      rivalsRunning = Array(repeating: 0, count: exclusions.rivals.count)
    }

    mutating func play() -> Int64 {
      for node in 0..<graph.count where graph.needs(of: node).isEmpty { admit(node) }
      while true {
        while freeAgents > 0, let next = ready.pop() { start(next) }
        guard let ending = running.pop() else { return now }
        now = ending.at
        finish(ending.node)
        while let more = running.first, more.at == now {
          _ = running.pop()
          finish(more.node)
        }
      }
    }

    private func urgency(_ node: Int) -> Urgency {
      Urgency(priority: plan.steps[node].priority, behind: path.behind[node], node: node)
    }

    private mutating func start(_ step: Urgency) {
      let marks = exclusions.marks[step.node]
      if let blocking = marks.first(where: { rivalsRunning[$0] > 0 }) {
        parked[blocking, default: Heap()].push(step)
        return
      }
      freeAgents -= 1
      for mark in marks {
        for rival in exclusions.rivals[mark] { rivalsRunning[rival] += 1 }
      }
      running.push(Ending(at: now + path.durations[step.node], node: step.node))
    }

    private mutating func finish(_ node: Int) {
      freeAgents += 1
      for mark in exclusions.marks[node] {
        for rival in exclusions.rivals[mark] {
          rivalsRunning[rival] -= 1
          if rivalsRunning[rival] == 0 { wakeOne(parkedAt: rival) }
        }
      }
      release(dependentsOf: node)
    }

    /// One is enough: when it starts, the others could not; when something else holds it up, it
    /// parks there and the next is asked.
    private mutating func wakeOne(parkedAt mark: Int) {
      while let step = parked[mark]?.pop() {
        if let blocking = exclusions.marks[step.node].first(where: { rivalsRunning[$0] > 0 }) {
          parked[blocking, default: Heap()].push(step)
        } else {
          ready.push(step)
          if exclusions.rivals[mark].contains(mark) { return }
        }
      }
    }

    /// Lets a node go on to what it waits for: an agent, or nothing where it takes no time.
    private mutating func admit(_ node: Int) {
      if path.durations[node] > 0 {
        ready.push(urgency(node))
      } else {
        release(dependentsOf: node)
      }
    }

    /// Counts a node as done for all that wait for it, and for all that follow at once, without
    /// recursion: there may be long chains of them.
    private mutating func release(dependentsOf node: Int) {
      var done = [node]
      while let next = done.popLast() {
        for dependent in graph.dependents(of: next).lazy.map(Int.init) {
          open[dependent] -= 1
          guard open[dependent] == 0 else { continue }
          if path.durations[dependent] > 0 {
            ready.push(urgency(dependent))
          } else {
            done.append(dependent)
          }
        }
      }
    }
  }

  private struct Ending: Comparable {
    let at: Int64
    let node: Int

    static func < (one: Ending, other: Ending) -> Bool {
      (one.at, one.node) < (other.at, other.node)
    }
  }
}
