import Foundation
import TestSupport
import Testing

@testable import Journal

@Suite struct FileSystemTests {
  private func open(
    _ ground: Ground, _ access: JournalFile.Access, on fileSystem: FileSystem
  ) throws -> JournalFile {
    try JournalFile.open(
      ground.folder, access, schema: .current, patience: .zero, on: fileSystem)
  }

  @Test(arguments: [
    (UInt32(0x6969), "NFS"), (0xFF53_4D42, "SMB"), (0xFE53_4D42, "SMB"), (0x00C3_6400, "Ceph"),
    (0x0BD0_0BD0, "Lustre"), (0x0102_1997, "9P"),
  ])
  func aNetworkFileSystemIsRefusedBeforeAnythingIsMade(magic: UInt32, kind: String) throws {
    let ground = try Ground()
    let error = failure { try open(ground, .write(.full), on: FileSystem(magic: magic)) }
    #expect(error == .networkFileSystem(path: ground.folder.database, kind: kind))
    #expect(
      error.map { "\($0)" } == """
        \(ground.folder.database) lies on a network file system (\(kind)), where a journal cannot \
        be shared safely: put the repository, or a link `.divisi`, on a local disk
        """)
    #expect(!FileManager.default.fileExists(atPath: ground.folder.database))
  }

  @Test func aJournalThatIsThereIsNotReadThroughANetwork() throws {
    let ground = try Ground()
    try ground.write(3)
    for access in [JournalFile.Access.read, .write(.full)] {
      #expect(
        failure { try open(ground, access, on: FileSystem(magic: 0x6969)) }
          == .networkFileSystem(path: ground.folder.database, kind: "NFS"))
    }
  }

  @Test(arguments: [UInt32(0xEF53), 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630])
  func localFileSystemsAreTaken(magic: UInt32) throws {
    let ground = try Ground()
    #expect(throws: Never.self) { try open(ground, .write(.full), on: FileSystem(magic: magic)) }
  }

  @Test func aFileSystemThatIsAProgramCountsByItsName() {
    #expect(FileSystem(magic: 0x6573_5546, kind: "fuse.sshfs").network == "fuse.sshfs")
    #expect(FileSystem(magic: 0x6573_5546, kind: "fuse.mergerfs").network == nil)
    #expect(FileSystem(magic: 0x6573_5546).network == nil)
    let mounts = """
      22 1 0:21 / /proc rw,nosuid - proc proc rw
      36 35 0:52 / /home/ann/far rw,nosuid shared:1 master:2 - fuse.sshfs ann@far:/ rw
      """
    #expect(FileSystem.kind(of: "0:52", inMounts: mounts) == "fuse.sshfs")
    #expect(FileSystem.kind(of: "0:5", inMounts: mounts) == nil)
  }

  @Test func theDiskOfTheTestsIsKnown() throws {
    #expect(try FileSystem(of: "/proc").magic == 0x9FA0)
    #expect(failure { try FileSystem(of: "/nowhere") } != nil)
  }
}
