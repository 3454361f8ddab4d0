import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// What git was told not to look at.
@Suite struct HiddenEditTests {
  private static let flags = ["--assume-unchanged", "--skip-worktree"]

  /// A worktree in which one of three files was changed behind a mark in an index of some format.
  private func marked(
    _ scene: Scene, _ flag: String, version: Int = 2
  ) throws -> Worktrees.Prepared {
    let prepared = try scene.prepare()
    try scene.agent(prepared.worktree, "update-index", "--index-version", "\(version)")
    #expect(!prepared.worktree.hidesEdits(20))
    try scene.agent(prepared.worktree, "update-index", flag, "src/a.txt")
    try prepared.worktree.write("src/a.txt", "changed\n")
    #expect(try scene.agent(prepared.worktree, "status", "--porcelain") == "")
    return prepared
  }

  @Test(arguments: flags, [2, 3, 4])
  func markedFilesAreCommitted(_ flag: String, _ version: Int) throws {
    let scene = try Scene()
    let prepared = try marked(scene, flag, version: version)
    #expect(try !scene.worktrees.isUnchanged(prepared.worktree))
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.person("show", "\(head):src/a.txt") == "changed\n")
    #expect(!prepared.worktree.hidesEdits(20))
  }

  /// An index is the agent's to write: whatever stands in it is read to its end and no further.
  @Test(arguments: [2, 4]) func anIndexOfAnyContentIsRead(_ version: Int) throws {
    let scene = try Scene(
      Dictionary(uniqueKeysWithValues: (0..<20).map { ("folder/name\($0).txt", "\($0)\n") }))
    let worktree = try scene.prepare().worktree
    try scene.agent(worktree, "update-index", "--index-version", "\(version)")
    let path = worktree.gitFolder + "/index"
    let whole = try readFile(path)
    var chance = SeededGenerator(seed: 20_261_121)
    var found: Set<Bool> = []
    for round in 0..<4000 {
      var bytes = Array(whole.prefix(round < whole.count ? round : whole.count))
      for _ in 0..<(round % 4) where !bytes.isEmpty {
        bytes[Int.random(in: bytes.indices, using: &chance)] = UInt8.random(
          in: 0...255, using: &chance)
      }
      try writeFile(path, bytes)
      found.insert(worktree.hidesEdits(20))
    }
    #expect(found == [true, false])
  }

  @Test(arguments: flags) func markedFilesAreKeptAndTakenBack(_ flag: String) throws {
    let scene = try Scene()
    let prepared = try marked(scene, flag)
    let again = try scene.prepare()
    let kept = try #require(again.kept.first)
    #expect(try scene.person("show", kept.ref + ":src/a.txt") == "changed\n")
    #expect(try prepared.worktree.read("src/a.txt") == "one\ntwo\nthree\n")
  }

  @Test func aRepositoryThatIgnoresWhatFilesLookLikeHidesNothing() throws {
    let scene = try Scene()
    try scene.person("config", "core.ignoreStat", "true")
    let prepared = try scene.prepare()
    try prepared.worktree.write("src/a.txt", "changed\n")
    #expect(try scene.git.status(of: prepared.worktree).changed == ["src/a.txt"])
  }

  @Test func anIndexInTwoFilesIsReadByGit() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    try scene.agent(prepared.worktree, "update-index", "--assume-unchanged", "src/a.txt")
    try scene.agent(prepared.worktree, "update-index", "--split-index")
    try prepared.worktree.write("src/a.txt", "changed\n")
    #expect(try scene.git.status(of: prepared.worktree).changed == ["src/a.txt"])
  }

  /// What one agent does not want to see is there again for the next.
  @Test func aWorktreeThatAnAgentMadeSparseIsWholeWhenItIsUsedAgain() throws {
    let scene = try Scene(["in/a": "a\n", "out/b": "b\n"])
    let prepared = try scene.prepare()
    try scene.agent(prepared.worktree, "sparse-checkout", "set", "in")
    #expect(entryKind(prepared.worktree.path + "/out/b") == .missing)
    #expect(try scene.prepare().worktree == prepared.worktree)
    #expect(try prepared.worktree.read("out/b") == "b\n")
    #expect(try scene.git.status(of: prepared.worktree).isClean)
  }

  @Test func aWorktreeOfASparseCheckoutIsAsSparseWhenItIsUsedAgain() throws {
    let scene = try Scene(["in/a": "a\n", "out/b": "b\n", "more/c": "c\n"])
    try scene.person("sparse-checkout", "set", "in")
    let prepared = try scene.prepare()
    try scene.agent(prepared.worktree, "sparse-checkout", "set", "more")
    _ = try scene.prepare()
    #expect(try prepared.worktree.read("in/a") == "a\n")
    #expect(entryKind(prepared.worktree.path + "/out/b") == .missing)
    #expect(entryKind(prepared.worktree.path + "/more/c") == .missing)
    #expect(try scene.git.status(of: prepared.worktree).isClean)
  }
}
