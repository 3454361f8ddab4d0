import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Workspaces

/// A git that empties no worktree in which there is a file called `stuck`, as where it is another user's.
private struct HinderedGit: GitRunner {
  let git: any GitRunner

  func run(
    _ arguments: [String], in folder: String, input: [UInt8]?, environment: [String: String],
    limit: Duration
  ) throws(GitError) -> GitOutput {
    if arguments.contains("clean"), entryKind(folder + "/stuck") != .missing {
      let words = "warning: failed to remove stuck: Operation not permitted\n"
      return GitOutput(status: 1, bytes: [], errors: words)
    }
    return try git.run(
      arguments, in: folder, input: input, environment: environment, limit: limit)
  }
}

private final class Told: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func hear(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A worktree that cannot be used again is in nobody's way.
@Suite struct UnusableTests {
  private let scene: Scene
  private let told = Told()

  init() throws {
    scene = try Scene(
      [".gitignore": "stuck\nmodules/\n", "src/a.txt": "one\n"], runner: { HinderedGit(git: $0) })
  }

  private var worktrees: Worktrees {
    let told = told
    return Worktrees(scene.git, telling: { told.hear($0) })
  }

  private func prepare(_ step: String) throws -> Worktrees.Prepared {
    try worktrees.prepare(
      step: step, of: WorkOwner(session: scene.owner.session, step: step), at: try scene.base())
  }

  private func expectNew(_ prepared: Worktrees.Prepared, on branch: String) throws {
    #expect(!prepared.isReused)
    #expect(try scene.agent(prepared.worktree, "status", "--porcelain", "--ignored") == "")
    #expect(try scene.git.branch(of: prepared.worktree) == "refs/heads/" + branch)
  }

  @Test func oneThatWasParkedIsPassedOver() throws {
    let (stuck, good) = (try prepare("a-stuck"), try prepare("good"))
    try stuck.worktree.write("stuck", "another user's\n")
    for prepared in [stuck, good] { try worktrees.park(prepared.worktree) }
    let next = try prepare("next")
    #expect(next.isReused)
    #expect(next.worktree.gitFolder == good.worktree.gitFolder)
    #expect(entryKind(next.worktree.path + "/stuck") == .missing)
    #expect(
      told.all == [
        ".worktrees/task-next cannot be used again, and lies in .worktrees/aside-task-next now: "
          + "`git clean --quiet -ffdx` in \(next.worktree.path) failed: "
          + "warning: failed to remove stuck: Operation not permitted"
      ])
    // It is tried once, and its branch can be had.
    try expectNew(try prepare("more"), on: "feature/task-more")
    try expectNew(try prepare("a-stuck"), on: "feature/task-a-stuck")
    #expect(told.all.count == 1)
    let aside = Worktree(
      path: worktrees.folder + "/aside-task-next", gitFolder: stuck.worktree.gitFolder)
    #expect(try aside.read("stuck") == "another user's\n")
    #expect(try scene.git.find(aside)?.use == .free)
  }

  @Test func aStepBeginsAnewWhereItsOwnCannotBeEmptied() throws {
    for path in ["aside-task-api", "aside-task-api-2"] {
      let first = try prepare("api")
      try first.worktree.write("stuck", "another user's\n")
      try first.worktree.write("draft.txt", "draft\n")
      try expectNew(try prepare("api"), on: "feature/task-api")
      let aside = worktrees.folder + "/" + path
      #expect(try readFile(aside + "/draft.txt") == Array("draft\n".utf8))
    }
  }

  @Test func gatesAreTriedWhereTheirsCannotBeEmptied() throws {
    let first = try worktrees.integrate(scene.base(), plan: "shop", of: scene.owner)
    try first.write("stuck", "another user's\n")
    let second = try worktrees.integrate(scene.base(), plan: "shop", of: scene.owner)
    #expect(second.path == first.path && second.gitFolder != first.gitFolder)
    #expect(entryKind(second.path + "/stuck") == .missing)
    #expect(told.all.count == 1)
  }

  @Test(arguments: ["", "not an index"])
  func anIndexThatCannotBeReadHoldsNobodyUp(_ text: String) throws {
    let (broken, good) = (try prepare("broken"), try prepare("good"))
    try writeFile(broken.worktree.gitFolder + "/index", Array(text.utf8))
    for prepared in [broken, good] { try worktrees.unlock(prepared.worktree) }
    let cleanup = try Cleanup.plan(worktrees)
    #expect(cleanup.items.map(\.name) == [".worktrees/task-good", "feature/task-good"])
    #expect(cleanup.left.map(\.name) == [".worktrees/task-broken"])
    #expect(cleanup.left[0].reason.hasPrefix("cannot be looked at: `git "))
    try expectNew(try prepare("broken"), on: "feature/task-broken")
    #expect(
      try readFile(worktrees.folder + "/aside-task-broken/src/a.txt") == Array("one\n".utf8))
  }

  @Test func aBranchIsTakenFromOneThatCannotBeRead() throws {
    let one = try prepare("one")
    try worktrees.unlock(one.worktree)
    try scene.person("worktree", "move", one.worktree.path, worktrees.path(of: "two"))
    try writeFile(one.worktree.gitFolder + "/index", [])
    try expectNew(try prepare("one"), on: "feature/task-one")
  }

  /// git would forget it, and leave its files lying.
  @Test func whatCannotBeEmptiedIsNotRemovedInPart() throws {
    let prepared = try prepare("api")
    try prepared.worktree.write("stuck", "another user's\n")
    try worktrees.unlock(prepared.worktree)
    let item = try #require(try Cleanup.plan(worktrees).items.first)
    #expect(throws: WorkspaceError.self) { try Cleanup.carryOut(item, scene.git) }
    #expect(try scene.git.find(prepared.worktree)?.use == .free)
    #expect(try prepared.worktree.read("src/a.txt") == "one\n")
  }

  /// As the cache of Go's modules.
  @Test(.enabled(if: geteuid() != 0, "nothing is read-only for root"))
  func whatWasMadeReadOnlyIsEmptiedAndRemoved() throws {
    let first = try prepare("first")
    // What was begun is ended once, however often files are tried.
    try first.worktree.write("src/b.txt", "b\n")
    try scene.agent(first.worktree, "add", "src/b.txt")
    try scene.agent(first.worktree, "commit", "--quiet", "--message", "B")
    _ = try? scene.agent(first.worktree, "rebase", "--quiet", "--exec", "false", "HEAD~1")
    for path in ["modules/m/v1", "src/made"] {
      let folder = first.worktree.path + "/" + path
      try first.worktree.write(path + "/x", "x\n")
      chmod(folder, 0o555)
      chmod(parentFolder(of: folder), 0o555)
    }
    try worktrees.park(first.worktree)
    #expect(try worktrees.prune(["modules"], besides: []).refused == [])
    let next = try prepare("next")
    #expect(next.isReused)
    #expect(try scene.agent(next.worktree, "status", "--porcelain", "--ignored") == "")
    try next.worktree.write("modules/m/x", "x\n")
    for folder in ["modules/m", "src"] { chmod(next.worktree.path + "/" + folder, 0o555) }
    try scene.keep.release(.remove(next.worktree), of: scene.owner, because: "done")
    #expect(entryKind(next.worktree.path) == .missing)
  }
}
