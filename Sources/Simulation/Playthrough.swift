package import Conducting
import Plans

/// One scenario, played from its beginning to its end.
package struct Playthrough {
  /// Something that will happen.
  enum Happening {
    /// An effect gives its answer, if it is still wanted.
    case answer(Effect, Input)
    /// Something is seen of an attempt on the way.
    case sighting(AttemptID, Input)
    /// A new runner reads what its attempts have said so far.
    case seenAgain(AttemptID)
    case processEnds(AttemptID)
    case person
    case hour(Int)
  }

  private struct Scheduled: Comparable {
    let at: Instant
    let number: Int
    let happening: Happening

    static func < (one: Scheduled, other: Scheduled) -> Bool {
      one.at == other.at ? one.number < other.number : one.at < other.at
    }

    static func == (one: Scheduled, other: Scheduled) -> Bool { one.number == other.number }
  }

  package static let start = Instant(milliseconds: 1_767_225_600_000)
  /// A run that takes longer is taken never to end.
  private static let longest = Span.hours(24 * 60)

  let scenario: Scenario
  let tampering: Tampering
  var world: World
  package private(set) var conductor: Conductor
  package private(set) var journal = MemoryJournal()
  package private(set) var watch: Watch
  var clock = Playthrough.start
  private var line = Heap<Scheduled>()
  private var scheduled = 0
  /// What is under way for each step, and for the run as a whole.
  private var underWay: [StepID: [Effect]] = [:]
  private var runUnderWay: [Effect] = []
  private var hasCrashed = false
  private var isFirst = true
  var person: Person
  /// What the committed events make, for comparison.
  private var replica = RunState()
  private var lastCompleted = 0
  /// How closely to look: everything at every decision, or hardly anything, for speed.
  private let scrutiny: Scrutiny
  package private(set) var trace: [Event] = []
  package private(set) var decisions = 0
  package private(set) var restarts = 0

  package enum Scrutiny: Sendable {
    case everything
    /// Only what costs nothing: for rehearsals and measurements.
    case little
  }

  package init(
    _ scenario: Scenario, scrutiny: Scrutiny = .everything, tampering: Tampering = Tampering()
  ) throws(OrderFlaw) {
    self.scenario = scenario
    self.scrutiny = scrutiny
    self.tampering = tampering
    world = World(scenario, start: Self.start)
    watch = Watch(scenario.order)
    person = Person(scenario)
    let begun = try Conductor.begin(tampering.order(scenario.order), at: Self.start)
    conductor = begun.0
    first = begun.1
  }

  private let first: Decision

  /// Plays until the run is over; throws the first promise that is broken.
  package mutating func play() throws(Violation) {
    if try !commit(first, answering: nil) { carryOut(first) }
    try receive(.opened(runner: "runner 1"))
    schedule(.person, after: .minutes(7))
    if scenario.faults != Faults() { schedule(.hour(0), after: .minutes(30)) }
    while !isOver {
      guard clock - Self.start < Self.longest, decisions < mostDecisions else {
        throw Violation(promise: "every run ends", detail: describeStuck())
      }
      let wake = conductor.nextWake()
      if let wake, line.first.map({ wake < $0.at }) ?? true {
        clock = max(clock, wake)
        try receive(.clock)
      } else if let next = line.pop() {
        clock = max(clock, next.at)
        try carryOn(next.happening)
      } else {
        throw Violation(promise: "every run ends", detail: describeStuck())
      }
    }
    try weighEnd()
  }

  /// Nobody needs more than so many, whatever goes wrong.
  private var mostDecisions: Int { 20_000 + 1_000 * conductor.state.count }

  private var isOver: Bool {
    if case .ended = conductor.state.phase { true } else { false }
  }

  private func describeStuck() -> String {
    "after \(decisions) decisions, at \(clock.milliseconds), it waits for "
      + "\(conductor.state.blockedBy.map(\.message)) in phase \(conductor.state.phase); "
      + unfinished.joined(separator: "; ")
  }

  /// Steps that have not ended, and how far they are.
  private var unfinished: [String] {
    let state = conductor.state
    return (0..<state.count).filter { !state.phase($0).isEnd }.map { index in
      let attempt = state.active[index].map { " in \($0.phase), \($0.activity)" } ?? ""
      let needs = state.needs(index).map { need in
        "\(state.id(Int(need))) \(state.phase(Int(need)))"
      }
      return "\(state.id(index)): \(state.phase(index).word)\(attempt) needs \(needs)"
    }
  }

  mutating func schedule(_ happening: Happening, after span: Span) {
    scheduled += 1
    line.push(Scheduled(at: clock + span, number: scheduled, happening: happening))
  }

  // MARK: Hearing

  /// Hands an input to the conductor, at a clock that may have gone back, and perhaps twice.
  mutating func receive(_ input: Input) throws(Violation) {
    var chance = world.chance("input \(decisions)")
    let isWild = world.isWild(clock)
    var time = clock
    if isWild, chance.happens(scenario.faults.clockBack) {
      time = Instant(milliseconds: clock.milliseconds - Int64(chance.number(1...3_600_000)))
    }
    for input in tampering.input(input, conductor.state) { try decide(input, time) }
    if isWild, chance.happens(scenario.faults.twice), input.mayBeRepeated {
      try decide(input, time)
    }
  }

  private mutating func decide(_ input: Input, _ time: Instant) throws(Violation) {
    decisions += 1
    var twin: Conductor?
    if scrutiny == .everything, decisions % 5 == 0 { twin = conductor }
    let decision = tampering.decision(conductor.decide(input, at: time), conductor.state)
    if var twin {
      let same = tampering.decision(twin.decide(input, at: time), twin.state)
      guard same.events == decision.events, twin.state == conductor.state else {
        throw Violation(promise: "a decision is a function", detail: "\(input)")
      }
    }
    if try !commit(decision, answering: input) { carryOut(decision) }
  }

  /// Writes the events down, and perhaps dies before or behind that. Gives whether it died.
  private mutating func commit(
    _ decision: Decision, answering input: Input?
  ) throws(Violation) -> Bool {
    guard !decision.events.isEmpty else { return false }
    let crash = crash()
    if crash == .before {
      try restart(isCommitted: false)
      // A command stays in the inbox until the decision that answers it is committed.
      if case .command? = input, let input { try decide(input, clock) }
      if input == nil { throw Violation(promise: "a run begins", detail: "it was lost") }
      return true
    }
    if tampering.actsBeforeCommitting, crash == .behind {
      carryOut(decision)
      try restart(isCommitted: false)
      return true
    }
    let written = tampering.journal(decision.events)
    let start = journal.count
    journal.commit(written)
    try watch.see(decision.events)
    if scrutiny == .everything {
      try compare(from: start)
      try watch.weighIdleness(of: conductor.state)
    }
    trace += decision.events
    if crash == .behind {
      try restart()
      return true
    }
    return false
  }

  /// What is in the journal makes the state that is in memory.
  private mutating func compare(from start: Int) throws(Violation) {
    let written: [Event]
    do { written = try journal.events(from: start) } catch {
      throw Violation(promise: "what is written can be read", detail: "\(error)")
    }
    for event in written { replica.apply(event) }
    guard replica == conductor.state else {
      throw Violation(
        promise: "the journal makes the same state",
        detail: replica.difference(from: conductor.state))
    }
    let completed = replica.completedCount
    guard completed >= lastCompleted else {
      throw Violation(promise: "progress does not go back", detail: "\(completed)")
    }
    lastCompleted = completed
  }

  // MARK: Dying

  private enum Death { case before, behind }

  private mutating func crash() -> Death? {
    // The first commit makes the run: without it there is nothing to take up.
    if isFirst {
      isFirst = false
      return nil
    }
    switch scenario.crashes {
    case .none: return nil
    case .random(let permille):
      var chance = world.chance("crash \(decisions)")
      guard world.isWild(clock), chance.happens(permille) else { return nil }
      return chance.happens(500) ? .before : .behind
    case .at(let commit, let isCommitted):
      guard !hasCrashed, journal.commits == commit else { return nil }
      hasCrashed = true
      return isCommitted ? .behind : .before
    }
  }

  /// A new runner, with nothing but the journal, finds out what is really there and goes on.
  private mutating func restart(isCommitted: Bool = true) throws(Violation) {
    restarts += 1
    let before = conductor
    let events: [Event]
    do { events = try journal.events() } catch {
      throw Violation(promise: "what is written can be read", detail: "\(error)")
    }
    conductor = Conductor(RunState(of: tampering.recovered(events)))
    if isCommitted {
      guard before.state == conductor.state,
        before.state.outstandingEffects() == conductor.state.outstandingEffects()
      else {
        throw Violation(
          promise: "a restart changes nothing",
          detail: conductor.state.difference(from: before.state))
      }
    }
    try compareSnapshot()
    replica = conductor.state
    // Whatever was being waited for is waited for no more; processes live on, and so do people.
    var kept: [Scheduled] = []
    while let next = line.pop() {
      switch next.happening {
      case .person, .hour: kept.append(next)
      case .answer(let effect, _): world.abandon(effect, clock)
      case .sighting, .seenAgain, .processEnds: break
      }
    }
    for next in kept { line.push(next) }
    underWay = [:]
    runUnderWay = []
    clock = clock + .seconds(1)
    let outstanding = conductor.state.outstandingEffects()
    for effect in outstanding { try begin(effect) }
    for effect in outstanding {
      if let step = effect.attempt?.step { underWay[step, default: []].append(effect) }
    }
    runUnderWay = conductor.state.runEffects()
    try receive(.opened(runner: "runner \(restarts + 1)"))
    // Who takes a run up reads anew what others hold.
    let known = conductor.state.others.keys.sorted()
    if !known.isEmpty {
      try receive(.sharesChanged(others: known.map { Quota($0, world.others[$0] ?? 0) }))
    }
  }

  /// A snapshot is only a saving of time.
  private func compareSnapshot() throws(Violation) {
    let state = conductor.state
    guard let read = try? RunState(snapshot: state.snapshot()), read == state else {
      throw Violation(promise: "a snapshot is the state", detail: "at \(state.sequence)")
    }
  }

  // MARK: Effects

  private mutating func carryOut(_ decision: Decision) {
    if let violation = carryOutAll(decision) { pending = violation }
  }

  private var pending: Violation?

  private mutating func carryOutAll(_ decision: Decision) -> Violation? {
    do throws(Violation) {
      for (step, effects) in decision.steps {
        let known = underWay[step] ?? []
        if effects == known { continue }
        underWay[step] = effects.isEmpty ? nil : effects
        for effect in known where !effects.contains(effect) { world.abandon(effect, clock) }
        for effect in effects where !known.contains(effect) { try begin(effect) }
      }
      if let effects = decision.run {
        for effect in effects where !runUnderWay.contains(effect) { try begin(effect) }
        runUnderWay = effects
      }
      return nil
    } catch {
      return error
    }
  }

  private func isWanted(_ effect: Effect) -> Bool {
    guard let step = effect.attempt?.step else { return runUnderWay.contains(effect) }
    return underWay[step]?.contains(effect) ?? false
  }

  private mutating func begin(_ effect: Effect) throws(Violation) {
    switch effect {
    case .openBranch: answer(effect, .branchOpened(head: world.branch.head), after: .seconds(1))
    case .prepare(let attempt):
      guard let holder = conductor.state.attempt(attempt) else { return }
      let (span, input) = world.prepare(attempt, holder, clock)
      answer(effect, input, after: span)
    case .run(let attempt): try run(attempt)
    case .stop(let attempt): answer(effect, .clock, after: .milliseconds(world.grace(attempt)))
    case .inspect(let attempt):
      let (span, input) = world.inspect(attempt, clock)
      answer(effect, input, after: span)
    case .check(let attempt, let check):
      let (span, input) = world.check(attempt, check, clock)
      answer(effect, input, after: span)
    case .merge(let attempt, let merge, let base):
      let (span, input) = world.merge(attempt, merge, base, clock)
      answer(effect, input, after: span)
    case .land: answer(effect, .clock, after: .milliseconds(20))
    case .answer(let attempt, let answers):
      if world.processes[attempt]?.wants == answers {
        world.processes[attempt]?.wants = 0
        world.processes[attempt]?.ends = clock + .minutes(3)
        schedule(.processEnds(attempt), after: .minutes(3))
      }
    case .probe: answer(effect, .clock, after: .minutes(5))
    }
  }

  private mutating func answer(_ effect: Effect, _ input: Input, after span: Span) {
    schedule(.answer(effect, input), after: span)
  }

  private mutating func run(_ attempt: AttemptID) throws(Violation) {
    guard let known = conductor.state.attempt(attempt) else { return }
    let isNew = world.processes[attempt] == nil
    if isNew {
      try watch.allowStart(attempt, besides: world.living)
      // It was launched, and no trace of it is left.
      if known.phase == .running {
        schedule(
          .answer(
            .run(attempt), .ended(attempt, .failed(Failure(.lost, "no trace of it")), Usage())),
          after: .seconds(1))
        return
      }
    }
    let process = world.start(attempt, known.seat, clock)
    if known.phase == .launching {
      schedule(
        .answer(.run(attempt), .launched(attempt, process: "pid of \(attempt)")),
        after: scenario.pace == .exact ? .zero : .milliseconds(3))
    }
    if isNew {
      for (at, input) in world.sightings(attempt, process, clock) {
        schedule(.sighting(attempt, input), after: at - clock)
      }
    } else if world.living.contains(attempt), process.activity != nil {
      schedule(.seenAgain(attempt), after: .milliseconds(4))
    }
    schedule(.processEnds(attempt), after: max(.milliseconds(5), process.ends - clock))
  }

  // MARK: Going on

  private mutating func carryOn(_ happening: Happening) throws(Violation) {
    switch happening {
    case .answer(let effect, let input):
      guard isWanted(effect) else { return }
      try deliver(effect, input)
    case .sighting(let attempt, let input):
      guard isWanted(.run(attempt)), world.living.contains(attempt) else { return }
      if case .observed(_, .waitingForPerson) = input {
        world.processes[attempt]?.wants =
          (conductor.state.attempt(attempt)?.answers.count ?? 0) + 1
      }
      if case .observed(_, let activity) = input { world.processes[attempt]?.activity = activity }
      if case .observed(_, .stalled) = input { world.processes[attempt]?.ends = .distantFuture }
      try receive(input)
    case .seenAgain(let attempt):
      guard isWanted(.run(attempt)), let process = world.processes[attempt],
        world.living.contains(attempt), let activity = process.activity
      else { return }
      if case .waitingForPerson = activity, process.wants == 0 {
        try receive(.observed(attempt, .working))
      } else {
        try receive(.observed(attempt, activity))
      }
    case .processEnds(let attempt):
      guard let process = world.processes[attempt], process.ends <= clock, process.wants == 0
      else { return }
      world.hasEnded(attempt)
      guard isWanted(.run(attempt)) else { return }
      if conductor.state.attempt(attempt)?.phase == .launching {
        try receive(.launched(attempt, process: "pid of \(attempt)"))
      }
      let runner = restarts
      try receive(.ended(attempt, process.ending, process.usage))
      if runner == restarts, case .failed(let failure) = process.ending,
        failure.kind == .rateLimit, let until = failure.resetAt, let seat = process.seat
      {
        watch.hear(seat.account, isLimitedUntil: until)
      }
    case .person: try meetPerson()
    case .hour(let hour): try passHour(hour)
    }
    if let violation = pending { throw violation }
  }

  private mutating func deliver(_ effect: Effect, _ input: Input) throws(Violation) {
    switch effect {
    case .stop(let attempt):
      let (ending, usage) = world.stop(attempt, clock)
      try receive(.ended(attempt, ending, usage))
    case .land(let attempt, let merge, let from, let to):
      world.moveBranch("\(attempt) \(merge)", clock)
      try receive(.landed(attempt, merge: merge, world.land(attempt, from: from, to: to)))
    case .probe:
      if world.isDiskFull {
        try receive(.probed(isFit: false, message: "2% of the disk is free"))
        schedule(.answer(.probe, .clock), after: .minutes(5))
      } else {
        try receive(.probed(isFit: true, message: "40% of the disk is free"))
      }
    case .prepare(let attempt):
      if case .ended = input { world.shares[attempt] = nil }
      try receive(input)
    default: try receive(input)
    }
    world.release(conductor.state)
  }

  /// What befalls the machine in an hour.
  private mutating func passHour(_ hour: Int) throws(Violation) {
    guard world.isWild(clock) else {
      world.isDiskFull = false
      if !world.others.isEmpty {
        let freed = world.others.keys.sorted().map { Quota($0, 0) }
        world.others = [:]
        try receive(.sharesChanged(others: freed))
      }
      return
    }
    var chance = world.chance("hour \(hour)")
    if chance.happens(scenario.faults.fullDisk) {
      world.isDiskFull = true
      try receive(.probed(isFit: false, message: "2% of the disk is free"))
    } else {
      world.isDiskFull = false
    }
    if chance.happens(scenario.faults.otherRun) {
      let pools = scenario.order.settings.quotas.filter { Pool.isShared($0.name) }
      if !pools.isEmpty {
        let pool = chance.one(of: pools)
        // The other run takes what is free, as the ledger allows, and tells when it gives it back.
        let ours = world.shares.values.reduce(0) { $0 + $1.count { $0 == pool.name } }
        let held = chance.number(0...max(0, pool.count - ours))
        let isMore = held > world.others[pool.name] ?? 0
        world.others[pool.name] = held == 0 ? nil : held
        if !isMore { try receive(.sharesChanged(others: [Quota(pool.name, held)])) }
      }
    }
    if chance.happens(scenario.faults.reboot) {
      world.reboot()
      try restart()
    }
    schedule(.hour(hour + 1), after: .minutes(30))
  }

  // MARK: The end

  /// What is left must be what was said.
  private func weighEnd() throws(Violation) {
    guard scrutiny == .everything else { return }
    let living = world.living
    guard living.isEmpty else {
      throw Violation(promise: "no process is left that nobody owns", detail: "\(living)")
    }
    var merged: Set<StepID> = []
    for case (_, let attempt?) in world.branch.log {
      guard merged.insert(attempt.step).inserted else {
        throw Violation(promise: "nothing is merged twice", detail: "\(attempt)")
      }
    }
    for index in 0..<conductor.state.count
    where conductor.state.terms(index).hasWorkspace && conductor.state.attempts(index) > 0 {
      let step = conductor.state.id(index)
      if case .step? = conductor.state.terms(index).contingency { continue }
      guard (conductor.state.phase(index) == .completed) == merged.contains(step) else {
        throw Violation(promise: "done means merged", detail: "\(step)")
      }
    }
    let events: [Event]
    do { events = try journal.events() } catch {
      throw Violation(promise: "what is written can be read", detail: "\(error)")
    }
    guard events == trace, RunState(of: events) == conductor.state else {
      throw Violation(promise: "no event is lost or invented", detail: "at the end")
    }
  }
}

extension Effect {
  /// The attempt that it is for; nothing where it is for the run.
  package var attempt: AttemptID? {
    switch self {
    case .openBranch, .probe: nil
    case .prepare(let attempt), .run(let attempt), .stop(let attempt), .inspect(let attempt),
      .check(let attempt, _), .merge(let attempt, _, _), .land(let attempt, _, _, _),
      .answer(let attempt, _):
      attempt
    }
  }
}

extension Input {
  /// Commands are taken from the inbox once; everything else may be heard twice.
  var mayBeRepeated: Bool {
    switch self {
    case .command, .opened: false
    default: true
    }
  }
}

extension Instant {
  static let distantFuture = Instant(milliseconds: .max / 4)
}

extension Span {
  static func milliseconds(_ count: Int64) -> Span { Span(milliseconds: count) }
}
