import Files
import Foundation
import Supervision
import TestSupport
import Testing

@testable import Workspaces

/// What a person made is theirs, wherever it lies and whatever it is called.
@Suite struct OwnershipTests {
  private let scene: Scene

  init() throws { scene = try Scene([".gitignore": ".env\n", "src/a.txt": "one\n"]) }

  /// A worktree that the person made in Divisi's folder, with something that git ignores in it.
  private func own(_ name: String, on branch: String) throws -> Worktree {
    try scene.person("worktree", "add", "--quiet", "-b", branch, ".worktrees/" + name)
    let worktree = try scene.git.worktree(at: scene.worktrees.folder + "/" + name)
    try worktree.write(".env", "KEY=1\n")
    return worktree
  }

  private func expectUntouched(_ worktree: Worktree, on branch: String) throws {
    #expect(try worktree.read(".env") == "KEY=1\n")
    #expect(try scene.git.branch(of: worktree) == "refs/heads/" + branch)
    #expect(
      try listFolder(worktree.gitFolder).allSatisfy { !$0.hasPrefix("divisi-") })
  }

  @Test func whatThePersonMadeStaysThoughItIsMerged() throws {
    let worktree = try own("mine", on: "mine")
    try scene.person("branch", "feature/task-login")
    try scene.person("branch", "orchestration/mine")
    let cleanup = try Cleanup.plan(scene.worktrees)
    #expect(cleanup.items == [])
    #expect(
      cleanup.left.map { "\($0.name): \($0.reason)" } == [
        ".worktrees/mine: Divisi did not make it", "feature/task-login: Divisi has no note of it",
        "orchestration/mine: Divisi has no note of it",
      ])
    #expect(throws: WorkspaceError.foreignWorktree(worktree.path)) {
      try scene.keep.release(.remove(worktree), of: scene.owner, because: "a test")
    }
    #expect(try scene.worktrees.prune([".env"], besides: []).removed == [])
    try expectUntouched(worktree, on: "mine")
  }

  /// What a run made was removed, and the person made a branch of the same name since.
  @Test func aBranchThatIsNotWhereDivisiLeftItStays() throws {
    let prepared = try scene.prepare()
    try prepared.worktree.write("x", "x\n")
    let left = try scene.checkpoint(prepared).head
    try BranchClaims(scene.git).note(prepared.branch, of: "exec-shop-1", for: "api", at: left)
    try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
    try scene.person("branch", "--force", prepared.branch, "main")
    let cleanup = try Cleanup.plan(scene.worktrees)
    #expect(cleanup.items == [])
    #expect(cleanup.left.map(\.reason) == ["Divisi has no note of it"])
  }

  @Test(arguments: [true, false])
  func aWorktreeOfThePersonsIsNotTakenOver(_ isLocked: Bool) throws {
    let api = try own("task-api", on: "mine")
    let gates = try own("integration-shop", on: "other")
    if isLocked {
      for path in [api.path, gates.path] {
        try scene.person("worktree", "lock", "--reason", "mine, do not touch", path)
      }
    }
    #expect(throws: WorkspaceError.foreignWorktree(api.path)) { try scene.prepare() }
    #expect(throws: WorkspaceError.foreignWorktree(api.path)) {
      try scene.worktrees.adopt(step: "api", of: scene.owner)
    }
    #expect(throws: WorkspaceError.foreignWorktree(gates.path)) {
      try scene.worktrees.integrate(scene.base(), plan: "shop", of: scene.owner)
    }
    try expectUntouched(api, on: "mine")
    try expectUntouched(gates, on: "other")
    #expect(api.lock == (isLocked ? "mine, do not touch" : nil))
  }

  @Test func whatAPersonHasLockedIsNotUsed() throws {
    let prepared = try scene.prepare()
    try scene.worktrees.park(prepared.worktree)
    try scene.person("worktree", "lock", "--reason", "divisi must not", prepared.worktree.path)
    let error = WorkspaceError.locked(prepared.worktree.path, "divisi must not")
    #expect(throws: error) { try scene.prepare() }
    #expect(throws: error) { try scene.worktrees.adopt(step: "api", of: scene.owner) }
    #expect(throws: error) { try scene.worktrees.park(prepared.worktree) }
    #expect(throws: error) {
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test")
    }
    #expect(try !scene.prepare("other").isReused)
    #expect(prepared.worktree.lock == "divisi must not")
  }

  /// git writes the lock first, and Divisi its own notes last.
  @Test func whatAnAdditionThatWasCutShortLeftIsDivisis() throws {
    let prepared = try scene.prepare()
    let record = prepared.worktree.gitFolder
    for name in try listFolder(record) where name.hasPrefix("divisi-") {
      unlink(record + "/" + name)
    }
    let dead = ProcessIdentity(pid: getpid(), startTicks: 1, bootID: "another")
    try writeFile(record + "/locked", Array("divisi exec-shop-1 api by \(dead.text)\n".utf8))
    #expect(try scene.worktrees.survey().first?.use == .left)
    let again = try scene.prepare()
    #expect(again.isReused)
    try scene.worktrees.unlock(again.worktree)
    #expect(try scene.worktrees.survey().first?.use == .free)
  }

  /// As where the machine stopped, and nothing that git wrote came to the disk but that the worktree is there.
  @Test func whatHoldsNothingAtAllIsInNobodysWay() throws {
    let record = scene.git.repository.commonFolder + "/worktrees/task-api"
    try createFolder(record)
    try writeFile(record + "/gitdir", Array((scene.worktrees.path(of: "api") + "/.git\n").utf8))
    try writeFile(record + "/commondir", [])
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: record)
    #expect(try scene.prepare().worktree.read("src/a.txt") == "one\n")
  }

  @Test func aBranchThatDivisiHasNoNoteOfIsNotMoved() throws {
    try scene.person("branch", "feature/task-api")
    try scene.write("src/a.txt", "two\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Two")
    let before = try scene.git.commit("feature/task-api")
    #expect(throws: WorkspaceError.foreignBranch("feature/task-api")) { try scene.prepare() }
    #expect(try scene.git.commit("feature/task-api") == before)
  }

  /// The branch of a run that is over is gone, and the person made both anew.
  @Test func aBranchInAWorktreeOfThePersonsIsNotFree() throws {
    let worktree = try own("task-api", on: "feature/task-api")
    let claims = BranchClaims(scene.git)
    try scene.person("commit", "--quiet", "--allow-empty", "--message", "Left")
    try claims.note("feature/task-api", of: "exec-old-1", for: "api", at: try scene.base())
    #expect(try !claims.isFree("feature/task-api", at: worktree.path, isOver: { _ in true }))
  }

  /// Each checkout of a bare repository has a journal of its own, and all of them the same branches.
  @Test func aBranchOfARunThatIsNotKnownIsFreeOnceNobodyIsAtWork() throws {
    let elsewhere = Worktrees(scene.git, folder: scene.folder.path + "/elsewhere")
    let far = WorkOwner(session: "exec-far-1", step: "api")
    let prepared = try elsewhere.prepare(step: "api", of: far, at: try scene.base())
    func isFree() throws -> Bool {
      try BranchClaims(scene.git).isFree(
        prepared.branch, at: scene.worktrees.path(of: "api"), isOver: { _ in nil })
    }
    #expect(try !isFree())
    // The agent has gone elsewhere.
    try scene.agent(prepared.worktree, "checkout", "--quiet", "--detach")
    #expect(try !isFree())
    try elsewhere.unlock(prepared.worktree)
    #expect(try isFree())
    try scene.agent(prepared.worktree, "checkout", "--quiet", prepared.branch)
    #expect(try !isFree())
  }

  @Test func theNoteOfABranchFollowsWhereDivisiTakesIt() throws {
    let prepared = try scene.prepare()
    let claims = BranchClaims(scene.git)
    #expect(claims.claim(on: prepared.branch)?.tip == prepared.head)
    try prepared.worktree.write("x", "x\n")
    let tip = try scene.checkpoint(prepared).head
    try scene.keep.release(
      .rewind(prepared.worktree, branch: prepared.branch, to: tip), of: scene.owner, because: "go")
    #expect(claims.claim(on: prepared.branch)?.tip == tip)
    _ = try scene.prepare()
    #expect(claims.claim(on: prepared.branch)?.tip == prepared.head)
  }

  @Test func whatComesBackFromWhatIsKeptIsDivisis() throws {
    let prepared = try scene.prepare()
    let kept = try scene.keep.pin(prepared.worktree, of: scene.owner, because: "a test")
    let restored = try scene.keep.restore(kept, among: scene.worktrees).worktree
    #expect(try scene.git.find(restored)?.use == .free)
  }
}
