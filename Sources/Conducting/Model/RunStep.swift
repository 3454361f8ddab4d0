package import Plans

/// What a run has to know of a step: what it needs, who may do it, what it takes, how it is judged. The prompt, the
/// commands and the files themselves stay in the plan.
package struct RunStep: Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case agent
    case command
    /// A person's yes is all of its work.
    case approval
    /// Completes with its tasks.
    case group
  }

  package var id: StepID
  package var kind: Kind
  /// Steps or groups that must be satisfied first.
  package var needs: [StepID]
  package var group: StepID?
  package var priority: Priority
  package var estimate: Span?
  /// It was finished before the run began.
  package var isDone: Bool
  package var terms: Terms

  package init(
    _ id: StepID, kind: Kind = .agent, needs: [StepID] = [], group: StepID? = nil,
    priority: Priority = .medium, estimate: Span? = nil, isDone: Bool = false,
    terms: Terms = Terms()
  ) {
    self.id = id
    self.kind = kind
    self.needs = needs
    self.group = group
    self.priority = priority
    self.estimate = estimate
    self.isDone = isDone
    self.terms = terms
  }
}

/// On which terms a step is run. Most steps of a plan share theirs, so that a state keeps each once.
package struct Terms: Hashable, Sendable {
  /// Who may do it, the preferred first; nobody for commands.
  package var seats: [Seat] = []
  /// Whether it works in a worktree, and so has something to merge.
  package var hasWorkspace = false
  /// The workspace that it shares with other steps.
  package var lane: String?
  /// Globs of what it may touch.
  package var files: [String] = []
  package var resources: [ResourceRequest] = []
  package var gates: [RunGate] = []
  package var retries: Int?
  /// Ceilings over all its attempts.
  package var cost: Money?
  package var tokens: Int?
  /// What an attempt is expected to cost, from history.
  package var expectedCost: Money?
  package var contingency: Fallback?

  package init() {}
}

/// Who does an attempt, with which program, model and credentials.
package struct Seat: Hashable, Sendable, Codable {
  package var agent: String?
  package var harness: String
  package var model: String?
  /// The pool of credentials whose limits it shares.
  package var account: String

  package init(
    agent: String? = nil, harness: String, model: String? = nil, account: String? = nil
  ) {
    self.agent = agent
    self.harness = harness
    self.model = model
    self.account = account ?? harness
  }
}

/// A gate, as far as a run must know it to order what happens.
package struct RunGate: Hashable, Sendable, Codable {
  package enum Kind: String, Codable, Sendable {
    /// Takes a build slot.
    case command
    /// Takes a reviewer's seat.
    case review
    /// Takes nothing but a person's time.
    case approval
  }

  package var kind: Kind
  package var name: String
  package var seats: [Seat]?
  /// How often it may be tried before it has failed.
  package var rounds: Int

  package init(_ kind: Kind, _ name: String, seats: [Seat]? = nil, rounds: Int = 1) {
    self.kind = kind
    self.name = name
    self.seats = seats
    self.rounds = rounds
  }
}

/// What happens when a step has used up its retries.
package enum Fallback: Hashable, Sendable, Codable {
  case seats(seats: [Seat])
  case step(step: StepID)
  case person(name: String)
}

extension StepID: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension Money: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(microdollars: try decoder.singleValueContainer().decode(Int64.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microdollars)
  }
}

extension Priority: Codable {}

extension ResourceRequest: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, count
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      count: try container.decodeIfPresent(Int.self, forKey: .count))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(count, forKey: .count)
  }
}

// A journal holds every step of every plan, so what has its usual value is left out.
extension RunStep: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, kind, needs, group, priority, estimate, isDone, seats, hasWorkspace, lane, files
    case resources, gates, retries, cost, tokens, expectedCost, contingency
  }

  package init(from decoder: any Decoder) throws {
    let all = try decoder.container(keyedBy: CodingKeys.self)
    var terms = Terms()
    terms.seats = try all.decodeIfPresent([Seat].self, forKey: .seats) ?? []
    terms.hasWorkspace = try all.decodeIfPresent(Bool.self, forKey: .hasWorkspace) ?? false
    terms.lane = try all.decodeIfPresent(String.self, forKey: .lane)
    terms.files = try all.decodeIfPresent([String].self, forKey: .files) ?? []
    terms.resources = try all.decodeIfPresent([ResourceRequest].self, forKey: .resources) ?? []
    terms.gates = try all.decodeIfPresent([RunGate].self, forKey: .gates) ?? []
    terms.retries = try all.decodeIfPresent(Int.self, forKey: .retries)
    terms.cost = try all.decodeIfPresent(Money.self, forKey: .cost)
    terms.tokens = try all.decodeIfPresent(Int.self, forKey: .tokens)
    terms.expectedCost = try all.decodeIfPresent(Money.self, forKey: .expectedCost)
    terms.contingency = try all.decodeIfPresent(Fallback.self, forKey: .contingency)
    self.init(
      try all.decode(StepID.self, forKey: .id),
      kind: try all.decode(Kind.self, forKey: .kind),
      needs: try all.decodeIfPresent([StepID].self, forKey: .needs) ?? [],
      group: try all.decodeIfPresent(StepID.self, forKey: .group),
      priority: try all.decodeIfPresent(Priority.self, forKey: .priority) ?? .medium,
      estimate: try all.decodeIfPresent(Span.self, forKey: .estimate),
      isDone: try all.decodeIfPresent(Bool.self, forKey: .isDone) ?? false,
      terms: terms)
  }

  package func encode(to encoder: any Encoder) throws {
    var all = encoder.container(keyedBy: CodingKeys.self)
    try all.encode(id, forKey: .id)
    try all.encode(kind, forKey: .kind)
    if !needs.isEmpty { try all.encode(needs, forKey: .needs) }
    try all.encodeIfPresent(group, forKey: .group)
    if priority != .medium { try all.encode(priority, forKey: .priority) }
    try all.encodeIfPresent(estimate, forKey: .estimate)
    if isDone { try all.encode(isDone, forKey: .isDone) }
    if !terms.seats.isEmpty { try all.encode(terms.seats, forKey: .seats) }
    if terms.hasWorkspace { try all.encode(terms.hasWorkspace, forKey: .hasWorkspace) }
    try all.encodeIfPresent(terms.lane, forKey: .lane)
    if !terms.files.isEmpty { try all.encode(terms.files, forKey: .files) }
    if !terms.resources.isEmpty { try all.encode(terms.resources, forKey: .resources) }
    if !terms.gates.isEmpty { try all.encode(terms.gates, forKey: .gates) }
    try all.encodeIfPresent(terms.retries, forKey: .retries)
    try all.encodeIfPresent(terms.cost, forKey: .cost)
    try all.encodeIfPresent(terms.tokens, forKey: .tokens)
    try all.encodeIfPresent(terms.expectedCost, forKey: .expectedCost)
    try all.encodeIfPresent(terms.contingency, forKey: .contingency)
  }
}
