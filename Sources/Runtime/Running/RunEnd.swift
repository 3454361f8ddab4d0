package import Conducting

/// How a runner came to its end.
package enum RunEnd: Hashable, Sendable {
  case ended(RunResult)
  /// Only a person can move it on.
  case waiting([Wait])
  /// It was given up as it is.
  case letGo
  /// The journal, or what else the runner stands on, failed.
  case broken(String)
}

/// Whoever looks at a run as it goes. Called on the runner's thread, which waits: it must be quick and keep no state.
package protocol RunWatcher: Sendable {
  /// - Parameter before: the sequence behind the last of the events.
  func saw(_ events: [Event], before: Int, _ state: RunState)
  /// Something that is no event and that a person should know.
  func note(_ words: String)
  func ended(_ how: RunEnd, _ state: RunState)
}

extension RunState {
  /// Whether nothing goes on, and nothing will before a person says something.
  ///
  /// - Parameter isBranchHeld: whether the branch cannot be moved, by what this runner has seen.
  func needsPerson(isBranchHeld: Bool) -> Bool {
    // A branch comes free when its person leaves it, room on a disk without a word.
    if let fault = machineFault, fault.kind == .branch { return isBranchHeld && isHeldUp }
    guard !hasMovingAttempts else { return false }
    if case .paused = phase { return true }
    // What is lacking is held by what waits for the person, or there is not so much of it as a step takes.
    return isBlocked && machineFault == nil && !blockedBy.isEmpty
      && blockedBy.allSatisfy { $0.needsPerson || $0.kind == .capacity }
  }

  /// Whether nothing more goes on than merges that something keeps from coming to their end.
  private var isHeldUp: Bool {
    guard machineFault != nil else { return false }
    return active.values.allSatisfy { attempt in
      switch attempt.phase {
      case .queued: true
      case .merging(let merge): merge.isAtRest
      default: attempt.isAwaitingPerson
      }
    }
  }

  /// Whether, of a run that is stopped, nothing more goes on than what can be begun again: gates, and merges that
  /// something keeps from coming to their end.
  var hasStopped: Bool {
    guard case .paused(now: true) = phase else { return false }
    return active.values.allSatisfy { attempt in
      switch attempt.phase {
      case .queued, .checking: true
      case .merging(let merge): if case .testing = merge.stage { true } else { machineFault != nil }
      default: attempt.isAwaitingPerson
      }
    }
  }

  /// What a person is told that a run waits for.
  var toldWaits: [Wait] {
    if case .paused = phase { return blockedBy }
    return machineFault.map { [Wait(.blocker, $0.message)] } ?? blockedBy
  }
}

extension Merge {
  /// Whether only the branch, or the merge before it, moves it on.
  fileprivate var isAtRest: Bool {
    switch stage {
    case .building: false
    case .testing(_, let checking): !checking.isRunning
    case .tested, .refused, .landing, .landed: true
    }
  }
}

extension Attempt {
  /// Whether nothing is under way for it: it waits for a person.
  fileprivate var isAwaitingPerson: Bool {
    switch phase {
    case .approving: true
    case .running: if case .waitingForPerson = activity { true } else { false }
    default: isAwaitingMergedApproval
    }
  }
}

extension Wait {
  /// Whether it ends by a person's word alone.
  package var needsPerson: Bool {
    guard until == nil else { return false }
    switch kind {
    case .paused, .approval, .answer, .blocker: return true
    case .branch, .account, .calls, .capacity, .shares, .retry, .attempts: return false
    }
  }
}
