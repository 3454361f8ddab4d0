import TestSupport
import Testing

@testable import Journal

@Suite struct AppendingTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  @Test func eventsAreReadAsTheyWereWrittenAndInOrder() throws {
    let (file, lock) = try ground.begin()
    #expect(try file.append(entry(lock, 1...3)) == 3)
    #expect(try file.append(entry(lock, 4...4)) == 4)
    #expect(try ground.events() == events(1...4))
    #expect(try file.allEvents(of: "run-1", after: 2) == events(3...4))
  }

  @Test func everyFieldKeepsItsValue() throws {
    let (file, lock) = try ground.begin()
    let odd = [
      EventRecord(sequence: 1, at: -5, kind: "ü'\"", step: nil, attempt: nil, body: "{}"),
      EventRecord(
        sequence: 2, at: .max, kind: "k", step: "", attempt: 0, body: "\"\u{0}\u{1F3BB}\""),
      EventRecord(
        sequence: 3, at: 0, kind: "k", step: "a", attempt: .max,
        body: "\"" + String(repeating: "x", count: 3_000_000) + "\""),
    ]
    _ = try file.append(JournalEntry(lock: lock, after: 0, events: odd))
    #expect(try ground.events() == odd)
  }

  @Test func anEntryIsWrittenAsAWholeOrNotAtAll() throws {
    let (file, lock) = try ground.begin()
    var flawed = entry(lock, 1...3)
    flawed.events[2].body = "{\n}"
    #expect(
      failure { try file.append(flawed) }
        == .malformed(run: "run-1", sequence: 3, flaw: "its body has more than one line"))
    #expect(try ground.events() == [])
    #expect(try file.append(entry(lock, 1...3)) == 3)
  }

  @Test func aRunIsThereWithItsFirstEntryOrNotAtAll() throws {
    let lock = try ground.lock()
    let file = try ground.open()
    var flawed = entry(lock, 1...3)
    flawed.events[2].body = "{\n}"
    #expect(
      failure { try file.begin(record("run-1"), with: flawed) }
        == .malformed(run: "run-1", sequence: 3, flaw: "its body has more than one line"))
    #expect(try ground.read().runs().isEmpty)
    let before = try commits(in: ground.folder)
    #expect(try file.begin(record("run-1"), with: entry(lock, 1...3)) == 3)
    #expect(try commits(in: ground.folder) == before + 1)
    #expect(try file.append(entry(lock, 4...4)) == 4)
    #expect(try ground.events() == events(1...4))
  }

  @Test func anEntryIsOneCommit() throws {
    let (file, lock) = try ground.begin()
    let before = try commits(in: ground.folder)
    _ = try file.append(entry(lock, 1...100))
    #expect(try commits(in: ground.folder) == before + 1)
  }

  @Test func anEntryThatWasDecidedOnAnOlderStateIsRefused() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...2))
    #expect(
      failure { try file.append(entry(lock, 2...2)) }
        == .stale(run: "run-1", expected: 1, found: 2))
    // Another connection wrote, and this one does not know.
    _ = try ground.open().append(entry(lock, 3...3))
    #expect(
      failure { try file.append(entry(lock, 3...3)) }
        == .stale(run: "run-1", expected: 2, found: 3))
    #expect(try file.append(entry(lock, 4...4)) == 4)
  }

  @Test func aSequenceThatIsNotTheNextIsRefused() throws {
    let (file, lock) = try ground.begin()
    let gap = JournalEntry(lock: lock, after: 0, events: [event(2)])
    #expect(
      failure { try file.append(gap) }
        == .malformed(run: "run-1", sequence: 2, flaw: "the next one is event 1"))
  }

  @Test func eventsWithoutKindOrBodyAreRefused() throws {
    let (file, lock) = try ground.begin()
    var noKind = entry(lock, 1...1)
    noKind.events[0].kind = ""
    var noBody = entry(lock, 1...1)
    noBody.events[0].body = ""
    for entry in [noKind, noBody] {
      guard case .malformed = failure({ try file.append(entry) }) else {
        Issue.record("it was written")
        return
      }
    }
  }

  @Test func runsDoNotMix() throws {
    let (file, lock) = try ground.begin("a")
    let other = try ground.lock("b")
    try file.begin(record("b"), under: other)
    _ = try file.append(entry(lock, 1...2))
    _ = try file.append(entry(other, 1...3))
    _ = try file.append(entry(lock, 3...3))
    #expect(try file.allEvents(of: "a") == events(1...3))
    #expect(try file.allEvents(of: "b") == events(1...3))
    #expect(failure { try file.allEvents(of: "c") } == .noSuchRun("c"))
    #expect(try file.runs().map(\.session) == ["b", "a"])
  }

  @Test func aRunBeginsOnce() throws {
    let (file, lock) = try ground.begin()
    #expect(failure { try file.begin(record("run-1"), under: lock) } == .runExists("run-1"))
  }

  @Test func theStandingChangesWithTheDecision() throws {
    let (file, lock) = try ground.begin()
    var end = entry(lock, 1...1)
    end.standing = RunStanding(status: "completed", ended: 7, summary: "{\"done\":1}")
    _ = try file.append(end)
    #expect(try ground.read().run("run-1").standing == end.standing)
    var refused = entry(lock, 1...1)
    refused.standing = RunStanding(status: "failed")
    #expect(throws: JournalError.self) { try file.append(refused) }
    #expect(try ground.read().run("run-1").standing == end.standing)
  }

  @Test func aClockThatGoesBackChangesNoOrder() throws {
    let (file, lock) = try ground.begin()
    var backwards = events(1...10)
    for index in backwards.indices { backwards[index].at = Int64(-index) * 86_400_000 }
    _ = try file.append(JournalEntry(lock: lock, after: 0, events: backwards))
    try file.save(Snapshot(sequence: 4, at: 9, version: 1, state: [4]), under: lock)
    try file.save(Snapshot(sequence: 8, at: 1, version: 1, state: [8]), under: lock)
    #expect(try ground.events() == backwards)
    #expect(try ground.resume(lock).snapshot?.state == [8])
    #expect(try file.damages() == [])
  }
}
