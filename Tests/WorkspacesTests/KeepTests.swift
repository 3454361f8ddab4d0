import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

@Suite struct KeepTests {
  /// A worktree with something of every kind in it.
  private func fullWorktree(_ scene: Scene) throws -> Worktrees.Prepared {
    let prepared = try scene.prepare()
    let worktree = prepared.worktree
    try worktree.write("committed.txt", "committed\n")
    try scene.agent(worktree, "add", "committed.txt")
    try scene.agent(worktree, "commit", "--quiet", "--message", "Work")
    try worktree.write("left.txt", "reset away\n")
    try scene.agent(worktree, "add", "left.txt")
    try scene.agent(worktree, "commit", "--quiet", "--message", "Left")
    try scene.agent(worktree, "reset", "--quiet", "--hard", "HEAD~1")
    try worktree.write("stashed.txt", "stashed\n")
    try scene.agent(worktree, "stash", "push", "--quiet", "--include-untracked")
    try worktree.write("src/a.txt", "staged\n")
    try scene.agent(worktree, "add", "src/a.txt")
    try worktree.write("src/a.txt", "on disk\n")
    try worktree.write("un tracked \u{FC}.txt", "untracked\n")
    return prepared
  }

  private func expectAll(_ scene: Scene, in kept: KeptWork) throws {
    func show(_ place: String) throws -> String { try scene.person("show", place) }
    #expect(try show(kept.ref + ":committed.txt") == "committed\n")
    #expect(try show(kept.ref + ":src/a.txt") == "on disk\n")
    #expect(try show(kept.ref + ":un tracked \u{FC}.txt") == "untracked\n")
    #expect(try show("\(try #require(kept.index)):src/a.txt") == "staged\n")
    let reachable = try scene.person("rev-list", kept.commit.hex, "--not", "--branches")
    let texts = reachable.split(separator: "\n").map { commit in
      (try? show("\(commit):left.txt")) ?? (try? show("\(commit):stashed.txt")) ?? ""
    }
    #expect(texts.contains("reset away\n"), "what was reset away is kept")
    #expect(texts.contains("stashed\n"), "what was stashed is kept")
  }

  @Test func everythingIsPinnedBeforeAWorktreeGoes() throws {
    let scene = try Scene()
    let prepared = try fullWorktree(scene)
    let stash = try scene.person("stash", "list")
    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"))
    #expect(kept.name == "exec-shop-20260101-abcdef/api/1")
    #expect(kept.reason == "a test")
    #expect(entryKind(prepared.worktree.path) == .missing)
    try expectAll(scene, in: kept)
    #expect(try scene.person("stash", "list") == stash)
    #expect(try scene.keep.list() == [kept])
  }

  @Test func keptWorkComesBackAsItWas() throws {
    let scene = try Scene()
    let prepared = try fullWorktree(scene)
    let before = try scene.git.status(of: prepared.worktree)
    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"))
    let restored = try scene.keep.restore(kept, among: scene.worktrees)
    #expect(try restored.worktree.read("src/a.txt") == "on disk\n")
    #expect(try scene.agent(restored.worktree, "show", ":src/a.txt") == "staged\n")
    var after = try scene.git.status(of: restored.worktree)
    #expect(after.head == before.head)
    #expect(after.changed == before.changed)
    #expect(after.untracked == before.untracked)
    #expect(restored.branch == "kept/exec-shop-20260101-abcdef-api-1")
    #expect(throws: WorkspaceError.broughtBack(restored.worktree.path)) {
      try scene.keep.restore(kept, among: scene.worktrees)
    }
    try scene.keep.drop(kept)
    #expect(try scene.keep.list() == [])
    after = try scene.git.status(of: restored.worktree)
    #expect(after.untracked == before.untracked)
  }

  @Test func aHalfDoneMergeComesBackHalfDone() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/a.txt", "one\nours\nthree\n")
    _ = try scene.checkpoint(prepared)
    try scene.person("checkout", "--quiet", "-b", "other")
    try scene.write("src/a.txt", "one\ntheirs\nthree\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Other")
    _ = try? scene.agent(prepared.worktree, "merge", "other")
    try prepared.worktree.write("src/a.txt", "half decided\n")

    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"))
    #expect(kept.operation == .merge)
    let restored = try scene.keep.restore(kept, among: scene.worktrees)
    #expect(restored.operation == .merge)
    #expect(try restored.worktree.read("src/a.txt") == "half decided\n")
    #expect(try scene.agent(restored.worktree, "show", ":2:src/a.txt") == "one\nours\nthree\n")
    #expect(try scene.agent(restored.worktree, "show", ":3:src/a.txt") == "one\ntheirs\nthree\n")
    try scene.agent(restored.worktree, "add", "--all")
    try scene.agent(restored.worktree, "commit", "--quiet", "--message", "Merged")
    let parents = try scene.agent(restored.worktree, "log", "-1", "--format=%P")
    #expect(parents.split(separator: " ").count == 2)
  }

  @Test func aRepositoryWithinIsBroughtOver() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let inner = prepared.worktree.path + "/deep/inner"
    try prepared.worktree.write("deep/inner/x.txt", "committed within\n")
    try Scene.git(["init", "--quiet"], in: inner)
    try Scene.git(["add", "--all"], in: inner)
    try Scene.git(["commit", "--quiet", "--message", "Within"], in: inner)
    try prepared.worktree.write("deep/inner/y.txt", "not committed within\n")
    try prepared.worktree.write("empty/z.txt", "no commit within\n")
    try Scene.git(["init", "--quiet"], in: prepared.worktree.path + "/empty")
    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"))
    let message = try scene.person("log", "-1", "--format=%B", kept.commit.hex)
    let nested = message.split(separator: "\n").filter { $0.hasPrefix("Divisi-Keep-Nested: ") }
      .map { $0.split(separator: " ")[1] }
    #expect(nested.count == 2)
    let texts = nested.flatMap { commit in
      ["x.txt", "y.txt", "z.txt"].compactMap { try? scene.person("show", "\(commit):\($0)") }
    }
    #expect(
      Set(texts) == ["committed within\n", "not committed within\n", "no commit within\n"])
  }

  @Test func aWorktreeWithoutItsGitFileIsNotTakenForThePersonsCheckout() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try scene.write("README", "the person's\n")
    let before = try scene.personalState()
    try prepared.worktree.write("mine.txt", "mine\n")
    try FileManager.default.removeItem(atPath: prepared.worktree.path + "/.git")
    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"))
    #expect(try scene.person("show", kept.ref + ":mine.txt") == "mine\n")
    #expect(try scene.person("show", kept.ref + ":README") == "hello\n")
    #expect(entryKind(prepared.worktree.path) == .missing)
    #expect(try scene.personalState() == before)
  }

  @Test func aWorktreeWhoseFolderIsGoneLeavesItsCommits() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try scene.agent(prepared.worktree, "checkout", "--quiet", "--detach")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--allow-empty", "--message", "Alone")
    let alone = try #require(try scene.git.head(of: prepared.worktree))
    try FileManager.default.removeItem(atPath: prepared.worktree.path)
    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"))
    #expect(kept.head == alone)
    #expect(try scene.git.listWorktrees().count == 1)
  }

  @Test func aFolderThatAProcessWorksInIsLeftAlone() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let shell = try WaitingShell(in: prepared.worktree.path)
    #expect(
      throws: WorkspaceError.occupied(prepared.worktree.path, [shell.process])
    ) {
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test")
    }
    shell.end()
    try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test")
    #expect(entryKind(prepared.worktree.path) == .missing)
  }

  @Test func aDeletedBranchIsKeptAndExpires() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("x", "x\n")
    let tip = try scene.checkpoint(prepared).head
    #expect(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done") == nil)
    let kept = try #require(
      try scene.keep.release(
        .deleteBranch(scene.own(prepared.branch)), of: scene.owner, because: "merged"))
    #expect(try scene.git.commit("refs/heads/" + prepared.branch) == nil)
    #expect(kept.head == tip)
    #expect(try scene.keep.expire(before: kept.time) == [])
    #expect(try scene.keep.expire(before: kept.time + 1) == [kept])
    #expect(throws: WorkspaceError.noSuchKeep(kept.name)) { try scene.keep.work(named: kept.name) }
  }

  @Test func aBranchOfWhichAnotherHasAllIsNotKept() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
    let gone = try scene.keep.release(
      .deleteBranch(scene.own(prepared.branch)), of: scene.owner, because: "nothing was done")
    #expect(gone == nil)
    #expect(try scene.git.commit("refs/heads/" + prepared.branch) == nil)

    let second = try scene.prepare()
    try second.worktree.write("x", "x\n")
    let tip = try scene.checkpoint(second).head
    try scene.keep.release(.remove(second.worktree), of: scene.owner, because: "done")
    try scene.person("branch", "mine", tip.hex)
    let moved = try scene.keep.release(
      .moveBranch(second.branch, to: try scene.base()), of: scene.owner, because: "anew")
    #expect(moved == nil)
    #expect(try scene.git.commit("refs/heads/" + second.branch) == scene.base())
    #expect(try scene.keep.list() == [])
  }

  /// Two branches of agents have the same: both may go, but the work may not go with them.
  @Test func whatOnlyBranchesOfAgentsHaveIsKept() throws {
    let scene = try Scene()
    let one = try scene.prepare("one")
    try one.worktree.write("x", "x\n")
    let tip = try scene.checkpoint(one, "one").head
    let two = try scene.prepare("two", at: tip)
    // Nor do tags that a person may take away, and what is kept for a time.
    try scene.person("tag", "mine", tip.hex)
    for prepared in [one, two] {
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
      let kept = try #require(
        try scene.keep.release(
          .deleteBranch(scene.own(prepared.branch)), of: scene.owner, because: "done"))
      #expect(kept.head == tip)
    }
  }

  @Test func whatDivisiDidNotMakeIsNotTouched() throws {
    let scene = try Scene()
    let base = try scene.base()
    let own = Worktree(path: scene.root, gitFolder: scene.git.repository.gitFolder)
    func refused(_ release: Release, _ error: WorkspaceError) {
      #expect(throws: error) {
        try scene.keep.release(release, of: scene.owner, because: "a test")
      }
    }
    refused(.remove(own), .notOurs(scene.root))
    refused(.rewind(own, branch: "main", to: base), .notOurs(scene.root))
    let claim = BranchClaims.Claim(session: "exec-shop-1", subject: "api", tip: base)
    for name in ["mine", "feature/task-mine"] {
      try scene.person("branch", "--force", name)
      refused(.deleteBranch(OwnBranch(name: name, tip: base, claim: claim)), .notOurs(name))
    }
    refused(.moveBranch("main", to: base), .notOurs("main"))
    let prepared = try scene.prepare()
    let error = WorkspaceError.branchCheckedOut(
      branch: prepared.branch, path: prepared.worktree.path)
    refused(.deleteBranch(try scene.own(prepared.branch)), error)
    #expect(try scene.keep.list() == [])
    try FileManager.default.removeItem(atPath: prepared.worktree.path)
    #expect(throws: WorkspaceError.worktreeGone(prepared.worktree.path)) {
      try scene.checkpoint(prepared)
    }
  }

  @Test func rewindingABranchKeepsWhatItLoses() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("x", "x\n")
    let tip = try scene.checkpoint(prepared).head
    let kept = try #require(
      try scene.keep.release(
        .rewind(prepared.worktree, branch: prepared.branch, to: try scene.base()), of: scene.owner,
        because: "again"))
    #expect(kept.head == tip)
    #expect(try scene.git.head(of: prepared.worktree) == (try scene.base()))
    #expect(entryKind(prepared.worktree.path + "/x") == .missing)
  }

  @Test func aRepositoryInAnIgnoredFolderIsKept() throws {
    let scene = try Scene([".gitignore": "build/\n", "src/a.txt": "one\n"])
    let prepared = try scene.prepare()
    let inner = "build/deep/tool"
    try prepared.worktree.write(inner + "/x", "x\n")
    for words in [["init", "--quiet"], ["add", "x"], ["commit", "--quiet", "--message", "x"]] {
      try Scene.git(words, in: prepared.worktree.path + "/" + inner)
    }
    let tip = try Scene.git(["rev-parse", "HEAD"], in: prepared.worktree.path + "/" + inner)
      .dropLast()
    try scene.worktrees.park(prepared.worktree)
    #expect(try scene.worktrees.prune(["build"], besides: []).removed == [])
    _ = try scene.prepare("next")
    #expect(entryKind(prepared.worktree.path + "/build") == .missing)
    #expect(try scene.person("show", "\(tip):x") == "x\n")
    #expect(try scene.keep.list().count == 1)
  }

  @Test func rewindingSparesWhatWasBuiltAndBrought() throws {
    let scene = try Scene([".gitignore": "build/\n", "src/a.txt": "one\n"])
    try scene.write(".env", "KEY=1\n")
    try scene.write("with space [1].txt", "brought\n")
    let brought = [".env", "with space [[]1].txt"]
    let worktrees = Worktrees(scene.git, brought: BroughtFiles(copied: brought))
    let prepared = try worktrees.prepare(step: "api", of: scene.owner, at: try scene.base())
    try prepared.worktree.write("build/a.o", "built\n")
    try prepared.worktree.write("draft.txt", "draft\n")
    try scene.keep.release(
      .rewind(prepared.worktree, branch: prepared.branch, to: try scene.base()),
      of: scene.owner, because: "again")
    #expect(try prepared.worktree.read(".env") == "KEY=1\n")
    #expect(try prepared.worktree.read("with space [1].txt") == "brought\n")
    #expect(try prepared.worktree.read("build/a.o") == "built\n")
    #expect(entryKind(prepared.worktree.path + "/draft.txt") == .missing)
    unlink(prepared.worktree.path + "/.env")
    #expect(try worktrees.adopt(step: "api", of: scene.owner)?.brought == [".env"])
  }

  /// More paths than a command line takes: a copied `node_modules`.
  @Test func manyFilesAreBroughtSparedAndTakenOut() throws {
    let scene = try Scene([".gitignore": "vendor/\n", "src/a.txt": "one\n"])
    let name = String(repeating: "long", count: 40)
    for number in 0..<15_000 { try scene.write("vendor/\(name)\(number)", "") }
    let worktrees = Worktrees(scene.git, brought: BroughtFiles(copied: ["vendor"]))
    let prepared = try worktrees.prepare(step: "api", of: scene.owner, at: try scene.base())
    #expect(prepared.brought.count == 15_000)
    try prepared.worktree.write("src/b.txt", "two\n")
    try scene.agent(prepared.worktree, "add", "--force", "--all")
    let done = try scene.git.checkpoint(
      prepared.worktree, branch: prepared.branch, since: try scene.base(), from: try scene.base(),
      message: "Done", of: scene.owner)
    #expect(done.takenOut.count == 15_000)
    #expect(
      try scene.person("ls-tree", "-r", "--name-only", done.head.hex)
        == ".gitignore\nsrc/a.txt\nsrc/b.txt\n")
    for number in 0..<500 {
      try prepared.worktree.write("drafts/\(number % 9)/\(number).txt", "draft\n")
    }
    try scene.keep.release(
      .rewind(prepared.worktree, branch: prepared.branch, to: done.head), of: scene.owner,
      because: "again")
    #expect(entryKind(prepared.worktree.path + "/drafts") == .missing)
    #expect(try listFolder(prepared.worktree.path + "/vendor").count == 15_000)
  }

  /// In what git lists it combines with the space before it.
  @Test func aPathThatBeginsWithACombiningMarkIsSeen() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("\u{301}a.txt", "one\n")
    try scene.agent(prepared.worktree, "add", "--all")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--message", "Add")
    try prepared.worktree.write("\u{301}a.txt", "two\n")
    try prepared.worktree.write("\u{302}b.txt", "new\n")
    let status = try scene.git.status(of: prepared.worktree)
    #expect(status.changed == ["\u{301}a.txt"])
    #expect(status.untracked == ["\u{302}b.txt"])
  }

  @Test(arguments: [[], [".env"]])
  func rewindingTakesFoldersOutThatItEmpties(_ copied: [String]) throws {
    let scene = try Scene([".gitignore": ".env\n", "src/a.txt": "one\n"])
    try scene.write(".env", "KEY=1\n")
    let worktrees = Worktrees(scene.git, brought: BroughtFiles(copied: copied))
    let prepared = try worktrees.prepare(step: "api", of: scene.owner, at: try scene.base())
    for path in ["src/new/b.txt", "\u{301}e/c.txt", "deep/er/d.txt"] {
      try prepared.worktree.write(path, "two\n")
    }
    try scene.keep.release(
      .rewind(prepared.worktree, branch: prepared.branch, to: try scene.base()), of: scene.owner,
      because: "again")
    #expect(
      try listFolder(prepared.worktree.path).sorted()
        == ([".git", ".gitignore", "src"] + copied).sorted())
    #expect(try listFolder(prepared.worktree.path + "/src") == ["a.txt"])
  }

  @Test func rewindingMovesTheBranchOfTheWorktreeAndNoOther() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("x", "x\n")
    let tip = try scene.checkpoint(prepared).head
    try scene.person("branch", "mine")
    try scene.agent(prepared.worktree, "checkout", "--quiet", "mine")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--allow-empty", "--message", "Mine")
    let mine = try scene.git.commit("refs/heads/mine")
    let kept = try #require(
      try scene.keep.release(
        .rewind(prepared.worktree, branch: prepared.branch, to: try scene.base()),
        of: scene.owner, because: "again"))
    #expect(try scene.git.commit("refs/heads/mine") == mine)
    #expect(try scene.git.branch(of: prepared.worktree) == "refs/heads/" + prepared.branch)
    #expect(try scene.git.commit("refs/heads/" + prepared.branch) == (try scene.base()))
    #expect(try scene.git.isAncestor(tip, of: kept.commit))
    #expect(try scene.git.status(of: prepared.worktree).isClean)
  }

  /// Ends the whole of Divisi before its nth call of git, or in the midst of it.
  private final class Crash: GitRunner, @unchecked Sendable {
    enum Moment: CaseIterable { case before, amid }
    private let inner: any GitRunner
    private let moment: Moment
    private let lock = NSLock()
    private var left: Int

    init(_ inner: any GitRunner, _ moment: Moment, after calls: Int) {
      self.inner = inner
      self.moment = moment
      left = calls
    }

    var isOver: Bool { lock.withLock { left < 0 } }

    func run(
      _ arguments: [String], in folder: String, input: [UInt8]?, environment: [String: String],
      limit: Duration
    ) throws(GitError) -> GitOutput {
      let now = lock.withLock {
        left -= 1
        return left
      }
      guard now <= 0 else {
        return try inner.run(
          arguments, in: folder, input: input, environment: environment, limit: limit)
      }
      if now == 0, moment == .amid {
        _ = try inner.run(
          arguments, in: folder, input: input, environment: environment,
          limit: .microseconds(1500))
      }
      throw GitError(.killed(9), arguments: arguments, folder: folder)
    }
  }

  @Test(arguments: ["remove", "reuse", "rewind"])
  func endedAtAnyCallNothingIsLost(_ way: String) throws {
    for moment in Crash.Moment.allCases {
      // What comes before the pin is the same for all three.
      for calls in (way == "remove" ? 1 : 12)... {
        let scene = try Scene()
        let prepared = try fullWorktree(scene)
        let before = try scene.personalState()
        let base = try scene.base()
        try scene.person("branch", "feature/task-next")
        let crash = Crash(scene.git.runner, moment, after: calls)
        func release(_ git: Git) throws {
          let change: Release =
            switch way {
            case "remove": .remove(prepared.worktree)
            case "reuse": .reuse(prepared.worktree, branch: "feature/task-next")
            default: .rewind(prepared.worktree, branch: prepared.branch, to: base)
            }
          try Keep(git).release(change, of: scene.owner, because: "a test")
        }
        let isDone = (try? release(Git(scene.git.repository, runner: crash))) != nil
        // What the next start does: it releases again, and must not stumble over what is left.
        if !isDone {
          let isGone = try !scene.git.listWorktrees().contains { $0.path == prepared.worktree.path }
          if !isGone {
            _ = scene.git.removeStaleLocks(
              of: prepared.worktree, branch: prepared.branch, now: Int(time(nil)) + 60)
            try release(scene.git)
          }
        }
        let kept = try scene.keep.list()
        let whole = kept.first { work in
          (try? scene.person("show", work.ref + ":un tracked \u{FC}.txt")) == "untracked\n"
        }
        try expectAll(scene, in: try #require(whole, "\(way), call \(calls), \(moment)"))
        #expect(try scene.personalState() == before)
        if isDone { break }
      }
    }
  }
}
