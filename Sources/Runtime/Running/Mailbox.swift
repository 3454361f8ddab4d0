import Conducting
import Synchronization

/// What has been heard and not yet decided on. Anybody may put something in at any time.
final class Mailbox: Sendable {
  private struct State {
    var inputs: [Input] = []
    /// Whether any of them is worth a decision of its own.
    var hasNews = false
    var isWaking = false
  }

  private let state = Mutex(State())
  private let wake: @Sendable () -> Void

  /// - Parameter wake: called when something came and nobody has been woken for it yet.
  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  func put(_ input: Input) {
    let mustWake = state.withLock { state in
      state.inputs.append(input)
      state.hasNews = true
      defer { state.isWaking = true }
      return !state.isWaking
    }
    if mustWake { wake() }
  }

  /// Puts in what is no news to anybody and may be taken with whatever comes next: it wakes nobody.
  func putLazily(_ input: Input) { state.withLock { $0.inputs.append(input) } }

  /// Everything that has come, where any of it is news. When none is, the next that comes wakes again.
  func take() -> [Input] {
    state.withLock { state in
      guard state.hasNews else {
        state.isWaking = false
        return []
      }
      state.hasNews = false
      defer { state.inputs.removeAll(keepingCapacity: true) }
      return state.inputs
    }
  }
}
