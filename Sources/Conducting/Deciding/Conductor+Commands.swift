import Plans

extension Conductor {
  /// Does what a person wants, or says why not. Every command is answered by at least one event.
  mutating func obey(_ command: Command, by person: String) {
    if let reason = refusal(of: command) ?? perform(command, by: person) {
      emit(.commandRefused(command: command, by: person, reason: reason))
    }
  }

  /// Why a command cannot be heard in the phase that the run is in.
  private func refusal(of command: Command) -> String? {
    switch state.phase {
    case .planning: return "the run has not begun"
    case .cancelling: return "the run is being cancelled"
    case .running, .paused: return nil
    case .ended(let result):
      switch command {
      case .retry, .skip, .setLimit(.step):
        return result == .failed ? nil : "the run has ended: it is \(result.rawValue)"
      default: return "the run has ended: it is \(result.rawValue)"
      }
    }
  }

  /// Gives the reason where it cannot be done.
  private mutating func perform(_ command: Command, by person: String) -> String? {
    switch command {
    case .pause: return pause(now: false, by: person)
    case .pauseNow: return pause(now: true, by: person)
    case .resume:
      guard case .paused = state.phase else { return "the run is not paused" }
      emit(.runResumed(by: person))
    case .cancelRun: cancelRun(by: person)
    case .setLimit(let limit): return set(limit, by: person)
    case .resolve(let id, let reason): return resolve(id, reason, by: person)
    case .amend(let change): return amend(change, by: person)
    case .cancel(let step), .retry(let step), .skip(let step, _), .approve(let step),
      .reject(let step, _), .answer(let step, _), .setPriority(let step, _):
      guard let index = state.index(of: step), state.phase(index) != .removed else {
        return "there is no step `\(step)`"
      }
      return perform(command, on: index, by: person)
    }
    return nil
  }

  private mutating func perform(_ command: Command, on index: Int, by person: String) -> String? {
    let step = state.id(index)
    let isGroup = state.kind(index) == .group
    switch command {
    case .approve: return approve(index, by: person)
    case .reject(_, let feedback): return reject(index, feedback, by: person)
    case .answer(_, let text):
      guard let attempt = state.active[index], attempt.phase == .running,
        case .waitingForPerson = attempt.activity
      else { return "`\(step)` has asked nothing" }
      emit(.attemptAnswered(step: step, attempt: attempt.number, text: text, by: person))
      return nil
    default: break
    }
    if isGroup { return "`\(step)` is a group: name its tasks instead" }
    switch command {
    case .cancel: return cancel(index, by: person)
    case .retry: return retry(index, by: person)
    case .skip(_, let reason): return skip(index, reason, by: person)
    case .setPriority(_, let priority):
      if state.phase(index).isEnd { return "`\(step)` is \(state.phase(index).word)" }
      if state.priority(index) == priority { return "its priority is \(priority.rawValue)" }
      emit(.priorityChanged(step: step, priority: priority, by: person))
      return nil
    default: return nil
    }
  }

  private mutating func pause(now: Bool, by person: String) -> String? {
    if case .paused(let isNow) = state.phase, isNow || !now { return "the run is paused" }
    emit(.runPaused(now: now, by: person))
    guard now else { return nil }
    for index in state.active.keys.sorted() {
      guard let attempt = state.active[index] else { continue }
      switch attempt.phase {
      case .preparing, .launching, .running:
        emit(
          .attemptStopping(step: state.id(index), attempt: attempt.number, reason: .paused))
      default: break
      }
    }
    return nil
  }

  private mutating func cancelRun(by person: String) {
    emit(.runCancelling(by: person))
    for index in state.active.keys.sorted() {
      _ = halt(index, .cancelled(by: person), .cancelled)
    }
  }

  /// Ends an attempt for a person's sake. What has no effect under way ends at once, what is landing cannot be ended.
  private mutating func halt(_ index: Int, _ reason: StopReason, _ fate: Fate) -> String? {
    guard let attempt = state.active[index] else { return nil }
    if attempt.merge?.isLanding == true {
      return "`\(state.id(index))` is being merged at this moment"
    }
    if state.effects(of: index).isEmpty {
      end(index, nil, attempt.usage, fate)
    } else {
      emit(
        .attemptStopping(step: state.id(index), attempt: attempt.number, reason: reason))
    }
    return nil
  }

  private mutating func cancel(_ index: Int, by person: String) -> String? {
    let step = state.id(index)
    switch state.phase(index) {
    case .active: return halt(index, .cancelled(by: person), .cancelled)
    case .pending, .standby, .ready, .waiting, .blocked, .replaced:
      emit(.stepCancelled(step: step, by: person))
      return nil
    case .completed, .failed, .skipped, .cancelled, .removed:
      return "`\(step)` is \(state.phase(index).word)"
    }
  }

  private mutating func retry(_ index: Int, by person: String) -> String? {
    let step = state.id(index)
    if state.phase(index).mayBeRetried, let words = state.exhaustion(of: index) {
      return "`\(step)` \(words): first, \(state.raisingCeiling(of: index))"
    }
    switch state.phase(index) {
    case .failed, .cancelled:
      if let original = state.notes[index]?.standsInFor, state.standsBy(index) {
        return "`\(step)` stands in for `\(original)`: retry that"
      }
      if let need = state.needs(index).lazy.map(Int.init).first(where: {
        state.phase($0).isHopeless
      }) {
        return "`\(step)` needs `\(state.id(need))`, which is \(state.phase(need).word): retry that"
      }
      reopenRun(by: person)
      revive(index, by: person)
      return nil
    case .blocked(let blocker):
      emit(.blockerResolved(blocker: blocker, how: "retried", by: person))
      emit(.stepRevived(step: step, by: person))
      return nil
    case .waiting:
      emit(.stepReleased(step: step))
      return nil
    case .skipped(.need(let need)):
      return "`\(step)` was skipped because of `\(need)`: retry that"
    case .replaced(let other): return "`\(other)` stands in for `\(step)`"
    case .active: return "an attempt at `\(step)` is under way: cancel it first"
    case .pending, .standby, .ready, .completed, .skipped, .removed:
      return "`\(step)` is \(state.phase(index).word)"
    }
  }

  private mutating func reopenRun(by person: String) {
    if case .ended = state.phase { emit(.runReopened(by: person)) }
  }

  private mutating func skip(_ index: Int, _ reason: String, by person: String) -> String? {
    let step = state.id(index)
    let cause = SkipCause.person(name: person, reason: reason)
    switch state.phase(index) {
    case .completed, .removed: return "`\(step)` is \(state.phase(index).word)"
    case .skipped(let cause) where cause.isSatisfying: return "`\(step)` is skipped"
    case .active:
      return halt(
        index, .skipped(by: person, reason: reason), .skipped(by: person, reason: reason))
    case .pending, .standby, .ready, .waiting, .blocked, .replaced:
      emit(.stepSkipped(step: step, cause: cause))
    case .failed, .cancelled, .skipped:
      // What was given up because of it can go on.
      reopenRun(by: person)
      if !state.standsBy(index) { revive(index, by: person) }
      emit(.stepSkipped(step: step, cause: cause))
    }
    return nil
  }

  private mutating func approve(_ index: Int, by person: String) -> String? {
    guard let attempt = state.active[index] else { return "`\(state.id(index))` waits for no one" }
    if case .approving(let gate) = attempt.phase {
      emit(
        .approvalGiven(
          step: state.id(index), attempt: attempt.number, gate: gate, by: person))
      goOn(index)
      return nil
    }
    guard let check = mergedApproval(index, attempt) else {
      return "`\(state.id(index))` waits for no approval"
    }
    judge(index, attempt, check, Verdict(.passed, "approved by \(person)"))
    return nil
  }

  private mutating func reject(_ index: Int, _ feedback: String, by person: String) -> String? {
    guard let attempt = state.active[index] else { return "`\(state.id(index))` waits for no one" }
    let message = "\(person) rejected it: \(feedback)"
    if case .approving(let gate) = attempt.phase {
      if gate == nil {
        end(index, Failure(.rejected, message), attempt.usage, .failed)
      } else {
        fail(index, Failure(.rejected, message), attempt.usage)
      }
      return nil
    }
    guard let check = mergedApproval(index, attempt) else {
      return "`\(state.id(index))` waits for no approval"
    }
    judge(index, attempt, check, Verdict(.failed, message))
    return nil
  }

  /// A gate of the merged tree that waits for a person.
  private func mergedApproval(_ index: Int, _ attempt: Attempt) -> Check? {
    guard attempt.merge != nil, let checking = attempt.checking, !checking.isRunning,
      state.gate(index, checking.check)?.kind == .approval
    else { return nil }
    return checking.check
  }

  private mutating func resolve(_ id: Int, _ reason: String, by person: String) -> String? {
    guard let blocker = state.blocker(id) else {
      return "there is no blocker \(id)"
    }
    switch blocker.scope {
    case .step(let step):
      guard let index = state.index(of: step) else { return "there is no step `\(step)`" }
      return retry(index, by: person)
    case .pool(Pool.cost), .pool(Pool.tokens): return "only a higher limit resolves it"
    case .run, .pool:
      emit(.blockerResolved(blocker: id, how: reason, by: person))
      return nil
    }
  }
}

extension StepPhase {
  /// Whether another attempt is a person's to ask for.
  fileprivate var mayBeRetried: Bool {
    switch self {
    case .failed, .cancelled, .blocked: true
    default: false
    }
  }
}
