package import Plans

/// A run, as its events have made it. Two states are equal when the same things are so.
package struct RunState: Equatable, Sendable {
  package enum Phase: Hashable, Sendable, Codable {
    /// The plan is still being told.
    case planning
    case running
    case paused(now: Bool)
    case cancelling
    case ended(RunResult)
  }

  package internal(set) var session = ""
  package internal(set) var plan: PlanID = ""
  package internal(set) var title = ""
  package internal(set) var settings = RunSettings()
  package internal(set) var gates: [RunGate] = []
  package internal(set) var phase = Phase.planning
  package internal(set) var began = Instant(milliseconds: 0)
  /// The latest time that was heard of. It is not part of what is so: only events say when that became so.
  package internal(set) var now: Instant {
    get { latest.value }
    set { latest.value = newValue }
  }
  private var latest = Derived(Instant(milliseconds: 0))
  /// How many events have been applied.
  package internal(set) var sequence = 0

  var steps: [StepRecord] = []
  var standings: [StepStanding] = []
  var terms: [Terms] = []
  package internal(set) var notes: [Int: StepNote] = [:]
  /// The attempts that live, by where their steps stand.
  package internal(set) var active: [Int: Attempt] = [:]
  /// The steps that wait to be merged, or are, in order.
  package internal(set) var train: [Int] = []
  /// The head of the integration branch, once there is one.
  package internal(set) var head: Commit?
  var merges = 0

  package internal(set) var blockers: [Blocker] = []
  var lastBlocker = 0
  package internal(set) var accounts: [String: AccountState] = [:]
  /// Failures in a row, by pool: agents and harnesses.
  var streaks: [String: Int] = [:]
  /// What other runs hold of what is shared.
  package internal(set) var others: [String: Int] = [:]
  /// When agents were launched in the last hour, and some before: a limit may be set at any time.
  var launches: [Instant] = []
  var lastLaunch: Instant?
  /// What has been charged in all.
  package internal(set) var spent = Usage(cost: .zero, tokens: 0)
  /// What agents and reviewers have told that they used.
  package internal(set) var told = ToldUsage()
  /// Gates that cannot be relied upon, in the order in which they passed; of each the last such pass.
  package internal(set) var flaky: [FlakyGate] = []
  /// The step that goes first because it has waited long.
  package internal(set) var reservation: Int?
  /// What it waits for while nothing goes on.
  package internal(set) var blockedBy: [Wait] = []
  package internal(set) var isBlocked = false
  var foresawDelay: Instant?
  /// Steps by phase.
  var tallies = [Int](repeating: 0, count: 12)
  /// Estimates of steps of which nothing is left to do, and of all, in milliseconds.
  var endedWork: Int64 = 0
  var allWork: Int64 = 0
  /// Estimates of the steps that this run has completed, and how long those really took.
  var timedWork: Int64 = 0
  var actualWork: Int64 = 0

  var indices = Derived<[StepID: Int32]>([:])
  var graph = Derived(StepGraph(count: 0, edges: []))
  var termNumbers = Derived<[Terms: Int32]>([:])
  var barriers = Derived(Barriers())
  var hasWorkspaces = Derived(false)
  /// What hangs on each step, for urgency, in milliseconds.
  var behind = Derived<[Int64]>([])

  package init() {}

  /// A state as the events of a journal make it.
  package init(of events: some Sequence<Event>) {
    for event in events { apply(event) }
  }

  package var count: Int { steps.count }
  package func index(of step: StepID) -> Int? { indices.value[step].map(Int.init) }
  package func id(_ index: Int) -> StepID { steps[index].id }
  package func kind(_ index: Int) -> RunStep.Kind { steps[index].kind }
  package func phase(_ index: Int) -> StepPhase { standings[index].phase }
  package func terms(_ index: Int) -> Terms { terms[Int(steps[index].terms)] }
  package func attempts(_ index: Int) -> Int { Int(standings[index].attempts) }
  package func needs(_ index: Int) -> ArraySlice<Int32> { graph.value.needs(of: index) }
  package func priority(_ index: Int) -> Priority { steps[index].priority }

  /// When the first attempt at a step began, and when the step ended.
  package func times(_ index: Int) -> (began: Instant?, ended: Instant?) {
    let standing = standings[index]
    return (
      standing.began.milliseconds == 0 ? nil : standing.began,
      standing.ended.milliseconds == 0 ? nil : standing.ended
    )
  }

  /// How long a step is taken to need, in milliseconds.
  package func estimate(_ index: Int) -> Int64 {
    switch steps[index].kind {
    case .group, .approval: return 0
    case .agent, .command:
      let own = steps[index].estimate
      return own >= 0 ? own : settings.usualEstimate.milliseconds
    }
  }

  package func attempt(_ id: AttemptID) -> Attempt? {
    guard let index = index(of: id.step), let attempt = active[index], attempt.number == id.number
    else { return nil }
    return attempt
  }

  /// Who may do a step, the preferred first.
  package func seats(_ index: Int) -> [Seat] {
    notes[index]?.seats ?? terms[Int(steps[index].terms)].seats
  }

  func urgency(_ index: Int) -> Urgency {
    Urgency(priority: steps[index].priority, behind: behind.value[index], node: index)
  }

  var isEnded: Bool { if case .ended = phase { true } else { false } }

  /// Whether some step works in a worktree, and so needs an integration branch.
  var needsBranch: Bool { hasWorkspaces.value }
}

extension RunState {
  package var completedCount: Int { tallies[StepPhase.completed.tally] }

  /// In what two states differ, for whoever has to find out why.
  package func difference(from other: RunState) -> String {
    for index in steps.indices where index < other.steps.count {
      if standings[index] != other.standings[index] {
        return "\(steps[index].id): \(standings[index]) is not \(other.standings[index])"
      }
      if active[index] != other.active[index] {
        return "\(steps[index].id): \(active[index] as Any) is not \(other.active[index] as Any)"
      }
      if notes[index] != other.notes[index] {
        return "\(steps[index].id): \(notes[index] as Any) is not \(other.notes[index] as Any)"
      }
    }
    let mine = Mirror(reflecting: self).children
    for (one, two) in zip(mine, Mirror(reflecting: other).children) {
      let (left, right) = ("\(one.value)", "\(two.value)")
      if left != right, !(one.value is any DerivedValue) {
        return "\(one.label ?? ""): \(left) is not \(right)"
      }
    }
    return "no difference that can be named"
  }
}

extension RunState {
  /// Whether something will be heard of an attempt without a person's doing.
  package var hasMovingAttempts: Bool { active.contains { $0.value.isMoving(self, $0.key) } }
}

extension Attempt {
  /// Whether its merge waits for a person.
  package var isAwaitingMergedApproval: Bool {
    guard merge != nil, let checking else { return false }
    return !checking.isRunning
  }
}
