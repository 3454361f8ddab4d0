import Plans

extension RunState {
  mutating func applyAttempt(_ event: Event, _ touched: inout [Int]) {
    guard let subject = event.fact.subject, let index = index(of: subject.step) else { return }
    if case .attemptBegan(_, let number, let seat, let ports, let leases) = event.fact {
      let attempt = Attempt(
        number: number, began: now, seat: seat, ports: ports, leases: leases ?? [])
      begin(index, attempt, &touched)
      return
    }
    guard var attempt = active.removeValue(forKey: index) else { return }
    touched.append(index)
    switch event.fact {
    case .attemptWithdrawn(_, _, let others):
      for quota in others { self.others[quota.name] = quota.count == 0 ? nil : quota.count }
      reopen(index, &touched)
      return
    case .attemptEnded(_, _, let failure, let usage, let charged, let fate):
      // What was never started used nothing, and what has ended well has told.
      if attempt.seat != nil, !attempt.isCharged, attempt.phase != .preparing { told.take(usage) }
      conclude(index, attempt, failure, charged, fate, &touched)
      return
    case .attemptPrepared(_, _, let base):
      attempt.base = base
      attempt.move(to: .launching, at: now)
    case .attemptLaunched: attempt.move(to: .running, at: now)
    case .attemptObserved(_, _, let activity):
      attempt.activity = activity
      attempt.since = now
    case .attemptAnswered(_, _, let text, _):
      attempt.answers.append(text)
      attempt.activity = .working
      attempt.since = now
    case .attemptOverdue: attempt.isOverdue = true
    case .attemptStopping(_, _, let reason):
      attempt.move(to: .stopping(reason, from: attempt.occupation), at: now)
    case .attemptFinished(_, _, _, let usage, let charged):
      attempt.usage = usage
      attempt.isCharged = true
      if attempt.seat != nil { told.take(usage) }
      // What was kept for it is spent, or free for others.
      attempt.leases.removeAll { $0.name == Pool.cost || $0.name == Pool.tokens }
      charge(charged, to: index)
      notes[index]?.transients = 0
      notes[index]?.transientWait = .zero
      attempt.move(to: .inspecting, at: now)
    case .attemptInspected(_, _, let head, _):
      attempt.head = head
      attempt.move(to: .checking(Checking(check: Check(gate: 0), isRunning: false)), at: now)
    case .checkBegan(_, _, let check, let seat):
      attempt.set(Checking(check: check, isRunning: true, seat: seat), at: now)
      if let seat { noteLaunch(seat) }
    case .checkEnded(_, _, let check, let verdict):
      if let usage = verdict.usage {
        charge(usage, to: index)
        told.take(verdict.told ?? usage)
      }
      if check.isFlaky(verdict) { note(FlakyGate(step: subject.step, check: check)) }
      attempt.set(following(check, verdict), at: now)
      if let merge = check.merge, verdict.result == .passed, check.gate + 1 == gates.count,
        case .merging(var current) = attempt.phase, current.number == merge,
        let candidate = current.candidate
      {
        current.stage = .tested(candidate: candidate)
        attempt.phase = .merging(current)
      }
    case .approvalAsked(_, _, let gate): attempt.move(to: .approving(gate: gate), at: now)
    case .approvalGiven(_, _, let gate, _):
      let next = Check(gate: (gate ?? -1) + 1)
      attempt.move(to: .checking(Checking(check: next, isRunning: false)), at: now)
    default: break
    }
    active[index] = attempt
  }

  private mutating func begin(_ index: Int, _ attempt: Attempt, _ touched: inout [Int]) {
    active[index] = attempt
    standings[index].attempts = Int32(attempt.number)
    if standings[index].began.milliseconds == 0 { standings[index].began = now }
    if reservation == index { reservation = nil }
    if var note = notes[index], let wait = note.limitWait {
      note.transientWait += wait.passed(by: now)
      note.limitWait = nil
      notes[index] = note
    }
    if !needsPreparing(index, attempt.seat) { active[index]?.phase = .launching }
    setPhase(index, .active, &touched)
    if let seat = attempt.seat { noteLaunch(seat) }
  }

  /// Whether something has to be there, or to be agreed with other runs, before its process can start.
  private func needsPreparing(_ index: Int, _ seat: Seat?) -> Bool {
    let terms = terms(index)
    return terms.hasWorkspace || seat != nil || !terms.resources.isEmpty
  }

  private mutating func noteLaunch(_ seat: Seat) {
    lastLaunch = now
    accounts[seat.account, default: AccountState()].lastLaunch = now
    launches.append(now)
    // What is older than an hour is given back now and then, at a cost of one launch each.
    let half = launches.count / 2
    if half > 32, now - launches[half] >= .hours(1) { launches.removeFirst(half) }
  }

  private mutating func note(_ gate: FlakyGate) {
    flaky.removeAll {
      $0.step == gate.step && $0.check.gate == gate.check.gate
        && ($0.check.merge == nil) == (gate.check.merge == nil)
    }
    flaky.append(gate)
  }

  /// What comes after a trial of a gate: its next round, or the next gate. A gate that has failed for good stands as
  /// it is; the same decision ends the attempt or refuses the merge.
  private func following(_ check: Check, _ verdict: Verdict) -> Checking {
    var next = Checking(check: check, isRunning: false)
    if verdict.result == .passed {
      next.check.gate += 1
      next.check.round = 1
    } else {
      next.check.round += 1
    }
    return next
  }

  private mutating func conclude(
    _ index: Int, _ attempt: Attempt, _ failure: Failure?, _ charged: Usage, _ fate: Fate,
    _ touched: inout [Int]
  ) {
    train.removeAll { $0 == index }
    charge(charged, to: index)
    if let failure { remember(failure, of: index, attempt, fate) }
    if fate == .completed {
      if let seat = attempt.seat {
        for pool in seat.breakers { streaks[pool] = nil }
      }
      if notes[index]?.standsInFor == nil { notes[index] = nil }
    }
    follow(fate, index, &touched)
  }

  /// What was used counts for the run and, until it is done, for the step.
  private mutating func charge(_ usage: Usage, to index: Int) {
    guard usage.cost ?? .zero != .zero || usage.tokens ?? 0 != 0 else { return }
    spent += usage
    notes[index, default: StepNote()].spent += usage
  }

  private mutating func remember(
    _ failure: Failure, of index: Int, _ attempt: Attempt, _ fate: Fate
  ) {
    var note = notes[index] ?? StepNote()
    switch failure.kind {
    case .rateLimit, .overload, .network:
      note.transients += 1
      note.limitWait = wait(for: attempt, fate)
    case .task, .rejected, .timeout, .stalled, .crash:
      note.failures += 1
      if failure.kind == .rejected {
        (note.finding, note.mishap) = (failure.message, nil)
      } else {
        note.mishap = failure.message
      }
      if let seat = attempt.seat, failure.kind != .rejected {
        for pool in seat.breakers { streaks[pool, default: 0] += 1 }
      }
    case .conflict:
      note.conflicts += 1
      (note.finding, note.mishap) = (failure.message, nil)
    case .lost: note.losses += 1
    case .environment, .authentication, .budget: break
    }
    notes[index] = note
  }

  /// How long a step has to wait for a limit: for its account, or where it has none for the time that was set.
  private func wait(for attempt: Attempt, _ fate: Fate) -> TransientWait? {
    var until = attempt.seat.flatMap { accounts[$0.account]?.limitedUntil }
    if case .waiting(let time) = fate { until = time }
    return until.map { TransientWait(since: now, until: $0) }
  }

  private mutating func follow(_ fate: Fate, _ index: Int, _ touched: inout [Int]) {
    switch fate {
    case .completed: setPhase(index, .completed, &touched)
    case .ready: reopen(index, &touched)
    case .waiting(let until): setPhase(index, .waiting(until: until), &touched)
    case .blocked(let blocker): setPhase(index, .blocked(blocker: blocker), &touched)
    case .failed: setPhase(index, .failed, &touched)
    case .handed(let seats):
      notes[index, default: StepNote()].seats = seats
      notes[index]?.failures = 0
      notes[index]?.hasUsedFallback = true
      reopen(index, &touched)
    case .replaced(let other):
      notes[index, default: StepNote()].hasUsedFallback = true
      setPhase(index, .replaced(by: other), &touched)
    case .cancelled: setPhase(index, .cancelled, &touched)
    case .skipped(let person, let reason):
      setPhase(index, .skipped(.person(name: person, reason: reason)), &touched)
    }
  }
}

extension Attempt {
  mutating func move(to phase: Phase, at now: Instant) {
    self.phase = phase
    activity = .working
    since = now
  }

  /// Puts a gate's trial where it belongs: to the step's own work or to its merge.
  mutating func set(_ checking: Checking, at now: Instant) {
    since = now
    if checking.check.merge == nil {
      phase = .checking(checking)
    } else if case .merging(var merge) = phase, let candidate = merge.candidate {
      merge.stage = .testing(candidate: candidate, checking)
      phase = .merging(merge)
    }
  }

  /// The gate that is due or being tried.
  var checking: Checking? {
    switch phase {
    case .checking(let checking): checking
    case .merging(let merge):
      if case .testing(_, let checking) = merge.stage { checking } else { nil }
    default: nil
    }
  }

  /// What of the machine it takes up.
  package var occupation: Occupation {
    switch phase {
    case .preparing, .launching, .running: .process
    case .stopping(_, let occupation): occupation
    case .inspecting, .approving, .queued: .nothing
    case .checking, .merging:
      if let checking, checking.isRunning {
        checking.seat.map(Occupation.review) ?? .build
      } else {
        .nothing
      }
    }
  }

  /// Whether something will be heard of it without a person's doing.
  func isMoving(_ state: RunState, _ index: Int) -> Bool {
    switch phase {
    case .approving, .queued: false
    case .running:
      if case .waitingForPerson = activity { false } else { true }
    case .checking, .merging: !state.effects(of: index).isEmpty
    case .preparing, .launching, .stopping, .inspecting: true
    }
  }

  /// The merge that is under way.
  package var merge: Merge? { if case .merging(let merge) = phase { merge } else { nil } }
}

extension Seat {
  /// What stops being launched after too many failures in a row.
  var breakers: [String] {
    var pools = [Pool.harness(harness)]
    if let agent { pools.append(Pool.agent(agent)) }
    return pools
  }
}
