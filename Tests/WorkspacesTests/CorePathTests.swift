import Files
import TestSupport
import Testing

@testable import Workspaces

/// The way of a step through the repository: worktree, checkpoint, merge, landing, removal.
@Suite struct CorePathTests {
  @Test func aStepIsPreparedCheckpointedMergedAndLanded() throws {
    let scene = try Scene()
    try scene.write("README", "changed by the person\n")
    try scene.write("own.txt", "not added\n")
    let before = try scene.personalState()

    let integration = IntegrationBranch(scene.git, name: "orchestration/shop")
    let base = try integration.begin(at: try scene.base())
    let prepared = try scene.prepare(at: base)
    #expect(prepared.worktree.path == scene.root + "/.worktrees/task-api")
    #expect(prepared.branch == "feature/task-api")
    #expect(try prepared.worktree.read("src/a.txt") == "one\ntwo\nthree\n")

    try prepared.worktree.write("src/a.txt", "one\n2\nthree\n")
    try prepared.worktree.write("new \u{FC}.txt", "new\n")
    let checkpoint = try scene.checkpoint(prepared)
    #expect(checkpoint.isCommitted)
    #expect(
      try scene.person("log", "-1", "--format=%an <%ae>%n%B", checkpoint.head.hex) == """
        Divisi <divisi@localhost>
        feat(shop): Payment API

        Divisi-Plan: shop
        Divisi-Step: api
        Divisi-Attempt: 1
        Divisi-Session: exec-shop-20260101-abcdef


        """)

    let merge = try scene.git.merge(checkpoint.head, into: base)
    guard case .clean(let tree) = merge else {
      Issue.record("conflicts: \(merge)")
      return
    }
    let commit = try scene.git.squash(
      tree: tree, onto: base, message: scene.provenance().message(title: "Payment API"))
    let gates = try scene.worktrees.integrate(commit, plan: "shop", of: scene.owner)
    #expect(try gates.read("src/a.txt") == "one\n2\nthree\n")
    #expect(try scene.worktrees.isUnchanged(gates))
    #expect(try integration.landed(scene.provenance(), since: base) == nil)
    #expect(try integration.land(commit, on: base) == .landed(commit))
    #expect(try integration.land(commit, on: base) == .landed(commit))
    #expect(try integration.landed(scene.provenance(), since: base) == commit)
    #expect(try integration.landed(scene.provenance(attempt: 2), since: base) == nil)

    #expect(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done") == nil)
    #expect(entryKind(prepared.worktree.path) == .missing)
    #expect(try scene.personalState() == before)
  }

  @Test func whatAnAgentWritesCannotPassForATrailer() throws {
    let scene = try Scene()
    let integration = IntegrationBranch(scene.git, name: "orchestration/shop")
    let base = try integration.begin(at: try scene.base())
    let message = scene.provenance().message(
      title: "One\n\nDivisi-Step: two", body: "Divisi-Step: three\nDivisi-Attempt: 9")
    let commit = try scene.git.squash(
      tree: try scene.git.tree(of: base), onto: base, message: message)
    _ = try integration.land(commit, on: base)
    #expect(try integration.landed(since: base).map(\.provenance) == [scene.provenance()])
  }

  @Test func trailersAreReadHoweverThePersonWritesTheirs() throws {
    let scene = try Scene()
    try scene.person("config", "trailer.separators", "=#")
    let integration = IntegrationBranch(scene.git, name: "orchestration/shop")
    let base = try integration.begin(at: try scene.base())
    let commit = try scene.git.squash(
      tree: try scene.git.tree(of: base), onto: base,
      message: scene.provenance().message(title: "One"))
    _ = try integration.land(commit, on: base)
    #expect(try integration.landed(scene.provenance(), since: base) == commit)
  }

  @Test func aBranchThatMovedMeanwhileIsToldAndLeftAlone() throws {
    let scene = try Scene()
    let integration = IntegrationBranch(scene.git, name: "orchestration/shop")
    let base = try integration.begin(at: try scene.base())
    let tree = try scene.git.tree(of: base)
    let ours = try scene.git.squash(tree: tree, onto: base, message: "ours")
    let theirs = try scene.git.squash(tree: tree, onto: base, message: "theirs")
    #expect(try integration.land(theirs, on: base) == .landed(theirs))
    #expect(try integration.land(ours, on: base) == .moved(theirs))
    #expect(try integration.head() == theirs)
  }

  @Test func aBranchThatThePersonHasCheckedOutIsNotMoved() throws {
    let scene = try Scene()
    let base = try scene.base()
    let integration = IntegrationBranch(scene.git, name: "main")
    let commit = try scene.git.squash(
      tree: try scene.git.tree(of: base), onto: base, message: "ours")
    #expect(throws: WorkspaceError.branchCheckedOut(branch: "main", path: scene.root)) {
      try integration.land(commit, on: base)
    }
  }

  @Test func conflictsAreNamedWithTheirKind() throws {
    let scene = try Scene()
    let one = try scene.prepare("one")
    let two = try scene.prepare("two")
    try one.worktree.write("src/a.txt", "one\nONE\nthree\n")
    try one.worktree.write("README", "more\n")
    try two.worktree.write("src/a.txt", "one\nTWO\nthree\n")
    try scene.agent(two.worktree, "rm", "--quiet", "README")
    let ours = try scene.checkpoint(one, "one").head
    let theirs = try scene.checkpoint(two, "two").head
    guard case .conflicts(let conflicts) = try scene.git.merge(theirs, into: ours) else {
      Issue.record("merged")
      return
    }
    #expect(
      Set(conflicts.map { "\($0.path): \($0.kind)" }) == [
        "src/a.txt: contents", "README: modify/delete",
      ])
  }

  @Test func aSecondAttemptPinsWhatTheFirstLeft() throws {
    let scene = try Scene()
    let first = try scene.prepare()
    try first.worktree.write("src/a.txt", "half\n")
    try first.worktree.write("draft.txt", "draft\n")
    let second = try scene.prepare()
    #expect(second.isReused)
    #expect(second.kept.count == 1)
    #expect(try second.worktree.read("src/a.txt") == "one\ntwo\nthree\n")
    #expect(entryKind(second.worktree.path + "/draft.txt") == .missing)
    let kept = try #require(second.kept.first)
    #expect(try scene.person("show", kept.ref + ":draft.txt") == "draft\n")
    #expect(try scene.person("show", kept.ref + ":src/a.txt") == "half\n")
    #expect(kept.branch == "refs/heads/feature/task-api")
  }
}
