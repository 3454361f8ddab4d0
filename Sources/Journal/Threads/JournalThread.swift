internal import Glibc
internal import Synchronization

/// The thread that a journal's blocking calls run on, one after the other.
final class JournalThread: Sendable {
  private enum Job: Sendable {
    case append(JournalEntry, JournalCommit)
    /// Gets the file, or nothing where the journal is closed already.
    case perform(@Sendable (JournalFile?) -> Void)
  }

  private struct State {
    var jobs: [Job] = []
    var isStopped = false
    var isEnded = false
    var endWaiters: [CheckedContinuation<Void, Never>] = []
  }

  /// So many entries share a commit at most, so that the first of them need not wait for ever.
  private static let largestGroup = 256

  private let state = Mutex(State())
  private let wakeUp = Semaphore()

  /// Starts the thread, which opens the file and keeps it.
  func start(
    opening open: @escaping @Sendable () throws(JournalError) -> JournalFile
  ) async throws(JournalError) {
    let opened = await withCheckedContinuation { continuation in
      do throws(JournalError) {
        try startThread { [self] in
          do throws(JournalError) {
            let file = try open()
            continuation.resume(returning: Result<Void, JournalError>.success(()))
            work(on: file)
          } catch {
            continuation.resume(returning: .failure(error))
          }
          end()
        }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    try opened.get()
  }

  func submit(_ entry: JournalEntry) -> JournalCommit {
    let commit = JournalCommit()
    post(.append(entry, commit))
    return commit
  }

  func perform<Value: Sendable>(
    _ body: @escaping @Sendable (JournalFile) throws(JournalError) -> Value
  ) async throws(JournalError) -> Value {
    let result: Result<Value, JournalError> = await withCheckedContinuation { continuation in
      post(
        .perform { file in
          guard let file else { return continuation.resume(returning: .failure(.closed)) }
          do throws(JournalError) {
            continuation.resume(returning: .success(try body(file)))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        })
    }
    return try result.get()
  }

  /// Ends the thread once it has done what it was asked for.
  func stop() {
    state.withLock { $0.isStopped = true }
    wakeUp.signal()
  }

  func ended() async {
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        if !state.isEnded { state.endWaiters.append(continuation) }
        return state.isEnded
      }
      if isEnded { continuation.resume() }
    }
  }

  private func post(_ job: Job) {
    let (isAccepted, isFirst) = state.withLock { state in
      guard !state.isStopped else { return (false, false) }
      state.jobs.append(job)
      return (true, state.jobs.count == 1)
    }
    guard isAccepted else { return Self.refuse(job) }
    if isFirst { wakeUp.signal() }
  }

  private static func refuse(_ job: Job) {
    switch job {
    case .append(_, let commit): commit.conclude(.failure(.closed))
    case .perform(let body): body(nil)
    }
  }

  private func work(on file: JournalFile) {
    while true {
      let (jobs, isStopped) = state.withLock { state in
        defer { state.jobs.removeAll(keepingCapacity: true) }
        return (state.jobs, state.isStopped)
      }
      if jobs.isEmpty {
        if isStopped { return }
        wakeUp.wait()
      } else {
        carryOut(jobs, on: file)
      }
    }
  }

  /// Appends that stand side by side are one commit; everything stays in the order in which it came.
  private func carryOut(_ jobs: [Job], on file: JournalFile) {
    var entries: [JournalEntry] = []
    var commits: [JournalCommit] = []
    func commit() {
      guard !entries.isEmpty else { return }
      for (ended, result) in zip(commits, file.append(entries)) { ended.conclude(result) }
      entries.removeAll(keepingCapacity: true)
      commits.removeAll(keepingCapacity: true)
    }
    for job in jobs {
      switch job {
      case .append(let entry, let asked):
        entries.append(entry)
        commits.append(asked)
        if entries.count == Self.largestGroup { commit() }
      case .perform(let body):
        commit()
        body(file)
      }
    }
    commit()
  }

  private func end() {
    let (waiters, jobs) = state.withLock { state in
      state.isStopped = true
      state.isEnded = true
      defer {
        state.endWaiters = []
        state.jobs = []
      }
      return (state.endWaiters, state.jobs)
    }
    for job in jobs { Self.refuse(job) }
    for waiter in waiters { waiter.resume() }
  }
}

/// A counting semaphore of the system.
private final class Semaphore: Sendable {
  private nonisolated(unsafe) let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(pointer, 0, 0) }

  deinit {
    sem_destroy(pointer)
    pointer.deallocate()
  }

  func signal() { sem_post(pointer) }

  func wait() {
    while sem_wait(pointer) != 0, errno == EINTR {}
  }
}
