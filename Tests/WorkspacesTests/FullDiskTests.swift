import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// A disk that is really full: a small file system in memory, where the user may mount one.
@Suite struct FullDiskTests {
  private static var canMount: Bool {
    guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
    let isMounted = mount("none", folder.path, "tmpfs", 0, "size=1m") == 0
    if isMounted { umount(folder.path) }
    return isMounted
  }

  @Test(.enabled(if: canMount, "mounting is not allowed here"))
  func aFullDiskIsToldAndNothingIsLost() throws {
    let folder = try TemporaryFolder()
    #expect(mount("none", folder.path, "tmpfs", 0, "size=6m") == 0)
    defer { umount2(folder.path, Int32(MNT_DETACH)) }
    try folder.write("README", "hello\n")
    try makeRepository(in: folder)
    let git = Git(
      try Repository.find(from: folder.path),
      runner: try SpawnedGit(environment: Scene.environment))
    let worktrees = Worktrees(git)
    let owner = WorkOwner(session: "s", step: "api")
    let prepared = try worktrees.prepare(
      step: "api", of: owner, at: try #require(try git.commit("main")))
    // What cannot be packed: a commit of it needs as much again as the file itself.
    var random = SeededGenerator(seed: 1)
    let noise = (0..<400_000).flatMap { _ in
      withUnsafeBytes(of: random.next()) { Array($0) }
    }
    let file = prepared.worktree.path + "/noise.bin"
    try writeFile(file, noise)

    for attempt in [
      {
        _ = try git.checkpoint(prepared.worktree, branch: prepared.branch, message: "m", of: owner)
      },
      { try Keep(git).release(.remove(prepared.worktree), of: owner, because: "a test") },
    ] {
      let error = #expect(throws: WorkspaceError.self) { try attempt() }
      guard case .git(let failure) = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(failure.isDiskFull, "\(failure)")
      #expect(failure.hint == "make room on the disk; nothing was lost")
      #expect(try readFile(file) == noise)
    }
    try writeFile(file, Array(noise.prefix(100)))
    #expect(
      try git.checkpoint(prepared.worktree, branch: prepared.branch, message: "m", of: owner)
        .isCommitted)
  }
}
