import CSupport
import Glibc
import Synchronization

/// One thread that waits for all descriptors anyone waits for, so that no task ever blocks another.
///
/// A descriptor stands for whatever can become readable: a pidfd when its process ends, a pipe when
/// somebody wrote.
final class DescriptorWaiter: Sendable {
  static let shared = DescriptorWaiter()

  /// What a wait came to.
  enum Awaited {
    /// The descriptor at this index.
    case readable(Int)
    /// None of them in time.
    case late
    case cancelled
  }

  private struct Wait {
    let descriptors: [Int32]
    let deadline: SuspendingClock.Instant?
    let continuation: CheckedContinuation<Awaited, Never>
  }

  private struct State {
    var waits: [UInt64: Wait] = [:]
    var next: UInt64 = 1
    /// Cancelled before they began to wait.
    var cancelled: Set<UInt64> = []
    /// What the alarm is set to: no later than the first deadline. Most waits end before theirs, so it
    /// is set again when it has gone off, and not whenever one ends.
    var alarm: SuspendingClock.Instant?
  }

  private let state = Mutex(State())
  private let epoll: Int32
  private let alarm: Int32
  /// No wait has it.
  private static let alarmToken: UInt64 = 0

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    alarm = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    event.data.u64 = Self.alarmToken
    let added = epoll_ctl(epoll, EPOLL_CTL_ADD, alarm, &event)
    precondition(added == 0, "the system gives every process an epoll descriptor and a timer")
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, waitForEver, context)
    precondition(code == 0, "the system gives every process a second thread")
    pthread_detach(thread)
  }

  /// Waits until one of some descriptors is readable and gives its index, or nothing where the task
  /// was cancelled first. A descriptor can be waited for by one at a time.
  func firstReadable(_ descriptors: [Int32]) async -> Int? {
    guard case .readable(let index) = await firstReadable(descriptors, within: nil) else {
      return nil
    }
    return index
  }

  /// The same, and no longer than for some time.
  func firstReadable(_ descriptors: [Int32], within limit: Duration?) async -> Awaited {
    let token = newToken()
    let awaited = await withTaskCancellationHandler {
      await wait(token, descriptors, limit)
    } onCancel: {
      cancel(token)
    }
    // Only now can nobody cancel it any more.
    state.withLock { _ = $0.cancelled.remove(token) }
    return awaited
  }

  /// The same, whether or not the task is cancelled: for what must be brought to its end.
  @discardableResult
  func firstReadableInAnyCase(_ descriptors: [Int32], within limit: Duration? = nil) async -> Int? {
    switch await wait(newToken(), descriptors, limit) {
    case .readable(let index): return index
    case .late: return nil
    case .cancelled: preconditionFailure("nobody has the token of this wait, to cancel it")
    }
  }

  private func newToken() -> UInt64 {
    state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
  }

  private func wait(_ token: UInt64, _ descriptors: [Int32], _ limit: Duration?) async -> Awaited {
    let deadline = limit.map { SuspendingClock.now.advanced(by: $0) }
    return await withCheckedContinuation { continuation in
      let isCancelled = state.withLock { state in
        if state.cancelled.contains(token) { return true }
        state.waits[token] = Wait(
          descriptors: descriptors, deadline: deadline, continuation: continuation)
        if let deadline { setAlarm(noLaterThan: deadline, &state) }
        for (index, descriptor) in descriptors.enumerated() {
          var event = epoll_event()
          event.events = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
          event.data.u64 = token << 8 | UInt64(index)
          let code = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
          precondition(code == 0, "descriptor \(descriptor) is open and waited for once: \(errno)")
        }
        return false
      }
      if isCancelled { continuation.resume(returning: .cancelled) }
    }
  }

  private func cancel(_ token: UInt64) {
    let wait = state.withLock { state in
      let wait = end(token, &state)
      if wait == nil { state.cancelled.insert(token) }
      return wait
    }
    wait?.continuation.resume(returning: .cancelled)
  }

  private func end(_ token: UInt64, _ state: inout State) -> Wait? {
    guard let wait = state.waits.removeValue(forKey: token) else { return nil }
    for descriptor in wait.descriptors { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }
    return wait
  }

  private func setAlarm(noLaterThan deadline: SuspendingClock.Instant, _ state: inout State) {
    if let set = state.alarm, set <= deadline { return }
    state.alarm = deadline
    let wait = max(SuspendingClock.now.duration(to: deadline), .nanoseconds(1))
    let (seconds, attoseconds) = wait.components
    var time = itimerspec()
    time.it_value = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    timerfd_settime(alarm, 0, &time, nil)
  }

  /// Ends the waits whose time is over, and sets the alarm for the next.
  private func ring() {
    var rings: UInt64 = 0
    _ = read(alarm, &rings, MemoryLayout.size(ofValue: rings))
    let late = state.withLock { state in
      let now = SuspendingClock.now
      state.alarm = nil
      var late: [Wait] = []
      for (token, wait) in state.waits {
        guard let deadline = wait.deadline else { continue }
        if deadline > now {
          setAlarm(noLaterThan: deadline, &state)
        } else if let wait = end(token, &state) {
          late.append(wait)
        }
      }
      return late
    }
    for wait in late { wait.continuation.resume(returning: .late) }
  }

  fileprivate func loop() -> Never {
    let room = 64
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: room)
    while true {
      let count = Int(epoll_wait(epoll, events, Int32(room), -1))
      guard count > 0 else { continue }
      for event in UnsafeBufferPointer(start: events, count: count) {
        let token = event.data.u64 >> 8
        guard token != Self.alarmToken else {
          ring()
          continue
        }
        let index = Int(event.data.u64 & 0xFF)
        let wait = state.withLock { end(token, &$0) }
        wait?.continuation.resume(returning: .readable(index))
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
