import Foundation
import TestSupport
import Testing

/// Agents that leave their worktree in a state in which no commit can simply be made.
@Suite(.timeLimit(.minutes(3))) struct WorktreeFaultTests {
  private let scene: FaultScene

  init() throws { scene = try FaultScene() }

  private func completed(_ script: String) throws -> ProgramResult {
    try scene.agent(script)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    try scene.expectWhole()
    return result
  }

  /// In a script: two commits that do not fit, the worktree on the first.
  private var twoSides: String {
    """
    echo one > file.txt; git add file.txt; \(scene.git) commit -qm one
    git checkout -q -b other HEAD~1; echo two > file.txt; git add file.txt; \(scene.git) commit -qm two
    git checkout -q feature/task-a
    """
  }

  @Test func aMergeThatIsUndecidedIsGivenUpAndKept() throws {
    let result = try completed("\(twoSides); \(scene.git) merge -q other; true")
    #expect(try scene.branch("file.txt") == "one\n")
    #expect(result.errors.contains("half-done work of a #1 is kept as refs/divisi/keep/"))
    #expect(try scene.kept().contains("a merge that was given up"))
    #expect(try scene.scratch.shell("git show other:file.txt") == "two\n")
  }

  @Test func aMergeThatIsDecidedIsBroughtToItsEnd() throws {
    _ = try completed(
      "\(twoSides); \(scene.git) merge -q other; printf 'one\\ntwo\\n' > file.txt; git add file.txt"
    )
    #expect(try scene.branch("file.txt") == "one\ntwo\n")
  }

  @Test func aRebaseHalfDoneIsGivenUpAndKept() throws {
    _ = try completed("\(twoSides); \(scene.git) rebase -q other; true")
    #expect(try scene.branch("file.txt") == "one\n")
    #expect(try scene.kept().contains("a rebase that was given up"))
  }

  /// No commit of the repository can hold it, and without it the step is not what it was judged to be.
  @Test func whatIsNotCommittedInASubmoduleIsRefusedUntilItIs() throws {
    let library = try TemporaryFolder()
    try makeRepository(in: library)
    try library.write("lib.c", "int x;\n")
    _ = try scene.scratch.shell(
      """
      git -C '\(library.path)' add lib.c && \(scene.git) -C '\(library.path)' commit -qm lib
      git -c protocol.file.allow=always submodule --quiet add '\(library.path)' lib
      \(scene.git) commit -qm lib
      """)
    try scene.agent(
      """
      cd lib; echo 'int y;' > lib.c
      [ "$DIVISI_ATTEMPT_NUMBER" = 1 ] || \(scene.git) commit -qam mine
      """, more: "retries: 1")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      try String(contentsOfFile: scene.attempt(2, "prompt.md"), encoding: .utf8)
        .contains("Commit it in the submodule, or undo it:\n\n- lib\n"))
    let commit = try scene.scratch.shell("git rev-parse orchestration/t:lib")
    #expect(
      try scene.scratch.shell("git -C .git/modules/lib show \(commit.dropLast()):lib.c")
        == "int y;\n")
    try scene.expectWhole()
  }

  @Test func aLockThatAKilledGitLeftIsRemovedAndTold() throws {
    let result = try completed(
      "echo one > one.txt; touch -d '1 minute ago' \"$(git rev-parse --git-dir)/index.lock\"")
    #expect(try scene.merged() == ["one.txt"])
    #expect(
      result.errors.contains(
        "divisi: removed \(scene.place)/.git/worktrees/task-a/index.lock, which nobody held for 6"))
  }

  @Test func aWorktreeOfThePersonsAtTheStepsPlaceIsNotTakenOver() throws {
    _ = try scene.scratch.shell(
      """
      git worktree add -q -b mine .worktrees/task-a && echo KEY=1 > .worktrees/task-a/.env
      git worktree lock --reason 'mine, do not touch' .worktrees/task-a
      """)
    let before = try scene.scratch.shell("git worktree list --porcelain")
    try scene.agent("echo one > one.txt")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    let path = scene.place + "/.worktrees/task-a"
    #expect(
      result.output.contains(
        "a                 blocked: \(path) is a worktree that Divisi did not make; "
          + "Divisi leaves it alone; move it where it is in the way: git worktree move "))
    #expect(try scene.scratch.shell("git worktree list --porcelain") == before)
    #expect(try scene.scratch.shell("cat .worktrees/task-a/.env") == "KEY=1\n")
    _ = try scene.scratch.shell(
      "git worktree unlock .worktrees/task-a; git worktree move .worktrees/task-a ../mine-\(getpid())"
    )
    defer { _ = try? scene.scratch.shell("git worktree remove --force ../mine-\(getpid())") }
    let resumed = try scene.scratch.divisi("retry a")
    #expect(resumed.status == 0, "\(resumed.output)\(resumed.errors)")
  }

  /// Somebody else's git, which lives: its lock is never taken away, and what it was in the way of is done after it.
  @Test func aLockThatSomebodyHoldsIsWaitedFor() throws {
    let real = try #require(installedProgram("git"))
    let calls = scene.place + "/calls.log"
    let shadow = try scene.scratch.folder.write(
      "bin/git", "#!/bin/sh\necho \"$*\" >> '\(calls)'\nexec \(real) \"$@\"\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: shadow)
    try scene.agent(
      "echo one > one.txt; \(scene.flag("begun")); \(scene.wait(for: "go"))")
    let run = try Running(
      "run t", in: scene.scratch,
      environment: ["PATH": "\(scene.place)/bin:" + (scene.scratch.environment["PATH"] ?? "")])
    try scene.until("the agent has begun") { scene.isRaised("begun") }
    let path = scene.place + "/.git/worktrees/task-a/index.lock"
    let lock = open(path, O_CREAT | O_EXCL | O_WRONLY, 0o644)
    try #require(lock >= 0)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: path)
    try scene.raise("go")
    try scene.until("the lock was met twice") {
      try scene.scratch.folder.read("calls.log").components(separatedBy: " add --all ").count > 2
    }
    #expect(scene.exists(".git/worktrees/task-a/index.lock"))
    unlink(path)
    close(lock)
    let result = try run.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.errors.contains("removed"))
    #expect(try scene.merged() == ["one.txt"])
    try scene.expectWhole()
  }

  @Test func aBranchOfTheAgentsOwnIsFollowed() throws {
    _ = try completed(
      "git checkout -q -b mine; echo one > one.txt; git add one.txt; \(scene.git) commit -qm one")
    #expect(try scene.merged() == ["one.txt"])
    #expect(try scene.scratch.shell("git show mine:one.txt") == "one\n")
  }

  @Test func aHistoryThatHasNothingInCommonIsDoneAgainAndTheFirstIsKept() throws {
    let result = try {
      try scene.agent(
        """
        if [ "$DIVISI_ATTEMPT_NUMBER" = 2 ]; then echo two > two.txt; exit; fi
        echo zero > zero.txt; git add zero.txt; \(scene.git) commit -qm zero
        git checkout -q --orphan mine; echo one > one.txt; git add one.txt; \(scene.git) commit -qm one
        """, more: "retries: 1")
      return try scene.scratch.divisi("run t")
    }()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("has left the branch feature/task-a"))
    #expect(try scene.merged() == ["two.txt"])
    #expect(try scene.scratch.shell("git show mine:one.txt") == "one\n")
    #expect(try scene.kept().contains("a new attempt of a"))
    try scene.expectWhole()
  }

  @Test func aWorktreeWithoutItsGitIsNeverTakenForThePersonsCheckout() throws {
    _ = try completed(
      "rm .git; echo one > one.txt; git add -A ../.. 2>/dev/null; git reset -q; true")
    #expect(try scene.merged() == ["one.txt"])
  }

  @Test func aRepositoryWithinIsToldAndNotMerged() throws {
    let result = try completed(
      """
      echo one > one.txt; mkdir lib; cd lib; git init -q; echo x > x.txt; git add x.txt
      \(scene.git) commit -qm inner
      """)
    #expect(try scene.merged() == ["one.txt"])
    #expect(
      result.errors.contains(
        "lib in the worktree of a #1 is a repository of its own, and not merged; it is kept"))
    #expect(scene.exists(".worktrees/task-a/lib/x.txt"))
  }

  @Test func aPipeHoldsNobodyUp() throws {
    _ = try completed("mkfifo pipe; echo one > one.txt")
    #expect(try scene.merged() == ["one.txt"])
  }

  /// The pile of stashes is one for all checkouts.
  @Test func aStashOfThePersonsThatAnAgentTakesIsToldAndKept() throws {
    _ = try scene.scratch.shell(
      "echo 1 > f.txt; git add f.txt; \(scene.git) commit -qm f; echo mine > f.txt; \(scene.git) stash -q"
    )
    let stash = try scene.scratch.shell("git rev-parse refs/stash").prefix(10)
    let result = try completed("git stash pop -q; git checkout -q f.txt; echo one > one.txt")
    #expect(
      result.errors.contains("a stash was taken, which `git stash store \(stash)` brings back"))
    #expect(try scene.kept().contains("stashes that were there before an agent"))
    #expect(try scene.scratch.shell("git stash store \(stash); git show stash:f.txt") == "mine\n")
  }

  /// Begun in one checkout of the repository, killed, and taken up from the other.
  @Test func aRunGoesOnInItsOwnWorktreesWhereverItIsTakenUp() throws {
    try scene.scratch.folder.write(
      "agent.sh", "echo one > one.txt; \(scene.flag("begun")); \(scene.wait(for: "go"))")
    try scene.plan([
      "id: a, task: Go., harness: scripted, retries: 0",
      "id: b, needs: [a], worktree: false, run: 'pwd > \(scene.place)/where.log'",
    ])
    let other = try TemporaryFolder().path + "-checkout"
    defer { try? FileManager.default.removeItem(atPath: other) }
    _ = try scene.scratch.shell(
      "git worktree add -q '\(other)'; cp -r .orchestration divisi.yaml '\(other)'")
    let run = try Running("-C \(other) run t", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") || !run.isRunning }
    let told = try run.told()
    #expect(scene.exists(".worktrees/task-a/one.txt"), "\(told)")
    run.kill()
    try scene.raise("go")
    let result = try scene.scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["one.txt"])
    #expect(try scene.scratch.folder.read("where.log") == other + "\n")
  }

  /// Each of them has a journal of its own, and all have the same branches.
  @Test func runsInTwoCheckoutsOfABareRepositoryLeaveEachOtherTheirBranches() throws {
    try scene.agent("echo one > one.txt; \(scene.flag("begun")); \(scene.wait(for: "go"))")
    try scene.scratch.plan(["id: a, run: 'echo two > two.txt'"], id: "other")
    try scene.plan(["id: a, task: Go., harness: scripted, retries: 0"])
    let folder = try TemporaryFolder()
    _ = try scene.scratch.shell(
      """
      set -e
      git clone -q --bare . '\(folder.path)/store.git'
      for name in one two; do
        git -C '\(folder.path)/store.git' worktree add -q -b $name ../$name
        cp -r .orchestration divisi.yaml '\(folder.path)'/$name
      done
      """)
    let run = try Running("-C \(folder.path)/one run t", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") || !run.isRunning }
    let other = try scene.scratch.divisi("-C \(folder.path)/two run other")
    #expect(other.status == 0, "\(other.output)\(other.errors)")
    try scene.raise("go")
    let result = try run.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let show = "git -C '\(folder.path)/store.git' show "
    #expect(try scene.scratch.shell(show + "feature/task-a:one.txt") == "one\n")
    #expect(try scene.scratch.shell(show + "feature/task-other.a:two.txt") == "two\n")
  }

  @Test func aWorktreeThatItsAgentRemovesIsMadeAgain() throws {
    try scene.agent(
      """
      echo $DIVISI_ATTEMPT_NUMBER > made.txt; git add made.txt; \(scene.git) commit -qm made
      [ "$DIVISI_ATTEMPT_NUMBER" != 1 ] || git worktree remove --force --force "$PWD"
      """, more: "retries: 1")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      result.output.contains(
        "the folder \(scene.place)/.worktrees/task-a is gone; what was committed is on its branch"))
    #expect(try scene.branch("made.txt") == "2\n")
    #expect(try scene.kept().contains("a new attempt of a"))
    try scene.expectWhole()
  }

  @Test func whatAHookOfTheRepositoryRefusesIsTheAgentsToPutRight() throws {
    try scene.agent(
      "echo one > one.txt; [ $DIVISI_ATTEMPT_NUMBER = 1 ] || echo ok > ok.txt", more: "retries: 1")
    _ = try scene.scratch.shell("printf '\\ngit: {hooks: true}\\n' >> divisi.yaml")
    let hook = try scene.scratch.folder.write(
      ".git/hooks/pre-commit",
      "#!/bin/sh\n[ -e ok.txt ] && exit 0\necho 'one.txt has no licence' >&2\nexit 1\n")
    chmod(hook, 0o755)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("a hook of the repository refused to commit"))
    #expect(try readText(scene.attempt(2, "prompt.md")).contains("one.txt has no licence"))
    #expect(try scene.merged() == ["ok.txt", "one.txt"])
    try scene.expectWhole()
  }

  private func readText(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func aWorktreeThatIsRemovedUnderItsAgentIsMadeAgain() throws {
    try scene.agent(
      """
      echo one > one.txt; git add one.txt; \(scene.git) commit -qm one
      \(scene.flag("begun")); \(scene.wait(for: "go"))
      [ "$DIVISI_ATTEMPT_NUMBER" = 1 ] || echo two > two.txt
      exit 0
      """, more: "retries: 1")
    let result = try scene.run { _ in
      try FileManager.default.removeItem(atPath: scene.place + "/.worktrees/task-a")
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      result.output.contains(
        "the folder \(scene.place)/.worktrees/task-a is gone; what was committed is on its branch"))
    #expect(try scene.merged() == ["one.txt", "two.txt"])
    #expect(try scene.kept().contains("the folder of a was gone"))
    try scene.expectWhole()
  }
}
