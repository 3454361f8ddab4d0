import Plans

extension Conductor {
  /// An attempt that an input speaks of, if it is the one that lives.
  func living(_ id: AttemptID) -> (index: Int, attempt: Attempt)? {
    guard let index = state.index(of: id.step), let attempt = state.active[index],
      attempt.number == id.number
    else { return nil }
    return (index, attempt)
  }

  mutating func prepared(_ id: AttemptID, _ base: Commit?) {
    guard let (_, attempt) = living(id), attempt.phase == .preparing else { return }
    emit(.attemptPrepared(step: id.step, attempt: id.number, base: base))
  }

  mutating func denied(_ id: AttemptID, _ others: [Quota]) {
    guard let (index, attempt) = living(id), attempt.phase == .preparing else { return }
    let isExplained = others.contains { quota in
      state.others[quota.name] ?? 0 != quota.count
        || agenda.isFull(quota.name, besides: quota.count)
    }
    if isExplained {
      emit(.attemptWithdrawn(step: id.step, attempt: id.number, others: others))
    } else {
      // By all that is known it could begin: asked again at once, it would be denied at once, without end.
      end(index, nil, .none, .waiting(until: state.now + state.settings.transientDelay))
    }
  }

  mutating func launched(_ id: AttemptID, _ process: String) {
    guard let (_, attempt) = living(id), attempt.phase == .launching else { return }
    emit(.attemptLaunched(step: id.step, attempt: id.number, process: process))
  }

  mutating func observed(_ id: AttemptID, _ activity: Activity) {
    guard let (_, attempt) = living(id), attempt.phase == .running, attempt.activity != activity
    else { return }
    emit(.attemptObserved(step: id.step, attempt: id.number, activity: activity))
    // It waits by itself; others of its account need not meet the same limit to know of it.
    if case .limited(let until) = activity {
      note(Failure(.rateLimit, "it waits for its limit", resetAt: until), on: attempt.seat)
    }
  }

  mutating func ended(_ id: AttemptID, _ ending: Ending, _ usage: Usage) {
    guard let (index, attempt) = living(id) else { return }
    switch attempt.phase {
    case .preparing, .launching, .running:
      switch ending {
      case .succeeded(let summary): finish(index, id, summary, usage)
      case .failed(let failure): fail(index, failure, usage)
      case .stopped: fail(index, Failure(.lost, "it ended without being asked to"), usage)
      }
    case .stopping(let reason, let occupation):
      // Work that was done before the word to stop came is not thrown away.
      if case .succeeded(let summary) = ending, occupation == .process, !reason.isFinal,
        state.phase != .cancelling
      {
        finish(index, id, summary, usage)
      } else {
        if case .failed(let failure) = ending { note(failure, on: attempt.seat) }
        stopped(index, reason, usage)
      }
    case .inspecting, .checking, .approving, .queued, .merging: break
    }
  }

  private mutating func finish(
    _ index: Int, _ id: AttemptID, _ summary: String, _ usage: Usage
  ) {
    emit(
      .attemptFinished(
        step: id.step, attempt: id.number, summary: summary, usage: usage,
        charged: charge(index, state.active[index]?.seat, usage)))
    weighBudget()
    // What was asked for before a limit was met may still succeed while it holds.
    if let seat = state.active[index]?.seat, let account = state.accounts[seat.account],
      account.isRecovering, account.limitedUntil.map({ $0 <= state.now }) ?? true
    {
      emit(.accountRecovered(account: seat.account))
    }
    // What has nothing to be looked at is done.
    let terms = state.terms(index)
    if !terms.hasWorkspace, terms.gates.isEmpty, state.kind(index) == .command {
      complete(index)
    }
  }

  private mutating func stopped(_ index: Int, _ reason: StopReason, _ usage: Usage) {
    switch reason {
    case .paused: end(index, nil, usage, state.phase == .cancelling ? .cancelled : .ready)
    case .cancelled: end(index, nil, usage, .cancelled)
    case .skipped(let person, let why): end(index, nil, usage, .skipped(by: person, reason: why))
    case .failed(let failure): fail(index, failure, usage)
    }
  }

  mutating func inspected(_ id: AttemptID, _ inspection: Inspection) {
    guard let (index, attempt) = living(id), attempt.phase == .inspecting else { return }
    switch inspection {
    case .accepted(let head, let dropped):
      emit(
        .attemptInspected(
          step: id.step, attempt: id.number, head: head, dropped: dropped.nilIfEmpty))
      goOn(index)
    case .refused(let failure): fail(index, failure, attempt.usage)
    }
  }

  /// The reviewer waits by itself; others of its account need not meet the same limit to know of it.
  mutating func delayed(_ id: AttemptID, _ check: Check, _ failure: Failure) {
    guard let (_, attempt) = living(id), let checking = attempt.checking, checking.isRunning,
      checking.check == check
    else { return }
    note(failure, on: checking.seat)
  }

  mutating func checked(_ id: AttemptID, _ check: Check, _ verdict: Verdict) {
    guard let (index, attempt) = living(id), let checking = attempt.checking, checking.isRunning,
      checking.check == check
    else { return }
    judge(index, attempt, check, verdict)
  }

  /// Takes a verdict, from a gate or from the person whom it asked.
  mutating func judge(_ index: Int, _ attempt: Attempt, _ check: Check, _ verdict: Verdict) {
    let step = state.id(index)
    var verdict = verdict
    if let reviewer = attempt.checking?.seat {
      let told = verdict.usage ?? Usage()
      let charged = charge(index, reviewer, told)
      (verdict.usage, verdict.told) = (charged, told == charged ? nil : told)
    }
    emit(
      .checkEnded(step: step, attempt: attempt.number, check: check, verdict: verdict))
    weighBudget()
    guard verdict.result != .passed else { return goOn(index) }
    let gate = state.gate(index, check)
    if verdict.result == .failed, check.round < gate?.rounds ?? 1 { return }
    let kind: Failure.Kind = verdict.result == .broken ? .environment : .task
    let place = check.merge == nil ? "" : " on the work merged with what others did"
    let failure = Failure(kind, "gate `\(gate?.name ?? "")`\(place): \(verdict.evidence)")
    if let merge = check.merge {
      emit(.mergeRefused(step: step, attempt: attempt.number, merge: merge, failure: failure))
    } else {
      fail(index, failure, attempt.usage)
    }
  }

  /// The next gate, or what comes after the last.
  mutating func goOn(_ index: Int) {
    guard let attempt = state.active[index], case .checking(let checking) = attempt.phase else {
      return
    }
    let step = state.id(index)
    if let gate = state.gate(index, checking.check) {
      if gate.kind == .approval {
        emit(
          .approvalAsked(step: step, attempt: attempt.number, gate: checking.check.gate))
      }
    } else if state.terms(index).hasWorkspace {
      emit(.mergeQueued(step: step, attempt: attempt.number))
    } else {
      complete(index)
    }
  }

  mutating func complete(_ index: Int) {
    guard let attempt = state.active[index] else { return }
    end(index, nil, attempt.usage, .completed)
  }

  /// Ends an attempt, and says what becomes of its step.
  mutating func end(_ index: Int, _ failure: Failure?, _ usage: Usage, _ fate: Fate) {
    guard let attempt = state.active[index] else { return }
    let charged = charge(forEnding: attempt, of: index, usage)
    let fate = affordable(fate, index, charged)
    emit(
      .attemptEnded(
        step: state.id(index), attempt: attempt.number, failure: failure, usage: usage,
        charged: charged, fate: fate))
    weighBudget()
  }
}

extension StopReason {
  /// Whether the step is given up, whatever its attempt has done.
  var isFinal: Bool {
    switch self {
    case .cancelled, .skipped: true
    case .paused, .failed: false
    }
  }
}
