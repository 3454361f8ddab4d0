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

  /// Otherwise lines of the run would stand behind the question, and the person would not see that one is asked.
  @Test(.enabled(if: installedProgram("script") != nil))
  func nothingIsPrintedBehindAQuestion() throws {
    try scene.plan([
      "id: a, task: Go., harness: scripted",
      "id: c, run: \"\(scene.wait(for: "more"))\", worktree: false",
    ])
    let told = "\(scene.place)/told.log"
    let result = try scene.scratch.shell(
      """
      : > '\(told)'
      { until [ -e begun.flag ]; do sleep 0.02; done; printf '\\003'
        until grep -q 'the default' '\(told)'; do sleep 0.02; done; touch more.flag
        until divisi events --step c | grep -q completed; do sleep 0.02; done
        for look in 1 2 3 4; do divisi status > status.log; done
        cp '\(told)' asked.log; printf '\\n'; touch go.flag
        until [ -e end.flag ]; do sleep 0.02; done; } |
      { timeout 60 script -qefc "'\(builtProgram("divisi"))' run t --yes" '\(told)' > /dev/null; echo $?; touch end.flag; }
      """)
    let asked = try scene.scratch.folder.read("asked.log")
    #expect(result == "130\n", "\(asked)")
    #expect(asked.hasSuffix("> "), "\(asked)")
    #expect(try scene.scratch.folder.read("told.log").dropFirst(asked.count).contains("c "))
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
    #expect(try scene.scratch.divisi("logs a").output.hasSuffix("\nstopped\n"))
    #expect(try scene.scratch.folder.read(".worktrees/task-a/tries.txt") == "1\n")
    try expectCompleted(tries: "1\n2\n")
  }

  /// A gate may take an hour; it is begun again when the run is.
  @Test(arguments: [[SIGINT, SIGINT], [SIGTERM]])
  func whatStopsARunDoesNotWaitForItsGates(_ signals: [Int32]) throws {
    try scene.gate(
      """
      test "$(cat one.txt)" = one || exit 1; echo more >> one.txt
      echo x >> "\(scene.place)/tries.log"
      \(scene.wait(for: "go"))
      """)
    try scene.plan(["id: a, run: 'echo one > one.txt', gates: [{run: \(scene.gate)}]"])
    let run = try Running("run t", in: scene.scratch)
    try scene.until("the gate has begun") { scene.exists("tries.log") || !run.isRunning }
    for (number, signal) in signals.enumerated() {
      run.send(signal)
      if number + 1 < signals.count {
        try scene.until("it is told") { try run.told().contains("Interrupt again") }
      }
    }
    let result = try run.result()
    #expect(result.status == 130, "\(result.output)\(result.errors)")
    #expect(scene.processes() == [])
    try scene.raise("go")
    let resumed = try scene.scratch.divisi("resume")
    #expect(resumed.status == 0, "\(resumed.output)\(resumed.errors)")
    // Tried again from the beginning, on the tree and not on what the first trial left of it.
    #expect(try scene.scratch.folder.read("tries.log") == "x\nx\n")
    #expect(try scene.merged() == ["one.txt"])
    try scene.expectWhole()
  }

  @Test func aReaderThatDoesNotReadHoldsUpNothing() throws {
    let divisi = builtProgram("divisi")
    // More than a pipe takes, and a limit of time that somebody has to keep.
    try scene.plan(
      (1...200).map { "id: s\($0), run: 'true', worktree: false" } + [
        "id: last, run: 'sleep 60', worktree: false, timeout: 1s, retries: 0, needs: [s200]"
      ])
    let result = try scene.scratch.shell(
      """
      { timeout 60 '\(divisi)' run t --json; echo $? > status.log; } | {
        i=0; until '\(divisi)' status 2>/dev/null | grep -q '^state *failed' || [ $i -gt 300 ]; do sleep 0.1; i=$((i + 1)); done
        echo $i; cat > told.log
      }
      """)
    #expect(try #require(Int(result.dropLast())) <= 300, "the run waits for its reader")
    #expect(try scene.scratch.folder.read("status.log") == "1\n")
    let told = try scene.scratch.folder.read("told.log")
    #expect(told.utf8.count > 70_000)
    #expect(told.split(separator: "\n").last?.contains("runEnded") == true)
  }

  @Test func aRunThatNobodyRunsIsCancelledAtOnce() throws {
    let run = try begun()
    run.send(SIGHUP)
    _ = try run.result()
    #expect(scene.processes() != [])
    let cancelled = try scene.scratch.divisi("cancel --yes")
    #expect(cancelled.status == 0, "\(cancelled.output)\(cancelled.errors)")
    #expect(cancelled.output.contains("the run is cancelled"))
    #expect(scene.processes() == [])
    #expect(try scene.scratch.divisi("status").output.contains("cancelled after"))
    #expect(try scene.scratch.folder.read(".worktrees/task-a/tries.txt") == "1\n")
    try scene.expectWhole()
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

  /// As `nohup` wants it.
  @Test func aHangUpThatIsToBeIgnoredIs() throws {
    let result = try scene.scratch.shell(
      """
      trap '' HUP
      divisi run t --yes & run=$!
      until [ -e begun.flag ]; do sleep 0.02; done
      kill -HUP $run; touch go.flag; wait $run; echo "ended with $?"
      """)
    #expect(result.hasSuffix("ended with 0\n"), "\(result)")
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
