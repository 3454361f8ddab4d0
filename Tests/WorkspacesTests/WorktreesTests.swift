import Files
import Foundation
import Supervision
import Synchronization
import TestSupport
import Testing

@testable import Workspaces

@Suite struct WorktreesTests {
  @Test func manyArePreparedAtOnce() async throws {
    let scene = try Scene()
    let base = try scene.base()
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 1...24 {
        group.addTask { try scene.prepare("step-\(number)", at: base).worktree.path }
      }
      var paths: Set<String> = []
      for try await path in group { paths.insert(path) }
      return paths
    }
    #expect(paths.count == 24)
    #expect(try scene.git.listWorktrees().count == 25)
    for path in paths { #expect(entryKind(path + "/src/a.txt") == .file) }
    try scene.person("fsck", "--strict")
  }

  @Test func manyLivesAtOnceLoseNothing() async throws {
    let scene = try Scene()
    let base = try scene.base()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 1...6 {
        group.addTask {
          for round in 1...4 {
            let step = "step-\(lane)-\(round)"
            let prepared = try scene.prepare(step, at: base)
            try prepared.worktree.write("made.txt", step)
            _ = try scene.checkpoint(prepared, step)
            if round % 2 == 0 {
              try scene.worktrees.park(prepared.worktree)
            } else {
              try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    for lane in 1...6 {
      for round in 1...4 {
        let step = "step-\(lane)-\(round)"
        #expect(try scene.person("show", "feature/task-\(step):made.txt") == step)
      }
    }
    #expect(try scene.worktrees.survey().allSatisfy { $0.use == .parked })
    #expect(try scene.worktrees.strangers() == [])
  }

  @Test func anAttemptGoesOnWithWhatTheLastOneLeft() throws {
    let scene = try Scene()
    #expect(try scene.worktrees.adopt(step: "api", of: scene.owner) == nil)
    let prepared = try scene.prepare()
    try prepared.worktree.write("draft.txt", "draft\n")
    try scene.worktrees.unlock(prepared.worktree)
    let adopted = try #require(try scene.worktrees.adopt(step: "api", of: scene.owner))
    #expect(adopted.worktree == prepared.worktree)
    #expect(try adopted.worktree.read("draft.txt") == "draft\n")
    #expect(try scene.worktrees.survey().first?.owner == scene.owner)
  }

  @Test func aParkedWorktreeIsUsedAgain() throws {
    let scene = try Scene([".gitignore": "build/\n", "src/a.txt": "one\n"])
    let first = try scene.prepare("one")
    try first.worktree.write("src/a.txt", "1\n")
    try first.worktree.write("build/out.o", "compiled\n")
    let tip = try scene.checkpoint(first, "one").head
    try first.worktree.write("late.txt", "after the checkpoint\n")
    try scene.worktrees.park(first.worktree)

    let second = try scene.prepare("two")
    #expect(second.isReused)
    #expect(second.worktree.path == scene.root + "/.worktrees/task-two")
    #expect(entryKind(first.worktree.path) == .missing)
    #expect(try second.worktree.read("src/a.txt") == "one\n")
    #expect(entryKind(second.worktree.path + "/build") == .missing)
    #expect(entryKind(second.worktree.path + "/late.txt") == .missing)
    #expect(try scene.git.status(of: second.worktree).isClean)
    #expect(try scene.git.commit(first.branch) == tip)
    let kept = try #require(second.kept.first)
    #expect(try scene.person("show", kept.ref + ":late.txt") == "after the checkpoint\n")
    #expect(try !scene.prepare("three").isReused)
  }

  @Test func aWorktreeIsLockedInTheNameOfItsProcess() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    var found = try #require(try scene.worktrees.survey().first)
    #expect(found.use == .locked(try #require(ProcessIdentity.current(of: getpid()))))
    #expect(found.owner == scene.owner)
    let dead = ProcessIdentity(pid: getpid(), startTicks: 1, bootID: "another")
    #expect(!dead.isRunning)
    try writeFile(
      prepared.worktree.gitFolder + "/locked", Array("divisi s api by \(dead.text)\n".utf8))
    found = try #require(try scene.worktrees.survey().first)
    #expect(found.use == .left)
    try scene.agent(prepared.worktree, "worktree", "unlock", prepared.worktree.path)
    try scene.agent(
      prepared.worktree, "worktree", "lock", "--reason", "mine", prepared.worktree.path)
    #expect(try scene.worktrees.survey().first?.use == .lockedByPerson("mine"))
    try scene.worktrees.unlock(prepared.worktree)
    #expect(try scene.worktrees.survey().first?.use == .free)
    try FileManager.default.removeItem(atPath: prepared.worktree.path)
    #expect(try scene.worktrees.survey().first?.use == .gone)
  }

  @Test func anAdditionThatWasKilledIsCompleted() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let record = prepared.worktree.gitFolder
    try writeFile(record + "/commondir", [])
    unlink(record + "/HEAD")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: record)
    let again = try scene.prepare()
    #expect(again.isReused)
    #expect(try again.worktree.read("src/a.txt") == "one\ntwo\nthree\n")
    #expect(try scene.git.branch(of: again.worktree) == "refs/heads/feature/task-api")
  }

  /// In the moment before git writes which branch it is on, a new worktree names no commit.
  @Test func anAdditionThatWasKilledBeforeItHadAHeadIsCompleted() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let record = prepared.worktree.gitFolder
    try writeFile(record + "/HEAD", Array((String(repeating: "0", count: 40) + "\n").utf8))
    unlink(record + "/index")
    unlink(record + "/logs/HEAD")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: record)
    let again = try scene.prepare()
    #expect(try again.worktree.read("src/a.txt") == "one\ntwo\nthree\n")
    #expect(try scene.git.branch(of: again.worktree) == "refs/heads/feature/task-api")
    #expect(try scene.git.status(of: again.worktree).isClean)
  }

  @Test func aMoveThatWasKilledIsJoinedAgain() throws {
    let scene = try Scene()
    let prepared = try scene.prepare("one")
    try prepared.worktree.write("draft.txt", "draft\n")
    try scene.worktrees.park(prepared.worktree)
    try FileManager.default.moveItem(
      atPath: prepared.worktree.path, toPath: scene.worktrees.path(of: "two"))
    let two = try scene.prepare("two")
    #expect(two.isReused)
    let kept = try #require(two.kept.first)
    #expect(try scene.person("show", kept.ref + ":draft.txt") == "draft\n")
    #expect(try scene.git.listWorktrees().count == 2)
  }

  @Test func aBranchThatAKilledRunLeftElsewhereIsTakenBack() throws {
    let scene = try Scene()
    let one = try scene.prepare("one")
    try one.worktree.write("draft.txt", "draft\n")
    try scene.worktrees.unlock(one.worktree)
    try scene.person("worktree", "move", one.worktree.path, scene.worktrees.path(of: "two"))
    let again = try scene.prepare("one")
    #expect(again.worktree.path == one.worktree.path)
    let kept = try #require(again.kept.first)
    #expect(try scene.person("show", kept.ref + ":draft.txt") == "draft\n")
    #expect(try scene.prepare("two").isReused)
  }

  @Test func gitLeavesTheFolderOfWorktreesAlone() throws {
    let scene = try Scene()
    try scene.write(".git/info/exclude", "")
    _ = try scene.prepare()
    #expect(try scene.person("status", "--porcelain") == "")
    #expect(
      try scene.folder.read("sp ace \u{FC}/.git/info/exclude")
        == "# folders that Divisi works in\n/.worktrees/\n")
  }

  /// On a larger disk, perhaps.
  @Test func theFolderOfWorktreesMayBeALink() throws {
    let scene = try Scene()
    let elsewhere = try TemporaryFolder()
    symlink(elsewhere.path, scene.root + "/.worktrees")
    try scene.write(".git/info/exclude", "")
    let prepared = try scene.prepare()
    #expect(try scene.person("status", "--porcelain") == "")
    #expect(try scene.prepare().worktree == prepared.worktree)
    #expect(try scene.worktrees.survey().map(\.worktree) == [prepared.worktree])
    try scene.worktrees.park(prepared.worktree)
    #expect(try Cleanup.plan(scene.worktrees).items.first?.name == ".worktrees/task-api")
  }

  @Test func whatIsInTheWayIsNotRemoved() throws {
    let scene = try Scene()
    try scene.write(".worktrees/task-api/notes.txt", "the person's\n")
    let path = scene.worktrees.path(of: "api")
    #expect(throws: WorkspaceError.pathTaken(path)) { try scene.prepare() }
    #expect(
      try scene.folder.read("sp ace \u{FC}/.worktrees/task-api/notes.txt") == "the person's\n")
    #expect(try scene.worktrees.strangers() == [path])
    try FileManager.default.removeItem(atPath: path + "/notes.txt")
    #expect(try scene.prepare().worktree.path == path)
  }

  @Test func aBranchThatAnotherCheckoutIsOnIsNotTaken() throws {
    let scene = try Scene()
    try scene.person("checkout", "--quiet", "-b", "feature/task-api")
    #expect(
      throws: WorkspaceError.branchCheckedOut(branch: "feature/task-api", path: scene.root)
    ) { try scene.prepare() }
  }

  @Test func namesThatDifferInCaseAreToldApartWhereTheDiskDoesNot() throws {
    let scene = try Scene()
    try scene.person("config", "core.ignoreCase", "true")
    let one = try scene.prepare("api").worktree.path
    #expect(throws: WorkspaceError.sameBesidesCase(scene.worktrees.path(of: "API"), one)) {
      try scene.prepare("API")
    }
  }

  @Test func filesThatGitDoesNotTrackAreBroughtAndNeverCommitted() throws {
    let scene = try Scene([
      ".gitignore": "*.local\n", ".worktreeinclude": "config/*.local\n", "src/a.txt": "one\n",
    ])
    try scene.write("config/db.local", "secret\n")
    try scene.write("other.local", "not named\n")
    try scene.write(".env", "KEY=1\n")
    try scene.write("node_modules/left-pad/index.js", "pad\n")
    chmod(scene.root + "/.env", 0o600)
    let worktrees = Worktrees(
      scene.git, brought: BroughtFiles(copied: [".env", "src/a.txt"], linked: ["node_modules"]))
    let prepared = try worktrees.prepare(step: "api", of: scene.owner, at: try scene.base())
    #expect(prepared.brought == [".env", "config/db.local", "node_modules"])
    #expect(try prepared.worktree.read(".env") == "KEY=1\n")
    #expect(try prepared.worktree.read("config/db.local") == "secret\n")
    #expect(try prepared.worktree.read("node_modules/left-pad/index.js") == "pad\n")
    #expect(linkTarget(prepared.worktree.path + "/node_modules") == scene.root + "/node_modules")
    #expect(entryKind(prepared.worktree.path + "/other.local") == .missing)
    #expect(try scene.git.status(of: prepared.worktree).isClean)

    try prepared.worktree.write("src/a.txt", "two\n")
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.git.changes(from: scene.base(), to: head).map(\.path) == ["src/a.txt"])
    try worktrees.park(prepared.worktree)
    try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
    #expect(entryKind(scene.root + "/node_modules/left-pad/index.js") == .file)
  }

  @Test func aRepositoryOfThePersonsOwnIsBroughtWhole() throws {
    let scene = try Scene([".gitignore": "/vendor\n", "src/a.txt": "one\n"])
    try scene.write("vendor/tool/x", "x\n")
    try scene.person("init", "--quiet", "vendor/tool")
    let worktrees = Worktrees(scene.git, brought: BroughtFiles(copied: ["vendor/tool"]))
    let prepared = try worktrees.prepare(step: "api", of: scene.owner, at: try scene.base())
    #expect(prepared.brought == ["vendor/tool"])
    #expect(try prepared.worktree.read("vendor/tool/x") == "x\n")
    #expect(try scene.checkpoint(prepared).nested == [])
  }

  /// The first thing that many agents do is to add all there is.
  @Test func whatWasBroughtIsTakenOutOfWhatAnAgentCommits() throws {
    let scene = try Scene()
    try scene.write(".env", "KEY=1\n")
    try scene.write("node_modules/left-pad/index.js", "pad\n")
    let worktrees = Worktrees(
      scene.git, brought: BroughtFiles(copied: [".env"], linked: ["node_modules"]))
    let prepared = try worktrees.prepare(step: "api", of: scene.owner, at: try scene.base())
    unlink(prepared.worktree.path + "/node_modules")
    try prepared.worktree.write("node_modules/own/index.js", "own\n")
    try prepared.worktree.write("src/a.txt", "two\n")
    try scene.agent(prepared.worktree, "add", "--all")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--message", "All of it")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.takenOut == [".env", "node_modules/own/index.js"])
    #expect(
      try scene.git.changes(from: scene.base(), to: checkpoint.head).map(\.path) == ["src/a.txt"])
    #expect(try prepared.worktree.read(".env") == "KEY=1\n")
    #expect(try !scene.checkpoint(prepared).isCommitted)
  }

  @Test func nothingIsWrittenThroughALinkThatLeadsOut() throws {
    let scene = try Scene([".gitignore": "*.local\n", "src/a.txt": "one\n"])
    let outside = try TemporaryFolder()
    symlink(outside.path, scene.root + "/away")
    try scene.person("add", "away")
    try scene.person("commit", "--quiet", "--message", "A link")
    let commit = try scene.base()
    try scene.person("rm", "--quiet", "away")
    try scene.write("away/x.local", "x\n")
    let worktrees = Worktrees(scene.git, brought: BroughtFiles(copied: ["away/x.local"]))
    #expect(throws: WorkspaceError.outsideWorktree("away/x.local")) {
      try worktrees.prepare(step: "api", of: scene.owner, at: commit)
    }
    #expect(try listFolder(outside.path) == [])
  }

  @Test func theDiskIsMeasuredWhereTheFolderWillBe() throws {
    let scene = try Scene()
    let space = try DiskSpace.at(scene.worktrees.folder + "/not/yet")
    #expect(space.total > space.free && space.free > 0)
    let small = DiskSpace(free: 9, total: 100)
    #expect(!small.isEnough(leastFree: 0, leastShare: 0.1))
    #expect(!small.isEnough(leastFree: 10, leastShare: 0))
    #expect(small.isEnough(leastFree: 9, leastShare: 0.09))
  }

  @Test func aStaleLockIsRemovedAndAHeldOneIsNot() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let path = prepared.worktree.gitFolder + "/index.lock"
    let now = Int(time(nil))
    func locks(at time: Int) -> [LeftLock] {
      scene.git.locks(of: prepared.worktree, branch: prepared.branch, now: time)
    }
    #expect(locks(at: now) == [])
    let shell = try WaitingShell(in: "/", doing: "exec 9>'\(path)'")
    #expect(locks(at: now + 600).map(\.state) == [.held([shell.process])])
    #expect(
      scene.git.removeStaleLocks(
        of: prepared.worktree, branch: prepared.branch, now: now + 600
      ).isEmpty)
    shell.end()
    #expect(locks(at: now).map(\.state) == [.unclear("it is younger than 10 s")])
    try prepared.worktree.write("x", "x\n")
    let error = #expect(throws: WorkspaceError.self) { try scene.checkpoint(prepared) }
    guard case .git(let failure) = error else { return }
    #expect(failure.lockFile == path)
    #expect(error?.hint == "another git holds \(path); where none runs, remove that file")
    #expect(
      scene.git.removeStaleLocks(
        of: prepared.worktree, branch: prepared.branch, now: now + 600
      ).map(\.path) == [path])
    #expect(try scene.checkpoint(prepared).isCommitted)
  }

  @Test func aWorktreeThatAnotherProcessHasIsNotTaken() throws {
    let scene = try Scene()
    let gates = try scene.worktrees.integrate(scene.base(), plan: "shop", of: scene.owner)
    let prepared = try scene.prepare()
    let shell = try WaitingShell(in: "/")
    let holder = try #require(ProcessIdentity.current(of: shell.process))
    for worktree in [gates, prepared.worktree] {
      try writeFile(
        worktree.gitFolder + "/locked", Array("divisi exec-other-1 api by \(holder.text)\n".utf8))
    }
    #expect(throws: WorkspaceError.occupied(gates.path, [shell.process])) {
      try scene.worktrees.integrate(scene.base(), plan: "shop", of: scene.owner)
    }
    #expect(throws: WorkspaceError.occupied(prepared.worktree.path, [shell.process])) {
      try scene.prepare()
    }
    shell.end()
    _ = try scene.prepare()
    #expect(
      try scene.worktrees.integrate(scene.base(), plan: "shop", of: scene.owner) == gates)
    #expect(try scene.worktrees.survey().allSatisfy { $0.use != .left })
  }

  @Test func theGatesOfTwoPlansNeverShareAWorktree() throws {
    let scene = try Scene()
    let one = try scene.worktrees.integrate(scene.base(), plan: "a", slot: 1, of: scene.owner)
    let other = try scene.worktrees.integrate(scene.base(), plan: "a.1", of: scene.owner)
    #expect(one != other)
  }

  @Test func gatesSeeExactlyTheTree() throws {
    let scene = try Scene()
    let base = try scene.base()
    let first = try scene.worktrees.integrate(base, plan: "shop", of: scene.owner)
    try first.write("built.o", "left by a gate\n")
    try first.write("src/a.txt", "changed by a gate\n")
    #expect(try !scene.worktrees.isUnchanged(first))
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/b.txt", "new\n")
    let next = try scene.checkpoint(prepared).head
    let second = try scene.worktrees.integrate(next, plan: "shop", of: scene.owner)
    #expect(second == first)
    #expect(try scene.git.status(of: second).isClean)
    #expect(try scene.git.head(of: second) == next)
    #expect(try second.read("src/b.txt") == "new\n")
    #expect(entryKind(second.path + "/built.o") == .missing)
  }

  /// As git says it where a lock is taken off between its look whether there is one and its reading it.
  @Test func aListThatIsReadWhileALockIsTakenOffIsReadAgain() throws {
    let scene = try Scene(runner: { RacingGit(git: $0) })
    let prepared = try scene.prepare()
    #expect(try scene.git.listWorktrees().contains { $0.path == prepared.worktree.path })
  }
}

/// A git whose every other list of worktrees comes at the wrong moment.
private final class RacingGit: GitRunner {
  private let git: any GitRunner
  private let lists = Mutex(0)

  init(git: any GitRunner) { self.git = git }

  func run(
    _ arguments: [String], in folder: String, input: [UInt8]?, environment: [String: String],
    limit: Duration
  ) throws(GitError) -> GitOutput {
    if arguments.suffix(4).starts(with: ["worktree", "list"]),
      lists.withLock({ count in
        count += 1
        return count % 2 == 1
      })
    {
      let words =
        "fatal: failed to read '.git/worktrees/task-b/locked': No such file or directory\n"
      return GitOutput(status: 128, bytes: [], errors: words)
    }
    return try git.run(
      arguments, in: folder, input: input, environment: environment, limit: limit)
  }
}
