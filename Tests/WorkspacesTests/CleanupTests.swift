import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

@Suite struct CleanupTests {
  @Test func whatIsFinishedGoesAndTheRestStaysWithItsReason() throws {
    let scene = try Scene()
    let integration = IntegrationBranch(scene.git, name: "orchestration/shop")
    let base = try integration.begin(at: try scene.base())
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
    _ = try IntegrationBranch(scene.git, name: "orchestration/shop").begin(at: try scene.base())
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
}
