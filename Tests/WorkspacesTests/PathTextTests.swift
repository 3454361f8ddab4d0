import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// Names that are no UTF-8, as older disks have them.
@Suite struct PathTextTests {
  private let name = String(path: Array("caf".utf8) + [0xE9, 0x2E] + Array("env".utf8))

  private func write(_ path: String, _ text: String) throws {
    let file = try #require(fopen(path.rawPath, "w"))
    fputs(text, file)
    fclose(file)
  }

  private func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path.rawPath, &status) == 0
  }

  @Test(arguments: [
    [], [0x61], [0xE9], [0xC3, 0xA9, 0xFF], [0xF4, 0x8F, 0xBF, 0xBD, 0x80], [0xC3],
  ])
  func everyPathGoesBackAsItCame(_ bytes: [UInt8]) {
    #expect(String(path: bytes).pathBytes == bytes)
  }

  @Test func aFileWithSuchANameIsBroughtAndLeftOutOfCommits() throws {
    let scene = try Scene([".worktreeinclude": "*.env\n"])
    try write(scene.root + "/" + name, "KEY=1\n")
    #expect(mkdir((scene.root + "/d" + name).rawPath, 0o755) == 0)
    try write(scene.root + "/d" + name + "/a.env", "KEY=2\n")
    let prepared = try scene.prepare()
    #expect(Set(prepared.brought) == [name, "d" + name + "/a.env"])
    #expect(isThere(prepared.worktree.path + "/" + name))
    #expect(isThere(prepared.worktree.path + "/d" + name + "/a.env"))
    try scene.agent(prepared.worktree, "add", "--all")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--message", "All of it")
    let head = try scene.checkpoint(prepared).head
    #expect(try scene.git.changes(from: scene.base(), to: head) == [])
  }

  @Test func anUndecidedFileWithSuchANameIsKept() throws {
    let scene = try Scene()
    let prepared = try scene.prepare()
    for (place, text) in [(prepared.worktree.path, "ours\n"), (scene.root, "theirs\n")] {
      try write(place + "/" + name, text)
      try Scene.git(["add", "--all"], in: place)
      try Scene.git(["commit", "--quiet", "--message", text], in: place)
    }
    _ = try? scene.agent(prepared.worktree, "merge", "main")
    #expect(try scene.git.status(of: prepared.worktree).unmerged == [name])
    let kept = try scene.keep.pin(prepared.worktree, of: scene.owner, because: "a test")
    let stages = try #require(kept.stages)
    #expect(
      try scene.git.run(["ls-tree", "-r", "-z", "--name-only", stages.hex]).fields
        == ["2/" + name, "3/" + name])
    #expect(try scene.checkpoint(prepared).aborted == [.merge])
  }
}
