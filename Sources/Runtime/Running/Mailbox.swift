import Conducting
import Synchronization

/// What has been heard and not yet decided on. Anybody may put something in at any time.
final class Mailbox: Sendable {
  private struct State {
    var inputs: [Input] = []
    var isWaking = false
  }

  private let state = Mutex(State())
  private let wake: @Sendable () -> Void

  /// - Parameter wake: called when something came and nobody has been woken for it yet.
  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  func put(_ input: Input) {
    let mustWake = state.withLock { state in
      state.inputs.append(input)
      defer { state.isWaking = true }
      return !state.isWaking
    }
    if mustWake { wake() }
  }

  /// Puts in what is no news to anybody and may be taken with whatever comes next: it wakes nobody.
  func putLazily(_ input: Input) { state.withLock { $0.inputs.append(input) } }

  /// Everything that has come. When it is nothing, the next that comes wakes again.
  func take() -> [Input] {
    state.withLock { state in
      defer { state.inputs.removeAll(keepingCapacity: true) }
      if state.inputs.isEmpty { state.isWaking = false }
      return state.inputs
    }
  }
}
