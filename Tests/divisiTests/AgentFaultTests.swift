import Foundation
import JSONValues
import TestSupport
import Testing

/// Agents that do not end, do not stop talking, or work where they have no business.
@Suite(.timeLimit(.minutes(3))) struct AgentFaultTests {
  private let scene: FaultScene

  init() throws { scene = try FaultScene() }

  @Test func whatAnAgentLeavesRunningIsEndedWithIt() throws {
    try scene.agent(
      """
      echo one > one.txt
      setsid sh -c 'sleep 1000 & sleep 1000' > /dev/null 2>&1 &
      env -i PATH="$PATH" setsid sh -c '(trap "" TERM HUP INT; sleep 1000; sleep 1000) & exit' &
      (trap '' TERM INT HUP; sleep 1000; sleep 1000) &
      sleep 0.1
      """)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.branch("one.txt") == "one\n")
    let exit = try JSON.parse(
      try String(contentsOfFile: scene.attempt(1, "exit.json"), encoding: .utf8))
    #expect((exit["leftovers"]?.count ?? 0) >= 5)
    try scene.expectWhole()
  }

  @Test func anAgentThatIgnoresEverySignalIsKilledAndItsWorkIsThere() throws {
    try scene.agent(
      """
      [ -e '\(scene.place)/mended.flag' ] && { echo two >> one.txt; exit; }
      trap '' INT TERM HUP
      echo one > one.txt
      while :; do sleep 0.05; done
      """, more: "retries: 0, timeout: 1s")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("a                 failed: stopped: its time was over"))
    try scene.expectWhole()
    try scene.raise("mended")
    #expect(try scene.scratch.divisi("retry a").status == 0)
    let second = try scene.scratch.divisi("resume \(scene.session())")
    #expect(second.status == 0, "\(second.output)\(second.errors)")
    #expect(try scene.branch("one.txt") == "one\ntwo\n")
  }

  @Test func anAgentThatFillsItsOutputIsStopped() throws {
    try scene.scratch.folder.write(
      "agent.sh", "echo one > one.txt; yes 'and on it goes' | head -c 1G; echo never > two.txt")
    try scene.plan(["id: a, task: Go., harness: scripted, retries: 0"], output: "64KiB")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("failed: stopped: it wrote more than it may"))
    #expect(scene.exists(".worktrees/task-a/one.txt") && !scene.exists(".worktrees/task-a/two.txt"))
    try scene.expectWhole()
  }

  @Test func aLineOf100MegabytesIsBorne() throws {
    try scene.agent(
      "head -c 100M /dev/zero | tr '\\0' x; echo one > one.txt")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output.prefix(2000))\(result.errors)")
    #expect(try scene.branch("one.txt") == "one\n")
    #expect(result.output.utf8.count < 4000)
    #expect(try scene.scratch.divisi("show a").output.utf8.count < 20_000)
    try scene.expectWhole()
  }

  @Test func anAgentThatClosesItsOutputIsWaitedFor() throws {
    try scene.agent(
      "exec >&- 2>&-; \(scene.flag("begun")); \(scene.wait(for: "go")); echo one > one.txt")
    let result = try scene.run { run in #expect(run.isRunning) }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.branch("one.txt") == "one\n")
    try scene.expectWhole()
  }

  /// What is lost is no fault of the work: it is begun again, and counts as no retry.
  @Test func aKilledSupervisorIsNoticedAndItsAgentEndedBeforeTheNextBegins() throws {
    try scene.agent(
      """
      echo $$ >> '\(scene.place)/agents.log'
      if [ -e '\(scene.place)/go.flag' ]; then echo one > one.txt; exit; fi
      (setsid sleep 1000 &)
      echo half > half.txt
      \(scene.flag("begun"))
      sleep 1000
      """)
    let result = try scene.run { _ in
      let record = try JSON.parse(
        try String(contentsOfFile: scene.attempt(1, "supervisor.json"), encoding: .utf8))
      let supervisor = try #require(record["pid"]?.count)
      try scene.raise("go")
      kill(Int32(supervisor), SIGKILL)
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      result.output.contains(
        "a                 it was lost: what watched it ended before it did; again"))
    #expect(result.output.contains("started with scripted, attempt 2"))
    #expect(try scene.merged() == ["half.txt", "one.txt"])
    try scene.expectWhole()
  }

  /// "In half an hour" is said when the agent ends, not when somebody comes to hear of it.
  @Test func aLimitThatWasOverBeforeTheRunIsTakenUpIsNotWaitedFor() throws {
    try scene.agent(
      """
      [ -e '\(scene.place)/go.flag' ] && { echo one > one.txt; exit; }
      \(scene.flag("begun")); \(scene.wait(for: "go"))
      echo '{"error": "rate limit, try again in 30m"}'
      """)
    let run = try Running("run t --set retries.transient_delay=10ms", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") || !run.isRunning }
    run.kill()
    try scene.raise("go")
    let exit = try scene.attempt(1, "exit.json")
    try scene.until("the agent has ended") { FileManager.default.fileExists(atPath: exit) }
    let record = try String(contentsOfFile: exit, encoding: .utf8)
    let end = try #require(try JSON.parse(record)["ended_at_ms"]?.count)
    try record.replacing("\(end)", with: "\(end - 3_600_000)")
      .write(toFile: exit, atomically: true, encoding: .utf8)
    let result = try scene.scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.branch("one.txt") == "one\n")
  }

  /// As where the run is resumed outside of the container in which its agent was started: the lock tells that it lives.
  @Test func anAgentWhoseSupervisorCannotBeRecognisedIsWaitedFor() throws {
    try scene.agent(
      "echo run >> '\(scene.place)/runs.log'; \(scene.flag("begun")); \(scene.wait(for: "go")); echo one > one.txt"
    )
    let first = try Running("run t", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") || !first.isRunning }
    first.kill()
    let path = try scene.attempt(1, "supervisor.json")
    let record = try String(contentsOfFile: path, encoding: .utf8)
    let ticks = try #require(try JSON.parse(record)["start_ticks"]?.count)
    try record.replacing("\"start_ticks\": \(ticks)", with: "\"start_ticks\": \(ticks - 1)")
      .write(toFile: path, atomically: true, encoding: .utf8)
    let second = try Running("resume", in: scene.scratch)
    try scene.until("it is told") {
      try second.told().contains("a #1 cannot be looked at") || !second.isRunning
    }
    try scene.raise("go")
    let result = try second.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.scratch.folder.read("runs.log") == "run\n")
    #expect(try scene.merged() == ["one.txt"])
    try scene.expectWhole()
  }

  // MARK: the person's checkout

  @Test func writingIntoThePersonsCheckoutIsToldAndNothingOfItIsMergedOrLost() throws {
    try scene.scratch.folder.write("mine.txt", "mine\n")
    try scene.scratch.folder.write("staged.txt", "staged\n")
    _ = try scene.scratch.shell("git add staged.txt")
    try scene.agent("echo one > one.txt; echo stray > ../../stray.txt; echo more >> ../../mine.txt")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      result.errors
        == "divisi: while a #1 ran, your own checkout changed: mine.txt, stray.txt; where that was not you, "
        + "the agent left its worktree. Nothing of it is merged\n1 of 1 step completed"
        + result.errors.split(separator: "completed", maxSplits: 1)[1])
    #expect(try scene.merged() == ["one.txt"])
    #expect(
      try scene.scratch.shell("git status --porcelain; git rev-parse HEAD main")
        == "A  staged.txt\n?? mine.txt\n?? stray.txt\n"
        + scene.scratch.shell("git rev-parse orchestration/t~1 orchestration/t~1"))
    #expect(try scene.scratch.folder.read("mine.txt") == "mine\nmore\n")
    #expect(scene.processes() == [])
  }

  @Test func committingOnThePersonsBranchIsTold() throws {
    try scene.agent(
      "echo one > one.txt; cd ../..; echo x > x.txt; git add x.txt; \(scene.git) commit -qm theirs")
    let before = try scene.scratch.shell("git rev-parse main").prefix(10)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let after = try scene.scratch.shell("git rev-parse main").prefix(10)
    #expect(
      result.errors.contains("your own checkout changed: main went from \(before) to \(after);"))
    #expect(try scene.merged() == ["one.txt"])
    try scene.expectWhole()
  }

  @Test func aCheckoutThatNobodyTouchedIsNotSpokenOf() throws {
    try scene.scratch.folder.write("mine.txt", "mine\n")
    try scene.agent("echo one > one.txt")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.errors.contains("checkout"))
  }
}
