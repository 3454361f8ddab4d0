import Files
import TestSupport
import Testing

@testable import Workspaces

/// Several commits that an agent wanted to pick or revert in one go, and left in the midst.
@Suite struct SequenceTests {
  private let scene: Scene
  private let prepared: Worktrees.Prepared
  private var folder: String { prepared.worktree.gitFolder + "/sequencer" }

  init() throws {
    scene = try Scene(["a": "base\n", "b": "base\n"])
    prepared = try scene.prepare()
    for (path, text) in [("a", "one\n"), ("b", "two\n")] {
      try scene.write(path, text)
      try scene.person("commit", "--quiet", "--all", "--message", path)
    }
    try prepared.worktree.write("a", "mine\n")
    _ = try scene.checkpoint(prepared)
    _ = try? scene.agent(prepared.worktree, "cherry-pick", "main~2..main")
    try #require(entryKind(folder) == .folder)
  }

  @Test func theNextStepBeginsWithoutWhatIsLeftToPick() throws {
    try scene.worktrees.park(prepared.worktree)
    let next = try scene.prepare("next")
    #expect(next.isReused)
    #expect(entryKind(next.worktree.gitFolder + "/sequencer") == .missing)
    #expect(try scene.git.status(of: next.worktree).operations == [])
  }

  @Test func anotherAttemptBeginsWithoutWhatIsLeftToPick() throws {
    try scene.keep.release(
      .rewind(prepared.worktree, branch: prepared.branch, to: try scene.base()), of: scene.owner,
      because: "again")
    #expect(entryKind(folder) == .missing)
  }

  @Test func whatIsDecidedIsCommittedAndTheRestGivenUp() throws {
    try prepared.worktree.write("a", "mine and one\n")
    try scene.agent(prepared.worktree, "add", "a")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.finished == [.cherryPick])
    #expect(try scene.person("show", "\(checkpoint.head):a") == "mine and one\n")
    #expect(entryKind(folder) == .missing)
  }

  @Test(arguments: [HalfDone.cherryPick, .revert])
  func whatIsLeftAfterACommitByHandIsHalfDone(_ operation: HalfDone) throws {
    if operation == .revert {
      try scene.agent(prepared.worktree, "cherry-pick", "--abort")
      try scene.agent(prepared.worktree, "reset", "--quiet", "--hard", "main")
      try prepared.worktree.write("b", "mine\n")
      try scene.agent(prepared.worktree, "commit", "--quiet", "--all", "--message", "Mine")
      _ = try? scene.agent(prepared.worktree, "revert", "--no-edit", "main~2..main")
    }
    for path in ["a", "b"] { try prepared.worktree.write(path, "by hand\n") }
    try scene.agent(prepared.worktree, "commit", "--quiet", "--all", "--message", "By hand")
    let status = try scene.git.status(of: prepared.worktree)
    #expect(status.operations == [operation])
    #expect(!status.isClean)
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.head == status.head, "nothing was left to commit")
    #expect(!checkpoint.isCommitted)
    #expect(try scene.git.status(of: prepared.worktree).operations == [])
  }
}
