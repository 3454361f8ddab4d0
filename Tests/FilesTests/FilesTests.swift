import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct FilesTests {
  @Test func aFileIsReplacedWholeAndKeepsItsMode() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a", "old")
    chmod(path, 0o600)
    try writeFile(path, Array("new".utf8))
    #expect(try folder.read("a") == "new")
    var status = stat()
    stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(try listFolder(folder.path) == ["a"])
  }

  @Test func aFileThatIsThereIsNoNewOne() throws {
    let folder = try TemporaryFolder()
    #expect(try writeNewFile(folder.path + "/a", Array("first".utf8)))
    #expect(try !writeNewFile(folder.path + "/a", Array("second".utf8)))
    #expect(try folder.read("a") == "first")
    #expect(try listFolder(folder.path) == ["a"])
  }

  @Test func aFolderGoesWithAllThatIsInItAndNothingThatLinksLeadTo() throws {
    let folder = try TemporaryFolder()
    try folder.write("kept/file", "x")
    try folder.write("gone/deep/file", "x")
    symlink(folder.path + "/kept", folder.path + "/gone/link")
    try removeAll(folder.path + "/gone")
    try removeAll(folder.path + "/gone")
    #expect(try listFolder(folder.path) == ["kept"])
    #expect(try folder.read("kept/file") == "x")
  }

  @Test func manyMakeOneFolderTogether() throws {
    let folder = try TemporaryFolder()
    let failures = Mutex<[String]>([])
    for round in 0..<3000 {
      DispatchQueue.concurrentPerform(iterations: 4) { number in
        do { try createFolder("\(folder.path)/\(round)/\(number)") } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(failures.withLock { $0 } == [])
  }

  @Test func leftoversOfADeadWriterAreInNobodysWay() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a", "old")
    try folder.write(".a.divisi-\(getpid())-0", "half writ")
    try writeFile(path, Array("new".utf8))
    #expect(try folder.read("a") == "new")
  }

  @Test func failuresNameThePathAndTheReason() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a", "")
    let missing = #expect(throws: FileError.self) { try readFile(folder.path + "/b") }
    #expect(missing?.isMissing == true)
    #expect(missing?.description == "cannot read \(folder.path)/b: No such file or directory")
    #expect(throws: FileError.self) { try writeFile(file + "/below", []) }
    #expect(throws: FileError.self) { try createFolder(file + "/below") }
    #expect(throws: FileError.self) { try readFile(folder.path) }
    #expect(throws: FileError.self) { try listFolder(file) }
  }

  @Test(
    .enabled(
      if: getuid() == 0 && installedProgram("mount") != nil, "only root can mount a small disk"))
  func aFullDiskLosesNothing() throws {
    let folder = try TemporaryFolder()
    let mount = try runProgram(
      installedProgram("mount") ?? "", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path],
      in: "/")
    guard mount.status == 0 else {
      // A container may forbid it even to root.
      return
    }
    defer { _ = try? runProgram(installedProgram("umount") ?? "", [folder.path], in: "/") }
    let path = try folder.write("a", "old")
    let failure = #expect(throws: FileError.self) {
      try writeFile(path, [UInt8](repeating: 1, count: 1 << 20))
    }
    #expect(failure?.code == ENOSPC)
    #expect(try folder.read("a") == "old")
    #expect(try listFolder(folder.path) == ["a"])
  }

  @Test func aWalkGivesFilesInOrderAndFollowsNoLinks() throws {
    let folder = try TemporaryFolder()
    for name in ["b/2", "a", "b/1", "skip/x", "c/d/e"] { try folder.write(name, "") }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/b/loop", withDestinationPath: folder.path)
    #expect(
      walkFolder(folder.path, entering: { $0 != "skip" }) == ["a", "b/1", "b/2", "b/loop", "c/d/e"])
    #expect(walkFolder(folder.path, limit: 2).count <= 4)
    #expect(walkFolder("/nowhere") == [])
  }

  @Test(arguments: [
    ("a/../b", "/r/b"), ("./a//b/", "/r/a/b"), ("/x/./y", "/x/y"), ("../../..", "/"), ("", "/r"),
    ("a/\u{301}b/../c", "/r/a/c"),
  ])
  func pathsAreMadeAbsoluteByTheirLetters(path: String, meant: String) {
    #expect(absolutePath(path, from: "/r") == meant)
  }
}
