package import Conducting
package import Configuration
import Diagnostics
package import Plans

/// What must be there for a plan to run, and what in the plan asks for it.
package struct ReadinessNeeds: Sendable, Hashable {
  /// Something that is needed, by what.
  package struct Need: Sendable, Hashable {
    package let name: String
    /// The first that need it: steps, or sections of the configuration.
    package private(set) var users: [String]
    private var count: Int

    package init(_ name: String, by user: String) {
      self.name = name
      users = [user]
      count = 1
    }

    /// `api, form and 12 more`
    package var usersText: String {
      let rest = count - users.count
      if rest > 0 { return "\(users.joined(separator: ", ")) and \(rest) more" }
      guard users.count > 1, let last = users.last else { return users.first ?? "" }
      return users.dropLast().joined(separator: ", ") + " and " + last
    }

    mutating func add(_ user: String) {
      // What one user asks for several times comes in a row.
      guard users.last != user else { return }
      count += 1
      if users.count < 3 { users.append(user) }
    }
  }

  package private(set) var harnesses: [Need] = []
  package private(set) var agents: [Need] = []
  /// Programs that commands of steps and gates begin with, as far as that can be told.
  package private(set) var programs: [Need] = []
  /// Whether anything works in a worktree.
  package var needsGit = false
  /// Whether any process is to be supervised.
  package var needsSupervisor = false
  /// Agents that may be at work at once.
  package var agentsAtOnce = 0
  private var places: [String: Int] = [:]

  package init() {}

  /// What a plan needs, but for steps that are finished, or that the order leaves out.
  ///
  /// - Parameters:
  ///   - order: made of the same plan; says who sits where.
  ///   - finished: steps that were done since the order was made.
  package init(
    of plan: Plan, as order: RunOrder, settings configuration: Configuration,
    without finished: Set<StepID> = []
  ) {
    var agentSteps = 0
    let written = Dictionary(
      plan.steps.indices.map { (plan.steps[$0].id.value, $0) },
      uniquingKeysWith: { first, _ in first })
    for ordered in order.steps where !ordered.isDone && !finished.contains(ordered.id) {
      let id = ordered.id.text
      if ordered.kind == .agent { agentSteps += 1 }
      if ordered.kind == .agent || ordered.kind == .command { needsSupervisor = true }
      if ordered.terms.hasWorkspace { needsGit = true }
      for seat in ordered.terms.seats { add(seat, by: id) }
      for gate in ordered.terms.gates { for seat in gate.seats ?? [] { add(seat, by: id) } }
      if case .seats(let seats)? = ordered.terms.contingency {
        for seat in seats { add(seat, by: id) }
      }
      guard let index = written[ordered.id] else { continue }
      if case .run(let command) = plan.steps[index].work.value { add(command: command, by: id) }
      for gate in plan.steps[index].gates { add(gate, by: id) }
    }
    for gate in order.gates { for seat in gate.seats ?? [] { add(seat, by: "the merged tree") } }
    for gate in plan.gates { add(gate, by: "the plan's gates") }
    agentsAtOnce = min(order.settings.agents, agentSteps)
    addStanding(configuration)
  }

  /// What any plan would need that says nothing itself.
  package init(settings configuration: Configuration, usualHarness: String) {
    needsGit = true
    needsSupervisor = true
    agentsAtOnce = configuration.value(Settings.shared.agents) ?? 1
    add(harness: usualHarness, by: "steps that name no harness")
    addStanding(configuration)
  }

  private mutating func addStanding(_ configuration: Configuration) {
    guard needsGit else { return }
    let settings = Settings.shared
    for gate in configuration.value(settings.mergeGates) ?? [] { add(gate, by: "merge.gates") }
    for command in configuration.value(settings.setUp) ?? [] {
      add(command: command, by: "workspace.setup")
    }
    for command in configuration.value(settings.tearDown) ?? [] {
      add(command: command, by: "workspace.teardown")
    }
  }

  private mutating func add(_ gate: Gate, by user: String) {
    if case .run(let command) = gate.check.value { add(command: command, by: user) }
  }

  private mutating func add(_ seat: Seat, by user: String) {
    add(harness: seat.harness, by: user)
    if let agent = seat.agent { add(agent, to: \.agents, key: "agent:", by: user) }
  }

  package mutating func add(harness: String, by user: String) {
    add(harness, to: \.harnesses, key: "harness:", by: user)
  }

  private mutating func add(command: String, by user: String) {
    guard let program = firstProgram(of: command) else { return }
    add(program, to: \.programs, key: "program:", by: user)
  }

  private mutating func add(
    _ name: String, to list: WritableKeyPath<Self, [Need]>, key: String, by user: String
  ) {
    if let place = places[key + name] {
      self[keyPath: list][place].add(user)
    } else {
      places[key + name] = self[keyPath: list].count
      self[keyPath: list].append(Need(name, by: user))
    }
  }
}
