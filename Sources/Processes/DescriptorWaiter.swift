import CSupport
import Glibc
import Synchronization

/// One thread that waits for all descriptors anyone waits for, so that no task ever blocks another.
///
/// A descriptor stands for whatever can become readable: a pidfd when its process ends, a timer when
/// its time comes.
final class DescriptorWaiter: Sendable {
  static let shared = DescriptorWaiter()

  private struct Wait {
    let descriptors: [Int32]
    let continuation: CheckedContinuation<Int?, Never>
  }

  private struct State {
    var waits: [UInt64: Wait] = [:]
    var next: UInt64 = 1
    /// Cancelled before they began to wait.
    var cancelled: Set<UInt64> = []
  }

  private let state = Mutex(State())
  private let epoll: Int32

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(epoll >= 0, "the system gives every process an epoll descriptor")
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, waitForEver, context)
    precondition(code == 0, "the system gives every process a second thread")
    pthread_detach(thread)
  }

  /// Waits until one of some descriptors is readable and gives its index, or nothing where the task
  /// was cancelled first. A descriptor can be waited for by one at a time.
  func firstReadable(_ descriptors: [Int32]) async -> Int? {
    let token = newToken()
    let index = await withTaskCancellationHandler {
      await wait(token, descriptors)
    } onCancel: {
      cancel(token)
    }
    state.withLock { _ = $0.cancelled.remove(token) }
    return index
  }

  /// The same, whether or not the task is cancelled: for what must be brought to its end.
  func firstReadableInAnyCase(_ descriptors: [Int32]) async -> Int {
    guard let index = await wait(newToken(), descriptors) else {
      preconditionFailure("a wait that nobody can cancel ends with a descriptor")
    }
    return index
  }

  private func newToken() -> UInt64 {
    state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
  }

  private func wait(_ token: UInt64, _ descriptors: [Int32]) async -> Int? {
    await withCheckedContinuation { continuation in
      let isCancelled = state.withLock { state in
        if state.cancelled.contains(token) { return true }
        state.waits[token] = Wait(descriptors: descriptors, continuation: continuation)
        for (index, descriptor) in descriptors.enumerated() {
          var event = epoll_event()
          event.events = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
          event.data.u64 = token << 8 | UInt64(index)
          let code = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
          precondition(code == 0, "descriptor \(descriptor) is open and waited for once: \(errno)")
        }
        return false
      }
      if isCancelled { continuation.resume(returning: nil) }
    }
  }

  private func cancel(_ token: UInt64) {
    let wait = state.withLock { state in
      let wait = end(token, &state)
      if wait == nil { state.cancelled.insert(token) }
      return wait
    }
    wait?.continuation.resume(returning: nil)
  }

  private func end(_ token: UInt64, _ state: inout State) -> Wait? {
    guard let wait = state.waits.removeValue(forKey: token) else { return nil }
    for descriptor in wait.descriptors { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }
    return wait
  }

  fileprivate func loop() -> Never {
    let room = 64
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: room)
    while true {
      let count = Int(epoll_wait(epoll, events, Int32(room), -1))
      guard count > 0 else { continue }
      for event in UnsafeBufferPointer(start: events, count: count) {
        let token = event.data.u64 >> 8
        let index = Int(event.data.u64 & 0xFF)
        let wait = state.withLock { end(token, &$0) }
        wait?.continuation.resume(returning: index)
      }
    }
  }
}

private func waitForEver(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals belong to the threads that expect them.
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  guard let context else { return nil }
  Unmanaged<DescriptorWaiter>.fromOpaque(context).takeUnretainedValue().loop()
}
