import Glibc
import TestSupport
import Testing

@testable import Journal

@Suite struct CheckingTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  @Test func aWholeJournalIsSound() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...9))
    try file.save(Snapshot(sequence: 4, at: 0, version: 1, state: [1]), under: lock)
    try file.post("{}", to: "run-1", from: "ann", at: 0)
    let check = try ground.read().check()
    #expect(
      check == JournalCheck(runs: 1, events: 9, snapshots: 1, messages: 1, findings: []))
  }

  /// Each makes a change that SQLite itself takes for right.
  @Test(arguments: [
    ("UPDATE events SET body = '{}' WHERE seq = 5", "event 5 of run `run-1`"),
    ("UPDATE events SET kind = 'x' WHERE seq = 1", "event 1 of run `run-1`"),
    ("UPDATE events SET at = at + 1 WHERE seq = 9", "event 9 of run `run-1`"),
    ("UPDATE events SET step = NULL WHERE seq = 2", "event 2 of run `run-1`"),
    ("UPDATE events SET attempt = 2 WHERE seq = 2", "event 2 of run `run-1`"),
    ("UPDATE events SET chain = 0 WHERE seq = 2", "event 2 of run `run-1`"),
    ("DELETE FROM events WHERE seq = 4", "event 4 of run `run-1`"),
    ("DELETE FROM events WHERE seq > 6", "was written up to event 9"),
    ("UPDATE runs SET status = 'failed'", "run `run-1` is not what was written"),
    ("UPDATE runs SET ended = 1", "run `run-1` is not what was written"),
    ("UPDATE runs SET plan = 'other'", "run `run-1` is not what was written"),
    ("DELETE FROM runs", "was written, but is not in the journal"),
    ("DELETE FROM inbox", "message 1 was left for run `run-1`"),
    ("UPDATE inbox SET taken = 9", "message 1 is not what was written"),
    ("UPDATE inbox SET sender = 'bob'", "message 1 is not what was written"),
  ])
  func everyChangeIsFoundAndNamed(sql: String, place: String) throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...9))
    try file.post("{}", to: "run-1", from: "ann", at: 0)
    try file.database.runScript(sql)
    let damages = try ground.read().damages()
    #expect(damages.contains { $0.contains(place) }, "\(damages)")
  }

  @Test func oneBrokenRunDoesNotHideAnother() throws {
    for session in ["a", "b", "c"] { try ground.write(3, to: session) }
    let file = try ground.open()
    try file.database.runScript("UPDATE events SET body = '{}' WHERE seq = 2 AND run IN (1, 3)")
    let check = try file.check()
    #expect(check.runs == 3)
    #expect(check.findings.count == 2)
  }

  @Test func aBodyThatIsNoJSONIsDamage() throws {
    let (file, lock) = try ground.begin()
    var entry = entry(lock, 1...1)
    entry.events[0].body = "no JSON"
    _ = try file.append(entry)
    #expect(try file.damages().count == 1)
  }

  @Test func leftoverLeasesAreNoted() throws {
    do {
      let (file, lock) = try ground.begin()
      _ = try file.lease([.init("port")], for: "step", under: lock, at: 1)
    }
    let check = try ground.read().check()
    #expect(check.isSound)
    #expect(check.findings.map(\.weight) == [.note])
  }

  @Test(.enabled(if: installedProgram("sqlite3") != nil))
  func theJournalCanBeReadByHand() throws {
    try ground.write(3)
    let sqlite = try #require(installedProgram("sqlite3"))
    let result = try runProgram(
      sqlite,
      [
        "-readonly", ground.folder.database,
        "SELECT seq, at, kind, step, json_extract(body, '$.n') FROM history WHERE session = 'run-1'",
      ], in: ground.scratch.path)
    #expect(
      result.output == """
        1|2023-11-14 22:13:20.001|attempt-started|step-1|1
        2|2023-11-14 22:13:20.002|attempt-started|step-2|2
        3|2023-11-14 22:13:20.003|attempt-started|step-3|3

        """)
  }
}
