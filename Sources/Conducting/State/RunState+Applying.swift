import Plans

extension RunState {
  /// Takes a fact in. It has been decided; nothing is questioned here.
  package mutating func apply(_ event: Event) {
    var touched: [Int] = []
    apply(event, touching: &touched)
  }

  /// As `apply`, and tells which steps are not as they were.
  mutating func apply(_ event: Event, touching touched: inout [Int]) {
    now = max(now, event.at)
    sequence += 1
    switch event.fact {
    case .runCreated(let session, let plan, let title, let settings, let gates):
      self.session = session
      self.plan = plan
      self.title = title
      self.settings = settings
      self.gates = gates
    case .stepsPlanned(let steps): for step in steps { add(step) }
    case .runStarted:
      phase = .running
      began = event.at
      layOut()
      for index in steps.indices { touched.append(index) }
    case .runnerOpened: break
    case .branchOpened(let head), .headMoved(let head): self.head = head
    case .runPaused(let isNow, _): phase = .paused(now: isNow)
    case .runResumed: phase = .running
    case .runCancelling: phase = .cancelling
    case .runBlocked(let waits):
      isBlocked = true
      blockedBy = waits
    case .runUnblocked:
      isBlocked = false
      blockedBy = []
    case .runReopened: phase = .running
    case .runEnded(let result): end(result, &touched)
    case .attemptBegan, .attemptPrepared, .attemptWithdrawn, .attemptLaunched, .attemptObserved,
      .attemptAnswered, .attemptOverdue, .attemptStopping, .attemptFinished, .attemptInspected,
      .checkBegan, .checkEnded, .approvalAsked, .approvalGiven, .attemptEnded:
      applyAttempt(event, &touched)
    case .mergeQueued, .mergeBegan, .mergeBuilt, .mergeRefused, .mergeReset, .landingDecided,
      .landed:
      applyMerge(event, &touched)
    case .stepCompleted, .stepFailed, .stepSkipped, .stepCancelled, .stepRevived, .stepReleased,
      .stepActivated, .stepReserved, .reservationLifted, .priorityChanged:
      applyStep(event, &touched)
    case .accountLimited(let account, let until, let strikes):
      let known = accounts[account]?.limitedUntil ?? until
      accounts[account, default: AccountState()].limitedUntil = max(known, until)
      accounts[account]?.strikes = strikes
    case .accountRecovered(let account):
      accounts[account]?.strikes = 0
      accounts[account]?.limitedUntil = nil
    case .sharesSeen(let others): see(others)
    case .limitChanged(.step(let step, let cost, let tokens), _):
      guard let index = index(of: step) else { return }
      setCeiling(of: index, cost, tokens)
      touched.append(index)
    case .limitChanged(let limit, _): settings.apply(limit)
    case .blockerRaised(let blocker): raise(blocker)
    case .blockerEscalated(let id): escalate(id)
    case .blockerResolved(let id, _, _): resolve(id)
    case .commandRefused: break
    case .planAmended(let change, _, _): amend(change, &touched)
    case .delayForeseen(let end, _): foresawDelay = end
    }
  }

  private mutating func see(_ others: [Quota]) {
    for quota in others { self.others[quota.name] = quota.count == 0 ? nil : quota.count }
  }

  mutating func setPhase(_ index: Int, _ phase: StepPhase, _ touched: inout [Int]) {
    let old = standings[index].phase
    tallies[old.tally] -= 1
    tallies[phase.tally] += 1
    standings[index].phase = phase
    touched.append(index)
    if phase.isEnd != old.isEnd {
      let work = estimate(index)
      if phase.isEnd {
        endedWork += work
        standings[index].ended = now
        if phase == .completed, standings[index].began.milliseconds > 0, work > 0 {
          timedWork += work
          actualWork += (now - standings[index].began).milliseconds
        }
      } else {
        endedWork -= work
        standings[index].ended = Instant(milliseconds: 0)
      }
    }
    guard phase.isSatisfying, !old.isSatisfying else { return }
    for dependent in graph.value.dependents(of: index).lazy.map(Int.init) {
      standings[dependent].open -= 1
      if standings[dependent].open == 0, standings[dependent].phase == .pending {
        setPhase(dependent, .ready(since: now), &touched)
      }
    }
  }

  /// Back to where it starts from: ready, or pending where needs are still open.
  mutating func reopen(_ index: Int, _ touched: inout [Int]) {
    setPhase(index, standings[index].open == 0 ? .ready(since: now) : .pending, &touched)
  }

  private mutating func end(_ result: RunResult, _ touched: inout [Int]) {
    phase = .ended(result)
    isBlocked = false
    blockedBy = []
    reservation = nil
    guard result == .cancelled else { return }
    for index in steps.indices where !standings[index].phase.isEnd {
      setPhase(index, .cancelled, &touched)
    }
  }

  private mutating func applyStep(_ event: Event, _ touched: inout [Int]) {
    guard let step = event.fact.subject?.step, let index = index(of: step) else { return }
    switch event.fact {
    case .stepCompleted: setPhase(index, .completed, &touched)
    case .stepFailed: setPhase(index, .failed, &touched)
    case .stepSkipped(_, let cause): setPhase(index, .skipped(cause), &touched)
    case .stepCancelled: setPhase(index, .cancelled, &touched)
    case .stepRevived:
      forgive(index)
      if standsBy(index) {
        setPhase(index, .standby, &touched)
      } else {
        reopen(index, &touched)
      }
    case .stepReleased, .stepActivated: reopen(index, &touched)
    case .stepReserved: reservation = index
    case .reservationLifted: reservation = nil
    case .priorityChanged(_, let priority, _):
      steps[index].priority = priority
      touched.append(index)
    default: break
    }
  }

  /// Whether a step waits for the one that it stands in for to fail.
  func standsBy(_ index: Int) -> Bool {
    guard let original = notes[index]?.standsInFor, let place = self.index(of: original) else {
      return false
    }
    return standings[place].phase != .replaced(by: steps[index].id)
  }

  /// Fresh retries; what was learned and what was spent stays.
  private mutating func forgive(_ index: Int) {
    guard var note = notes[index] else { return }
    note.failures = 0
    note.losses = 0
    note.conflicts = 0
    note.transients = 0
    note.transientWait = .zero
    note.limitWait = nil
    note.hasUsedFallback = false
    note.seats = nil
    notes[index] = note
  }
}

extension RunSettings {
  mutating func apply(_ limit: Limit) {
    switch limit {
    case .agents(let count): agents = count
    case .builds(let count): builds = count
    case .quota(let name, let count):
      if let place = quotas.firstIndex(where: { $0.name == name }) {
        quotas[place].count = count
      } else {
        quotas.append(Quota(name, count))
      }
    case .spacing(let span): spacing = span
    case .callsPerHour(let count): callsPerHour = count
    case .cost(let amount): cost = amount
    case .tokens(let count): tokens = count
    case .step: break
    }
  }
}
