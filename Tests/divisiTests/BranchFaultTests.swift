import Foundation
import TestSupport
import Testing

/// Branches that somebody removes, moves or holds while a run works on them.
@Suite(.timeLimit(.minutes(3))) struct BranchFaultTests {
  private let scene: FaultScene

  init() throws { scene = try FaultScene() }

  private func commit(of name: String) throws -> String {
    let word = try scene.scratch.shell("git rev-parse --verify --quiet \(name)")
    return word.trimmingCharacters(in: .newlines)
  }

  /// A commit on top of another, with one more file.
  private func commit(_ file: String, on parent: String) throws -> String {
    let words = try scene.scratch.shell(
      """
      blob=$(echo theirs | git hash-object -w --stdin)
      tree=$({ git ls-tree \(parent); printf '100644 blob %s\\t\(file)\\n' $blob; } | git mktree)
      git -c user.name=person -c user.email=p@localhost commit-tree $tree -p \(parent) -m theirs
      """)
    return words.trimmingCharacters(in: .newlines)
  }

  // MARK: the step's branch

  /// One commit, then a word to the test, then more that is not committed.
  private func agentInTwoParts() throws {
    try scene.agent(
      """
      echo one > one.txt; git add one.txt; \(scene.git) commit -qm one
      \(scene.flag("begun")); \(scene.wait(for: "go")); echo two > two.txt
      """)
  }

  @Test func theBranchOfAStepThatIsRemovedIsPutBack() throws {
    try agentInTwoParts()
    let result = try scene.run { _ in
      _ = try scene.scratch.shell("git update-ref -d refs/heads/feature/task-a")
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("the branch feature/task-a was removed by somebody; it is at "))
    #expect(try scene.merged() == ["one.txt", "two.txt"])
    #expect(try scene.scratch.shell("git log --format=%s -1 feature/task-a~1") == "one\n")
    try scene.expectWhole()
  }

  @Test func removingTheBranchOfAnAgentThatDoesNothingMakesNoWork() throws {
    _ = try scene.scratch.shell(
      "echo first > first.txt; git add first.txt; \(scene.git) commit -qm first")
    try scene.agent("\(scene.flag("begun")); \(scene.wait(for: "go"))")
    let result = try scene.run { _ in
      _ = try scene.scratch.shell("git update-ref -d refs/heads/feature/task-a")
    }
    #expect(result.status == 1)
    #expect(result.output.contains("changed and committed nothing"))
  }

  /// The worktree's files are of another commit than its branch now names: a commit there would take `theirs` back.
  @Test func theBranchOfAStepThatIsMovedIsPutBackAndWhatItWasMovedToIsKept() throws {
    try agentInTwoParts()
    let theirs = try commit("theirs.txt", on: "main")
    let result = try scene.run { _ in
      _ = try scene.scratch.shell(
        "git update-ref refs/heads/feature/task-a \(theirs); git update-ref refs/heads/main \(theirs)"
          + "; git reset -q --hard")
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(
      result.errors.contains(
        "the branch feature/task-a was moved by somebody else, to what is kept as"))
    #expect(try scene.merged() == ["one.txt", "two.txt"])
    #expect(try scene.kept().contains("somebody moved feature/task-a"))
    // What comes together later still has both.
    #expect(
      try scene.scratch.shell(
        "git ls-tree -r --name-only $(git merge-tree --write-tree main orchestration/t)")
        == "one.txt\ntheirs.txt\ntwo.txt\n")
    try scene.expectWhole()
  }

  /// The worktree of a lane is where the step before left it.
  @Test func aBranchThatALaneWentToStaysWhereItIs() throws {
    _ = try scene.scratch.shell(
      "git checkout -q -b mine; echo mine > mine.txt; git add mine.txt; \(scene.git) commit -qm mine; git checkout -q main"
    )
    let mine = try commit(of: "mine")
    try scene.plan([
      "id: l1, lane: L, retries: 0, run: 'git checkout -q mine; exit 1'",
      "id: l2, lane: L, run: 'echo two > two.txt'",
    ])
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    #expect(try commit(of: "mine") == mine)
    #expect(try scene.merged() == ["two.txt"])
    try scene.expectWhole()
  }

  @Test func whatAFailedStepOfALaneCommittedIsNotMergedWithTheNext() throws {
    try scene.plan([
      "id: l1, lane: L, retries: 0, run: 'echo half > half.txt; git add half.txt; \(scene.git) commit -qm half; git checkout -q --detach HEAD~1; exit 1'",
      "id: l2, lane: L, run: 'echo two > two.txt'",
    ])
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["two.txt"])
    #expect(try scene.kept().contains("the next step of lane L"))
    try scene.expectWhole()
  }

  // MARK: the integration branch

  /// One step is merged before the agent of the other begins.
  private func planOfTwo() throws {
    try scene.scratch.folder.write(
      "agent.sh", "echo one > one.txt; \(scene.flag("begun")); \(scene.wait(for: "go"))")
    try scene.plan([
      "id: first, run: 'echo x > x.txt'",
      "id: a, needs: [first], task: Go., harness: scripted, retries: 0",
      "id: last, needs: [a], run: 'cp one.txt last.txt'",
    ])
  }

  @Test func theIntegrationBranchIsThereAgainWhenSomebodyRemovesIt() throws {
    try planOfTwo()
    let result = try scene.run { _ in
      _ = try scene.scratch.shell("git update-ref -d refs/heads/orchestration/t")
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("the branch orchestration/t was removed by somebody; it is at "))
    #expect(try scene.merged() == ["last.txt", "one.txt", "x.txt"])
    try scene.expectWhole()
  }

  @Test func whatSomebodyElsePutsOnTheIntegrationBranchStays() throws {
    try planOfTwo()
    let result = try scene.run { _ in
      let theirs = try commit("theirs.txt", on: "orchestration/t")
      _ = try scene.scratch.shell("git update-ref refs/heads/orchestration/t \(theirs)")
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("somebody moved the branch to "))
    #expect(try scene.merged() == ["last.txt", "one.txt", "theirs.txt", "x.txt"])
    #expect(try scene.kept() == "")
    try scene.expectWhole()
  }

  @Test func whatSomebodyTakesOffTheIntegrationBranchIsKeptAndTold() throws {
    try planOfTwo()
    var merged = ""
    let result = try scene.run { _ in
      merged = try commit(of: "orchestration/t")
      _ = try scene.scratch.shell("git update-ref refs/heads/orchestration/t main")
    }
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let (old, new) = (merged.prefix(10), try commit(of: "main").prefix(10))
    #expect(
      result.errors.contains(
        "somebody took the branch orchestration/t from \(old) to \(new), where not all is that was merged"
      ))
    #expect(result.errors.contains("`git merge \(old)` brings it back"))
    // The agent had begun on what was taken off, so that its own work brings it back.
    #expect(try scene.merged() == ["last.txt", "one.txt", "x.txt"])
    #expect(try scene.kept().contains("somebody moved orchestration/t"))
    try scene.expectWhole()
  }

  @Test func aBranchThatThePersonHasCheckedOutIsNotMovedUnderThem() throws {
    try planOfTwo()
    let run = try Running("run t --wait", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") }
    let before = try scene.scratch.shell("git checkout -q orchestration/t; git rev-parse HEAD")
    try scene.raise("go")
    try scene.until("it is told") { try run.told().contains("is checked out in") }
    #expect(
      try run.told().contains(
        """
        blocked: the branch orchestration/t cannot be moved: the branch orchestration/t is checked out in \
        \(scene.place); switch to another branch in \(scene.place); it goes on by itself once that is mended
        """))
    #expect(try scene.scratch.shell("git status --porcelain; git rev-parse HEAD") == before)
    #expect(try scene.scratch.divisi("status").output.contains("is checked out in \(scene.place)"))
    _ = try scene.scratch.shell("git checkout -q main")
    let result = try run.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["last.txt", "one.txt", "x.txt"])
    try scene.expectWhole()
  }

  @Test func whereNobodyWaitsARunThatCannotMoveItsBranchEnds() throws {
    try planOfTwo()
    let result = try scene.run { _ in
      _ = try scene.scratch.shell("git checkout -q orchestration/t")
    }
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("switch to another branch in \(scene.place)"))
    #expect(result.errors.contains("hint: then `divisi resume \(try scene.session())`"))
    #expect(scene.processes() == [])
    _ = try scene.scratch.shell("git checkout -q main")
    let resumed = try scene.scratch.divisi("resume")
    #expect(resumed.status == 0, "\(resumed.output)\(resumed.errors)")
    #expect(try scene.merged() == ["last.txt", "one.txt", "x.txt"])
    try scene.expectWhole()
  }

  @Test func aRunThatCannotMoveItsBranchCanBeStoppedAndGoesOnLater() throws {
    try planOfTwo()
    let run = try Running("run t --wait", in: scene.scratch)
    try scene.until("the agent has begun") { scene.isRaised("begun") }
    _ = try scene.scratch.shell("git checkout -q orchestration/t")
    try scene.raise("go")
    try scene.until("it is told") { try run.told().contains("is checked out in") }
    run.send(SIGINT)
    try scene.until("it is paused") { try run.told().contains("paused; what runs is finished") }
    run.send(SIGINT)
    let stopped = try run.result()
    #expect(stopped.status == 130, "\(stopped.output)\(stopped.errors)")
    #expect(stopped.errors.contains("divisi resume"))
    _ = try scene.scratch.shell("git checkout -q main")
    let result = try scene.scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["last.txt", "one.txt", "x.txt"])
    try scene.expectWhole()
  }

  @Test func aBranchOfThePersonsOwnIsLeftToThem() throws {
    _ = try scene.scratch.shell(
      "git checkout -q -b feature/task-a; echo mine > mine.txt; git add mine.txt; \(scene.git) commit -qm mine; git checkout -q main"
    )
    let mine = try commit(of: "feature/task-a")
    try scene.agent("echo one > one.txt")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try commit(of: "feature/task-a") == mine)
    #expect(try scene.scratch.shell("git show feature/task-t.a:one.txt") == "one\n")
    #expect(try scene.merged() == ["one.txt"])
    try scene.expectWhole()
  }

  /// What a run made was removed, and the person made a branch of the same name since.
  @Test func aBranchThatThePersonMadeAfterACleanIsLeftToThem() throws {
    try scene.agent("echo one > one.txt")
    #expect(try scene.scratch.divisi("run t").status == 0)
    _ = try scene.scratch.shell("git merge -q orchestration/t")
    let cleaned = try scene.scratch.divisi("clean --yes")
    #expect(cleaned.output.contains("removed  feature/task-a"), "\(cleaned.output)")
    let mine = try commit("mine.txt", on: "main")
    _ = try scene.scratch.shell("git branch feature/task-a \(mine)")
    try scene.plan(["id: a, run: 'echo two > two.txt'"], id: "other")
    let result = try scene.scratch.divisi("run other")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try commit(of: "feature/task-a") == mine)
    #expect(try scene.merged("other") == ["one.txt", "two.txt"])
    try scene.expectWhole()
  }

  @Test func anIntegrationBranchOfThePersonsOwnIsNotMergedInto() throws {
    _ = try scene.scratch.shell("git branch orchestration/t")
    try scene.agent("echo one > one.txt")
    let refused = try scene.scratch.divisi("run t")
    #expect(refused.status == 4, "\(refused.output)\(refused.errors)")
    #expect(
      refused.errors.hasSuffix(
        """
        divisi: there is a branch orchestration/t that no run of Divisi made
          hint: the run would merge into it; give it another name: git branch -m orchestration/t NAME

        """))
    #expect(!scene.exists(".worktrees"))
    #expect(try scene.merged() == [])
    _ = try scene.scratch.shell("git branch -m orchestration/t mine")
    #expect(try scene.scratch.divisi("run t").status == 0)
    // The branch of an earlier run is gone on with, and with it what a person put there.
    let theirs = try commit("theirs.txt", on: "orchestration/t")
    _ = try scene.scratch.shell("git update-ref refs/heads/orchestration/t \(theirs)")
    try scene.agent("echo two > two.txt")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["one.txt", "theirs.txt", "two.txt"])
    // In a clone there is no note of it: its commits say of which plan it is.
    _ = try scene.scratch.shell("rm -r .git/divisi-branches")
    try scene.agent("echo three > three.txt")
    let cloned = try scene.scratch.divisi("run t")
    #expect(cloned.status == 0, "\(cloned.output)\(cloned.errors)")
    #expect(try scene.merged() == ["one.txt", "theirs.txt", "three.txt", "two.txt"])
    try scene.expectWhole()
    // The same where all of them are merged already.
    _ = try scene.scratch.shell(
      "rm -r .git/divisi-branches; git merge -q --ff-only orchestration/t")
    try scene.agent("echo four > four.txt")
    let merged = try scene.scratch.divisi("run t")
    #expect(merged.status == 0, "\(merged.output)\(merged.errors)")
  }

  /// The name that the first would take for its branch is that of the second.
  @Test func stepsOfOnePlanNeverShareAWorktreeByTheirNames() throws {
    _ = try scene.scratch.shell("git branch feature/task-a")
    try scene.plan([
      "id: t.a, run: 'echo other > other.txt; touch ../../begun.flag; \(scene.wait(for: "go").replacingOccurrences(of: "'", with: "''"))'",
      "id: a, run: 'while [ ! -e ../../begun.flag ]; do sleep 0.02; done; test ! -e other.txt && echo one > one.txt; touch ../../go.flag'",
    ])
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["one.txt", "other.txt"])
    let branches = try scene.scratch.shell("git branch --list 'feature/*'")
    #expect(branches.split(separator: "\n").count == 3)
    try scene.expectWhole()
  }

  /// Two plans at once, with steps of the same names.
  @Test func stepsOfTwoPlansThatAreCalledTheSameHaveWorktreesOfTheirOwn() throws {
    let both = ["one", "two"]
    for plan in both {
      try scene.plan(
        [
          "id: a, run: 'touch ../../'$DIVISI_PLAN'.flag; while [ ! -e ../../one.flag ] || [ ! -e ../../two.flag ]; do sleep 0.02; done; echo '$DIVISI_PLAN' > own.txt'"
            .replacingOccurrences(of: "'$DIVISI_PLAN'", with: plan),
          "id: b, needs: [a], run: 'cat own.txt > b.txt'",
        ], id: plan)
    }
    let runs = try both.map { try Running("run \($0)", in: scene.scratch) }
    for (plan, run) in zip(both, runs) {
      let result = try run.result()
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(try scene.branch("own.txt", of: plan) == plan + "\n")
      #expect(try scene.branch("b.txt", of: plan) == plan + "\n")
    }
    #expect(try scene.kept() == "")
    try scene.expectWhole()
  }
}
