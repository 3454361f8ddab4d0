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

  struct Scheduled: Comparable {
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
  package internal(set) var conductor: Conductor
  package internal(set) var journal = MemoryJournal()
  package internal(set) var watch: Watch
  var clock = Playthrough.start
  var line = Heap<Scheduled>()
  private var scheduled = 0
  /// What is under way for each step, and for the run as a whole.
  var underWay: [StepID: [Effect]] = [:]
  var runUnderWay: [Effect] = []
  var hasCrashed = false
  var isFirst = true
  var person: Person
  /// What the committed events make, for comparison.
  var replica = RunState()
  private var lastCompleted = 0
  /// What was broken by an effect, to be thrown with what is heard next.
  var pending: Violation?
  /// How closely to look: everything at every decision, or hardly anything, for speed.
  let scrutiny: Scrutiny
  package private(set) var trace: [Event] = []
  package private(set) var decisions = 0
  package internal(set) var restarts = 0

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
    let isWild = scenario.faults.disturbsInputs && world.isWild(clock)
    var chance = isWild ? world.chance("input \(decisions)") : Chance(seed: 0)
    var time = clock
    if isWild, chance.happens(scenario.faults.clockBack) {
      time = Instant(milliseconds: clock.milliseconds - Int64(chance.number(1...3_600_000)))
    }
    for input in tampering.input(input, conductor.state) { try decide(input, time) }
    if isWild, chance.happens(scenario.faults.twice), input.mayBeRepeated {
      try decide(input, time)
    }
  }

  mutating func decide(_ input: Input, _ time: Instant) throws(Violation) {
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
