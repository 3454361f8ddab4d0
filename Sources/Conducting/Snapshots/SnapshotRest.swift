import Plans

/// What there is once, or for few steps.
struct SnapshotRest: Codable {
  private var session: String
  private var plan: PlanID
  private var title: String
  private var settings: RunSettings
  private var gates: [RunGate]
  private var phase: RunState.Phase
  private var began: Instant
  private var now: Instant
  private var sequence: Int
  private var noted: [Int]
  private var notes: [StepNote]
  private var activeSteps: [Int]
  private var attempts: [Attempt]
  private var train: [Int]
  private var head: Commit?
  private var merges: Int
  private var blockers: [Blocker]
  private var lastBlocker: Int
  private var accountNames: [String]
  private var accounts: [AccountState]
  private var streaks: [Quota]
  private var others: [Quota]
  private var launches: [Instant]
  private var lastLaunch: Instant?
  private var spent: Usage
  private var told: ToldUsage
  private var flaky: [FlakyGate]
  private var reservation: Int?
  private var blockedBy: [Wait]
  private var isBlocked: Bool
  private var foresawDelay: Instant?
  private var endedWork: Int64
  private var allWork: Int64
  private var timedWork: Int64
  private var actualWork: Int64

  init(_ state: RunState) {
    session = state.session
    plan = state.plan
    title = state.title
    settings = state.settings
    gates = state.gates
    phase = state.phase
    began = state.began
    now = state.now
    sequence = state.sequence
    noted = state.notes.keys.sorted()
    notes = noted.compactMap { state.notes[$0] }
    activeSteps = state.active.keys.sorted()
    attempts = activeSteps.compactMap { state.active[$0] }
    train = state.train
    head = state.head
    merges = state.merges
    blockers = state.blockers
    lastBlocker = state.lastBlocker
    accountNames = state.accounts.keys.sorted()
    accounts = accountNames.compactMap { state.accounts[$0] }
    streaks = state.streaks.sorted { $0.key < $1.key }.map { Quota($0.key, $0.value) }
    others = state.others.sorted { $0.key < $1.key }.map { Quota($0.key, $0.value) }
    launches = state.launches
    lastLaunch = state.lastLaunch
    spent = state.spent
    told = state.told
    flaky = state.flaky
    reservation = state.reservation
    blockedBy = state.blockedBy
    isBlocked = state.isBlocked
    foresawDelay = state.foresawDelay
    endedWork = state.endedWork
    allWork = state.allWork
    timedWork = state.timedWork
    actualWork = state.actualWork
  }

  func fill(_ state: inout RunState) {
    state.session = session
    state.plan = plan
    state.title = title
    state.settings = settings
    state.gates = gates
    state.phase = phase
    state.began = began
    state.now = now
    state.sequence = sequence
    for (step, note) in zip(noted, notes) { state.notes[step] = note }
    for (step, attempt) in zip(activeSteps, attempts) { state.active[step] = attempt }
    state.train = train
    state.head = head
    state.merges = merges
    state.blockers = blockers
    state.lastBlocker = lastBlocker
    for (name, account) in zip(accountNames, accounts) { state.accounts[name] = account }
    for streak in streaks { state.streaks[streak.name] = streak.count }
    for other in others { state.others[other.name] = other.count }
    state.launches = launches
    state.lastLaunch = lastLaunch
    state.spent = spent
    state.told = told
    state.flaky = flaky
    state.reservation = reservation
    state.blockedBy = blockedBy
    state.isBlocked = isBlocked
    state.foresawDelay = foresawDelay
    state.endedWork = endedWork
    state.allWork = allWork
    state.timedWork = timedWork
    state.actualWork = actualWork
  }
}
