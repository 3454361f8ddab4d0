import Conducting
import Plans

/// Plays an order against a world in which nothing goes wrong but what is asked for, without crashes, people's whims or
/// a journal: fast enough to be played many times while a person waits.
struct Stage {
  /// When something will be heard. What it is stands apart: it is large, and a heap moves its elements often.
  private struct Cue: Comparable {
    let at: Instant
    let number: Int

    static func < (one: Cue, other: Cue) -> Bool {
      one.at == other.at ? one.number < other.number : one.at < other.at
    }

    static func == (one: Cue, other: Cue) -> Bool { one.number == other.number }
  }

  private static let start = Playthrough.start

  private let scenario: Scenario
  private let terms: RehearsalTerms
  private var world: World
  private var conductor: Conductor
  private var clock = Stage.start
  /// What is heard at once, in order; those before `nextInput` have been.
  private var inputs: [Input] = []
  private var nextInput = 0
  private var line = Heap<Cue>()
  private var later: [Int: Input] = [:]
  private var cues = 0
  private var underWay: [StepID: [Effect]] = [:]
  private var decisions = 0
  private var recorder: Recorder?
  private var performance = Performance()
  /// Merges whose approval has been asked for.
  private var asked: Set<Int> = []

  /// - Parameters:
  ///   - pace: whether estimates are kept exactly, or around them.
  ///   - isRecorded: whether more than the length is wanted.
  static func play(
    _ order: RunOrder, seed: UInt64, pace: Pace, _ terms: RehearsalTerms, isRecorded: Bool = false
  ) throws(OrderFlaw) -> Performance {
    var stage = try Stage(order, seed, pace, terms, isRecorded)
    stage.play()
    return stage.performance
  }

  private init(
    _ order: RunOrder, _ seed: UInt64, _ pace: Pace, _ terms: RehearsalTerms, _ isRecorded: Bool
  ) throws(OrderFlaw) {
    var faults = Faults()
    faults.task = terms.failures
    faults.until = .hours(24 * 365 * 100)
    scenario = Scenario(seed: seed, order: order, faults: faults, pace: pace)
    self.terms = terms
    world = World(scenario, start: Self.start)
    let first: Decision
    (conductor, first) = try Conductor.begin(order, at: Self.start)
    if isRecorded { recorder = Recorder(order, start: Self.start) }
    take(first, because: nil)
  }

  /// Nobody needs more than so many.
  private var mostDecisions: Int { 10_000 + 200 * conductor.state.count }

  private var result: RunResult? {
    if case .ended(let result) = conductor.state.phase { result } else { nil }
  }

  private mutating func play() {
    hear(.opened(runner: "rehearsal"), because: nil)
    while result == nil, decisions < mostDecisions {
      if let input = takeInput() {
        hear(input, because: input.step.flatMap(conductor.state.index))
        continue
      }
      if line.isEmpty, conductor.state.isBlocked { break }
      let wake = conductor.nextWake()
      if let wake, line.first.map({ wake < $0.at }) ?? true {
        pass(to: wake)
        hear(.clock, because: nil)
      } else if let cue = line.pop(), let input = later.removeValue(forKey: cue.number) {
        pass(to: cue.at)
        hear(input, because: input.step.flatMap(conductor.state.index))
      } else {
        break
      }
    }
    performance.length = clock - Self.start
    performance.spent = conductor.state.spent
    performance.ending =
      switch result {
      case .completed?: .completed
      case .failed?, .cancelled?: .failed
      case nil: .blocked(conductor.state.blockedBy)
      }
    if let recorder {
      performance.bars = recorder.bars
      if result != nil { performance.path = recorder.path }
      performance.failedAttempts = recorder.failedAttempts
    }
  }

  /// Lets time go by, and sees what it was used for.
  private mutating func pass(to time: Instant) {
    guard time > clock else { return }
    if recorder != nil {
      let span = time - clock
      performance.slotTime += Span(
        milliseconds: span.milliseconds * Int64(conductor.slotsInUse))
      performance.lacks[conductor.lack(), default: .zero] += span
    }
    clock = time
  }

  private mutating func hear(_ input: Input, because step: Int?) {
    decisions += 1
    let decision = conductor.decide(input, at: clock)
    take(decision, because: step)
  }

  private mutating func take(_ decision: Decision, because step: Int?) {
    recorder?.record(decision.events, because: step, conductor.state)
    for (step, effects) in decision.steps {
      let known = underWay[step] ?? []
      if effects != known {
        underWay[step] = effects.isEmpty ? nil : effects
        for effect in effects where !known.contains(effect) { begin(effect) }
      }
      approveMerge(of: step)
    }
    if decision.run?.contains(.openBranch) == true {
      cue(.branchOpened(head: "base"), after: .zero)
    }
    for event in decision.events {
      if case .approvalAsked(let step, _, _) = event.fact { approve(step) }
    }
  }

  private mutating func cue(_ input: Input, after span: Span) {
    guard span > .zero else {
      inputs.append(input)
      return
    }
    cues += 1
    later[cues] = input
    line.push(Cue(at: clock + span, number: cues))
  }

  private mutating func takeInput() -> Input? {
    guard nextInput < inputs.count else { return nil }
    nextInput += 1
    let input = inputs[nextInput - 1]
    if nextInput == inputs.count {
      inputs.removeAll(keepingCapacity: true)
      nextInput = 0
    }
    return input
  }

  // MARK: The world

  private mutating func begin(_ effect: Effect) {
    switch effect {
    case .prepare(let attempt): cue(.prepared(attempt, base: "base"), after: .zero)
    case .run(let attempt): run(attempt)
    case .stop(let attempt):
      cue(.ended(attempt, .stopped, Usage(cost: .zero, tokens: 0)), after: .zero)
    case .inspect(let attempt):
      cue(.inspected(attempt, .accepted(head: "\(attempt)")), after: .zero)
    case .check(let attempt, let check): judge(attempt, check)
    case .merge(let attempt, let merge, _):
      cue(.merged(attempt, merge: merge, .built(candidate: "\(attempt)")), after: .zero)
    case .land(let attempt, let merge, _, let to):
      cue(.landed(attempt, merge: merge, .done(commit: to)), after: .zero)
    case .openBranch, .answer, .probe: break
    }
  }

  private mutating func run(_ attempt: AttemptID) {
    guard let known = conductor.state.attempt(attempt), known.phase == .launching else { return }
    let process = world.start(attempt, known.seat, clock)
    world.processes[attempt] = nil
    cue(.launched(attempt, process: "rehearsal"), after: .zero)
    // What nobody has estimated is not charged: it would count as all that is left.
    let cost = world.steps[attempt.step]?.terms.expectedCost ?? .zero
    cue(
      .ended(attempt, process.ending, Usage(cost: cost, tokens: 0)), after: process.ends - clock)
  }

  private mutating func judge(_ attempt: AttemptID, _ check: Check) {
    let state = conductor.state
    guard let index = state.index(of: attempt.step) else { return }
    let gates = check.merge == nil ? state.terms(index).gates : state.gates
    let isReview = gates.indices.contains(check.gate) && gates[check.gate].kind == .review
    var span = terms.scaled(isReview ? terms.reviewTime : terms.gateTime)
    if scenario.pace == .byEstimate {
      var chance = world.chance("check \(attempt) \(check.merge ?? 0) \(check.gate) \(check.round)")
      span = Span(milliseconds: span.milliseconds * Int64(chance.number(300...1800)) / 1000)
    }
    let verdict = Verdict(.passed, "rehearsal", usage: Usage(cost: .zero, tokens: 0))
    cue(.checked(attempt, check, verdict), after: span)
  }

  // MARK: The person

  private mutating func approve(_ step: StepID) {
    cue(.command(.approve(step: step), by: "rehearsal"), after: terms.approvalDelay)
  }

  /// A gate of the merged tree may be a person, too, who is not asked by an event of its own.
  private mutating func approveMerge(of step: StepID) {
    guard scenario.order.gates.contains(where: { $0.kind == .approval }) else { return }
    let state = conductor.state
    guard let index = state.index(of: step), let merge = state.active[index]?.merge,
      case .testing(_, let checking) = merge.stage, !checking.isRunning,
      state.gates[checking.check.gate].kind == .approval,
      asked.insert(merge.number * state.gates.count + checking.check.gate).inserted
    else { return }
    approve(step)
  }
}

extension Input {
  /// The step that it speaks of.
  fileprivate var step: StepID? {
    switch self {
    case .prepared(let attempt, _), .denied(let attempt, _), .launched(let attempt, _),
      .observed(let attempt, _), .used(let attempt, _), .ended(let attempt, _, _),
      .inspected(let attempt, _), .delayed(let attempt, _, _), .checked(let attempt, _, _),
      .merged(let attempt, _, _),
      .landed(let attempt, _, _):
      attempt.step
    case .command(.approve(let step), _): step
    case .opened, .branchOpened, .probed, .sharesChanged, .command, .clock: nil
    }
  }
}
