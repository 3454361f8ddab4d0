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
  var needsPerson: Bool {
    guard active.values.allSatisfy(\.isAwaitingPerson) else { return false }
    if case .paused = phase { return true }
    // Room on a disk comes without a word.
    return isBlocked && blockedBy.allSatisfy(\.needsPerson)
      && !blockers.contains { $0.kind == .disk }
  }
}

extension RunState {
  /// Whether it is stopped and nothing more goes on than merges that something keeps from coming to their end.
  var isHeldUp: Bool {
    guard case .paused(now: true) = phase, blockers.contains(where: { $0.kind == .disk }) else {
      return false
    }
    return active.values.allSatisfy { attempt in
      switch attempt.phase {
      case .queued, .merging: true
      default: attempt.isAwaitingPerson
      }
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
