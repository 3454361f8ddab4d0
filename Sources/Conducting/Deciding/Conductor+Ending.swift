import Plans

extension Conductor {
  /// What the end of a step means for others.
  mutating func followEnd(of index: Int) {
    let phase = state.phase(index)
    guard phase.isEnd, !state.isEnded else { return }
    let scope = Blocker.Scope.step(step: state.id(index))
    if state.barriers.value.contains(scope) {
      for blocker in state.blockers where blocker.scope == scope {
        emit(
          .blockerResolved(blocker: blocker.id, how: "the step is \(phase.word)", by: "divisi"))
      }
    }
    if phase.isSatisfying {
      followSuccess(of: index)
    } else if phase.isHopeless {
      followFailure(of: index)
    }
  }

  private mutating func followSuccess(of index: Int) {
    if let standIn = state.terms(index).standIn, let place = state.index(of: standIn),
      state.phase(place) == .standby
    {
      emit(.stepSkipped(step: standIn, cause: .notNeeded))
    }
    guard let original = replaced(by: index) else { return }
    if case .skipped(let cause) = state.phase(index) {
      emit(.stepSkipped(step: original, cause: cause))
    } else {
      emit(.stepCompleted(step: original))
    }
  }

  /// What needs a step that will not come is not done either, and says why.
  private mutating func followFailure(of index: Int) {
    let step = state.id(index)
    if let original = replaced(by: index) {
      emit(.stepFailed(step: original, reason: "`\(step)`, which stood in for it, is not done"))
    }
    if let standIn = state.terms(index).standIn, let place = state.index(of: standIn),
      state.phase(place) == .standby
    {
      emit(.stepSkipped(step: standIn, cause: .need(step: step)))
    }
    for dependent in state.graph.value.dependents(of: index).lazy.map(Int.init) {
      switch state.phase(dependent) {
      case .pending, .standby, .ready: giveUp(dependent, because: index)
      default: break
      }
    }
  }

  /// A step that cannot come: a group has failed with its task, any other step is skipped.
  mutating func giveUp(_ index: Int, because need: Int) {
    if state.kind(index) == .group, state.steps[need].group == state.id(index) {
      emit(.stepFailed(step: state.id(index), reason: "its task `\(state.id(need))` is not done"))
    } else {
      emit(.stepSkipped(step: state.id(index), cause: .need(step: state.id(need))))
    }
  }

  private func replaced(by index: Int) -> StepID? {
    guard let original = state.notes[index]?.standsInFor, let place = state.index(of: original),
      state.phase(place) == .replaced(by: state.id(index))
    else { return nil }
    return original
  }

  /// The step is tried again, and so is all that was given up only because of it.
  mutating func revive(_ index: Int, by person: String) {
    emit(.stepRevived(step: state.id(index), by: person))
    var line = [index]
    var next = 0
    while next < line.count {
      if let standIn = state.terms(line[next]).standIn, let place = state.index(of: standIn),
        state.phase(place).isHopeless
      {
        emit(.stepRevived(step: standIn, by: person))
        line.append(place)
      }
      for dependent in state.graph.value.dependents(of: line[next]).lazy.map(Int.init)
      where wasGivenUp(dependent) {
        let isStillHopeless = state.needs(dependent).contains {
          state.phase(Int($0)).isHopeless
        }
        if isStillHopeless { continue }
        emit(.stepRevived(step: state.id(dependent), by: person))
        line.append(dependent)
      }
      next += 1
    }
  }

  private func wasGivenUp(_ index: Int) -> Bool {
    // Who stands in for what is over is not called again.
    if let original = state.notes[index]?.standsInFor, let place = state.index(of: original),
      state.phase(place).isEnd
    {
      return false
    }
    switch state.phase(index) {
    case .skipped(.need): return true
    case .failed: return state.kind(index) == .group
    default: return false
    }
  }

  /// Nothing more follows by itself: the run is over, waits for a time, or is blocked and says by what.
  mutating func weighRun() {
    if state.phase == .cancelling {
      if state.active.isEmpty { emit(.runEnded(result: .cancelled)) }
      return
    }
    if state.isAllEnded {
      liftDeadlock()
      if case .paused = state.phase { emit(.runResumed(by: "divisi")) }
      let isDone = !state.hasHopeless
      if state.isBlocked { emit(.runUnblocked) }
      emit(.runEnded(result: isDone ? .completed : .failed))
      return
    }
    foresee()
    let waits = isMoving ? [] : state.waits(agenda)
    // That nothing can go on is itself waited for; anything beside it says that something can.
    if isMoving || waits.count > 1 { liftDeadlock() }
    let isBlocked = !isMoving && state.phase == .running && waits.allSatisfy { $0.until == nil }
    if isBlocked, waits.isEmpty {
      raise(
        .run, .deadlock, "nothing runs, nothing can start, and the run is not over",
        ["divisi cancel", "divisi skip STEP --why ..."])
    } else if isBlocked, !state.isBlocked || state.blockedBy != waits {
      emit(.runBlocked(waits: waits))
    } else if !isBlocked, state.isBlocked {
      emit(.runUnblocked)
    }
  }

  /// What was stuck is so no more.
  private mutating func liftDeadlock() {
    guard let deadlock = state.runBlocker(.deadlock) else { return }
    emit(.blockerResolved(blocker: deadlock.id, how: "it goes on", by: "divisi"))
  }

  /// Whether something is under way that will be heard of, or a wait will be over.
  private var isMoving: Bool {
    if state.hasWaiting || (state.needsBranch && state.head == nil) { return true }
    return agenda.moving > 0
  }
}

extension RunState {
  /// Whether no step is left that something could happen to.
  var isAllEnded: Bool {
    tallies[StepPhase.pending.tally] + tallies[StepPhase.standby.tally]
      + tallies[StepPhase.ready(since: now).tally] + tallies[StepPhase.waiting(until: now).tally]
      + tallies[StepPhase.active.tally] + tallies[StepPhase.blocked(blocker: 0).tally]
      + tallies[StepPhase.replaced(by: "").tally] == 0
  }

  var hasHopeless: Bool {
    tallies[StepPhase.failed.tally] + tallies[StepPhase.cancelled.tally] > 0
  }

  var hasWaiting: Bool { tallies[StepPhase.waiting(until: now).tally] > 0 }
}

extension StepPhase {
  /// The phase as people read it.
  package var word: String {
    switch self {
    case .pending: "pending"
    case .standby: "standing by"
    case .ready: "ready"
    case .waiting: "waiting"
    case .active: "under way"
    case .blocked: "blocked"
    case .replaced: "replaced"
    case .completed: "completed"
    case .failed: "failed"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    case .removed: "removed"
    }
  }
}
