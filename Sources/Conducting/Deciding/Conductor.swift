import Plans

/// Decides what happens next in one run. A value: whoever holds a copy can ask it "what if".
package struct Conductor: Sendable {
  package private(set) var state: RunState
  var agenda: Agenda
  private var events: [Event] = []
  private var touched: Set<Int> = []
  private var runEffects: [Effect]
  /// Steps that have ended and whose end has not yet been followed up.
  private var ended: [Int] = []

  /// Takes up a run where its events have left it.
  package init(_ state: RunState) {
    self.state = state
    agenda = Agenda(state)
    agenda.isReserving = state.reservation != nil
    runEffects = state.runEffects()
  }

  /// A new run, and the events that begin it.
  package static func begin(
    _ order: RunOrder, at now: Instant
  ) throws(OrderFlaw) -> (Conductor, Decision) {
    try order.validate()
    var conductor = Conductor(RunState())
    let decision = conductor.begin(order, now)
    return (conductor, decision)
  }

  /// So many steps in one event, so that none grows without bound.
  private static let stepsAnEvent = 500

  private mutating func begin(_ order: RunOrder, _ now: Instant) -> Decision {
    state.now = now
    emit(
      .runCreated(
        session: order.session, plan: order.plan, title: order.title, settings: order.settings,
        gates: order.gates))
    var start = 0
    while start < order.steps.count {
      let end = min(start + Self.stepsAnEvent, order.steps.count)
      emit(.stepsPlanned(steps: Array(order.steps[start..<end])))
      start = end
    }
    emit(.runStarted)
    for index in 0..<state.count where state.phase(index).isEnd { ended.append(index) }
    foreseeAtStart()
    settle()
    return conclude()
  }

  /// What follows from an input. The state is then as the events make it.
  ///
  /// A clock that goes back is taken to stand still until it has caught up. An input about something that is over is
  /// passed over, so that hearing of a thing twice changes nothing.
  package mutating func decide(_ input: Input, at time: Instant) -> Decision {
    state.now = max(state.now, time)
    receive(input)
    settle()
    return conclude()
  }

  /// When something may have to be decided though nothing is heard.
  package mutating func nextWake() -> Instant? { agenda.nextWake(state) }

  private mutating func conclude() -> Decision {
    var decision = Decision()
    decision.events = events
    for index in touched.sorted() {
      decision.steps.append((state.id(index), state.effects(of: index)))
    }
    let now = state.runEffects()
    if now != runEffects {
      runEffects = now
      decision.run = now
    }
    events.removeAll()
    touched.removeAll()
    return decision
  }

  /// States a fact. Nothing changes a state but this.
  mutating func emit(_ fact: Fact) {
    let event = Event(at: state.now, fact)
    var changed: [Int] = []
    state.apply(event, touching: &changed)
    events.append(event)
    switch fact {
    case .runStarted, .planAmended, .limitChanged(.quota, _), .limitChanged(.step, _):
      // What steps want is not what it was.
      agenda = Agenda(state)
    default: for index in changed { agenda.refresh(index, state) }
    }
    for index in changed {
      if state.standings[index].phase.isEnd { ended.append(index) }
      touched.insert(index)
    }
    follow(fact)
  }

  /// What is not about one step has its own place in the agenda.
  private mutating func follow(_ fact: Fact) {
    switch fact {
    case .attemptBegan(_, _, let seat?, _, _), .checkBegan(_, _, _, let seat?):
      agenda.setLaunchTimer(state)
      if let account = state.accounts[seat.account] { agenda.setTimer(account, state) }
    case .attemptEnded, .attemptFinished, .checkEnded: agenda.relevelBudgets(state)
    case .accountLimited(let account, _, _):
      if let account = state.accounts[account] { agenda.setTimer(account, state) }
    case .limitChanged(let limit, _):
      agenda.relevel(state)
      if limit.setsPace { agenda.setLaunchTimer(state) }
    case .sharesSeen(let others), .attemptWithdrawn(_, _, let others):
      agenda.relevel(others, state)
    case .blockerRaised(let blocker):
      agenda.timers.push(
        Timer(at: blocker.raised + state.settings.escalation, kind: .blocker(blocker.id)))
    default: break
    }
    agenda.isReserving = state.reservation != nil
  }

  private mutating func receive(_ input: Input) {
    switch input {
    case .opened(let runner): if !state.isEnded { emit(.runnerOpened(runner: runner)) }
    case .branchOpened(let head): if state.head == nil { emit(.branchOpened(head: head)) }
    case .prepared(let attempt, let base): prepared(attempt, base)
    case .denied(let attempt, let others): denied(attempt, others)
    case .launched(let attempt, let process): launched(attempt, process)
    case .observed(let attempt, let activity): observed(attempt, activity)
    case .used(let attempt, let usage): used(attempt, usage)
    case .ended(let attempt, let ending, let usage): ended(attempt, ending, usage)
    case .inspected(let attempt, let inspection): inspected(attempt, inspection)
    case .delayed(let attempt, let check, let failure): delayed(attempt, check, failure)
    case .checked(let attempt, let check, let verdict): checked(attempt, check, verdict)
    case .merged(let attempt, let merge, let outcome): merged(attempt, merge, outcome)
    case .landed(let attempt, let merge, let outcome): landed(attempt, merge, outcome)
    case .probed(let fault, let message): probed(fault, message)
    case .sharesChanged(let others): sharesChanged(others)
    case .command(let command, let person): obey(command, by: person)
    case .clock: break
    }
  }

  /// Goes on as far as it goes without hearing more.
  private mutating func settle() {
    guard !state.isEnded, state.phase != .planning else {
      ended.removeAll()
      return
    }
    var known = -1
    while known != events.count, !state.isEnded {
      known = events.count
      followEnds()
      keepTime()
      join()
      moveTrain()
      beginChecks()
      launch()
      keepPatience()
      if known == events.count { weighRun() }
    }
  }

  private mutating func followEnds() {
    var next = 0
    while next < ended.count {
      followEnd(of: ended[next])
      next += 1
    }
    ended.removeAll(keepingCapacity: true)
  }
}
