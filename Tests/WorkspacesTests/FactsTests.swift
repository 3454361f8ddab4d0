import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

@Suite struct FactsTests {
  @Test func aBranchWithCommitsIsWhereARunBegins() throws {
    let scene = try Scene()
    let facts = try RepositoryFacts.read(scene.git)
    #expect(facts.head == .branch("main", try scene.base()))
    #expect(try RepositoryFacts.Head.read(scene.git) == facts.head)
    #expect(try facts.head.base() == scene.base())
    #expect(!facts.isShallow && !facts.isSparse && !facts.ignoresCase)
    #expect(facts.version >= .least)
  }

  @Test func anOldGitIsRefused() throws {
    struct OldGit: GitRunner {
      func run(
        _ arguments: [String], in folder: String, input: [UInt8]?, environment: [String: String],
        limit: Duration
      ) throws(GitError) -> GitOutput {
        GitOutput(status: 0, bytes: Array("git version 2.30.2\n".utf8), errors: "")
      }
    }
    let scene = try Scene(runner: { _ in OldGit() })
    let error = #expect(throws: WorkspaceError.oldGit("2.30.2")) {
      try RepositoryFacts.read(scene.git)
    }
    #expect(error?.hint == "install git 2.38 or later")
    #expect(GitVersion(answer: "git version 2.50.1 (Apple Git-155)")?.minor == 50)
    #expect(GitVersion(answer: "nonsense") == nil)
  }

  @Test func aMissingGitIsNamed() {
    let error = #expect(throws: GitError.self) {
      try SpawnedGit(environment: ["PATH": "/nowhere"])
    }
    #expect(error?.description == "git is not installed")
    #expect(error?.hint == "install git 2.38 or later")
  }

  @Test func aBranchWithoutACommitCannotBeBegunFrom() throws {
    let folder = try TemporaryFolder()
    try Scene.git(["init", "--quiet", "--initial-branch", "trunk"], in: folder.path)
    let git = Git(
      try Repository.find(from: folder.path),
      runner: try SpawnedGit(environment: Scene.environment))
    let facts = try RepositoryFacts.read(git)
    #expect(facts.head == .unborn("trunk"))
    #expect(throws: WorkspaceError.noCommit("trunk")) { try facts.head.base() }
  }

  /// Older gits do not know the format at all: what stands in the way is said whichever git is there.
  @Test func aRepositoryThatKeepsItsBranchesInAnotherFormatIsRefused() throws {
    let scene = try Scene()
    try scene.person("config", "core.repositoryFormatVersion", "1")
    try scene.person("config", "extensions.refStorage", "reftable")
    let error = WorkspaceError.otherRefFormat("reftable")
    #expect(throws: error) { try RepositoryFacts.read(scene.git) }
    #expect(throws: error) { try RepositoryFacts.Head.read(scene.git) }
    #expect(error.hint == "git refs migrate --ref-format=files")
  }

  @Test func aDetachedHeadIsTold() throws {
    let scene = try Scene()
    try scene.person("checkout", "--quiet", "--detach")
    let facts = try RepositoryFacts.read(scene.git)
    #expect(facts.head == .detached(try scene.base()))
    #expect(try facts.head.base() == scene.base())
  }

  @Test func aShallowCloneIsToldAndWorks() throws {
    let scene = try Scene()
    try scene.person("commit", "--quiet", "--allow-empty", "--message", "More")
    let folder = try TemporaryFolder()
    try Scene.git(
      ["clone", "--quiet", "--depth", "1", "file://" + scene.root, "shallow"], in: folder.path)
    let git = Git(
      try Repository.find(from: folder.path + "/shallow"),
      runner: try SpawnedGit(environment: Scene.environment))
    let facts = try RepositoryFacts.read(git)
    #expect(facts.isShallow)
    let prepared = try Worktrees(git).prepare(
      step: "api", of: scene.owner, at: try facts.head.base())
    #expect(try prepared.worktree.read("README") == "hello\n")
  }

  @Test func aSparseCheckoutGivesSparseWorktrees() throws {
    let scene = try Scene(["in/a": "a\n", "out/b": "b\n"])
    try scene.person("sparse-checkout", "set", "in")
    #expect(try RepositoryFacts.read(scene.git).isSparse)
    let prepared = try scene.prepare()
    #expect(try prepared.worktree.read("in/a") == "a\n")
    #expect(entryKind(prepared.worktree.path + "/out/b") == .missing)
    try prepared.worktree.write("in/a", "changed\n")
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.git.changes(from: scene.base(), to: head).map(\.path) == ["in/a"])
    // Work may lie where the checkout does not reach.
    try prepared.worktree.write("out/c", "c\n")
    let more = try scene.checkpoint(prepared).head
    #expect(try scene.git.changes(from: scene.base(), to: more).map(\.path) == ["in/a", "out/c"])
  }

  /// As git itself reads them: in any case, with any of its words, and the last one counts.
  @Test(arguments: [
    ("true", true), ("yes", true), ("ON", true), ("1", true), ("-1", true), ("false", false),
    ("0", false),
    ("off", false), ("", false),
  ])
  func settingsOfGitAreReadAsGitReadsThem(_ value: String, _ isTrue: Bool) throws {
    let scene = try Scene()
    try scene.person("config", "core.ignoreCase", isTrue ? "false" : "true")
    try scene.person("config", "--add", "core.ignorecase", value)
    #expect(try scene.git.flag("core.ignoreCase") == isTrue)
    #expect(try RepositoryFacts.read(scene.git).ignoresCase == isTrue)
  }

  @Test func pointersOfLargeFilesAreTold() throws {
    let scene = try Scene([".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"])
    #expect(try RepositoryFacts.read(scene.git).leavesPointers)
    try scene.person("config", "filter.lfs.process", "git-lfs filter-process")
    #expect(try !RepositoryFacts.read(scene.git).leavesPointers)
  }

  @Test func submodulesOfThePersonAreFilledWithoutAServer() throws {
    let library = try Scene(["lib.c": "int x;\n"])
    let scene = try Scene()
    try scene.person("submodule", "--quiet", "add", "file://" + library.root, "vendor/li b")
    try scene.person("commit", "--quiet", "--message", "Add a library")
    try FileManager.default.moveItem(atPath: library.root, toPath: library.root + "-gone")
    #expect(try RepositoryFacts.read(scene.git).hasSubmodules)
    let prepared = try scene.prepare()
    #expect(try prepared.worktree.read("vendor/li b/lib.c") == "int x;\n")
    #expect(
      try scene.agent(prepared.worktree, "-C", "vendor/li b", "remote", "get-url", "origin")
        == "file://\(library.root)\n")
    #expect(try scene.git.status(of: prepared.worktree).isClean)
    try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
    #expect(entryKind(prepared.worktree.path) == .missing)
  }

  /// Commits in a submodule are in the repository of its worktree alone, until they are taken to where all have theirs from.
  @Test func whatIsCommittedInASubmoduleReachesOthersAndIsNotLost() throws {
    let library = try Scene(["lib.c": "int x;\n"])
    let scene = try Scene()
    try scene.person("submodule", "--quiet", "add", "file://" + library.root, "vendor/li b")
    try scene.person("commit", "--quiet", "--message", "Add a library")
    let prepared = try scene.prepare()
    try prepared.worktree.write("vendor/li b/more.c", "int y;\n")
    try scene.agent(prepared.worktree, "-C", "vendor/li b", "add", "more.c")
    try scene.agent(
      prepared.worktree, "-C", "vendor/li b", "commit", "--quiet", "--message", "More")
    let head = try scene.checkpoint(prepared).head
    #expect(
      try scene.git.storeSubmodules(of: prepared.worktree, from: scene.base(), to: head) == [])
    try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
    let next = try scene.prepare("next", at: head)
    #expect(try next.worktree.read("vendor/li b/more.c") == "int y;\n")
  }

  @Test func aSubmoduleThatIsOnlyInAWorktreeIsNamed() throws {
    let library = try Scene(["lib.c": "int x;\n"])
    let scene = try Scene()
    let prepared = try scene.prepare()
    try scene.agent(
      prepared.worktree, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
      "file://" + library.root, "new")
    let head = try scene.checkpoint(prepared).head
    #expect(
      try scene.git.storeSubmodules(of: prepared.worktree, from: scene.base(), to: head) == ["new"])
  }

  @Test(.enabled(if: getuid() == 0)) func aRepositoryOfAnotherUserIsNotTrusted() throws {
    let scene = try Scene()
    chown(scene.root, 12345, 12345)
    chown(scene.root + "/.git", 12345, 12345)
    let error = #expect(throws: WorkspaceError.self) { try RepositoryFacts.read(scene.git) }
    #expect(error?.hint.contains("git config --global --add safe.directory \(scene.root)") == true)
  }

  @Test func gitIsStoppedAtItsLimit() throws {
    let scene = try Scene()
    let error = #expect(throws: GitError.self) {
      try scene.git.runner.run(
        ["-c", "alias.wait=!sleep 60", "wait"], in: scene.root, input: nil, environment: [:],
        limit: .milliseconds(200))
    }
    #expect(error?.reason == .timedOut(.milliseconds(200)))
  }

  @Test func longInputsAndOutputsPassWhole() throws {
    let scene = try Scene()
    let input = Array(repeating: Array("line of text\n".utf8), count: 400_000).flatMap { $0 }
    let object = try scene.git.object(["hash-object", "-w", "--stdin"], input: input)
    #expect(try scene.git.run(["cat-file", "blob", object.hex]).bytes == input)
  }
}
