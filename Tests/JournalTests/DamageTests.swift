import Foundation
import Glibc
import TestSupport
import Testing

@testable import Journal

/// Files that were changed, cut or removed while nobody ran the run. Whatever was done to them, a
/// resume gives exactly what was written, or an error.
@Suite(.timeLimit(.minutes(20))) struct DamageTests {
  let ground: Ground
  private let last = 30

  init() throws {
    ground = try Ground()
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...20))
    try file.save(Snapshot(sequence: 20, at: 0, version: 1, state: [20]), under: lock)
    try file.post("{\"n\":1}", to: "run-1", from: "ann", at: 1)
    try file.database.runScript("PRAGMA wal_checkpoint(TRUNCATE)")
    _ = try file.append(entry(lock, 21...last))
    try file.post("{\"n\":2}", to: "run-1", from: "ann", at: 2)
    try copy(ground.folder.path, to: crashed)
  }

  /// The folder as a crash leaves it: part of the journal is in its log only. The log's index goes
  /// with the machine, or is made anew by the first to come.
  private var crashed: String { ground.scratch.path + "/crashed" }

  private func copy(_ from: String, to: String) throws {
    try FileManager.default.copyItem(atPath: from, toPath: to)
    unlink(to + "/journal.db-shm")
  }

  /// A crashed folder of one's own, to be broken.
  private func broken(_ body: (JournalFolder) throws -> Void) throws -> Ground {
    let other = try Ground()
    try copy(crashed, to: other.folder.path)
    try body(other.folder)
    return other
  }

  /// Everything that a runner and a list take from a journal.
  private struct Taken: Equatable {
    var run: RunRecord
    var snapshot: Snapshot?
    var events: [EventRecord]
    var messages: [InboxMessage]
  }

  private func take(_ ground: Ground, acceptingLoss: Bool = false) throws -> Taken {
    let lock = try ground.lock()
    let file = try ground.open()
    let resumption = try file.resume(lock, understanding: 1, acceptingLoss: acceptingLoss)
    return Taken(
      run: resumption.run, snapshot: resumption.snapshot,
      events: try file.allEvents(of: "run-1"), messages: try file.waitingMessages(of: "run-1"))
  }

  /// What is taken from a broken journal has to be what was written, except that a snapshot may be
  /// missing, which only costs time.
  private func expectRightOrError(
    _ broken: Ground, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    do {
      var taken = try take(broken)
      if taken.snapshot == nil { taken.snapshot = expected.snapshot }
      #expect(taken == expected, "\(what)", sourceLocation: sourceLocation)
    } catch is JournalError {}
  }

  private var expected: Taken {
    Taken(
      run: record("run-1"), snapshot: Snapshot(sequence: 20, at: 0, version: 1, state: [20]),
      events: events(1...last),
      messages: (1...2).map {
        InboxMessage(number: $0, at: Int64($0), sender: "ann", body: "{\"n\":\($0)}")
      })
  }

  private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    body(&bytes)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  @Test func aCrashLosesNothing() throws {
    #expect(try take(try broken { _ in }) == expected)
  }

  @Test(arguments: ["journal.db", "journal.db-wal", "runs/run-1/tip", "runs/run-1/bell"])
  func aFlippedBitNeverGivesAWrongState(file: String) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for round in 1...120 {
      let other = try broken { folder in
        try change("\(folder.path)/\(file)") { bytes in
          let place = Int.random(in: bytes.indices, using: &random)
          bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        }
      }
      try expectRightOrError(other, "\(file), seed \(seed), round \(round)")
    }
  }

  @Test(arguments: ["journal.db", "journal.db-wal", "runs/run-1/tip", "runs/run-1/bell"])
  func aFileThatWasCutNeverGivesAWrongState(file: String) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let size = try Data(contentsOf: URL(fileURLWithPath: "\(crashed)/\(file)")).count
    let lengths = [0, 1, size - 1] + (1...60).map { _ in Int.random(in: 0..<size, using: &random) }
    for length in lengths {
      let other = try broken { folder in
        try change("\(folder.path)/\(file)") { $0.removeSubrange(length...) }
      }
      try expectRightOrError(other, "\(file) cut to \(length), seed \(seed)")
    }
  }

  @Test func pagesOfZerosNeverGiveAWrongState() throws {
    let size = try Data(contentsOf: URL(fileURLWithPath: "\(crashed)/journal.db")).count
    for page in 0..<size / 4096 {
      let other = try broken { folder in
        try change(folder.database) { bytes in
          for place in page * 4096..<(page + 1) * 4096 { bytes[place] = 0 }
        }
      }
      try expectRightOrError(other, "page \(page)")
    }
  }

  @Test func aLogThatIsMissingIsToldAsALoss() throws {
    let other = try broken { unlink($0.database + "-wal") }
    let error = failure { try take(other) }
    #expect(error == .lost(run: "run-1", last: 20, written: last))
    #expect(
      error.map { "\($0)" } == """
        run `run-1` was written up to event 30, but the journal ends at 20: a power cut, or a \
        journal.db-wal that was removed, took the rest; restore it, or resume and accept the loss
        """)
  }

  @Test func aLossThatIsAcceptedIsAskedAboutOnce() throws {
    let other = try broken { unlink($0.database + "-wal") }
    #expect(try take(other, acceptingLoss: true).events == events(1...20))
    #expect(try take(other).events == events(1...20))
    let lock = try other.lock()
    #expect(try other.open().append(entry(lock, 21...21)) == 21)
    #expect(try other.read().damages() == [])
  }

  @Test func aDatabaseThatWasCutToNothingKeepsItsLog() throws {
    let other = try broken { truncate($0.database, 0) }
    let log = try Data(contentsOf: URL(fileURLWithPath: other.folder.database + "-wal"))
    for _ in 1...2 {
      #expect(
        failure { try other.open() }
          == .corrupt(path: other.folder.database, detail: "it was cut to nothing"))
      #expect(throws: JournalError.self) { try other.read() }
    }
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: other.folder.database + "-wal")) == log)
  }

  @Test func aDatabaseThatIsMissingIsNotBegunAnew() throws {
    let other = try broken { unlink($0.database) }
    #expect(
      failure { try other.open() } == .gone(path: other.folder.database, runs: ["run-1"]))
    #expect(
      failure { try other.read() } == .gone(path: other.folder.database, runs: ["run-1"]))
  }

  @Test func anEmptyJournalInItsPlaceIsNotTakenForIt() throws {
    let empty = try Ground()
    _ = try empty.open()
    let other = try broken { folder in
      for suffix in ["", "-wal"] { unlink(folder.database + suffix) }
      try FileManager.default.copyItem(atPath: empty.folder.database, toPath: folder.database)
    }
    #expect(failure { try take(other) } == .noSuchRun("run-1"))
    #expect(
      failure { try other.open().begin(record("run-1"), under: try other.lock()) }
        == .lost(run: "run-1", last: 0, written: last))
    #expect(try other.read().damages().count == 1)
  }

  @Test func aJournalOfAnotherHistoryIsNotTakenForIt() throws {
    let foreign = try Ground()
    do {
      let (file, lock) = try foreign.begin()
      var other = entry(lock, 1...last)
      other.events[3].body = "{}"
      _ = try file.append(other)
      try file.post("{}", to: "run-1", from: "bob", at: 1)
      try file.post("{}", to: "run-1", from: "bob", at: 1)
    }
    let other = try broken { folder in
      for suffix in ["", "-wal"] { unlink(folder.database + suffix) }
      try FileManager.default.copyItem(atPath: foreign.folder.database, toPath: folder.database)
    }
    #expect(
      failure { try take(other) }
        == .broken(
          run: "run-1", sequence: last, flaw: "the run was written to another journal"))
  }

  @Test func anOlderCopyIsToldAsALoss() throws {
    let older = try Ground()
    try copy(crashed, to: older.folder.path)
    do {
      let lock = try ground.lock()
      _ = try ground.open().append(entry(lock, last + 1...last + 5))
    }
    for suffix in ["", "-wal", "-shm"] {
      unlink(ground.folder.database + suffix)
      try? FileManager.default.copyItem(
        atPath: older.folder.database + suffix, toPath: ground.folder.database + suffix)
    }
    #expect(failure { try take(ground) } == .lost(run: "run-1", last: 30, written: 35))
  }
}
