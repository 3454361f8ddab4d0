import Foundation
import Glibc
import TestSupport
import Testing

@testable import Journal

/// Files that are taken away from under a runner.
@Suite struct ReplacedFileTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  private func expectSaved(
    after act: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (file, lock) = try ground.begin("run-1", .full)
    _ = try file.append(entry(lock, 1...10))
    try act()
    let saved = ground.folder.database + ".saved-1"
    let error = failure { try file.append(entry(lock, 11...12)) }
    #expect(
      error == .replaced(path: ground.folder.database, saved: saved),
      sourceLocation: sourceLocation)
    #expect(error?.endsTheFile == true)
    // Nothing more goes into files that nobody will find.
    #expect(
      failure { try file.append(entry(lock, 13...13)) } == error, sourceLocation: sourceLocation)

    // What was saved can be put back, and the run goes on behind what it had acknowledged.
    let other = try Ground()
    try FileManager.default.createDirectory(
      atPath: other.folder.run("run-1"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: saved, toPath: other.folder.database)
    try FileManager.default.copyItem(
      atPath: ground.folder.tip("run-1"), toPath: other.folder.tip("run-1"))
    let again = try other.lock()
    #expect(try other.resume(again).lastSequence == 12, sourceLocation: sourceLocation)
    #expect(try other.events() == events(1...12), sourceLocation: sourceLocation)
    #expect(
      try other.open().append(entry(again, 13...13)) == 13, sourceLocation: sourceLocation)
  }

  @Test func aDeletedDatabaseIsNoticedAndSaved() throws {
    try expectSaved { unlink(ground.folder.database) }
  }

  @Test func aReplacedDatabaseIsNoticedAndSaved() throws {
    let other = try Ground()
    try other.write(3)
    try expectSaved { rename(other.folder.database, ground.folder.database) }
  }

  @Test func aDeletedLogIsNoticedAndSaved() throws {
    try expectSaved { unlink(ground.folder.database + "-wal") }
  }

  @Test func aDeletedIndexOfTheLogIsNoticedAndSaved() throws {
    try expectSaved { unlink(ground.folder.database + "-shm") }
  }

  @Test func aFolderThatWasMovedAwayIsNoticed() throws {
    let (file, lock) = try ground.begin("run-1", .full)
    rename(ground.folder.path, ground.folder.path + "-away")
    #expect(failure { try file.append(entry(lock, 1...1)) } == .lockLost(run: "run-1"))
  }

  /// There a commit takes less time than a look at the files, so not every one looks.
  @Test(.timeLimit(.minutes(20)))
  func inProcessDurabilityItIsNoticedSoonAndAllIsSaved() throws {
    let (file, lock) = try ground.begin("run-1", .process)
    unlink(ground.folder.database)
    var last = 0
    var error: JournalError?
    while error == nil {
      do throws(JournalError) {
        last = try file.append(entry(lock, last + 1...last + 1))
      } catch let caught {
        error = caught
      }
    }
    let saved = ground.folder.database + ".saved-1"
    #expect(error == .replaced(path: ground.folder.database, saved: saved))
    let database = try Database(saved, .read, patience: .zero)
    #expect(try database.number("SELECT max(seq) FROM events") == Int64(last + 1))
  }

  enum Write: CaseIterable {
    case post
    case snapshot
    case lease
    case compaction

    func carryOut(_ file: JournalFile, _ lock: RunLock) throws {
      switch self {
      case .post: _ = try file.post("{}", to: "run-1", from: "ann", at: 0)
      case .snapshot:
        try file.save(Snapshot(sequence: 1, at: 0, version: 1, state: []), under: lock)
      case .lease: _ = try file.lease([.init("port")], for: "step", under: lock, at: 0)
      case .compaction: _ = try file.compact(removingEndedBefore: nil, at: 0)
      }
    }
  }

  @Test(arguments: Write.allCases) func everyKindOfWriteNotices(write: Write) throws {
    let (file, lock) = try ground.begin("run-1", .full)
    _ = try file.append(entry(lock, 1...1))
    unlink(ground.folder.database)
    guard case .replaced = failure({ try write.carryOut(file, lock) }) else {
      Issue.record("it was written into nothing")
      return
    }
  }

  @Test func aDatabaseThatIsCutUnderARunnerNeverGivesAWrongState() throws {
    for length in stride(from: 0, through: 40_960, by: 4096) {
      let ground = try Ground()
      var acknowledged = 0
      do {
        let (file, lock) = try ground.begin("run-1", .full)
        acknowledged = try file.append(entry(lock, 1...300))
        try file.database.runScript("PRAGMA wal_checkpoint(TRUNCATE)")
        truncate(ground.folder.database, length)
        acknowledged = try file.append(entry(lock, 301...310))
      } catch is JournalError {}
      do {
        let lock = try ground.lock()
        let file = try ground.open()
        let last = try file.resume(lock, understanding: 1).lastSequence
        #expect(try file.allEvents(of: "run-1") == events(1...last))
        #expect(last >= acknowledged)
      } catch is JournalError {}
    }
  }
}
