import Foundation
import Processes
import Supervision
import TestSupport
import Testing

@Suite struct SupervisedTests {
  @Test func anAttemptEndsWithItsStatusAndItsOutputInFiles() async throws {
    let attempt = try Attempt("echo out; echo error >&2; exit 4")
    let exit = try await attempt.exit()
    #expect(exit.reason == .exited)
    #expect(exit.end == .exited(4))
    #expect(exit.outputBytes == 4)
    #expect(exit.errorBytes == 6)
    #expect(exit.leftovers == 0)
    #expect(exit.usage.largestProcess > 0)
    #expect(exit.endedAt >= exit.startedAt && exit.startedAt > 1_700_000_000_000)
    #expect(try attempt.files.read("stdout.jsonl") == "out\n")
    #expect(try attempt.files.read("stderr.log") == "error\n")
  }

  @Test func theEndBySomeoneElsesSignalIsTold() async throws {
    let exit = try await Attempt("kill -SEGV $$").exit()
    #expect(exit.reason == .exited)
    #expect(exit.end == .signalled(Int(SIGSEGV)))
  }

  @Test func theAgentSeesTheEnvironmentOfTheLaunchAndItsMarkerOnly() async throws {
    var attempt = try Attempt("tr '\\0' '\\n' < /proc/$$/environ | sort > seen")
    attempt.launch.environment["GIVEN"] = "a=b ü"
    _ = try await attempt.exit()
    #expect(
      try attempt.files.read("seen") == """
        DIVISI_ATTEMPT=\(attempt.launch.marker)
        GIVEN=a=b ü
        PATH=\(testEnvironment["PATH"] ?? "")

        """)
  }

  @Test func anAttemptHasItsTime() async throws {
    var attempt = try Attempt("echo begun; sleep 1000")
    attempt.launch.timeout = .milliseconds(300)
    let exit = try await attempt.exit()
    #expect(exit.reason == .timeout)
    #expect(exit.duration >= .milliseconds(300))
    #expect(attempt.survivors.isEmpty)
  }

  @Test func silenceEndsAnAttempt() async throws {
    var attempt = try Attempt("echo begun; sleep 1000")
    attempt.launch.idleTimeout = .milliseconds(300)
    let exit = try await attempt.exit()
    #expect(exit.reason == .idle)
    #expect(exit.duration >= .milliseconds(300))
    #expect(attempt.survivors.isEmpty)
  }

  @Test(arguments: ["exec yes", "exec yes >&2", "yes & yes >&2"])
  func anAttemptThatPrintsTooMuchIsEnded(script: String) async throws {
    var attempt = try Attempt(script)
    attempt.launch.outputLimit = 1 << 20
    let exit = try await attempt.exit()
    #expect(exit.reason == .output)
    #expect(exit.outputBytes + exit.errorBytes > 1 << 20)
    #expect(attempt.survivors.isEmpty)
  }

  @Test func oneVeryLongLineIsNoTrouble() async throws {
    let attempt = try Attempt("head -c 100000000 /dev/zero | tr '\\0' x")
    let exit = try await attempt.exit()
    #expect(exit.reason == .exited)
    #expect(exit.outputBytes == 100_000_000)
  }

  @Test func anAgentThatClosesItsOutputGoesOn() async throws {
    let attempt = try Attempt(
      "exec >&- 2>&- </dev/null; : > closed; until [ -e go ]; do :; done; exit 7")
    let supervised = try await attempt.start()
    try await eventually("the agent has closed its output") {
      FileManager.default.fileExists(atPath: attempt.files.path + "/closed")
    }
    try attempt.files.write("go", "")
    let exit = try await supervised.exit()
    #expect(exit.end == .exited(7))
  }

  @Test func aStopInterruptsTheLeaderFirst() async throws {
    let attempt = try Attempt(
      "trap 'echo interrupted; exit 5' INT; trap 'echo terminated; exit 6' TERM; "
        + "echo begun; while :; do sleep 0.01; done")
    var patient = attempt
    patient.launch.interruptGrace = .seconds(60)
    let supervised = try await patient.start()
    try await eventually("the agent is ready") {
      try attempt.files.read("stdout.jsonl") == "begun\n"
    }
    try supervised.askToStop()
    let exit = try await supervised.exit()
    #expect(exit.reason == .stopped)
    #expect(exit.end == .exited(5))
    #expect(try attempt.files.read("stdout.jsonl") == "begun\ninterrupted\n")
  }

  @Test func aStopFileIsARequestToo() async throws {
    let attempt = try Attempt("echo begun; sleep 1000")
    let supervised = try await attempt.start()
    try attempt.files.write("stop", "")
    #expect(try await supervised.exit().reason == .stopped)
    #expect(attempt.survivors.isEmpty)
  }

  @Test func aStopBeforeTheBeginningIsObeyed() async throws {
    let attempt = try Attempt("sleep 1000")
    try attempt.files.write("stop", "")
    #expect(try await attempt.exit().reason == .stopped)
  }

  @Test func anAgentThatIgnoresEveryRequestIsKilled() async throws {
    let attempt = try Attempt("trap '' INT TERM HUP; echo begun; while :; do sleep 1; done")
    let supervised = try await attempt.start()
    try await eventually("the agent is ready") {
      try attempt.files.read("stdout.jsonl") == "begun\n"
    }
    try supervised.askToStop()
    let exit = try await supervised.exit()
    #expect(exit.reason == .stopped)
    #expect(exit.end == .signalled(Int(SIGKILL)))
    #expect(attempt.survivors.isEmpty)
  }

  /// A daemon of each kind: in a session of its own, and without the marker in its environment.
  private static let daemons =
    "(setsid sh -c 'echo $$ > one; exec sleep 1000' &); "
    + "(env -i PATH=$PATH setsid sh -c '(trap \"\" TERM; echo $$ > two; exec sleep 1000) &' ) ; "
    + "until [ -s one ] && [ -s two ]; do sleep 0.01; done; "

  @Test func daemonsAreEndedWhenTheAgentHasEnded() async throws {
    let attempt = try Attempt(Self.daemons + "exit 0")
    let exit = try await attempt.exit()
    #expect(exit.reason == .exited)
    #expect(exit.end == .exited(0))
    #expect(exit.leftovers >= 2)
    #expect(attempt.survivors.isEmpty)
  }

  @Test func daemonsAreEndedWithAStoppedAgent() async throws {
    let attempt = try Attempt(Self.daemons + "echo begun; sleep 1000")
    let supervised = try await attempt.start()
    try await eventually("the daemons are there") {
      try attempt.files.read("stdout.jsonl") == "begun\n"
    }
    let supervisor = supervised.identity.pid
    let tree = ProcessTable.read().descendants(of: [supervisor])
    #expect(tree.count >= 4)
    try supervised.askToStop()
    #expect(try await supervised.exit().reason == .stopped)
    #expect(!tree.contains { ProcessEntry.read($0.pid) == $0 })
  }

  @Test func aMissingSupervisorIsSaidToBeMissing() async throws {
    let attempt = try Attempt("true")
    let error = await #expect(throws: SupervisionError.self) {
      try await Supervised.start(attempt.launch, in: attempt.folder, by: "/nowhere/supervise")
    }
    #expect(
      error?.description
        == "cannot start `/nowhere/supervise`: /nowhere/supervise: No such file or directory")
  }

  @Test func aMissingProgramEndsTheAttemptWithTheReason() async throws {
    var attempt = try Attempt("")
    attempt.launch.arguments = ["no-such-agent"]
    let exit = try await attempt.exit()
    #expect(exit.reason == .spawnFailed)
    #expect(exit.end == nil)
    #expect(
      exit.problem
        == "cannot start `no-such-agent`: it is not installed, or not on the PATH it was given")
  }

  @Test func aMissingWorktreeEndsTheAttemptWithTheReason() async throws {
    var attempt = try Attempt("true")
    attempt.launch.folder = "/nowhere"
    #expect(
      try await attempt.exit().problem
        == "cannot start `sh` in /nowhere: No such file or directory")
  }

  @Test func aLaunchThatCannotBeReadIsRefusedAndTold() async throws {
    let files = try TemporaryFolder()
    try files.write("launch.json", #"{"version": 1, "argv": []}"#)
    let supervisor = builtProgram("divisi-supervise")
    let result = try await run(Command([supervisor, files.path], in: "/", environment: [:]))
    #expect(result.end == .exited(2))
    #expect(result.errorText == "divisi-supervise: launch.json: `cwd` is missing\n")
    let exit = try AttemptExit(json: try #require(try readRecord(files.path + "/exit.json")))
    #expect(exit.reason == .spawnFailed)
  }

  @Test func aSecondSupervisorRefuses() async throws {
    let attempt = try Attempt("echo begun >> ran; until [ -e go ]; do sleep 0.01; done")
    let first = try await attempt.start()
    let error = await #expect(throws: SupervisionError.self) { try await attempt.start() }
    #expect(
      error?.description
        == "\(attempt.files.path) is owned by the supervisor with pid \(first.identity.pid)")
    try attempt.files.write("go", "")
    #expect(try await first.exit().end == .exited(0))
    // Nor after the end: one folder is one run.
    await #expect(throws: SupervisionError.self) { try await attempt.start() }
    #expect(try attempt.files.read("ran") == "begun\n")
  }

  @Test func ofManySupervisorsOneRunsTheAttempt() async throws {
    let attempt = try Attempt("echo $$ >> ran; sleep 0.2")
    let started = await withTaskGroup(of: Supervised?.self) { group in
      for _ in 0..<16 { group.addTask { try? await attempt.start() } }
      return await group.reduce(into: [Supervised]()) { if let one = $1 { $0.append(one) } }
    }
    #expect(started.count == 1)
    #expect(try await started.first?.exit().end == .exited(0))
    #expect(try attempt.files.read("ran").split(separator: "\n").count == 1)
  }

  @Test func manyAttemptsRunAtOnce() async throws {
    let ends = try await withThrowingTaskGroup(of: ProcessEnd?.self) { group in
      for number in 0..<64 {
        group.addTask { try await Attempt("sleep 0.1; exit \(number)").exit().end }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(ends == Set((0..<64).map { .exited($0) }))
  }

  @Test func severalMayWaitForOneAttemptAndGiveUpWaiting() async throws {
    let attempt = try Attempt("until [ -e go ]; do sleep 0.01; done")
    let supervised = try await attempt.start()
    async let one = supervised.exit()
    async let two = supervised.exit()
    let impatient = Task { try await supervised.exit() }
    impatient.cancel()
    await #expect(throws: SupervisionError.waitingCancelled) { try await impatient.value }
    try attempt.files.write("go", "")
    #expect(try await [one.end, two.end] == [.exited(0), .exited(0)])
  }
}
