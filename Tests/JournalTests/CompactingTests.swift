import Foundation
import Glibc
import TestSupport
import Testing

@testable import Journal

@Suite struct CompactingTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  private func writeEnded(_ session: String, at ended: Int64, events count: Int = 3) throws {
    let (file, lock) = try ground.begin(session)
    var last = entry(lock, 1...count)
    last.standing = RunStanding(status: "completed", ended: ended)
    _ = try file.append(last)
    try file.save(Snapshot(sequence: count, at: 0, version: 1, state: [1, 2, 3]), under: lock)
  }

  @Test func runsThatEndedBeforeAreRemovedWithAllTheirTraces() throws {
    try writeEnded("old", at: 10)
    try writeEnded("new", at: 20)
    try ground.write(3, to: "going")
    let file = try ground.open()
    let compaction = try file.compact(removingEndedBefore: 20, at: 1)
    #expect(compaction.removedRuns == ["old"])
    #expect(try file.runs().map(\.session) == ["going", "new"])
    #expect(try file.database.number("SELECT count(*) FROM events") == 6)
    #expect(!FileManager.default.fileExists(atPath: ground.folder.run("old")))
    #expect(try file.damages() == [])
  }

  @Test func withoutAMomentNoRunIsRemoved() throws {
    try writeEnded("old", at: 10)
    let file = try ground.open()
    #expect(try file.compact(removingEndedBefore: nil, at: 1).removedRuns == [])
    #expect(try ground.events("old") == events(1...3))
  }

  @Test func snapshotsOfEndedRunsGoAndOthersStay() throws {
    try writeEnded("old", at: 10)
    let (file, lock) = try ground.begin("going")
    _ = try file.append(entry(lock, 1...3))
    try file.save(Snapshot(sequence: 3, at: 0, version: 1, state: [9]), under: lock)
    #expect(try file.compact(removingEndedBefore: nil, at: 1).removedSnapshots == 1)
    #expect(try file.resume(lock, understanding: 1).snapshot?.state == [9])
    #expect(try file.resume(try ground.lock("old"), understanding: 1).lastSequence == 3)
  }

  @Test func aRunThatSomebodyHoldsIsNotRemoved() throws {
    try writeEnded("old", at: 10)
    let lock = try ground.lock("old")
    #expect(try ground.open().compact(removingEndedBefore: 20, at: 1).removedRuns == [])
    withExtendedLifetime(lock) {}
    #expect(try ground.events("old") == events(1...3))
  }

  @Test func whatAttemptsLeftInTheFolderStays() throws {
    try writeEnded("old", at: 10)
    try ground.scratch.write(".divisi/runs/old/step/1/stdout.jsonl", "{}")
    _ = try ground.open().compact(removingEndedBefore: 20, at: 1)
    #expect(try ground.scratch.read(".divisi/runs/old/step/1/stdout.jsonl") == "{}")
    // Nothing there says that a run is missing.
    #expect(try ground.read().damages() == [])
  }

  @Test func theRoomGoesBackToTheDisk() throws {
    try writeEnded("old", at: 10, events: 20_000)
    let file = try ground.open()
    let compaction = try file.compact(removingEndedBefore: 20, at: 1)
    #expect(compaction.bytesBefore > 1 << 20)
    #expect(compaction.bytesAfter < 1 << 17)
  }

  @Test func aRunnerGoesOnMeanwhileAndAReaderDoesNotStopIt() throws {
    try writeEnded("old", at: 10, events: 5000)
    let (file, lock) = try ground.begin("going")
    _ = try file.append(entry(lock, 1...3))
    let reader = try ground.read()
    var rows = try reader.events(of: "old")
    _ = try rows.next()
    #expect(try ground.open().compact(removingEndedBefore: 20, at: 1).removedRuns == ["old"])
    #expect(try file.append(entry(lock, 4...4)) == 4)
    var seen = 1
    while try rows.next() != nil { seen += 1 }
    #expect(seen == 5000)
  }
}
