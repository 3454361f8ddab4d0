package import Conducting

extension Playthrough {
  mutating func carryOut(_ decision: Decision) {
    if let violation = carryOutAll(decision) { pending = violation }
  }

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

  func isWanted(_ effect: Effect) -> Bool {
    guard let step = effect.attempt?.step else { return runUnderWay.contains(effect) }
    return underWay[step]?.contains(effect) ?? false
  }

  mutating func begin(_ effect: Effect) throws(Violation) {
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
