import CYAML
import Glibc
import Synchronization

/// A thread that runs an actor's work, one job after the other, and may block: a commit waits for the disk.
///
/// Tasks may prefer it, too: what is heard and answered at once then needs no thread to wake another.
package final class ThreadExecutor: SerialExecutor, TaskExecutor {
  private struct Queue {
    var jobs: [UnownedJob] = []
    var isClosed = false
  }

  private let queue = Mutex(Queue())
  /// Counts jobs that wait.
  private nonisolated(unsafe) let signal: UnsafeMutablePointer<sem_t>

  package init() {
    signal = .allocate(capacity: 1)
    sem_init(signal, 0, 0)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, runJobs, context)
    precondition(code == 0, "the system gives a process another thread")
    pthread_detach(thread)
  }

  deinit {
    sem_destroy(signal)
    signal.deallocate()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.withLock { $0.jobs.append(job) }
    sem_post(signal)
  }

  /// Lets the thread end when it has nothing more to do.
  package func close() {
    queue.withLock { $0.isClosed = true }
    sem_post(signal)
  }

  fileprivate func loop() {
    while true {
      while sem_wait(signal) != 0 {}
      let (jobs, isClosed) = queue.withLock { queue in
        defer { queue.jobs.removeAll(keepingCapacity: true) }
        return (queue.jobs, queue.isClosed)
      }
      for job in jobs {
        job.runSynchronously(
          isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
      if isClosed, jobs.isEmpty { return }
    }
  }
}

private func runJobs(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  guard let context else { return nil }
  Unmanaged<ThreadExecutor>.fromOpaque(context).takeRetainedValue().loop()
  return nil
}

/// Runs something that blocks, such as git, on a thread of its own, so that it keeps no task of anybody's waiting.
func blocking<Result: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () throws(Failure) -> Result
) async throws(Failure) -> Result {
  let result = await withCheckedContinuation {
    (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
    let box = Unmanaged.passRetained(
      ThreadBody {
        do throws(Failure) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      })
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let code = pthread_create(&thread, &attributes, runBody, box.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "the system gives a process another thread")
  }
  return try result.get()
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
