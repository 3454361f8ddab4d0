import Plans

extension Conductor {
  /// Every kind of failure has its answer.
  mutating func fail(_ index: Int, _ failure: Failure, _ usage: Usage) {
    guard let attempt = state.active[index] else { return }
    note(failure, on: attempt.seat)
    let fate: Fate
    if state.phase == .cancelling {
      fate = .cancelled
    } else {
      fate = answer(to: failure, index, attempt, usage)
    }
    end(index, failure, usage, fate)
    if case .replaced(let other) = fate { emit(.stepActivated(step: other)) }
    if let seat = attempt.seat { weighBreakers(seat) }
  }

  private mutating func answer(
    to failure: Failure, _ index: Int, _ attempt: Attempt, _ usage: Usage
  ) -> Fate {
    let note = state.notes[index] ?? StepNote()
    let settings = state.settings
    switch failure.kind {
    case .rateLimit, .overload, .network: return wait(for: failure, index, attempt, note)
    case .task, .rejected, .timeout, .stalled, .crash:
      if note.failures < state.terms(index).retries ?? settings.retries {
        return .waiting(until: state.now + settings.retryDelay)
      }
      return fallBack(index, failure, note)
    case .conflict:
      if note.conflicts < settings.conflicts { return .ready }
      return block(
        index, .conflict, failure.message,
        ["divisi retry \(state.id(index))", "divisi skip \(state.id(index)) --why ..."])
    case .environment:
      return block(
        index, .environment, failure.message,
        [
          "mend what is missing, then: divisi retry \(state.id(index))",
          "if the plan is wrong: divisi cancel, mend it, run it anew",
        ])
    case .authentication:
      guard let seat = attempt.seat else {
        return block(
          index, .authentication, failure.message,
          ["log in, then: divisi retry \(state.id(index))"])
      }
      bar(
        Pool.account(seat.account), .authentication, failure.message,
        ["log in to \(seat.account) again, then resolve the blocker"])
      return .ready
    case .budget:
      // Where the run has nothing left the step is not to blame: it waits with all others for a higher limit.
      if isRunSpent(after: charge(forEnding: attempt, of: index, usage)) { return .ready }
      return block(
        index, .budget, failure.message,
        ["divisi retry \(state.id(index))", state.raisingCeiling(of: index)])
    case .lost:
      if note.losses < settings.losses { return .ready }
      return block(
        index, .lost, failure.message,
        ["see why attempts are lost, then: divisi retry \(state.id(index))"])
    }
  }

  /// The account waits, not the step: whoever else may do it can have it at once.
  private mutating func wait(
    for failure: Failure, _ index: Int, _ attempt: Attempt, _ note: StepNote
  ) -> Fate {
    let settings = state.settings
    if note.transients >= settings.transientTries || note.transientWait > settings.transientTime {
      return block(
        index, .limit,
        "it has met limits \(note.transients + 1) times in a row: \(failure.message)",
        ["divisi retry \(state.id(index))", "give it another agent or account"])
    }
    if attempt.seat != nil { return .ready }
    return .waiting(until: state.now + delay(failure, strikes: note.transients))
  }

  /// One limit answer is heard by all of an account, whatever becomes of the attempt that met it.
  mutating func note(_ failure: Failure, on seat: Seat?) {
    guard failure.isTransient, let seat else { return }
    let account = state.accounts[seat.account] ?? AccountState()
    let isKnown = account.limitedUntil.map { $0 > state.now } ?? false
    let strikes = isKnown ? account.strikes : account.strikes + 1
    let until = max(
      failure.resetAt ?? state.now, state.now + delay(failure, strikes: strikes - 1))
    if !isKnown || until > account.limitedUntil ?? until {
      emit(.accountLimited(account: seat.account, until: until, strikes: max(1, strikes)))
    }
  }

  /// Doubled with each strike up to the longest, with some chance in it, and never less than was asked for.
  private func delay(_ failure: Failure, strikes: Int) -> Span {
    if failure.resetAt != nil { return .zero }
    let settings = state.settings
    let doubled = settings.transientDelay * (1 << Int64(min(max(strikes, 0), 20)))
    let bounded = min(doubled, settings.longestDelay)
    let jitter = Span(milliseconds: bounded.milliseconds * Int64(failure.jitter ?? 0) / 1000)
    return max(bounded + jitter, failure.retryAfter ?? .zero)
  }

  private mutating func fallBack(_ index: Int, _ failure: Failure, _ note: StepNote) -> Fate {
    guard !note.hasUsedFallback, let fallback = state.terms(index).contingency else {
      return .failed
    }
    switch fallback {
    case .seats(let seats): return .handed(seats: seats)
    case .step(let other):
      guard let place = state.index(of: other), state.phase(place) == .standby,
        state.exhaustion(of: place) == nil
      else { return .failed }
      return .replaced(by: other)
    case .person(let name):
      let step = state.id(index)
      return block(
        index, .decision, "\(name) is to decide what becomes of it: \(failure.message)",
        ["divisi retry \(step)", "divisi skip \(step) --why ...", "divisi cancel --step \(step)"])
    }
  }

  mutating func block(
    _ index: Int, _ kind: Blocker.Kind, _ message: String, _ proposals: [String]
  ) -> Fate {
    .blocked(
      blocker: raise(.step(step: state.id(index)), kind, message, proposals))
  }

  /// Closes a pool, once.
  mutating func bar(
    _ pool: String, _ kind: Blocker.Kind, _ message: String, _ proposals: [String]
  ) {
    guard !state.isBarred(pool) else { return }
    _ = raise(.pool(name: pool), kind, message, proposals)
  }

  @discardableResult
  mutating func raise(
    _ scope: Blocker.Scope, _ kind: Blocker.Kind, _ message: String, _ proposals: [String]
  ) -> Int {
    let id = state.lastBlocker + 1
    emit(
      .blockerRaised(
        blocker: Blocker(
          id: id, scope: scope, kind: kind, message: message, proposals: proposals,
          raised: state.now)))
    return id
  }

  /// Too many failures in a row: whatever is wrong, more launches will not mend it.
  private mutating func weighBreakers(_ seat: Seat) {
    for pool in seat.breakers where state.streaks[pool] ?? 0 >= state.settings.breaker {
      bar(
        pool, .breaker,
        "\(pool.replacingPrefix) failed \(state.streaks[pool] ?? 0) times in a row",
        ["see why, then resolve the blocker: it is launched again with a clean record"])
    }
  }

  /// Whether there is room, and the branch can be moved.
  mutating func probed(_ fault: Blocker.Kind?, _ message: String) {
    let known = state.machineFault
    if let known, known.kind != fault {
      let how = fault == nil ? message : "something else stands in the way"
      emit(.blockerResolved(blocker: known.id, how: how, by: "divisi"))
    }
    if let fault, known?.kind != fault, !state.isEnded {
      raise(.run, fault, message, ["it goes on by itself once that is mended"])
    }
  }

  /// Nobody holds a branch that was just moved.
  mutating func liftBranchFault() {
    guard let known = state.runBlocker(.branch) else { return }
    emit(.blockerResolved(blocker: known.id, how: "the branch can be moved", by: "divisi"))
  }

  mutating func sharesChanged(_ others: [Quota]) {
    let news = others.filter { state.others[$0.name] ?? 0 != $0.count }
    if !news.isEmpty, !state.isEnded { emit(.sharesSeen(others: news)) }
  }
}

extension String {
  /// The name of a pool in words: `agent x`.
  fileprivate var replacingPrefix: String {
    guard let colon = firstIndex(of: ":") else { return self }
    return "\(self[..<colon]) \(self[index(after: colon)...])"
  }
}
