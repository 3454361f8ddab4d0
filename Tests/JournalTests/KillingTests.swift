import TestSupport
import Testing

@testable import Journal

/// A process that writes is killed at a random moment, again and again, in the same journal.
@Suite(.timeLimit(.minutes(20))) struct KillingTests {
  @Test(arguments: JournalDurability.allCases)
  func noAcknowledgedCommitIsLost(durability: JournalDurability) throws {
    let ground = try Ground()
    let batch = 3
    var random = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
    let seed = random
    var acknowledged = 0
    for round in 1...25 {
      let writer = try Writer(
        "append", ground.folder.path, "run-1", "3000000", "\(batch)", durability.rawValue)
      for _ in 0...Int.random(in: 0...60, using: &random) {
        acknowledged = try #require(Int(writer.line() ?? ""), "round \(round) of \(seed)")
      }
      acknowledged = writer.kill().last.flatMap(Int.init) ?? acknowledged

      let lock = try ground.lock()
      let file = try ground.open(durability)
      let resumption = try file.resume(lock, understanding: 1)
      let last = resumption.lastSequence
      #expect(last >= acknowledged, "round \(round) of \(seed)")
      #expect(last - acknowledged <= batch, "round \(round) of \(seed)")
      #expect(last.isMultiple(of: batch), "half a decision in round \(round) of \(seed)")
      let events = try file.allEvents(of: "run-1")
      #expect(events.map(\.sequence) == Array(1...last), "round \(round) of \(seed)")
      acknowledged = last
    }
    #expect(try ground.read().damages() == [])
  }

  @Test func messagesOfKilledSendersAreWholeAndInOrder() throws {
    let ground = try Ground()
    try ground.write(1)
    var random = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
    let seed = random
    for round in 1...10 {
      let writer = try Writer("post", ground.folder.path, "run-1", "3000000")
      var acknowledged = 0
      for _ in 0...Int.random(in: 0...20, using: &random) {
        _ = try #require(writer.line())
        acknowledged += 1
      }
      acknowledged += writer.kill().count
      let bodies = try ground.read().waitingMessages(of: "run-1")
        .filter { $0.sender == "\(writer.identifier)" }.map(\.body)
      #expect(bodies.count >= acknowledged, "round \(round) of \(seed)")
      #expect(
        bodies == (1...bodies.count).map { "{\"n\":\($0)}" }, "round \(round) of \(seed)")
    }
    #expect(try ground.read().damages() == [])
  }
}
