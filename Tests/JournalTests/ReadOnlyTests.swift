import Foundation
import TestSupport
import Testing

@testable import Journal

/// Scripts with mounts that nobody else sees and that end with them.
enum PrivateMounts {
  static let areAllowed: Bool = {
    guard let unshare = installedProgram("unshare") else { return false }
    let script = "mount -t tmpfs none /mnt"
    let result = try? runProgram(unshare, ["-r", "-m", "sh", "-c", script], in: "/")
    return result?.status == 0
  }()

  /// Runs a script that has `$disk`, an empty folder, to mount things on.
  static func run(_ script: String, in scratch: TemporaryFolder) throws -> ProgramResult {
    let disk = scratch.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let programs = URL(fileURLWithPath: builtProgram("journal-writer")).deletingLastPathComponent()
    return try runProgram(
      try #require(installedProgram("unshare")), ["-r", "-m", "sh", "-c", script],
      in: scratch.path,
      environment: [
        "PATH": programs.path + ":/usr/sbin:/usr/bin:/sbin:/bin", "disk": disk,
      ])
  }
}

@Suite(.timeLimit(.minutes(20)), .enabled(if: PrivateMounts.areAllowed)) struct ReadOnlyTests {
  let scratch: TemporaryFolder
  private var journal: String { scratch.path + "/disk/j/journal.db" }

  init() throws { scratch = try TemporaryFolder() }

  private func lines(_ script: String) throws -> [String] {
    let result = try PrivateMounts.run(script, in: scratch)
    #expect(result.errors == "")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test func aReadOnlyDiskIsReadAndNotWritten() throws {
    #expect(
      try lines(
        """
        mount -t tmpfs none "$disk"
        journal-writer append "$disk/j" run-1 10 10 full
        mount -o remount,ro "$disk"
        journal-writer append "$disk/j" run-1 10 10 full
        journal-writer post "$disk/j" run-1 1
        journal-writer read "$disk/j" run-1
        """) == [
          "10", "error: cannot lock \(scratch.path)/disk/j/runs/run-1/lock: Read-only file system",
          "error: cannot write \(journal): it is read-only; nothing was changed", "10",
        ])
  }

  @Test func aReadOnlyDiskWithALogIsNotReadInPart() throws {
    #expect(
      try lines(
        """
        mount -t tmpfs none "$disk"
        journal-writer append "$disk/j" run-1 1000000 10 full | head -n 3 > /dev/null
        rm "$disk/j/journal.db-shm"
        mount -o remount,ro "$disk"
        journal-writer read "$disk/j" run-1
        """) == [
          "error: cannot read \(journal): it is read-only and its last events are still in "
            + "\(journal)-wal; copy both files to a folder that can be written and read them there"
        ])
  }

  @Test func aFolderThatIsReadOnlyIsToldAsSuch() throws {
    #expect(
      try lines(
        """
        mkdir "$disk/j"
        mount --bind "$disk/j" "$disk/j"
        mount -o remount,ro,bind "$disk/j"
        journal-writer read "$disk/j" run-1
        journal-writer post "$disk/j" run-1 1
        """) == [
          "error: there is no journal at \(journal): nothing has run in this repository yet",
          "error: cannot write \(journal): it is read-only; nothing was changed",
        ])
  }

  @Test func aFileThatIsReadOnlyIsToldAsSuch() throws {
    #expect(
      try lines(
        """
        mount -t tmpfs none "$disk"
        journal-writer append "$disk/j" run-1 10 10 full
        mount --bind "$disk/j/journal.db" "$disk/j/journal.db"
        mount -o remount,ro,bind "$disk/j/journal.db"
        journal-writer append "$disk/j" run-1 10 10 full
        journal-writer read "$disk/j" run-1
        """) == [
          "10", "error: cannot write \(journal): it is read-only; nothing was changed", "10",
        ])
  }
}
