import Foundation
import JSONValues
import TestSupport
import Testing

/// `run` and `resume` as a person at a shell meets them: real git, real processes, a real journal.
@Suite struct RunCommandTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func plan(_ steps: [String], more: String = "") throws {
    try scratch.plan(steps, more: more)
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

  @Test func aGateThatOnlyPassesAtALaterTrialIsToldOfEverywhere() throws {
    try scratch.folder.write(
      "check.sh", "mkdir ../../tried 2>/dev/null && { echo not yet; exit 1; }; echo now it does")
    try plan([
      "id: a, run: 'echo a > a.txt', gates: [{run: 'sh ../../check.sh', name: shaky, attempts: 2}]"
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("gate `shaky`, trial 2 passed (flaky)"))
    #expect(result.errors.contains("; flaky: gate `shaky` for a passed at trial 2"))
    #expect(try branch("a.txt") == "a\n")

    let status = try scratch.divisi("status").output
    #expect(status.contains("flaky     gate `shaky` for a passed at trial 2\n"), "\(status)")
    #expect(
      try JSON.parse(try scratch.divisi("status --json").output)["flaky"]
        == [["step": "a", "gate": "shaky", "merge": .null, "trial": 2]])

    let checks = ".divisi/runs/\(try session())/a/1/checks"
    let show = try scratch.divisi("show a").output
    #expect(show.contains("`shaky` failed in "), "\(show)")
    #expect(show.contains("`shaky`, trial 2 passed (flaky) in "), "\(show)")
    #expect(show.contains("output     \(checks)/gate-0-2/1/output.log\n"), "\(show)")
    let logs = try scratch.divisi("logs a").output
    #expect(logs.contains("gate `shaky`, trial 2\n  now it does\n"), "\(logs)")
    #expect(logs.contains("  all of it in \(checks)/gate-0-2/1/output.log\n"), "\(logs)")
    #expect(logs.contains("passed (flaky): exit 0"), "\(logs)")

    let attempts = try JSON.parse(try scratch.divisi("show a --json").output)["attempts"]
    let shown = try #require(attempts?.items.first?["trials"]?.items)
    let listed = try #require(
      try JSON.parse(try scratch.divisi("logs a --json").output)["trials"]?.items)
    for trials in [shown, listed] {
      #expect(trials.map { $0["trial"]?.count } == [1, 2])
      #expect(trials.map { $0["flaky"]?.flag } == [false, true])
      #expect(trials.map { $0["result"]?.text } == ["failed", "passed"])
      #expect(
        trials.map { $0["output"]?.text } == [1, 2].map { "\(checks)/gate-0-\($0)/1/output.log" })
    }
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

  @Test func linesThatAResolutionDropsAreNamedWhereTheyAreNoFailure() throws {
    try plan([
      "id: a, run: 'echo a >> f.txt'",
      "id: b, retries: 1, run: 'while ! git -C ../.. rev-parse -q --verify orchestration/t:f.txt >/dev/null; do sleep 0.02; done; echo b > f.txt'",
    ])
    let result = try scratch.divisi("run t --set merge.dropped=warn")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("f.txt") == "b\n")
    #expect(result.output.contains("dropped 1 line of others in f.txt; `divisi show b` names them"))
    #expect(
      try scratch.divisi("show b").output.contains("dropped    1 line of others in f.txt\n  - a\n"))
    let shown = try JSON.parse(try scratch.divisi("show b --json").output)["dropped"]
    #expect(shown == [["of": "branch", "path": "f.txt", "count": 1, "lines": ["a"]]])
    #expect(try scratch.divisi("events").output.contains("; dropped: 1 line of others in f.txt"))
  }

  /// Git itself keeps both sides of a merge; a program that the repository has for it need not.
  @Test func linesThatAMergeDriverDropsAreNamed() throws {
    try scratch.folder.write(".git/info/attributes", "*.lock merge=mine\n")
    _ = try scratch.shell("git config merge.mine.driver true")
    try plan([
      "id: a, run: 'echo a >> f.lock'",
      "id: b, run: 'until git -C ../.. show orchestration/t:f.lock 2>/dev/null | grep -qx a; do sleep 0.02; done; echo b >> f.lock'",
    ])
    _ = try scratch.shell(
      "echo first > f.lock; git add f.lock; git -c user.name=T -c user.email=t@t commit -qm first")
    let result = try scratch.divisi("run t --set merge.dropped=warn")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("f.lock") == "first\na\n")
    #expect(
      try scratch.divisi("show b").output.contains(
        "dropped    1 line of its own in f.lock\n  - b\n"))
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

  /// What was skipped for a step that failed is not done: the next run of the plan does it.
  @Test func whatWasSkippedForAFailureIsStillToBeDone() throws {
    try plan([
      "id: bad, retries: 0, run: 'test -e ../../mended && echo b > b.txt'",
      "id: after, needs: [bad], run: 'echo a > a.txt'",
    ])
    let failed = try scratch.divisi("run t")
    #expect(failed.status == 1)
    #expect(failed.errors.hasSuffix(", 1 failed, 1 skipped\n"), "\(failed.errors)")
    #expect(
      try scratch.divisi("status").output.contains(
        "progress  0 of 2 steps completed, 1 failed, 1 skipped\n"))
    let file = ".orchestration/sessions/t.yaml"
    let text = try scratch.folder.read(file)
    #expect(text.contains("{id: after, status: pending,"), "\(text)")
    #expect(text.contains("percentage: 0, steps_completed: 0, steps_skipped: 0, steps_failed: 1"))
    try scratch.folder.write("mended", "")
    try scratch.folder.write(
      file, text.replacingOccurrences(of: "\nstatus: failed", with: "\nstatus: planned"))
    let again = try scratch.divisi("run t")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
    #expect(try branch("a.txt") == "a\n")
  }

  @Test func aStepThatChangedNothingIsNotMergedAsTheWorkOfAnother() throws {
    try plan(["id: a, run: 'echo a > a.txt'", "id: b, needs: [a], run: 'true'"])
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("b                 changed nothing\n"), "\(result.output)")
    #expect(result.output.split(separator: "\n").count { $0.contains(" merged as ") } == 1)
    #expect(try scratch.divisi("status").output.contains("  changed nothing\n"))
    let show = try scratch.divisi("show b").output
    #expect(show.contains("state      completed: changed nothing\n"), "\(show)")
    #expect(show.contains(", changed nothing\n"), "\(show)")
    #expect(show.contains("changes    nothing\n"), "\(show)")
    #expect(!show.contains("landed as"), "\(show)")
    #expect(try scratch.divisi("logs b").output.contains("completed, changed nothing\n"))
    #expect(try JSON.parse(try scratch.divisi("show b --json").output)["commit"] == .null)
    let diff = try scratch.divisi("diff b")
    #expect(diff.status == 0)
    #expect(diff.output + diff.errors == "attempt 1 at `b` changed nothing\n")
  }

  /// The end of what a gate printed is told once, and where all of it is.
  @Test func whatAFailureSaysIsShownOnce() throws {
    try plan([
      "id: a, retries: 0, run: 'echo a > a.txt', gates: [{run: 'seq 100 130; exit 3', name: strict}]"
    ])
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("gate `strict` failed: it ended with status 3: 130\n"))
    #expect(result.output.contains("a                 failed at attempt 1\n"))
    let show = try scratch.divisi("show a").output
    #expect(show.contains("state      failed: gate `strict`: it ended with status 3\n"), "\(show)")
    #expect(show.components(separatedBy: " 130\n").count == 2, "\(show)")
    #expect(!show.contains(" 110\n"), "\(show)")
    let logs = try scratch.divisi("logs a").output
    #expect(logs.components(separatedBy: "130\n").count == 2, "\(logs)")
    #expect(logs.contains("\nfailed: it ended with status 3\n"), "\(logs)")
  }

  @Test func aRunThatIsCancelledSaysWhatBecameOfItsSteps() throws {
    try plan([
      "id: a, run: 'echo a > a.txt'", "id: b, needs: [a], approve: boss",
      "id: c, needs: [b], run: 'true'",
    ])
    #expect(try scratch.divisi("run t").status == 3)
    let session = try session()
    #expect(try scratch.divisi("cancel \(session) --yes").status == 0)
    #expect(try scratch.divisi("resume").status == 1)
    let status = try scratch.divisi("status")
    #expect(status.status == 1)
    #expect(status.output.contains("state     cancelled after "), "\(status.output)")
    #expect(status.output.contains("1 of 3 steps completed, "), "\(status.output)")
    #expect(status.output.contains(", 1 skipped, 1 cancelled\n"), "\(status.output)")
    let progress = try JSON.parse(try scratch.divisi("status --json").output)["progress"]
    #expect(progress?["percent"] == 33)
    #expect(progress?["cancelled"] == 1)
    #expect(progress?["skipped"] == 1)
    #expect(progress?["failed"] == 0)
    let text = try scratch.folder.read(".orchestration/sessions/t.yaml")
    #expect(text.contains("\nstatus: cancelled\n"), "\(text)")
    #expect(text.contains("percentage: 33, "), "\(text)")
    #expect(try scratch.divisi("archive \(session)").status == 0)
    #expect(try scratch.divisi("status").output.contains("\narchive   .divisi/archive/\(session)"))
    #expect(try scratch.divisi("show b").output.contains("state      cancelled\n"))
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
    #expect(rest.contains("percentage: 66, steps_completed: 2"), "\(rest)")
    #expect(try scratch.divisi("status").output.contains("progress  2 of 2 steps completed\n"))
    #expect(try scratch.divisi("run t").status == 0)
    #expect(try trailers("Step") == ["a", "b", "c"])
    try plan(["id: b, run: 'true'"])
    let unknown = try scratch.divisi("run t --only bb")
    #expect(unknown.errors.contains("did you mean `b`?"))
  }

  @Test func aDryRunTellsWhatIsMissingAndStartsNothing() throws {
    try plan([
      "id: a, task: Write it., harness: scripted", "id: b, task: Write it., harness: absent",
    ])
    try scratch.folder.write(
      "divisi.yaml",
      """
      harnesses:
        scripted: {command: ["\(scratch.folder.path)/agent.sh"], version: ["\(scratch.folder.path)/agent.sh"]}
        absent: {command: [no-such-agent]}
      """)
    let agent = try scratch.folder.write("agent.sh", "#!/bin/sh\ntouch started\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: agent)
    let result = try scratch.divisi("run t --dry-run")
    #expect(result.status == 4)
    #expect(result.output.contains("t: 2 steps, "))
    #expect(result.errors.contains("error: absent: "), "\(result.errors)")
    #expect(!result.errors.contains("scripted"), "\(result.errors)")
    let json = try scratch.divisi("run t --dry-run --json")
    #expect(json.status == 4)
    let outline = try JSON.parse(json.output)
    #expect(outline["ready"] == false)
    #expect(outline["steps"]?.items.count == 2)
    #expect(
      outline["findings"]?.items.contains {
        $0["subject"]?.text == "absent" && $0["level"]?.text == "error"
      } == true)
    #expect(
      try scratch.shell("find . -name started; ls .divisi").contains("No such file"))
    #expect(try scratch.shell("find . -name started") == "")
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

  /// The system then keeps nothing of how children ended, and all of them would have succeeded.
  @Test func aRunWhoseParentIgnoresTheEndOfChildrenSeesHowTheyEnd() throws {
    try plan([
      "id: a, run: 'echo a > both.txt'", "id: b, run: 'echo b > both.txt', retries: 0",
      "id: c, worktree: false, run: 'exit 4', retries: 0",
    ])
    let result = try scratch.shell("trap '' CHLD; divisi run t; echo $?")
    #expect(result.hasSuffix("\n1\n"), "\(result)")
    #expect(result.contains("failed: it ended with status 4"), "\(result)")
    #expect(result.contains("not merged: "), "\(result)")
    #expect(try branch("both.txt").count == 2)
  }

  /// What set-up does to files that git tracks, such as a lock of packages.
  @Test func whatSetUpChangesIsNoWorkOfTheAgents() throws {
    try scratch.folder.write("lock.json", "1\n")
    _ = try scratch.shell(
      "git add lock.json; git -c user.name=p -c user.email=p@localhost commit -qm lock")
    try scratch.folder.write("agent.sh", "[ $DIVISI_STEP = idle ] || echo x > $DIVISI_STEP.txt")
    try scratch.plan(
      [
        "id: good, task: Go., harness: scripted, files: [good.txt], retries: 0",
        "id: idle, task: Go., harness: scripted, retries: 0",
      ], workspace: "setup: ['echo more >> lock.json']")
    let result = try scratch.divisi("run t --yes")
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    let status = try scratch.divisi("--json status").output
    let states = try JSON.parse(status)["steps"]?.items.map { $0["state"]?.text }
    #expect(states == ["completed", "failed"], "\(result.output)")
  }

  /// The second time, set-up finds done what it did before the runner was killed.
  @Test func whatSetUpDidBeforeItsRunnerWasKilledIsNoWorkOfTheAgents() throws {
    try scratch.folder.write("lock.json", "1\n")
    _ = try scratch.shell(
      "git add lock.json; git -c user.name=p -c user.email=p@localhost commit -qm lock")
    try scratch.folder.write("agent.sh", "echo $DIVISI_ATTEMPT_NUMBER > good.txt")
    let place = scratch.folder.path
    try scratch.folder.write(
      "setup.sh",
      """
      [ $DIVISI_ATTEMPT_NUMBER = 2 ] && [ ! -e '\(place)/killed.flag' ] || exit 0
      echo more >> lock.json; touch '\(place)/killed.flag'
      kill -9 $(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' '\(place)'/.divisi/runs/*/lock)
      """)
    try scratch.plan(
      [
        """
        id: good, task: Go., harness: scripted, files: [good.txt], retries: 1, \
        gates: [{run: 'grep 2 good.txt'}]
        """
      ], workspace: "setup: [\"sh '\(place)/setup.sh'\"]")
    _ = try scratch.shell("divisi run t --yes")
    #expect(FileManager.default.fileExists(atPath: place + "/killed.flag"))
    let result = try scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("good.txt") == "2\n")
  }

  /// A launch holds what the person has set for their agents.
  @Test func whatMayBePrivateIsReadByNobodyElse() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    #expect(try scratch.divisi("run t").status == 0)
    let open = try scratch.shell(
      "find .divisi/runs -perm /077 '(' -name _plan -o -name launch.json -o -name exit.json ')'")
    #expect(open == "")
  }

  /// Otherwise what the run opens first would take their place, and what it prints would go there.
  @Test func aRunWithoutStandardDescriptorsPrintsNowhere() throws {
    let look = "readlink /proc/$PPID/fd/0 /proc/$PPID/fd/1 /proc/$PPID/fd/2"
    try plan(["id: a, worktree: false, run: '\(look)'"])
    #expect(try scratch.shell("divisi run t <&- >&- 2>&-; echo $?") == "0\n")
    #expect(
      try attempt("a", 1, "stdout.jsonl") == String(repeating: "/dev/null\n", count: 3))
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
    try plan(["id: a, run: 'echo a > a.txt', gates: [{run: test -s a.txt}]"])
    let result = try scratch.divisi("run t --json")
    #expect(result.status == 0)
    let lines = try result.output.split(separator: "\n").map { try JSON.parse(String($0)) }
    #expect(lines.compactMap { $0["event"]?["seq"]?.count } == Array(1...lines.count))
    let last = try #require(lines.last?["event"])
    #expect(last["kind"]?.text == "runEnded")
    #expect(last["body"]?["runEnded"]?["result"]?.text == "completed")
    let judged = try #require(
      lines.lazy.compactMap { $0["event"] }.first { $0["kind"]?.text == "checkEnded" })
    #expect(judged["step"]?.text == "a")
    let proof = judged["body"]?["checkEnded"]?["verdict"]?["proof"]
    #expect(proof?["command"]?.text == "test -s a.txt")
    #expect(proof?["status"]?.count == 0)
    // Who comes later reads the same lines.
    #expect(try scratch.divisi("events --json").output == result.output)
  }

  /// An export keeps what is journaled byte for byte; all else is the same line.
  @Test func aLineForProgramsIsThatOfAnExport() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    #expect(try scratch.divisi("run t").status == 0)
    let lines = try scratch.divisi("events --json").output.split(separator: "\n")
    let export = try scratch.divisi("journal export").output.split(separator: "\n")
    #expect(lines.count > 10)
    #expect(lines == export.filter { $0.hasPrefix("{\"event\":") })
  }

  @Test func anAgentThatFillsItsOutputIsStoppedAndToldOf() throws {
    try scratch.folder.write("agent.sh", "echo x > x.txt; yes | head -c 40000000; sleep 60")
    try plan(["id: a, task: Write it., harness: scripted, retries: 0"])
    let result = try scratch.divisi("run t --set timeouts.output=1MiB --set timeouts.grace=200ms")
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("it wrote more than it may"))
  }
}
