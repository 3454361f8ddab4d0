import Plans

extension Conductor {
  /// Groups complete with their tasks; approvals ask for a person.
  mutating func join() {
    guard !agenda.joins.isEmpty else { return }
    let joins = agenda.joins
    agenda.joins = []
    for index in joins where state.phase(index).isReady {
      let step = state.id(index)
      if state.kind(index) == .group {
        emit(.stepCompleted(step: step))
      } else if state.phase == .running, !state.isStopped {
        let attempt = state.attempts(index) + 1
        emit(.attemptBegan(step: step, attempt: attempt, seat: nil, ports: nil, leases: nil))
        emit(.approvalAsked(step: step, attempt: attempt, gate: nil))
      } else {
        agenda.joins.append(index)
      }
    }
  }

  /// Starts whatever may start, the most urgent first, until a slot, or something else, is lacking.
  mutating func launch() {
    while let choice = agenda.choose(state) {
      switch choice {
      case .launch(let index, let seat, let leases):
        let takesPorts = leases.contains { $0.name == Pool.ports }
        emit(
          .attemptBegan(
            step: state.id(index), attempt: state.attempts(index) + 1, seat: seat,
            ports: takesPorts ? state.freePorts : nil, leases: leases.isEmpty ? nil : leases))
      case .review(let index, let seat):
        guard let attempt = state.active[index], let checking = attempt.checking else { return }
        emit(
          .checkBegan(
            step: state.id(index), attempt: attempt.number, check: checking.check, seat: seat))
      }
    }
  }

  /// Command gates take build slots: that of the merge at the head of the train first, then those of steps by urgency,
  /// then that of the merge behind. Whoever has a slot waits for nothing, so no circle of waiting can close.
  mutating func beginChecks() {
    while agenda.pools[agenda.buildPool].free >= 1 {
      if let head = state.train.first, beginMergeCheck(head) { continue }
      if let turn = agenda.firstBuild() {
        beginCheck(turn.urgency.node)
      } else if state.train.count > 1, beginMergeCheck(state.train[1]) {
        continue
      } else {
        return
      }
    }
  }

  private mutating func beginMergeCheck(_ index: Int) -> Bool {
    guard let attempt = state.active[index], attempt.merge != nil,
      let checking = attempt.checking, !checking.isRunning,
      state.gate(index, checking.check)?.kind == .command
    else { return false }
    beginCheck(index)
    return true
  }

  private mutating func beginCheck(_ index: Int) {
    guard let attempt = state.active[index], let checking = attempt.checking else { return }
    emit(
      .checkBegan(
        step: state.id(index), attempt: attempt.number, check: checking.check, seat: nil))
  }

  /// The step that has waited longest goes first if what it lacks will be given back, and only as long as that is so.
  mutating func keepPatience() {
    guard state.mayLaunch else { return }
    if let reserved = state.reservation {
      let isOver =
        !state.phase(reserved).isReady
        || (agenda.lack(reserved, agenda.demands(reserved, state), isFirst: true, state) != nil
          && !agenda.isDrainable(reserved, state))
      if isOver { emit(.reservationLifted(step: state.id(reserved))) }
      return
    }
    if let oldest = agenda.aging.oldest(state.settings.patience, state),
      agenda.isDrainable(oldest, state)
    {
      emit(.stepReserved(step: state.id(oldest)))
    }
  }

  /// What was to be done at a time that has come.
  mutating func keepTime() {
    while let timer = agenda.popDue(state.now) {
      switch timer.kind {
      case .step(let index):
        if case .waiting(let until) = state.phase(index), until <= state.now {
          emit(.stepReleased(step: state.id(index)))
        }
      case .attempt(let index): attend(index)
      case .blocker(let id):
        if let blocker = state.blocker(id), !blocker.isEscalated {
          emit(.blockerEscalated(blocker: id))
        }
      case .launches:
        // The pace has been slowed since, or another has been launched.
        if !state.mayCall { agenda.setLaunchTimer(state) }
      }
    }
  }

  private mutating func attend(_ index: Int) {
    guard let attempt = state.active[index], let due = state.attention(index, attempt),
      due <= state.now
    else { return }
    let step = state.id(index)
    if attempt.activity == .stalled {
      let failure = Failure(.stalled, "it said nothing for too long and was ended")
      emit(
        .attemptStopping(step: step, attempt: attempt.number, reason: .failed(failure: failure)))
    } else {
      emit(.attemptOverdue(step: step, attempt: attempt.number))
    }
  }
}

extension RunState {
  /// The lowest range of ports that no attempt has. There is one below the quota as long as fewer attempts than that have
  /// one, whatever the quota was before.
  var freePorts: Int? {
    let taken = Set(active.values.lazy.compactMap(\.ports))
    return (0...taken.count).first { !taken.contains($0) }
  }
}

extension Agenda {
  /// The first time at which something may be due.
  mutating func nextWake(_ state: RunState) -> Instant? {
    guard !state.isEnded else { return nil }
    let isLooking = state.mayLaunch && state.reservation == nil
    let patience = isLooking ? aging.due(state.settings.patience, state) : nil
    switch (timers.first?.at, patience) {
    case (let timer?, let patience?): return min(timer, patience)
    case (let timer, let patience): return timer ?? patience
    }
  }
}
