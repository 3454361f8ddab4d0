import CSupport
import Glibc
import Synchronization

/// A thread that runs an actor's work, one job after the other, and may block: a commit waits for the disk.
///
/// Tasks may prefer it, too. What they wait for with a descriptor, such as the end of a process, is then waited for by the
/// same thread, so that none has to wake another before it is answered.
package final class ThreadExecutor: SerialExecutor, TaskExecutor {
  private struct Queue {
    var jobs: [UnownedJob] = []
    /// Whether the thread has nothing to do, and must be woken for what comes.
    var isResting = false
    var isClosed = false

    mutating func mustWake() -> Bool {
      defer { isResting = false }
      return isResting
    }
  }

  private let queue = Mutex(Queue())
  private let waiter = DescriptorWaiter()

  package init() {
    startThread { [self] in
      waiter.serveThisThread()
      loop()
    }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = queue.withLock { queue in
      queue.jobs.append(job)
      return queue.mustWake()
    }
    if mustWake { waiter.wake() }
  }

  /// Lets the thread end when it has nothing more to do, and none of its tasks waits for a descriptor.
  package func close() {
    let mustWake = queue.withLock { queue in
      queue.isClosed = true
      return queue.mustWake()
    }
    if mustWake { waiter.wake() }
  }

  private func loop() {
    while true {
      let (jobs, isClosed) = queue.withLock { queue in
        defer { queue.jobs.removeAll(keepingCapacity: true) }
        queue.isResting = queue.jobs.isEmpty
        return (queue.jobs, queue.isClosed)
      }
      for job in jobs {
        job.runSynchronously(
          isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
      if isClosed, jobs.isEmpty, waiter.isIdle { return }
      waiter.turn(waits: jobs.isEmpty)
    }
  }
}

/// Starts a thread that comes before programs that compute, and receives no signal.
package func startThread(_ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let box = Unmanaged.passRetained(ThreadBody(body))
  let code = pthread_create(&thread, nil, runBody, box.toOpaque())
  precondition(code == 0, "the system gives a process another thread")
  pthread_detach(thread)
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals belong to the threads that expect them. That a child has ended is expected by none: were it blocked here, as it
  // is in the threads that may have started this one, the system would keep it, and wake one that does not block it.
  var signals = sigset_t()
  sigfillset(&signals)
  sigdelset(&signals, SIGCHLD)
  pthread_sigmask(SIG_SETMASK, &signals, nil)
  divisi_take_short_turns()
  guard let context else { return nil }
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
