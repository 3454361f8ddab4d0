import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

@Suite struct CheckpointTests {
  /// A worktree in the midst of a merge with a branch that changed the same line.
  private func merging(_ scene: Scene) throws -> Worktrees.Prepared {
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/a.txt", "one\nours\nthree\n")
    _ = try scene.checkpoint(prepared)
    try scene.person("checkout", "--quiet", "-b", "other")
    try scene.write("src/a.txt", "one\ntheirs\nthree\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Other")
    _ = try? scene.agent(prepared.worktree, "merge", "--no-edit", "other")
    #expect(try scene.git.status(of: prepared.worktree).operations == [.merge])
    return prepared
  }

  @Test func nothingLeftIsNoCommit() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let checkpoint = try scene.checkpoint(prepared)
    #expect(!checkpoint.isCommitted)
    #expect(checkpoint.head == (try scene.base()))
  }

  @Test func ignoredFilesAreLeftOut() throws {
    let scene = try Scene([".gitignore": "*.o\n"])
    let prepared = try scene.prepare()
    try prepared.worktree.write("a.o", "o\n")
    try prepared.worktree.write("a.c", "c\n")
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.git.changes(from: scene.base(), to: head).map(\.path) == ["a.c"])
  }

  @Test func aMergeThatIsDecidedIsFinished() throws {
    let scene = try Scene()
    let prepared = try merging(scene)
    try prepared.worktree.write("src/a.txt", "one\nboth\nthree\n")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.finished == [.merge])
    #expect(checkpoint.kept != nil)
    #expect(
      try scene.person("log", "-1", "--format=%P", checkpoint.head.hex).split(separator: " ").count
        == 2)
    #expect(try scene.person("show", checkpoint.head.hex + ":src/a.txt") == "one\nboth\nthree\n")
  }

  @Test func aMergeThatIsUndecidedIsGivenUpAndKept() throws {
    let scene = try Scene()
    let prepared = try merging(scene)
    try prepared.worktree.write("beside.txt", "beside\n")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.aborted == [.merge])
    #expect(try prepared.worktree.read("src/a.txt") == "one\nours\nthree\n")
    #expect(try scene.person("show", checkpoint.head.hex + ":beside.txt") == "beside\n")
    let kept = try #require(checkpoint.kept)
    #expect(kept.operation == .merge)
    #expect(try scene.person("show", kept.ref + ":src/a.txt").contains("<<<<<<< "))
  }

  @Test func aRebaseIsGivenUpAndKept() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/a.txt", "one\nours\nthree\n")
    let tip = try scene.checkpoint(prepared).head
    try scene.write("src/a.txt", "one\ntheirs\nthree\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Other")
    _ = try? scene.agent(prepared.worktree, "rebase", "main")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.aborted == [.rebase])
    #expect(checkpoint.head == tip)
    #expect(try scene.git.branch(of: prepared.worktree) == "refs/heads/feature/task-api")
  }

  @Test func aSeriesOfPatchesThatDoesNotApplyIsGivenUpAndKept() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/a.txt", "one\nours\nthree\n")
    let tip = try scene.checkpoint(prepared).head
    try scene.write("src/a.txt", "one\ntheirs\nthree\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Other")
    let patch = try scene.person("format-patch", "-1", "--stdout", "main")
    let path = try scene.folder.write("other.patch", patch)
    for ending in ["checkpoint", "next attempt"] {
      _ = try? scene.agent(prepared.worktree, "am", "--3way", path)
      #expect(try scene.git.status(of: prepared.worktree).operations == [.am])
      if ending == "checkpoint" {
        #expect(try scene.checkpoint(prepared).head == tip)
      } else {
        _ = try scene.prepare()
      }
      #expect(try scene.git.status(of: prepared.worktree).isClean)
    }
    #expect(try scene.keep.list().contains { $0.operation == .am })
  }

  @Test func aRepositoryOfLongerNamesIsKeptAsAnyOther() throws {
    let folder = try TemporaryFolder()
    try Scene.git(["init", "--quiet", "--object-format=sha256", "-b", "main"], in: folder.path)
    try folder.write("a.txt", "one\n")
    try Scene.git(["add", "--all"], in: folder.path)
    try Scene.git(["commit", "--quiet", "--message", "Begin"], in: folder.path)
    let git = Git(
      try Repository.find(from: folder.path),
      runner: try SpawnedGit(environment: Scene.environment))
    let owner = WorkOwner(session: "exec-shop-1", step: "api")
    let base = try #require(try git.commit("main"))
    let worktree = try Worktrees(git).prepare(step: "api", of: owner, at: base).worktree
    try worktree.write("a.txt", "ours\n")
    try Scene.git(["commit", "--quiet", "--all", "--message", "Ours"], in: worktree.path)
    try folder.write("a.txt", "theirs\n")
    try Scene.git(["commit", "--quiet", "--all", "--message", "Theirs"], in: folder.path)
    _ = try? Scene.git(["merge", "main"], in: worktree.path)
    let kept = try Keep(git).pin(worktree, of: owner, because: "a test")
    #expect(kept.stages != nil)
    #expect(!worktree.hidesEdits(git.repository.hashLength))
    try Scene.git(["update-index", "--assume-unchanged", "a.txt"], in: folder.path)
    #expect(
      Worktree(path: folder.path, gitFolder: folder.path + "/.git")
        .hidesEdits(git.repository.hashLength))
  }

  @Test func endsOfLinesStandInNobodysWay() throws {
    let scene = try Scene()
    try scene.person("config", "core.autocrlf", "true")
    try scene.person("config", "core.safecrlf", "true")
    let prepared = try scene.prepare()
    try prepared.worktree.write("mixed.txt", "one\r\ntwo\n")
    #expect(try scene.checkpoint(prepared).isCommitted)
  }

  @Test func anAgentThatWentToABranchOfItsOwnIsFollowed() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try scene.agent(prepared.worktree, "checkout", "--quiet", "-b", "mine")
    try prepared.worktree.write("a", "a\n")
    try scene.agent(prepared.worktree, "add", "--all")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--message", "On mine")
    try prepared.worktree.write("b", "b\n")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(try scene.git.commit("refs/heads/feature/task-api") == checkpoint.head)
    #expect(
      try scene.git.changes(from: scene.base(), to: checkpoint.head).map(\.path) == ["a", "b"])
  }

  @Test func anAgentThatLeftItsOwnCommitsIsTold() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("a", "a\n")
    _ = try scene.checkpoint(prepared)
    try scene.agent(prepared.worktree, "checkout", "--quiet", "-b", "mine", "main")
    try prepared.worktree.write("b", "b\n")
    try scene.agent(prepared.worktree, "add", "--all")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--message", "Elsewhere")
    #expect(
      throws: WorkspaceError.strayed(branch: prepared.branch, path: prepared.worktree.path)
    ) { try scene.checkpoint(prepared) }
    #expect(try scene.git.branch(of: prepared.worktree) == "refs/heads/mine")
  }

  @Test func whatABranchHeldBeforeTheAttemptIsNoPartOfItsWork() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("half", "half\n")
    let half = try scene.checkpoint(prepared).head
    try scene.agent(prepared.worktree, "checkout", "--quiet", "--detach", "main")
    try prepared.worktree.write("whole", "whole\n")
    let head = try scene.git.checkpoint(
      prepared.worktree, branch: prepared.branch, since: half, message: "whole", of: scene.owner
    ).head
    #expect(try scene.git.changes(from: scene.base(), to: head).map(\.path) == ["whole"])
    #expect(try scene.git.branch(of: prepared.worktree) == "refs/heads/" + prepared.branch)
    #expect(try scene.keep.list().contains { $0.head == half })
  }

  /// git is in the midst of nothing then, and `git add` would commit the marks.
  @Test(arguments: [7, 20]) func aConflictOfAStashIsRefusedAndKept(_ size: Int) throws {
    let scene = try Scene([
      ".gitattributes": "a.txt conflict-marker-size=\(size)\n", "src/a.txt": "one\ntwo\nthree\n",
    ])
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/a.txt", "one\nstashed\nthree\n")
    try scene.agent(prepared.worktree, "stash")
    try prepared.worktree.write("src/a.txt", "one\nours\nthree\n")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--all", "--message", "Ours")
    _ = try? scene.agent(prepared.worktree, "stash", "pop")
    #expect(throws: WorkspaceError.undecided(["src/a.txt"])) { try scene.checkpoint(prepared) }
    let kept = try #require(try scene.keep.list().first)
    #expect(try scene.person("show", kept.ref + ":src/a.txt").contains("stashed"))
    try prepared.worktree.write("src/a.txt", "one\nboth\nthree\n")
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.person("show", "\(head):src/a.txt") == "one\nboth\nthree\n")
  }

  @Test func aRepositoryThatTookThePlaceOfTheWorktreesIsKeptAndNotCommitted() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    let path = prepared.worktree.path
    unlink(path + "/.git")
    try prepared.worktree.write("x", "x\n")
    for words in [["init", "--quiet"], ["add", "x"], ["commit", "--quiet", "--message", "x"]] {
      try Scene.git(words, in: path)
    }
    let tip = try Scene.git(["rev-parse", "HEAD"], in: path).dropLast()
    _ = try scene.worktrees.adopt(step: "api", of: scene.owner)
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.git.changes(from: scene.base(), to: head).map(\.path) == ["x"])
    for _ in 1...2 { _ = try scene.prepare() }
    #expect(try scene.person("show", "\(tip):x") == "x\n")
    #expect(prepared.worktree.replacedRepositories == [])
  }

  @Test func neitherHooksNorSignaturesStandInTheWay() throws {
    let scene = try Scene()
    try scene.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
    try scene.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch ran\n")
    for hook in ["pre-commit", "post-checkout"] {
      chmod(scene.root + "/.git/hooks/" + hook, 0o755)
    }
    try scene.person("config", "commit.gpgSign", "true")
    try scene.person("config", "gpg.program", "/bin/false")
    let prepared = try scene.prepare()
    #expect(entryKind(prepared.worktree.path + "/ran") == .missing)
    try prepared.worktree.write("a", "a\n")
    #expect(try scene.checkpoint(prepared).isCommitted)
  }

  @Test func hooksRunWhereTheyAreAskedFor() throws {
    let scene = try Scene(runsHooks: true)
    try scene.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n")
    chmod(scene.root + "/.git/hooks/pre-commit", 0o755)
    let prepared = try scene.prepare()
    try prepared.worktree.write("a", "a\n")
    let error = #expect(throws: WorkspaceError.self) { try scene.checkpoint(prepared) }
    #expect(error?.description.contains("not today") == true)
  }

  @Test func aRepositoryWithinIsNamedAndNotCommitted() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try prepared.worktree.write("inner/x", "x\n")
    try Scene.git(["init", "--quiet"], in: prepared.worktree.path + "/inner")
    try prepared.worktree.write("a", "a\n")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.nested == ["inner"])
    #expect(try scene.git.changes(from: scene.base(), to: checkpoint.head).map(\.path) == ["a"])
  }
}
