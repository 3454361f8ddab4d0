import Foundation
import JSONValues
import Processes
import Supervision
import TestSupport
import Testing

@Suite struct AdoptionTests {
  @Test func anAttemptOutlivesWhoStartedItAndIsFoundAgain() async throws {
    let attempt = try Attempt("echo $$ > agent; until [ -e go ]; do sleep 0.01; done; exit 9")
    try attempt.files.write("launch.json", attempt.launch.json.text())
    // A session whose leader starts the supervisor, as a Divisi in a terminal would.
    let supervisor = builtProgram("divisi-supervise")
    let nothing = open("/dev/null", O_RDWR)
    defer { close(nothing) }
    let parent = try SpawnRequest(
      ["sh", "-c", "'\(supervisor)' '\(attempt.files.path)' & wait"], in: "/",
      environment: testEnvironment, input: nothing, output: nothing, errors: nothing
    ).start()
    let agent = try await pid(in: "agent", of: attempt.files)
    kill(-parent, SIGKILL)
    _ = takeEnd(of: parent)

    guard case .running(let found) = try await Supervised.find(in: attempt.folder) else {
      Issue.record("a living attempt is found to run")
      return
    }
    #expect(found.identity == (try attempt.record.supervisor))
    #expect(isRunning(agent))
    try attempt.files.write("go", "")
    let exit = try await found.exit()
    #expect(exit.end == .exited(9))
    guard case .ended(exit) = try await Supervised.find(in: attempt.folder) else {
      Issue.record("an attempt that has ended is found so")
      return
    }
  }

  @Test func anAdoptedAttemptCanBeStopped() async throws {
    let attempt = try Attempt("echo begun; sleep 1000")
    let started = try await attempt.start()
    guard case .running(let found) = try await Supervised.find(in: attempt.folder) else {
      Issue.record("a living attempt is found to run")
      return
    }
    try found.askToStop()
    #expect(try await found.exit().reason == .stopped)
    #expect(try await started.exit().reason == .stopped)
  }

  @Test func whatAKilledSupervisorLeavesIsFoundAndEnded() async throws {
    let attempt = try Attempt(
      "(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &); (sleep 1000 | sleep 1000) & "
        + "echo $$ > agent; trap '' TERM; while :; do sleep 0.1; done")
    let supervised = try await attempt.start()
    let pids = [
      try await pid(in: "agent", of: attempt.files), try await pid(in: "daemon", of: attempt.files),
    ]
    kill(supervised.identity.pid, SIGKILL)
    guard case .lost(let lost) = try await supervised.ended() else {
      Issue.record("a killed supervisor is noticed")
      return
    }
    #expect(pids.allSatisfy(isRunning))
    #expect(Set(pids).isSubset(of: lost.remains().map(\.pid)))
    guard case .lost(lost) = try await Supervised.find(in: attempt.folder) else {
      Issue.record("an attempt whose supervisor was killed is found lost")
      return
    }
    #expect(await lost.endRemains(grace: .milliseconds(100)) >= 3)
    #expect(!pids.contains(where: isRunning))
    #expect(lost.remains().isEmpty)
    #expect(await lost.endRemains(grace: .zero) == 0)
  }

  @Test func whatTookTheMarkerOffIsFoundByTheSessionOfItsSupervisor() async throws {
    let attempt = try Attempt(
      "env -i sh -c 'sleep 1000 & echo $! > bare'; echo $$ > agent; sleep 1000")
    let supervised = try await attempt.start()
    let bare = try await pid(in: "bare", of: attempt.files)
    _ = try await pid(in: "agent", of: attempt.files)
    kill(supervised.identity.pid, SIGKILL)
    guard case .lost(let lost) = try await supervised.ended() else {
      Issue.record("a killed supervisor is noticed")
      return
    }
    #expect(lost.remains().map(\.pid).contains(bare))
    await lost.endRemains(grace: .milliseconds(100))
    #expect(!isRunning(bare))
  }

  @Test func whatLeftThatSessionTooIsFoundByTheOneThatWasSeen() async throws {
    let attempt = try Attempt(
      "env -i sh -c 'setsid sh -c \"echo \\$\\$ > bare; exec sleep 1000\" &'; "
        + "until [ -s bare ]; do sleep 0.01; done; echo begun; sleep 1000")
    let supervised = try await attempt.start()
    let bare = try await pid(in: "bare", of: attempt.files)
    try await eventually("its session is on record") {
      try attempt.record.sessions.contains { $0.pid == bare }
    }
    kill(supervised.identity.pid, SIGKILL)
    guard case .lost(let lost) = try await supervised.ended() else {
      Issue.record("a killed supervisor is noticed")
      return
    }
    #expect(lost.remains().map(\.pid).contains(bare))
    await lost.endRemains(grace: .milliseconds(100))
    #expect(!isRunning(bare))
  }

  /// The moments are spread over the whole life of a supervisor, the first of them before it has
  /// done anything, so that some fall between the birth of the agent and the start of its program.
  @Test(arguments: 0..<20)
  func aSupervisorKilledAtAnyMomentLeavesNothingThatCannotBeFound(moment: Int) async throws {
    let attempt = try Attempt("echo $$ >> ran; sleep 1000")
    try attempt.files.write("launch.json", attempt.launch.json.text())
    let nothing = open("/dev/null", O_RDWR)
    defer { close(nothing) }
    let supervisor = try SpawnRequest(
      [builtProgram("divisi-supervise"), attempt.files.path], in: "/", environment: [:],
      input: nothing, output: nothing, errors: nothing
    ).start()
    usleep(UInt32(moment * 2000))
    kill(supervisor, SIGKILL)
    _ = takeEnd(of: supervisor)
    switch try await Supervised.find(in: attempt.folder) {
    case .notStarted: #expect(try attempt.folder.abandon())
    case .lost(let lost): await lost.endRemains(grace: .seconds(5))
    case .running, .ended: Issue.record("a killed supervisor neither runs nor has told of an end")
    }
    #expect(attempt.survivors.isEmpty)
    await #expect(throws: SupervisionError.self) { try await attempt.start() }
    let runs = (try? attempt.files.read("ran").split(separator: "\n").count) ?? 0
    #expect(runs <= 1)
  }

  /// Where it cannot be told whether a supervisor lives, it must not be taken for gone.
  @Test func aLockThatCannotBeLookedAtSaysNothing() async throws {
    let attempt = try Attempt("sleep 1000")
    let supervised = try await attempt.start()
    let lock = attempt.folder.lock
    try FileManager.default.moveItem(atPath: lock, toPath: lock + ".away")
    try FileManager.default.createDirectory(
      atPath: lock, withIntermediateDirectories: false)
    let error = await #expect(throws: SupervisionError.self) {
      try await Supervised.find(in: attempt.folder)
    }
    #expect(error?.mayPass == true)
    try FileManager.default.removeItem(atPath: lock)
    try FileManager.default.moveItem(atPath: lock + ".away", toPath: lock)
    guard case .running = try await Supervised.find(in: attempt.folder) else {
      Issue.record("a living attempt is found to run")
      return
    }
    try supervised.askToStop()
    _ = try await supervised.exit()
  }

  @Test func whileAnAgentIsBeingBornTheLockSaysSo() throws {
    let files = try TemporaryFolder()
    let folder = AttemptFolder(files.path)
    #expect(!AttemptLock.hasUnborn(folder))
    guard case .taken(let release) = AttemptLock.take(folder) else {
      Issue.record("a free lock is taken")
      return
    }
    #expect(AttemptLock.hasUnborn(folder))
    release()
    #expect(!AttemptLock.hasUnborn(folder))
  }

  @Test func aLeaderWithoutAMarkerIsFoundByItsIdentity() async throws {
    // Some programs write over their environment.
    let attempt = try Attempt("exec env -i sh -c 'echo $$ > agent; exec sleep 1000'")
    let supervised = try await attempt.start()
    let agent = try await pid(in: "agent", of: attempt.files)
    try await eventually("the agent has lost its marker") { attempt.survivors.isEmpty }
    kill(supervised.identity.pid, SIGKILL)
    guard case .lost(let lost) = try await supervised.ended() else {
      Issue.record("a killed supervisor is noticed")
      return
    }
    #expect(await lost.endRemains(grace: .seconds(5)) == 1)
    #expect(!isRunning(agent))
  }

  /// A process that nobody may touch, and attempts whose records name its pid.
  @Test func aStalePidIsNeverSignalled() async throws {
    let files = try TemporaryFolder()
    let nothing = open("/dev/null", O_RDWR)
    defer { close(nothing) }
    let bystander = try SpawnRequest(
      ["sleep", "1000"], in: "/", environment: testEnvironment, input: nothing, output: nothing,
      errors: nothing
    ).start()
    let real = try #require(ProcessIdentity.current(of: bystander))
    let earlier = ProcessIdentity(
      pid: real.pid, startTicks: real.startTicks - 1, bootID: real.bootID)
    let elsewhere = ProcessIdentity(
      pid: real.pid, startTicks: real.startTicks, bootID: "another boot")
    #expect(real.isRunning && !earlier.isRunning && !elsewhere.isRunning)
    for (supervisor, leader) in [(earlier, earlier), (elsewhere, elsewhere)] {
      let record = SupervisorRecord(supervisor: supervisor, leader: leader, marker: "stale")
      try files.write("supervisor.json", record.json.text())
      guard case .lost(let lost) = try await Supervised.find(in: AttemptFolder(files.path)) else {
        Issue.record("a record that no lock goes with is of a lost attempt")
        continue
      }
      #expect(lost.remains().isEmpty)
      #expect(await lost.endRemains(grace: .zero) == 0)
    }
    let entry = try #require(ProcessEntry.read(real.pid))
    #expect(!entry.startedOneTickEarlier.signal(SIGKILL))
    #expect(real.isRunning)
    #expect(entry.signal(SIGTERM))
    #expect(takeEnd(of: bystander)?.end == .signalled(Int(SIGTERM)))
    #expect(!entry.signal(SIGKILL))
  }

  /// A session whose leader has ended says nothing of whose it is but its number.
  @Test func aSessionThatHasTheNumberOfAnEarlierOneIsLeftAlone() async throws {
    let files = try TemporaryFolder()
    let nothing = open("/dev/null", O_RDWR)
    defer { close(nothing) }
    let leader = try SpawnRequest(
      ["setsid", "-w", "sh", "-c", "echo $$ > leader; sleep 1000 & echo $! > member"],
      in: files.path,
      environment: testEnvironment, input: nothing, output: nothing, errors: nothing
    ).start()
    let (session, member) = (
      try await pid(in: "leader", of: files), try await pid(in: "member", of: files)
    )
    defer { kill(member, SIGKILL) }
    _ = takeEnd(of: leader)
    try await eventually("the leader has ended") { !isRunning(session) }
    let own = try #require(ProcessIdentity.current(of: getpid()))
    let began = try #require(ProcessEntry.read(member)).startTicks
    let gone = ProcessIdentity(pid: 4_194_303, startTicks: began - 10, bootID: own.bootID)
    func remains(surveyed: Int) async throws -> [Int32] {
      var record = SupervisorRecord(supervisor: gone, marker: "nobody-has-this")
      record.sessions = [
        ProcessIdentity(pid: session, startTicks: began - 10, bootID: own.bootID)
      ]
      record.surveyed = surveyed
      try files.write("supervisor.json", record.json.text())
      guard case .lost(let lost) = try await Supervised.find(in: AttemptFolder(files.path)) else {
        Issue.record("a record that no lock goes with is of a lost attempt")
        return []
      }
      return lost.remains().map(\.pid)
    }
    #expect(try await remains(surveyed: began - 1) == [])
    #expect(try await remains(surveyed: began) == [member])
  }

  @Test func sessionsThatHaveEndedAreNotOnRecord() async throws {
    let attempt = try Attempt(
      "setsid sh -c 'echo $$ > first; echo begun; until [ -e go ]; do sleep 0.01; done'; "
        + "setsid sleep 1000 & echo $! > second; while :; do echo more; sleep 0.1; done")
    let supervised = try await attempt.start()
    let first = try await pid(in: "first", of: attempt.files)
    try await eventually("its session is on record") {
      try attempt.record.sessions.contains { $0.pid == first }
    }
    let surveyed = try #require(try attempt.record.surveyed)
    try attempt.files.write("go", "")
    let second = try await pid(in: "second", of: attempt.files)
    try await eventually("the next is") {
      try attempt.record.sessions.contains { $0.pid == second }
    }
    #expect(try !attempt.record.sessions.contains { $0.pid == first })
    #expect(try #require(try attempt.record.surveyed) > surveyed)
    try supervised.askToStop()
    _ = try await supervised.exit()
  }

  @Test func aLockHeldByWhomNoRecordNamesIsToldAndLeftAlone() async throws {
    let attempt = try Attempt("until [ -e go ]; do sleep 0.01; done")
    let supervised = try await attempt.start()
    var record = try attempt.record
    record.supervisor = ProcessIdentity(
      pid: record.supervisor.pid, startTicks: record.supervisor.startTicks + 1,
      bootID: record.supervisor.bootID)
    try attempt.files.write("supervisor.json", record.json.text())
    let error = await #expect(throws: SupervisionError.self) {
      _ = try await Supervised.find(in: attempt.folder)
    }
    #expect(
      error == .unrecognised(folder: attempt.files.path, pid: supervised.identity.pid))
    #expect(error?.mayPass == true, "what is locked lives")
    try attempt.folder.askToStop()
    #expect(try await supervised.exit().reason == .stopped)
  }

  @Test func anAttemptThatNeverBeganCanBeGivenUpForGood() async throws {
    let attempt = try Attempt("echo ran > ran")
    guard case .notStarted = try await Supervised.find(in: attempt.folder) else {
      Issue.record("an empty folder is of an attempt that has not begun")
      return
    }
    #expect(try attempt.folder.abandon())
    #expect(try attempt.folder.abandon())
    await #expect(throws: SupervisionError.self) { try await attempt.start() }
    #expect(!FileManager.default.fileExists(atPath: attempt.files.path + "/ran"))
  }

  @Test func anAttemptThatRunsCannotBeGivenUp() async throws {
    let attempt = try Attempt("until [ -e go ]; do sleep 0.01; done")
    let supervised = try await attempt.start()
    #expect(try !attempt.folder.abandon())
    try attempt.files.write("go", "")
    #expect(try await supervised.exit().end == .exited(0))
    #expect(try !attempt.folder.abandon())
  }

  @Test func aRecordThatCannotBeReadIsTold() async throws {
    let files = try TemporaryFolder()
    try files.write("exit.json", "{")
    let error = await #expect(throws: SupervisionError.self) {
      _ = try await Supervised.find(in: AttemptFolder(files.path))
    }
    #expect(error?.description == "exit.json: a name in quotes should be here at byte 1")
  }
}

extension ProcessEntry {
  /// The same pid, as another process had it before.
  fileprivate var startedOneTickEarlier: ProcessEntry {
    ProcessEntry(
      pid: pid, parent: parent, session: session, startTicks: startTicks - 1, hasEnded: false)
  }
}
