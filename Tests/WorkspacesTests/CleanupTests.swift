import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

@Suite struct CleanupTests {
  @Test func whatIsFinishedGoesAndTheRestStaysWithItsReason() throws {
    let scene = try Scene()
    let integration = try scene.integration()
    let base = try scene.base()
    // One that landed by a squash, one that is worked on, one that has work left, one unmerged.
    let done = try scene.prepare("done")
    try done.worktree.write("done.txt", "done\n")
    let tip = try scene.checkpoint(done, "done").head
    guard case .clean(let tree) = try scene.git.merge(tip, into: base) else { return }
    let commit = try scene.git.squash(
      tree: tree, onto: base, message: scene.provenance("done").message(title: "Done"))
    _ = try integration.land(commit, on: base)
    _ = try scene.prepare("busy")
    let dirty = try scene.prepare("dirty")
    try dirty.worktree.write("draft.txt", "draft\n")
    try scene.worktrees.unlock(dirty.worktree)
    let open = try scene.prepare("open")
    try open.worktree.write("open.txt", "open\n")
    _ = try scene.checkpoint(open, "open")
    try scene.worktrees.unlock(open.worktree)
    try scene.worktrees.park(done.worktree)
    try scene.write(".worktrees/mine/notes", "notes\n")

    var cleanup = try Cleanup.plan(scene.worktrees)
    #expect(
      cleanup.items.map { "\($0.name): \($0.reason)" } == [
        ".worktrees/task-done: all of it is in orchestration/shop",
        "feature/task-done: all of it is in orchestration/shop",
      ])
    let process = getpid()
    #expect(
      cleanup.left.map { "\($0.name): \($0.reason)" } == [
        ".worktrees/task-busy: in use by process \(process)",
        ".worktrees/task-dirty: holds work that is not committed",
        ".worktrees/task-open: not merged",
        ".worktrees/mine: git does not know it as a worktree",
        "orchestration/shop: not merged into main",
      ])
    for item in cleanup.items { _ = try Cleanup.carryOut(item, scene.git) }
    #expect(entryKind(done.worktree.path) == .missing)
    #expect(try scene.git.commit("refs/heads/feature/task-done") == nil)
    #expect(try scene.keep.list().first?.head == tip)

    try scene.person("merge", "--quiet", "--squash", "orchestration/shop")
    try scene.person("commit", "--quiet", "--message", "Shop")
    cleanup = try Cleanup.plan(scene.worktrees)
    #expect(
      cleanup.items.map { "\($0.name): \($0.reason)" } == [
        "orchestration/shop: all of it is in main"
      ])
  }

  @Test func whatAnUnfinishedRunMadeStaysThoughItIsMerged() throws {
    let scene = try Scene()
    _ = try scene.integration()
    let done = try scene.prepare("done")
    let other = try scene.prepare("other")
    for worktree in [done.worktree, other.worktree] { try scene.worktrees.unlock(worktree) }
    let gates = try scene.worktrees.integrate(
      try scene.base(), plan: "shop", of: scene.owner)
    try scene.worktrees.unlock(gates)
    let run = UnfinishedRun(session: "exec-shop-1", plan: "shop", steps: ["done"])
    let cleanup = try Cleanup.plan(scene.worktrees, sparing: [run])
    #expect(cleanup.items.map(\.name) == [".worktrees/task-other", "feature/task-other"])
    #expect(
      cleanup.left.map { "\($0.name): \($0.reason)" } == [
        ".worktrees/integration-shop: exec-shop-1 has not ended, and may need it",
        ".worktrees/task-done: exec-shop-1 has not ended, and may need it",
        "orchestration/shop: exec-shop-1 has not ended, and may need it",
      ])
    #expect(try Cleanup.plan(scene.worktrees).items.count == 5)
  }

  @Test func aWorktreeThatWasTakenUpSinceItWasJudgedStays() throws {
    let scene = try Scene()
    let parked = try scene.prepare("parked")
    let idle = try scene.prepare("idle")
    try scene.worktrees.park(parked.worktree)
    try scene.worktrees.unlock(idle.worktree)
    let cleanup = try Cleanup.plan(scene.worktrees)
    #expect(
      cleanup.items.map(\.name) == [
        ".worktrees/task-idle", ".worktrees/task-parked", "feature/task-idle",
        "feature/task-parked",
      ])
    // One run goes on in its worktree, another moves the one that was parked.
    _ = try scene.worktrees.adopt(step: "idle", of: scene.owner)
    let moved = try scene.prepare("next")
    #expect(moved.isReused)
    #expect(throws: WorkspaceError.worktreeTaken(idle.worktree.path)) {
      try Cleanup.carryOut(cleanup.items[0], scene.git)
    }
    #expect(throws: WorkspaceError.worktreeTaken(parked.worktree.path)) {
      try Cleanup.carryOut(cleanup.items[1], scene.git)
    }
    #expect(idle.worktree.isThere && moved.worktree.isThere)
  }

  @Test func aBranchThatWasMovedOrTakenSinceItWasJudgedStays() throws {
    let scene = try Scene()
    let claims = BranchClaims(scene.git)
    for step in ["moved", "taken"] {
      let prepared = try scene.prepare(step)
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "done")
    }
    let cleanup = try Cleanup.plan(scene.worktrees)
    let base = try scene.base()
    try scene.write("src/a.txt", "two\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Two")
    try scene.person("branch", "--force", "feature/task-moved", "main")
    try claims.note(
      "feature/task-taken", of: "exec-other-1", for: "taken", at: base)
    #expect(cleanup.items.count == 2)
    for item in cleanup.items {
      #expect(throws: WorkspaceError.branchMoved(item.name)) {
        try Cleanup.carryOut(item, scene.git)
      }
      #expect(try scene.git.commit("refs/heads/" + item.name) != nil)
    }
    #expect(claims.claim(on: "feature/task-taken")?.session == "exec-other-1")
  }
}
