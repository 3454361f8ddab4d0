import Foundation
import Processes
import TestSupport
import Testing

@Suite struct ThreadExecutorTests {
  let folder: TemporaryFolder
  let executor: ThreadExecutor

  init() throws {
    folder = try TemporaryFolder()
    executor = ThreadExecutor()
  }

  @Test func commandsOfItsTasksEndSideBySide() async throws {
    let ends = await withTaskGroup(of: String.self) { group in
      for number in 0..<40 {
        group.addTask(executorPreference: executor) {
          let command = shell("echo \(number)", in: folder)
          return (try? await run(command).outputText) ?? "failed"
        }
      }
      return await group.reduce(into: Set()) { $0.insert($1) }
    }
    executor.close()
    #expect(ends == Set((0..<40).map { "\($0)\n" }))
  }

  /// It rests between most of them: were it not woken for one, this would never end.
  @Test func whateverComesFromOtherThreadsIsRun() async throws {
    for number in 0..<2_000 {
      #expect(await Task(executorPreference: executor) { number }.value == number)
    }
    let sum = await withTaskGroup(of: Int.self) { group in
      for number in 0..<2_000 {
        group.addTask { [executor] in
          await Task(executorPreference: executor) { number }.value
        }
      }
      return await group.reduce(0, +)
    }
    executor.close()
    #expect(sum == 1_999_000)
  }

  /// Threads of the task pool, which start others, block every signal. Were the end of a child blocked as well, each would
  /// wake a thread that does not block it.
  @Test func aThreadIsOpenToTheEndOfChildrenWhoeverStartedIt() async {
    let blocked = await withCheckedContinuation { continuation in
      startThread {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        startThread {
          var own = sigset_t()
          pthread_sigmask(SIG_BLOCK, nil, &own)
          let blocked = [SIGCHLD, SIGTERM, SIGINT].filter { sigismember(&own, $0) == 1 }
          continuation.resume(returning: blocked)
        }
      }
    }
    #expect(blocked == [SIGTERM, SIGINT])
  }

  @Test func aCommandOfATaskThatIsCancelledIsEnded() async throws {
    let task = Task(executorPreference: executor) {
      try await run(shell("echo begun > begun; sleep 600", in: folder))
    }
    try await eventually("it has begun") { (try? folder.read("begun")) == "begun\n" }
    task.cancel()
    #expect(try await task.value.reason == .cancelled)
    executor.close()
  }

  @Test func aTimeLimitIsKept() async throws {
    var command = shell("sleep 600", in: folder)
    command.timeout = .milliseconds(50)
    let limited = command
    let task = Task(executorPreference: executor) { try await run(limited) }
    #expect(try await task.value.reason == .timeout)
    executor.close()
  }

  @Test func whatRunsWhenItIsClosedIsWaitedFor() async throws {
    let task = Task(executorPreference: executor) {
      try await run(shell("echo begun > begun; until [ -e go ]; do sleep 0.01; done", in: folder))
    }
    try await eventually("it has begun") { (try? folder.read("begun")) == "begun\n" }
    executor.close()
    try folder.write("go", "")
    #expect(try await task.value.succeeded)
  }

  /// The thread's own turns are short, and those of what it starts are no one's but theirs.
  @Test func whatItStartsHasTheTurnsOfAnyProcess() async throws {
    let look = shell("grep -E '^(policy|prio|se.slice) ' /proc/self/sched || true", in: folder)
    let usual = try await run(look).outputText
    let task = Task(executorPreference: executor) { try await run(look).outputText }
    #expect(try await task.value == usual)
    executor.close()
  }
}
