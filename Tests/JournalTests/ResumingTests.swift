import TestSupport
import Testing

@testable import Journal

@Suite struct ResumingTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  /// A state that depends on every event and on their order.
  private struct Sum: Equatable {
    var value = 0

    mutating func apply(_ event: EventRecord) {
      value = (value &* 31 &+ event.sequence &+ event.body.utf8.count) & 0xFFFF_FFFF
    }

    var bytes: [UInt8] { Array(String(value).utf8) }

    init() {}

    init(_ bytes: [UInt8]) { value = Int(String(decoding: bytes, as: UTF8.self)) ?? -1 }
  }

  private func state(_ file: JournalFile, _ lock: RunLock) throws -> Sum {
    let resumption = try file.resume(lock, understanding: 1)
    var sum = resumption.snapshot.map { Sum($0.state) } ?? Sum()
    for event in try file.allEvents(of: "run-1", after: resumption.snapshot?.sequence ?? 0) {
      sum.apply(event)
    }
    return sum
  }

  private func wholeState(_ file: JournalFile) throws -> Sum {
    try file.allEvents(of: "run-1").reduce(into: Sum()) { $0.apply($1) }
  }

  @Test func snapshotAndTailGiveTheStateOfAllEvents() throws {
    for seed in UInt64(1)...20 {
      var random = SeededGenerator(seed: seed)
      let ground = try Ground()
      let (file, lock) = try ground.begin()
      var last = 0
      var sum = Sum()
      while last < 60 {
        let count = Int.random(in: 1...7, using: &random)
        let batch = last + 1...last + count
        last = try file.append(entry(lock, batch))
        for event in events(batch) { sum.apply(event) }
        if Bool.random(using: &random) {
          try file.save(
            Snapshot(sequence: last, at: 0, version: 1, state: sum.bytes), under: lock)
        }
      }
      let again = try ground.open()
      #expect(try state(again, lock) == sum, "seed \(seed)")
      #expect(try wholeState(again) == sum, "seed \(seed)")
    }
  }

  @Test func aRunWithoutSnapshotIsResumedFromItsEvents() throws {
    try ground.write(5)
    let resumption = try ground.resume(try ground.lock())
    #expect(resumption.snapshot == nil)
    #expect(resumption.lastSequence == 5)
    #expect(resumption.run == record("run-1"))
  }

  @Test func aDamagedSnapshotIsPassedOver() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...9))
    for sequence in [3, 6] {
      try file.save(
        Snapshot(sequence: sequence, at: 0, version: 1, state: [UInt8(sequence)]), under: lock)
    }
    try file.database.run("UPDATE snapshots SET state = x'07' WHERE seq = 6")
    #expect(try file.resume(lock, understanding: 1).snapshot?.sequence == 3)
    #expect(try file.check().isSound)
    #expect(try file.check().findings.count == 1)
    try file.database.run("UPDATE snapshots SET state = x'07' WHERE seq = 3")
    #expect(try file.resume(lock, understanding: 1).snapshot == nil)
  }

  @Test func aSnapshotOfAnotherEncodingIsPassedOver() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...4))
    try file.save(Snapshot(sequence: 2, at: 0, version: 1, state: [1]), under: lock)
    try file.save(Snapshot(sequence: 4, at: 0, version: 2, state: [2]), under: lock)
    #expect(try file.resume(lock, understanding: 1).snapshot?.state == [1])
    #expect(try file.resume(lock, understanding: 2).snapshot?.state == [2])
    #expect(try file.resume(lock, understanding: 3).snapshot == nil)
  }

  @Test func aCallerThatCannotUseTheNewestSnapshotGetsTheOneBefore() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...4))
    try file.save(Snapshot(sequence: 2, at: 0, version: 1, state: [1]), under: lock)
    try file.save(Snapshot(sequence: 4, at: 0, version: 1, state: []), under: lock)
    #expect(try file.snapshot(of: "run-1", version: 1)?.state == [])
    #expect(try file.snapshot(of: "run-1", version: 1, atMost: 3)?.state == [1])
  }

  @Test func onlyTheLastTwoSnapshotsAreKept() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...9))
    for sequence in 1...9 {
      try file.save(Snapshot(sequence: sequence, at: 0, version: 1, state: [1]), under: lock)
    }
    #expect(try file.database.number("SELECT group_concat(seq) = '8,9' FROM snapshots") == 1)
  }

  @Test func aSnapshotOfEventsThatAreNotThereIsRefused() throws {
    let (file, lock) = try ground.begin()
    #expect(throws: JournalError.self) {
      try file.save(Snapshot(sequence: 1, at: 0, version: 1, state: []), under: lock)
    }
  }

  @Test func aRunThatIsNotThereIsNotResumed() throws {
    _ = try ground.open()
    let lock = try ground.lock()
    #expect(failure { try ground.resume(lock) } == .noSuchRun("run-1"))
  }
}
