import Conducting
import Configuration
import Diagnostics
import Documents
import Orders
import PlanLibrary
import Plans
import Simulation

extension Plan {
  /// The branch that a run of the plan merges into.
  var branch: String {
    switch kind {
    case .milestone: "milestone/\(id.value)"
    case .orchestration, .prompts: "orchestration/\(id.value)"
    }
  }

  /// The steps that are meant: those named, the tasks of named groups, and with their needs all that they wait for.
  func steps(boundTo named: [StepID], withNeeds: Bool) -> [StepID] {
    let places = Dictionary(
      steps.indices.map { (steps[$0].id.value, $0) }, uniquingKeysWith: { first, _ in first })
    var chosen: Set<Int> = []
    var open = named.compactMap { places[$0] }
    while let index = open.popLast() {
      guard chosen.insert(index).inserted else { continue }
      if steps[index].isGroup {
        open += steps.indices.filter { steps[$0].group == index }
      }
      guard withNeeds else { continue }
      open += steps[index].needs.compactMap { places[$0.value] }
      // What a task's group waits for, the task waits for, too.
      if let group = steps[index].group {
        open += steps[group].needs.compactMap { places[$0.value] }
      }
    }
    return chosen.sorted().map { steps[$0].id.value }
  }
}

extension RunOrder {
  /// Leaves out the steps that are not meant. What a step needs of them counts as done, and what they wait for is waited
  /// for in their place.
  mutating func bound(to chosen: [StepID]) {
    let kept = Set(chosen)
    let groups = Set(steps.filter { kept.contains($0.id) }.compactMap(\.group))
    let all = steps
    steps = all.filter { kept.contains($0.id) || groups.contains($0.id) }
    let there = Set(steps.map(\.id))
    let order = OrderThrough(all, keeping: there)
    for index in steps.indices {
      steps[index].needs = order.needs(of: steps[index])
      if case .step(let other)? = steps[index].terms.contingency, !there.contains(other) {
        steps[index].terms.contingency = nil
      }
    }
  }

  /// Has one harness run all agents.
  mutating func give(allTo harness: String, _ configuration: Configuration) throws(Failure) {
    let known = configuration.harnesses.map(\.name)
    guard known.contains(harness) else {
      let near = closestMatch(to: harness, in: known)
      throw Failure(
        "there is no harness `\(harness)`",
        hint: near.map { "did you mean `\($0)`?" } ?? "there are \(known.joined(separator: ", "))")
    }
    func moved(_ seats: [Seat]) -> [Seat] {
      seats.map { Seat(agent: $0.agent, harness: harness, model: $0.model) }
    }
    for index in steps.indices {
      steps[index].terms.seats = moved(steps[index].terms.seats)
      for gate in steps[index].terms.gates.indices {
        steps[index].terms.gates[gate].seats = steps[index].terms.gates[gate].seats.map(moved)
      }
      if case .seats(let seats)? = steps[index].terms.contingency {
        steps[index].terms.contingency = .seats(seats: moved(seats))
      }
    }
    for gate in gates.indices { gates[gate].seats = gates[gate].seats.map(moved) }
  }
}

/// What steps wait for through others that are left out.
private struct OrderThrough {
  private let steps: [StepID: RunStep]
  private let tasks: [StepID: [StepID]]
  private let kept: Set<StepID>

  init(_ all: [RunStep], keeping kept: Set<StepID>) {
    steps = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    tasks = Dictionary(grouping: all.filter { $0.group != nil }, by: { $0.group ?? $0.id })
      .mapValues { $0.map(\.id) }
    self.kept = kept
  }

  func needs(of step: RunStep) -> [StepID] {
    var found: [StepID] = []
    var seen: Set<StepID> = [step.id]
    if let group = step.group { seen.insert(group) }
    var open = Array(step.needs.reversed())
    while let id = open.popLast() {
      guard seen.insert(id).inserted, let other = steps[id] else { continue }
      if kept.contains(id) { found.append(id) }
      // Of a group that is kept in part, the tasks that are not.
      open += (tasks[id] ?? []).filter { !kept.contains($0) }
      guard !kept.contains(id) else { continue }
      open += other.needs.reversed()
      // What a task's group waits for, the task waits for, too.
      if let group = other.group { open += steps[group]?.needs ?? [] }
    }
    return found
  }
}

extension LoadedPlan {
  /// What is said of a plan that this one requires and that is not completed.
  var unfinishedRequirement: String? {
    diagnostics.first { $0.message.hasPrefix("the plan requires `") && $0.severity == .warning }?
      .message
  }
}
