import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// Repositories that an agent made or cloned within its worktree, and that may not be whole.
@Suite struct InnerRepositoryTests {
  private let scene: Scene
  /// What is cloned: its second commit changed what the first had.
  private let library: Scene
  private let prepared: Worktrees.Prepared

  init() throws {
    library = try Scene(["lib.c": "int x;\n", "other.c": "int o;\n"])
    try library.write("lib.c", "int y;\n")
    try library.person("commit", "--quiet", "--all", "--message", "Newer")
    scene = try Scene()
    prepared = try scene.prepare()
  }

  /// Clones the library as an agent does, commits something in it, and leaves something else.
  private func cloned(_ options: String...) throws -> Worktree {
    let words = ["clone", "--quiet"] + options + ["file://" + library.root, "vend"]
    try Scene.git(words, in: prepared.worktree.path)
    let folder = prepared.worktree.path + "/vend"
    let vend = Worktree(path: folder, gitFolder: folder + "/.git")
    try vend.write("lib.c", "int mine;\n")
    try scene.agent(vend, "commit", "--quiet", "--all", "--message", "Mine")
    try vend.write("lib.c", "int stashed;\n")
    try vend.write("new.c", "int untracked;\n")
    try scene.agent(vend, "stash", "push", "--quiet", "--include-untracked")
    try vend.write("left.c", "int left;\n")
    return vend
  }

  /// All that the commits below what was kept hold of a file.
  private func versions(of file: String, in kept: KeptWork) throws -> Set<String> {
    let commits = try scene.person("rev-list", kept.commit.hex).split(separator: "\n")
    return Set(commits.compactMap { try? scene.person("show", "\($0):\(file)") })
  }

  private func expectKept(
    location: SourceLocation = #_sourceLocation
  ) throws -> KeptWork {
    let kept = try #require(
      try scene.keep.release(.remove(prepared.worktree), of: scene.owner, because: "a test"),
      sourceLocation: location)
    // Either fails where a commit names another that is not there.
    try scene.person("fsck", "--full", "--strict", "--no-dangling")
    try scene.person("rev-list", "--objects", "--all")
    #expect(
      try versions(of: "left.c", in: kept) == ["int left;\n"], sourceLocation: location)
    return kept
  }

  private func expectCopies(location: SourceLocation = #_sourceLocation) throws {
    let kept = try expectKept(location: location)
    #expect(
      try versions(of: "lib.c", in: kept) == ["int mine;\n", "int stashed;\n"],
      sourceLocation: location)
    #expect(
      try versions(of: "new.c", in: kept) == ["int untracked;\n"], sourceLocation: location)
    #expect(try scene.person("log", "--all", "--format=%B").contains("\n\nMine\n"))
  }

  @Test func aShallowCloneIsKeptWithoutItsHistory() throws {
    _ = try cloned("--depth", "1")
    try expectCopies()
  }

  @Test func aShallowCloneInAnIgnoredFolderIsKeptWithoutItsHistory() throws {
    try scene.write(".git/info/exclude", "/.worktrees/\n/vend/\n")
    _ = try cloned("--depth", "1")
    try expectCopies()
  }

  @Test func aCloneWithoutOldFilesIsKeptWhereItsServerIsGone() throws {
    try library.person("config", "uploadpack.allowFilter", "true")
    _ = try cloned("--filter=blob:none")
    try FileManager.default.moveItem(atPath: library.root, toPath: library.root + "-gone")
    try expectCopies()
  }

  @Test func aCloneOfWhichACommitIsLostIsKeptWithoutItsHistory() throws {
    let vend = try cloned("--no-local")
    try scene.agent(vend, "branch", "--unset-upstream")
    let lost = try scene.agent(vend, "rev-parse", "HEAD~2").dropLast()
    let pack = vend.gitFolder + "/objects/pack"
    let file = try #require(try listFolder(pack).first { $0.hasSuffix(".pack") })
    // One file each, so that one of them can go.
    try FileManager.default.moveItem(atPath: pack + "/" + file, toPath: vend.gitFolder + "/all")
    let all = try readFile(vend.gitFolder + "/all")
    try Git(Repository.find(from: vend.path), runner: scene.git.runner).run(
      ["unpack-objects", "-q"], input: all)
    unlink(vend.gitFolder + "/objects/\(lost.prefix(2))/\(lost.dropFirst(2))")
    try expectCopies()
  }

  @Test func aWholeCloneIsKeptWithItsHistory() throws {
    _ = try cloned()
    let kept = try expectKept()
    #expect(
      try versions(of: "lib.c", in: kept)
        == ["int x;\n", "int y;\n", "int mine;\n", "int stashed;\n"])
  }

  @Test func repositoriesWithoutACommitAreKept() throws {
    try prepared.worktree.write("outer/left.c", "int left;\n")
    try prepared.worktree.write("outer/staged.c", "int staged;\n")
    try prepared.worktree.write("outer/inner/deep.c", "int deep;\n")
    for folder in ["outer", "outer/inner"] {
      try Scene.git(["init", "--quiet"], in: prepared.worktree.path + "/" + folder)
    }
    try Scene.git(["add", "staged.c"], in: prepared.worktree.path + "/outer")
    let kept = try expectKept()
    #expect(try versions(of: "staged.c", in: kept) == ["int staged;\n"])
    #expect(try versions(of: "deep.c", in: kept) == ["int deep;\n"])
  }
}
