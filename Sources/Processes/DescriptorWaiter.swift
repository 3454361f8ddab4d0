import CSupport
import Glibc
import Synchronization

/// Waits for all descriptors anyone waits for on one thread, so that no task ever blocks another.
///
/// A descriptor stands for whatever can become readable: a pidfd when its process ends, a pipe when
/// somebody wrote.
final class DescriptorWaiter: Sendable {
  /// That of the thread which asks, where the thread has one of its own; otherwise the one that all others share.
  static var current: DescriptorWaiter {
    guard let own = pthread_getspecific(ownKey) else { return shared }
    return Unmanaged<DescriptorWaiter>.fromOpaque(own).takeUnretainedValue()
  }

  private static let shared = {
    let waiter = DescriptorWaiter()
    startThread { while true { waiter.turn(waits: true) } }
    return waiter
  }()

  private static let ownKey = {
    var key = pthread_key_t()
    let code = pthread_key_create(&key, nil)
    precondition(code == 0, "a process has room for another key")
    return key
  }()

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
    var next: UInt64 = 2
    /// Cancelled before they began to wait.
    var cancelled: Set<UInt64> = []
    /// What the alarm is set to: no later than the first deadline. Most waits end before theirs, so it
    /// is set again when it has gone off, and not whenever one ends.
    var alarm: SuspendingClock.Instant?
  }

  private let state = Mutex(State())
  private let epoll: Int32
  private let alarm: Int32
  private let call: Int32
  /// No wait has them.
  private static let alarmToken: UInt64 = 0
  private static let callToken: UInt64 = 1

  init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    alarm = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
    call = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    // Each call is told once, so that nobody has to read it.
    let told: [(Int32, UInt64, EPOLL_EVENTS)] = [
      (alarm, Self.alarmToken, EPOLLIN), (call, Self.callToken, EPOLLET),
    ]
    for (descriptor, token, how) in told {
      var event = epoll_event()
      event.events = EPOLLIN.rawValue | how.rawValue
      event.data.u64 = token << 8
      let added = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
      precondition(added == 0, "the system gives every process a timer, and something to wait on")
    }
  }

  deinit { for descriptor in [epoll, alarm, call] { close(descriptor) } }

  /// Whoever waits on this thread is served by this waiter, whose turns the thread has to take.
  func serveThisThread() {
    pthread_setspecific(Self.ownKey, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Whether nobody waits.
  var isIdle: Bool { state.withLock { $0.waits.isEmpty } }

  /// Ends a turn that waits, or that begins next.
  func wake() {
    var one: UInt64 = 1
    write(call, &one, MemoryLayout.size(ofValue: one))
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

  /// Resumes who has waited long enough.
  ///
  /// - Parameter waits: whether it is waited until there is somebody to resume, or `wake` is called.
  func turn(waits: Bool) {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { room in
      let count = Int(epoll_wait(epoll, room.baseAddress, Int32(room.count), waits ? -1 : 0))
      guard count > 0 else { return }
      for event in room[..<count] {
        let token = event.data.u64 >> 8
        switch token {
        case Self.callToken: continue
        case Self.alarmToken: ring()
        default:
          let index = Int(event.data.u64 & 0xFF)
          let wait = state.withLock { end(token, &$0) }
          wait?.continuation.resume(returning: .readable(index))
        }
      }
    }
  }
}
