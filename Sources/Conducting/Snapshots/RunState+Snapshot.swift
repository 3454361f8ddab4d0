internal import JSONValues
import Plans

/// A state as bytes, so that resuming need not fold all that came before.
///
/// What there is for every step is written as numbers in a row, which a plan of a hundred thousand steps needs; the rest is
/// one line of JSON.
extension RunState {
  /// Changes whenever the encoding does: a snapshot of another version is passed over.
  package static let snapshotVersion = 2

  package func snapshot() -> [UInt8] {
    var writer = ByteWriter()
    writer.put(JSON.line(of: Rest(self)))
    writer.put(steps.count)
    for step in steps {
      writer.put(step.id.text)
      writer.put(Self.kinds.firstIndex(of: step.kind) ?? 0)
      writer.put(Priority.allCases.firstIndex(of: step.priority) ?? 0)
      writer.put(Int(step.terms))
      writer.put(step.estimate)
      // Names of other steps as their places.
      writer.put(step.group.flatMap(index) ?? -1)
      let needs = step.needs.compactMap(index)
      writer.put(needs.count)
      for need in needs { writer.put(need) }
    }
    for standing in standings {
      standing.phase.write(to: &writer)
      writer.put(Int(standing.attempts))
      writer.put(standing.began.milliseconds)
      writer.put(standing.ended.milliseconds)
    }
    return writer.bytes
  }

  package init(snapshot bytes: [UInt8]) throws(SnapshotFlaw) {
    self.init()
    var reader = ByteReader(bytes)
    let rest: Rest
    do {
      rest = try JSON.parse(try reader.text()).decode(Rest.self)
    } catch {
      throw SnapshotFlaw()
    }
    rest.fill(&self)
    let count = try reader.count()
    var places: [(group: Int, needs: [Int])] = []
    steps.reserveCapacity(count)
    places.reserveCapacity(count)
    for index in 0..<count {
      let (step, place) = try Self.readStep(&reader, terms: terms.count)
      indices.value[step.id] = Int32(index)
      steps.append(step)
      places.append(place)
    }
    for index in 0..<count {
      let (group, needs) = places[index]
      guard group < count, needs.allSatisfy({ $0 >= 0 && $0 < count }) else {
        throw SnapshotFlaw()
      }
      if group >= 0 { steps[index].group = steps[group].id }
      steps[index].needs = needs.map { steps[$0].id }
    }
    standings.reserveCapacity(count)
    for _ in 0..<count { standings.append(try StepStanding(from: &reader)) }
    guard reader.isAtEnd else { throw SnapshotFlaw() }
    derive()
  }

  private static let kinds: [RunStep.Kind] = [.agent, .command, .approval, .group]

  private static func readStep(
    _ reader: inout ByteReader, terms: Int
  ) throws(SnapshotFlaw) -> (StepRecord, (group: Int, needs: [Int])) {
    let id = StepID(try reader.text())
    let kind = try reader.int()
    let priority = try reader.int()
    let number = try reader.int()
    let estimate = try reader.number()
    let group = try reader.int()
    guard kinds.indices.contains(kind), Priority.allCases.indices.contains(priority),
      number >= 0, number < terms
    else { throw SnapshotFlaw() }
    var needs: [Int] = []
    for _ in 0..<(try reader.count()) { needs.append(try reader.int()) }
    let record = StepRecord(
      id: id, kind: kinds[kind], priority: Priority.allCases[priority], group: nil,
      terms: Int32(number), estimate: estimate, needs: [])
    return (record, (group, needs))
  }

  /// All that follows from what was read.
  private mutating func derive() {
    for (number, terms) in terms.enumerated() where termNumbers.value[terms] == nil {
      termNumbers.value[terms] = Int32(number)
    }
    hasWorkspaces.value = terms.contains { $0.hasWorkspace }
    barriers.value = Barriers(blockers)
    drawGraph()
    tallies = [Int](repeating: 0, count: 12)
    for index in steps.indices {
      tallies[standings[index].phase.tally] += 1
      standings[index].open = openNeeds(of: index)
    }
  }
}

extension StepPhase {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.put(tally)
    switch self {
    case .ready(let since): writer.put(since.milliseconds)
    case .waiting(let until): writer.put(until.milliseconds)
    case .blocked(let blocker): writer.put(blocker)
    case .replaced(let other): writer.put(other.text)
    case .skipped(let cause): writer.put(JSON.line(of: cause))
    default: break
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
    switch try reader.int() {
    case 0: self = .pending
    case 1: self = .standby
    case 2: self = .ready(since: Instant(milliseconds: try reader.number()))
    case 3: self = .waiting(until: Instant(milliseconds: try reader.number()))
    case 4: self = .active
    case 5: self = .blocked(blocker: try reader.int())
    case 6: self = .replaced(by: StepID(try reader.text()))
    case 7: self = .completed
    case 8: self = .failed
    case 9:
      let text = try reader.text()
      do { self = .skipped(try JSON.parse(text).decode(SkipCause.self)) } catch {
        throw SnapshotFlaw()
      }
    case 10: self = .cancelled
    case 11: self = .removed
    default: throw SnapshotFlaw()
    }
  }
}

extension StepStanding {
  fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
    phase = try StepPhase(from: &reader)
    attempts = Int32(truncatingIfNeeded: try reader.number())
    began = Instant(milliseconds: try reader.number())
    ended = Instant(milliseconds: try reader.number())
  }
}

/// What there is once, or for few steps.
private struct Rest: Codable {
  private var session: String
  private var plan: PlanID
  private var title: String
  private var settings: RunSettings
  private var gates: [RunGate]
  private var phase: RunState.Phase
  private var began: Instant
  private var now: Instant
  private var sequence: Int
  private var terms: [RunStep]
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
  private var reservation: Int?
  private var blockedBy: [Wait]
  private var isBlocked: Bool
  private var foresawDelay: Instant?
  private var endedWork: Int64
  private var allWork: Int64
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
    terms = state.terms.map { RunStep("terms", terms: $0) }
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
    reservation = state.reservation
    blockedBy = state.blockedBy
    isBlocked = state.isBlocked
    foresawDelay = state.foresawDelay
    endedWork = state.endedWork
    allWork = state.allWork
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
    state.terms = terms.map(\.terms)
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
    state.reservation = reservation
    state.blockedBy = blockedBy
    state.isBlocked = isBlocked
    state.foresawDelay = foresawDelay
    state.endedWork = endedWork
    state.allWork = allWork
    state.actualWork = actualWork
  }
}
