internal import Synchronization

/// A commit that has been asked for.
package final class JournalCommit: Sendable {
  private enum State {
    case waiting([CheckedContinuation<Result<Int, JournalError>, Never>])
    case ended(Result<Int, JournalError>)
  }

  private let state = Mutex(State.waiting([]))

  /// The run's last sequence, once everything of the entry is committed.
  package func last() async throws(JournalError) -> Int {
    let result = await withCheckedContinuation { continuation in
      let known: Result<Int, JournalError>? = state.withLock { state in
        switch state {
        case .ended(let result): return result
        case .waiting(let waiters):
          state = .waiting(waiters + [continuation])
          return nil
        }
      }
      if let known { continuation.resume(returning: known) }
    }
    return try result.get()
  }

  func conclude(_ result: Result<Int, JournalError>) {
    let waiters = state.withLock { state in
      guard case .waiting(let waiters) = state else { preconditionFailure("a commit ends once") }
      state = .ended(result)
      return waiters
    }
    for waiter in waiters { waiter.resume(returning: result) }
  }
}
