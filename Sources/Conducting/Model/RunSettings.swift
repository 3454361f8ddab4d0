package import Plans

/// How a run is conducted: its limits, its retries, its clocks. Settled when the run begins, and changed only by a
/// person's command.
package struct RunSettings: Hashable, Sendable, Codable {
  /// Attempts whose process may live at once.
  package var agents = 4
  /// Command gates at once.
  package var builds = 1
  /// How much there is of each thing that is scarce, by its name in `Pool`. Agents, models and accounts that are not
  /// named have no limit of their own; there is one of each named resource.
  package var quotas: [Quota] = []
  /// The least time between two launches of agents.
  package var spacing = Span.seconds(2)
  /// Launches of agents in any hour.
  package var callsPerHour: Int? = 100
  package var cost: Money?
  package var tokens: Int?

  /// How often a step is tried again after its work was not good enough, and how long it waits before.
  package var retries = 2
  package var retryDelay = Span.seconds(10)
  /// The first wait after a limit, an overload or a lost network; doubled each time up to the longest.
  package var transientDelay = Span.seconds(60)
  package var longestDelay = Span.hours(1)
  /// How often in a row, and for how long in all, limits may keep a step from being tried again.
  package var transientTries = 30
  package var transientTime = Span.hours(6)
  /// How often an attempt may be lost with its machine.
  package var losses = 3
  /// How often a step is done again on the new head after a conflict.
  package var conflicts = 2
  /// Failures in a row after which an agent or harness is launched no more.
  package var breaker = 5
  /// Between launches of an account that has just been freed.
  package var stagger = Span.seconds(5)

  /// A step that has been able to start for so long goes first, and what it lacks is kept for it.
  package var patience = Span.minutes(10)
  /// An attempt that has stalled is stopped after this.
  package var stallTime = Span.minutes(5)
  /// A blocker that nobody has resolved for so long is told again, louder.
  package var escalation = Span.minutes(30)
  /// When the run should be over, from its start.
  package var deadline: Span?
  /// What a step without an estimate is taken to need.
  package var usualEstimate = Span.minutes(10)
  /// Whether the next in the train is tested while its head is.
  package var speculates = true

  package init() {}

  /// The quota of a pool, where one is set.
  package func quota(_ name: String) -> Int? { quotas.first { $0.name == name }?.count }
}

/// So many of something.
package struct Quota: Hashable, Sendable, Codable {
  package var name: String
  package var count: Int

  package init(_ name: String, _ count: Int) {
    self.name = name
    self.count = count
  }
}

/// What is scarce, by name. The names are those of leases, too: what begins with a model, an account or a resource is
/// shared by all runs of a repository.
package enum Pool {
  package static let agents = "agents"
  package static let builds = "builds"
  package static let ports = "ports"
  package static let worktrees = "worktrees"
  package static let cost = "cost"
  package static let tokens = "tokens"
  package static func agent(_ name: String) -> String { "agent:" + name }
  package static func harness(_ name: String) -> String { "harness:" + name }
  package static func model(_ name: String) -> String { "model:" + name }
  package static func account(_ name: String) -> String { "account:" + name }
  package static func resource(_ name: String) -> String { "resource:" + name }
  package static func lane(_ name: String) -> String { "lane:" + name }

  package static func isShared(_ name: String) -> Bool {
    name.hasPrefix("model:") || name.hasPrefix("account:") || name.hasPrefix("resource:")
  }
}

/// All that a run begins with.
package struct RunOrder: Hashable, Sendable {
  package var session: String
  package var plan: PlanID
  package var title: String
  package var settings: RunSettings
  package var steps: [RunStep]
  /// Gates of the merged tree.
  package var gates: [RunGate]

  package init(
    session: String, plan: PlanID, title: String = "", settings: RunSettings = RunSettings(),
    steps: [RunStep], gates: [RunGate] = []
  ) {
    self.session = session
    self.plan = plan
    self.title = title
    self.settings = settings
    self.steps = steps
    self.gates = gates
  }
}

extension PlanID: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
