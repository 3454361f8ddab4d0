import Files
import Foundation
import TestSupport
import Testing
import Workspaces

@Suite struct RepositoryTests {
  @Test func aRepositoryIsFoundFromBelow() throws {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    try folder.write("a b/\u{FC}/c", "")
    let repository = try Repository.find(from: folder.path + "/a b/\u{FC}")
    #expect(repository.root == folder.path)
    #expect(repository.home == folder.path)
    #expect(repository.relativePath(of: folder.path + "/a b/\u{FC}/c") == "a b/\u{FC}/c")
    #expect(repository.relativePath(of: "/elsewhere") == nil)
    #expect(repository.relativePath(of: folder.path + "x") == nil)
  }

  @Test func aWorktreeHasItsOwnRootAndSharesTheRest() throws {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    let git = try runProgram(
      installedProgram("git") ?? "", ["worktree", "add", "-q", "tree"], in: folder.path,
      environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"])
    #expect(git.status == 0, "\(git.errors)")
    let repository = try Repository.find(from: folder.path + "/tree")
    #expect(repository.root == folder.path + "/tree")
    #expect(repository.gitFolder == folder.path + "/.git/worktrees/tree")
    #expect(repository.commonFolder == folder.path + "/.git")
    #expect(repository.home == folder.path)
  }

  @Test func aSubmoduleIsAtHomeInItself() throws {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    try folder.write(".git/modules/part/HEAD", "ref: refs/heads/main\n")
    try folder.write("part/.git", "gitdir: ../.git/modules/part\n")
    let repository = try Repository.find(from: folder.path + "/part")
    #expect(repository.home == folder.path + "/part")
  }

  @Test func whereThereIsNoneThatIsSaid() throws {
    let folder = try TemporaryFolder()
    #expect(throws: RepositoryError.outsideRepository(folder.path)) {
      try Repository.find(from: folder.path)
    }
    #expect(throws: RepositoryError.noSuchFolder("/nowhere")) {
      try Repository.find(from: "/nowhere")
    }
    try folder.write(".git", "no git file")
    #expect(throws: RepositoryError.notAGitFile(folder.path + "/.git")) {
      try Repository.find(from: folder.path)
    }
    try folder.write(".git", "gitdir: /nowhere\n")
    #expect(throws: RepositoryError.missingGitFolder(folder.path + "/.git", "/nowhere")) {
      try Repository.find(from: folder.path)
    }
  }

  @Test func aRepositoryWithoutACheckoutIsToldApart() throws {
    let folder = try TemporaryFolder()
    try Scene.git(["init", "--quiet", "--bare", "store.git"], in: folder.path)
    #expect(throws: RepositoryError.bare(folder.path + "/store.git")) {
      try Repository.find(from: folder.path + "/store.git/objects")
    }
    try makeRepository(in: folder)
    #expect(try Repository.find(from: folder.path + "/.git/objects").root == folder.path)
  }

  @Test func whatOthersExcludeStaysByteForByte() throws {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    let path = folder.path + "/.git/info/exclude"
    // A name as an old file system wrote it.
    let own = Array("gr".utf8) + [0xFC, 0xDF] + Array("e\r\n".utf8)
    try writeFile(path, own)
    let repository = try Repository.find(from: folder.path)
    _ = try repository.exclude(["/.divisi/"], because: "why")
    #expect(try readFile(path) == own + Array("# why\n/.divisi/\n".utf8))
  }

  @Test func patternsThatAreExcludedAtOnceAreAllThere() async throws {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    let repository = try Repository.find(from: folder.path)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask { _ = try? repository.exclude(["/\(number)"], because: "why") }
      }
    }
    let lines = try folder.read(".git/info/exclude").split(separator: "\n")
    #expect(Set((0..<200).map { "/\($0)" }).isSubset(of: lines.map(String.init)))
  }

  @Test func patternsAreExcludedOnceAndTheFileKept() throws {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    try folder.write(".git/info/exclude", "# mine\n/own")
    let repository = try Repository.find(from: folder.path)
    #expect(try repository.exclude(["/own", "/.divisi/"], because: "why") == ["/.divisi/"])
    #expect(try folder.read(".git/info/exclude") == "# mine\n/own\n# why\n/.divisi/\n")
    #expect(try repository.exclude(["/own", "/.divisi/"], because: "why") == [])
  }
}
