import Foundation
import JSONValues
import TestSupport
import Testing

/// `run` and `resume` as a person at a shell meets them: real git, real processes, a real journal.
@Suite struct RunCommandTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Writes a plan whose steps are lines of YAML; retries come at once.
  private func plan(_ steps: [String], more: String = "") throws {
    try scratch.folder.write(
      ".orchestration/sessions/t.yaml",
      """
      id: t
      title: Try
      status: planned
      \(more)
      workflow:
        phases:
      \(steps.map { "    - {\($0)}" }.joined(separator: "\n"))
      """)
    try scratch.folder.write(
      "divisi.yaml",
      """
      retries: {task_delay: 10ms}
      limits: {spacing: 0s}
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        scripted: {command: [sh, "\(scratch.folder.path)/agent.sh", "{prompt_file}"]}
      """)
  }

  private func branch(_ path: String) throws -> String {
    try scratch.shell("git show orchestration/t:\(path)")
  }

  private func trailers(_ name: String) throws -> [String] {
    try scratch.shell(
      "git log --reverse --format='%(trailers:key=Divisi-\(name),valueonly,separator=)' main..orchestration/t"
    ).split(separator: "\n").map(String.init)
  }

  private func session() throws -> String {
    let runs = try FileManager.default.contentsOfDirectory(
      atPath: scratch.folder.path + "/.divisi/runs")
    return try #require(runs.first)
  }

  private func attempt(_ step: String, _ number: Int, _ file: String) throws -> String {
    try scratch.folder.read(".divisi/runs/\(try session())/\(step)/\(number)/\(file)")
  }

  @Test func everyStepIsOneCommitAndTheCheckoutIsUntouched() throws {
    try plan([
      "id: a, title: First file, run: 'echo a > a.txt'", "id: b, run: 'echo b > b.txt'",
      "id: c, needs: [a, b], run: 'cat a.txt b.txt > c.txt', gates: [{run: 'grep -q b c.txt'}]",
    ])
    let before = try scratch.shell("git status --porcelain; git rev-parse HEAD; ls")
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("c.txt") == "a\nb\n")
    #expect(try trailers("Step").sorted() == ["a", "b", "c"])
    #expect(Set(try trailers("Session")) == [try session()])
    #expect(try scratch.shell("git log -1 --format=%s orchestration/t~2").contains("feat(t): "))
    #expect(try scratch.shell("git status --porcelain; git rev-parse HEAD; ls") == before)
    #expect(try scratch.divisi("journal check").status == 0)
  }

  @Test func aGateThatFailsBecomesFeedbackOfTheNextAttempt() throws {
    try scratch.folder.write(
      "agent.sh",
      """
      if grep -q 'wanted: two' "$1"; then echo two > out.txt; else echo one > out.txt; fi
      echo done
      """)
    try scratch.folder.write("check.sh", "grep two out.txt || { echo wanted: two; false; }")
    try plan([
      "id: a, task: Write it., harness: scripted, gates: [{run: 'sh ../../check.sh'}]"
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("out.txt") == "two\n")
    #expect(try !attempt("a", 1, "prompt.md").contains("wanted: two"))
    #expect(try attempt("a", 2, "prompt.md").contains("wanted: two"))
    #expect(try trailers("Attempt") == ["2"])
    #expect(try attempt("a", 1, "checks/gate-0-1/1/output.log") == "wanted: two\n")
  }

  @Test func workThatConflictsIsDoneAgainOnWhatWasMerged() throws {
    try plan([
      "id: a, run: 'echo a >> f.txt'",
      "id: b, run: 'while ! git -C ../.. rev-parse -q --verify orchestration/t:f.txt >/dev/null; do sleep 0.02; done; echo b >> f.txt'",
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("f.txt") == "a\nb\n")
    #expect(try trailers("Attempt") == ["1", "2"])
    // What the first attempt did is kept.
    #expect(try scratch.divisi("keep list").output.contains("/b/"))
  }

  @Test func aResolutionThatDropsTheOthersLinesIsRefused() throws {
    try plan([
      "id: a, run: 'echo a >> f.txt'",
      "id: b, retries: 1, run: 'while ! git -C ../.. rev-parse -q --verify orchestration/t:f.txt >/dev/null; do sleep 0.02; done; echo b > f.txt'",
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("took away lines that others had added"))
    #expect(try branch("f.txt") == "a\n")
  }

  @Test func whatNeedsAFailedStepIsSkippedAndTheRestGoesOn() throws {
    try plan([
      "id: bad, retries: 0, run: 'echo broken >&2; exit 3'", "id: after, needs: [bad], run: 'true'",
      "id: good, run: 'echo x > x.txt'",
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("failed: it ended with status 3"))
    #expect(result.output.contains("skipped: bad did not complete"))
    #expect(try branch("x.txt") == "x\n")
  }

  @Test func aRunThatWaitsForAPersonEndsWithStatus3AndGoesOn() throws {
    try plan(["id: a, approve: boss", "id: b, needs: [a], run: 'echo b > b.txt'"])
    let result = try scratch.divisi("run t")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("divisi resume"))
    #expect(try scratch.divisi("resume").status == 3)
    #expect(try scratch.divisi("approve a").status == 0)
    #expect(try scratch.divisi("status").status == 3)
    let again = try scratch.divisi("run t")
    #expect(again.status == 4)
    #expect(again.errors.contains("has a run that has not ended"))
    #expect(try scratch.divisi("resume").status == 0)
    #expect(try branch("b.txt") == "b\n")
  }

  @Test func aRunIsBoundedToWhatIsAskedFor() throws {
    try plan([
      "id: a, run: 'echo a > a.txt'", "id: b, needs: [a], run: 'echo b > b.txt'",
      "id: c, needs: [b], run: 'echo c > c.txt'",
    ])
    let dry = try scratch.divisi("run t --until b --dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.contains("2 steps") && !dry.output.contains(" c "))
    #expect(try scratch.shell("ls .divisi").contains("No such file"))
    #expect(try scratch.divisi("run t --until b").status == 0)
    #expect(try trailers("Step") == ["a", "b"])
    // The rest of the plan can be run next.
    let rest = try scratch.folder.read(".orchestration/sessions/t.yaml")
    #expect(rest.contains("status: paused"))
    #expect(try scratch.divisi("run t").status == 0)
    #expect(try trailers("Step") == ["a", "b", "c"])
    try plan(["id: b, run: 'true'"])
    let unknown = try scratch.divisi("run t --only bb")
    #expect(unknown.errors.contains("did you mean `b`?"))
  }

  @Test func anOrderThroughAStepThatIsLeftOutHolds() throws {
    try plan([
      "id: a, run: 'sleep 0.5; echo a > a.txt'", "id: b, needs: [a], run: 'exit 1'",
      "id: c, needs: [b], run: 'cat a.txt > c.txt'",
    ])
    let result = try scratch.divisi("run t --only a --only c")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try trailers("Step") == ["a", "c"])
  }

  @Test func whatIsTakenUpGoesOnAsItWasBegun() throws {
    try plan(["id: a, approve: ada"])
    for options in ["--agents 2", "--set limits.agents=2", "--until a", "--only a", "--agent x"] {
      let refused = try scratch.divisi("run --resume t \(options)")
      #expect(refused.status == 2)
      #expect(refused.errors.contains("goes on as it was begun"), "\(options)")
    }
    #expect(try scratch.divisi("run").status == 2)
    #expect(try scratch.divisi("run --resume").errors.contains("no run is unfinished"))
    #expect(try scratch.divisi("run t").status == 3)
    #expect(try scratch.divisi("run --resume").status == 3)
    #expect(try scratch.divisi("approve a").status == 0)
    #expect(try scratch.divisi("run --resume").status == 0)
  }

  @Test func anAgentThatDoesNothingHasNotSucceeded() throws {
    try scratch.folder.write("agent.sh", "echo all done")
    try plan(["id: a, task: Write it., harness: scripted, retries: 0"])
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("changed and committed nothing"))
  }

  @Test func whatAnAgentMayNotTouchIsRefused() throws {
    try scratch.folder.write(
      "agent.sh",
      "mkdir -p src; echo x > src/a.txt; if ! grep -q 'not yours' \"$1\"; then echo y > other.txt; else git rm -qf other.txt; fi"
    )
    try plan(["id: a, task: Write it., harness: scripted, files: ['src/**']"])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scratch.shell("git ls-tree -r --name-only orchestration/t") == "src/a.txt\n")
    #expect(try attempt("a", 2, "prompt.md").contains("other.txt"))
  }

  @Test func keysReachTheAgentAndNoFile() throws {
    try scratch.folder.write("agent.sh", "echo \"$MY_KEY\" | wc -c > length.txt; env | cut -d= -f1")
    try plan(["id: a, task: Write it., harness: keyed"])
    try scratch.folder.write(
      "divisi.yaml",
      """
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        keyed: {command: [sh, "\(scratch.folder.path)/agent.sh"], pass: [MY_KEY]}
      """)
    let result = try scratch.divisi(
      "run t", environment: ["MY_KEY": "s3cr3t-value", "OTHER_KEY": "another-secret"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("length.txt").contains("13"))
    #expect(try attempt("a", 1, "stdout.jsonl").contains("MY_KEY"))
    #expect(try !attempt("a", 1, "stdout.jsonl").contains("OTHER_KEY"))
    #expect(try scratch.shell("grep -r -l -e s3cr3t-value -e another-secret .divisi; true") == "")
  }

  @Test func aCommandWithoutAWorktreeRunsInTheRepositoryAndLeavesNoCommit() throws {
    try plan(["id: a, worktree: false, run: 'pwd; echo hello'"])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try attempt("a", 1, "stdout.jsonl") == "\(scratch.folder.path)\nhello\n")
    #expect(try attempt("a", 1, "status") == "0\n")
    #expect(try scratch.shell("git branch --list 'orchestration/*'") == "")
  }

  /// Both work at once, so that they may not have the same ports; a gate finds those of its step's agent.
  @Test func everyAttemptHasPortsOfItsOwn() throws {
    let note = "echo $DIVISI_PORT_BASE $DIVISI_PORT_COUNT"
    let meet = "touch ../$DIVISI_STEP; while [ ! -e ../a ] || [ ! -e ../b ]; do sleep 0.02; done"
    try plan(
      ["a", "b"].map {
        """
        id: \($0), run: '\(note) > \($0).txt; \(meet)', \
        gates: [{run: '\(note) | cmp - \($0).txt'}]
        """
      })
    let result = try scratch.divisi(
      "run t --set workspace.port_base=40000 --set workspace.ports=7")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let ports = try ["a", "b"].map { step in
      try branch(step + ".txt").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
    #expect(ports.allSatisfy { $0.count == 2 && $0[0] >= 40_000 && $0[1] == 7 }, "\(ports)")
    #expect(abs(ports[0][0] - ports[1][0]) >= 7, "\(ports)")
    #expect(
      try scratch.divisi("show a").output.contains(
        "ports      \(ports[0][0]) to \(ports[0][0] + 6)\n"))
  }

  /// What only fails together with the work of others is put right with the work of others at hand.
  @Test func whatDoesNotPassAsMergedIsMendedOnTopOfWhatOthersDid() throws {
    try scratch.folder.write(
      "agent.sh",
      """
      step=$DIVISI_STEP
      if [ -e a.txt ] && [ -e b.txt ]; then echo "$(ls)" > both.txt; exit; fi
      touch ../$step; while [ ! -e ../a ] || [ ! -e ../b ]; do sleep 0.02; done
      echo $step > $step.txt
      """)
    try plan(
      ["a", "b"].map { "id: \($0), task: Go., harness: scripted, retries: 2" },
      more: "gates: [{run: '! [ -e a.txt -a -e b.txt ] || test -e both.txt', name: together}]")
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      try scratch.shell("git ls-tree --name-only orchestration/t") == "a.txt\nb.txt\nboth.txt\n")
    let again =
      result.output.contains("a                 started with scripted, attempt 2") ? "a" : "b"
    #expect(
      try attempt(again, 2, "prompt.md").contains("on the work merged with what others did"))
    #expect(!result.output.contains("attempt 3"))
  }

  @Test func whoStopsReadingDoesNotEndTheRun() throws {
    try plan(["id: a, run: 'echo a > a.txt'", "id: b, needs: [a], run: 'echo b > b.txt'"])
    _ = try scratch.shell("'\(builtProgram("divisi"))' run t 2>&1 | head -1 > /dev/null")
    #expect(try scratch.divisi("status").output.contains("completed after"))
    #expect(try branch("b.txt") == "b\n")
  }

  @Test func onePlanIsNotRunTwiceAtOnce() throws {
    try plan([
      "id: a, run: 'echo a >> ../ran; until [ -e ../go ]; do sleep 0.02; done; echo a > a.txt'"
    ])
    let runs = try (0..<2).map { _ in try Running("run t", in: scratch) }
    while runs.allSatisfy(\.isRunning) { try Task.checkCancellation() }
    let went = try #require(runs.first { $0.isRunning })
    let refused = try #require(runs.first { !$0.isRunning }).result()
    #expect(refused.status == 4, "\(refused)")
    #expect(refused.errors.contains("the plan has a run that has not ended: exec-t-"))
    try scratch.folder.write(".worktrees/go", "")
    #expect(try went.result().status == 0)
    #expect(try scratch.folder.read(".worktrees/ran") == "a\n")
    #expect(try scratch.divisi("list").status == 0)
  }

  @Test func outsideOfARepositoryNothingIsRun() throws {
    let folder = try TemporaryFolder()
    let result = try scratch.divisi("-C \(folder.path) run t")
    #expect(result.status == 4)
    #expect(result.errors.contains("is not in a git repository"))
  }

  @Test func aDetachedRunSaysItsSessionAndNothingElse() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    let result = try scratch.divisi("run t --detach")
    #expect(result.output == (try session()) + "\n")
    let ended = try scratch.divisi("events -f")
    #expect(ended.output.contains("completed"))
  }

  @Test func aSettingThatIsNotRightIsToldAndNothingIsStarted() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    let result = try scratch.divisi("run t --set limits.agent=2")
    #expect(result.status == 1)
    #expect(
      result.errors.contains("limits.agent") && result.errors.contains("limits.agents"),
      "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.folder.path + "/.divisi/runs"))
  }

  @Test func aRunFromNoBranchIsTold() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    _ = try scratch.shell("git checkout -q --detach")
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("no branch is checked out; the run begins from commit "))
  }

  @Test func noPortsAreGivenWhereNoneAreWanted() throws {
    try plan(["id: a, run: 'echo ${DIVISI_PORT_BASE-none} > a.txt'"])
    let result = try scratch.divisi("run t --set workspace.ports=0")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("a.txt") == "none\n")
  }

  @Test func promptsThatAreEditedMeanwhileDoNotChangeTheRun() throws {
    try scratch.folder.write("prompts/a.md", "Write the first thing.\n")
    try scratch.folder.write("agent.sh", "cat \"$1\" > seen.txt")
    try plan([
      "id: edit, worktree: false, run: 'echo Changed. > prompts/a.md'",
      "id: a, needs: [edit], prompt: prompts/a.md, harness: scripted",
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("seen.txt").contains("Write the first thing."))
  }

  @Test func eventsComeAsLinesOfJSONForPrograms() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    let result = try scratch.divisi("run t --json")
    #expect(result.status == 0)
    let lines = try result.output.split(separator: "\n").map { try JSON.parse(String($0)) }
    #expect(lines.compactMap { $0["sequence"]?.count } == Array(1...lines.count))
    #expect(lines.last?["event"]?["runEnded"]?["result"]?.text == "completed")
  }

  @Test func anAgentThatFillsItsOutputIsStoppedAndToldOf() throws {
    try scratch.folder.write("agent.sh", "echo x > x.txt; yes | head -c 40000000; sleep 60")
    try plan(["id: a, task: Write it., harness: scripted, retries: 0"])
    let result = try scratch.divisi("run t --set timeouts.output=1MiB --set timeouts.grace=200ms")
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("it wrote more than it may"))
  }
}
