import Foundation
import TestSupport
import Testing

/// What becomes of a run whose person interrupts it, closes its terminal, or never waited for it.
@Suite(.timeLimit(.minutes(3))) struct InterruptTests {
  private let scene: FaultScene

  init() throws {
    scene = try FaultScene()
    try scene.scratch.folder.write(
      "agent.sh",
      """
      echo "$DIVISI_ATTEMPT_NUMBER" >> tries.txt
      \(scene.flag("begun")); \(scene.wait(for: "go"))
      """)
    try scene.plan([
      "id: a, task: Go., harness: scripted", "id: b, needs: [a], run: 'cp tries.txt b.txt'",
    ])
  }

  /// A run whose agent is in the midst of its work.
  private func begun() throws -> Running {
    let run = try Running("run t", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") || !run.isRunning }
    return run
  }

  private func expectCompleted(tries: String) throws {
    try scene.raise("go")
    let result = try scene.scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.branch("b.txt") == tries)
    try scene.expectWhole()
  }

  @Test func anInterruptFinishesWhatRunsAndStartsNothingMore() throws {
    let run = try begun()
    run.send(SIGINT)
    try scene.until("it is told") {
      try run.told().contains("paused; what runs is finished. Interrupt again to stop it")
    }
    #expect(run.isRunning)
    try scene.raise("go")
    let result = try run.result()
    #expect(result.status == 130, "\(result.output)\(result.errors)")
    #expect(try result.errors.contains("paused; `divisi resume \(scene.session())` goes on"))
    #expect(try scene.merged() == ["tries.txt"])
    try expectCompleted(tries: "1\n")
  }

  /// At a terminal, where the person is asked and presses only the return key.
  @Test(.enabled(if: installedProgram("script") != nil))
  func theDefaultAnswerFinishesWhatRunsAndEnds() throws {
    let told = "\(scene.place)/told.log"
    let result = try scene.scratch.shell(
      """
      : > '\(told)'
      { until [ -e begun.flag ]; do sleep 0.02; done; printf '\\003'
        until grep -q 'the default' '\(told)'; do sleep 0.02; done; printf '\\n'
        touch go.flag; until [ -e end.flag ]; do sleep 0.02; done; } |
      { timeout 60 script -qefc "'\(builtProgram("divisi"))' run t --yes" '\(told)' > /dev/null; echo $?; touch end.flag; }
      """)
    let words = try scene.scratch.folder.read("told.log")
    #expect(result == "130\n", "\(words)")
    #expect(try scene.merged() == ["tries.txt"])
    try expectCompleted(tries: "1\n")
  }

  @Test func aSecondInterruptStopsWhatRunsAndKeepsItsWork() throws {
    let run = try begun()
    run.send(SIGINT)
    try scene.until("it is told") { try run.told().contains("Interrupt again") }
    run.send(SIGINT)
    let result = try run.result()
    #expect(result.status == 130, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("stopping the agents; what they did is kept"))
    #expect(result.output.contains("a                 stopped; again"))
    #expect(scene.processes() == [])
    #expect(try scene.scratch.folder.read(".worktrees/task-a/tries.txt") == "1\n")
    try expectCompleted(tries: "1\n2\n")
  }

  @Test func aTerminationStopsWhatRunsAndKeepsItsWork() throws {
    let run = try begun()
    run.send(SIGTERM)
    let result = try run.result()
    #expect(result.status == 130, "\(result.output)\(result.errors)")
    #expect(scene.processes() == [])
    try expectCompleted(tries: "1\n2\n")
  }

  @Test func aClosedTerminalLeavesAgentsRunningAndResumeTakesThemUp() throws {
    let run = try begun()
    run.send(SIGHUP)
    let result = try run.result()
    #expect(result.status == 130, "\(result.output)\(result.errors)")
    #expect(scene.processes().contains { $0.contains("agent.sh") })
    #expect(try scene.scratch.divisi("status").output.contains("nobody runs it"))
    try expectCompleted(tries: "1\n")
  }

  @Test func aDetachedRunOutlivesItsShellAndIsReached() throws {
    // The shell has a session of its own, which is hung up when it ends.
    let shell = try runProgram(
      try #require(installedProgram("setsid")),
      ["--wait", "sh", "-c", "\(builtProgram("divisi")) run t --detach; kill -HUP -$$"],
      in: scene.place, environment: scene.scratch.environment)
    let session = try scene.session()
    #expect(shell.output.split(separator: "\n").last.map(String.init) == session, "\(shell.output)")
    #expect(shell.errors.contains("running in the background; `divisi status \(session)` shows it"))
    try scene.until("the agent has begun") { scene.isRaised("begun") }
    let status = try scene.scratch.divisi("status")
    #expect(status.output.contains("running, began") && status.output.contains("run by process"))
    #expect(try scene.scratch.divisi("pause").output.contains("what runs goes on"))
    try scene.raise("go")
    try scene.until("the first step is done, and the second not begun") {
      let told = try scene.scratch.divisi("status").output
      return told.contains("paused") && told.contains("completed  a")
    }
    #expect(try scene.merged() == ["tries.txt"])
    let resumed = try scene.scratch.divisi("resume")
    #expect(resumed.status == 0 && resumed.errors.contains("it was told to go on"))
    try scene.until("the run is over, and its runner gone") {
      try scene.scratch.divisi("status").output.contains("completed after")
        && scene.processes() == []
    }
    #expect(try scene.branch("b.txt") == "1\n")
    #expect(
      try scene.scratch.folder.read(".divisi/runs/\(session)/_runner.log")
        .contains("2 of 2 steps completed"))
    try scene.expectWhole()
  }
}
