import Foundation
import TestSupport
import Testing

@testable import Journal

@Suite struct MigrationTests {
  let ground: Ground

  init() throws {
    ground = try Ground()
    try FileManager.default.createDirectory(
      atPath: ground.folder.path, withIntermediateDirectories: true)
  }

  private static let fixtures = packageRoot() + "/Tests/JournalTests/Fixtures"

  /// What a release of the past left behind.
  private func lay(version: Int) throws {
    let script = try String(
      contentsOfFile: "\(Self.fixtures)/version-\(version).sql", encoding: .utf8)
    try Database(ground.folder.database, .create, patience: .zero).runScript(script)
  }

  private func open(
    _ access: JournalFile.Access = .write(.full), knowing schema: Schema
  ) throws(JournalError) -> JournalFile {
    try JournalFile.open(ground.folder, access, schema: schema, patience: .zero)
  }

  /// The tables of today, and those of two versions to come.
  private static let next = Schema(
    steps: Schema.current.steps + ["ALTER TABLE runs ADD COLUMN host TEXT NOT NULL DEFAULT 'x'"])
  private static let afterNext = Schema(
    steps: next.steps + ["CREATE TABLE notes(note TEXT NOT NULL) STRICT"])

  @Test(arguments: 1...Schema.current.version)
  func everyVersionThatWasReleasedIsRead(version: Int) throws {
    try lay(version: version)
    let file = try open(knowing: .current)
    #expect(
      try file.database.number("PRAGMA user_version") == Int64(Schema.current.version))
    #expect(try file.damages() == [])
    let session = "exec-checkout-20260101-0a1b2c"
    let lock = try ground.lock(session)
    let resumption = try file.resume(lock, understanding: 1)
    #expect(resumption.lastSequence == 3)
    #expect(resumption.snapshot?.state == Array("{\"after\":3}".utf8))
    #expect(try file.waitingMessages(of: session).map(\.body) == ["{\"v\":1,\"do\":\"resume\"}"])
    #expect(try file.leases().map(\.resource) == ["port-5432"])
    #expect(try file.append(JournalEntry(lock: lock, after: 3, events: [event(4)])) == 4)
  }

  @Test(arguments: 1...Schema.current.version)
  func anExportOfEveryVersionIsTheSame(version: Int) throws {
    try lay(version: version)
    _ = try open(knowing: .current)
    let path = "\(Self.fixtures)/version-\(version).jsonl"
    #expect(try exported(try ground.read()) == String(contentsOfFile: path, encoding: .utf8))
  }

  /// A step that was released may not change: journals that went through it would differ.
  @Test(arguments: 1...Schema.current.version)
  func theStepsToAVersionStillMakeItsTables(version: Int) throws {
    try lay(version: version)
    let kept = try tables(try Database(ground.folder.database, .read, patience: .zero))
    let scratch = try Ground()
    try FileManager.default.createDirectory(
      atPath: scratch.folder.path, withIntermediateDirectories: true)
    let steps = Schema(steps: Array(Schema.current.steps.prefix(version)))
    let made = try JournalFile.open(
      scratch.folder, .write(.full), schema: steps, patience: .zero)
    #expect(try tables(made.database) == kept)
  }

  private func tables(_ database: Database) throws -> [String] {
    var rows = try database.rows(
      "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    var tables: [String] = []
    while try rows.next() { tables.append(rows.text(0) + ": " + rows.text(1)) }
    return tables
  }

  @Test func severalVersionsAreMadeUpForAtOnce() throws {
    try ground.write(5)
    let file = try open(knowing: Self.afterNext)
    #expect(try file.database.number("PRAGMA user_version") == 3)
    #expect(try file.database.number("SELECT count(*) FROM notes") == 0)
    #expect(try file.database.number("SELECT host = 'x' FROM runs") == 1)
    #expect(try file.allEvents(of: "run-1") == events(1...5))
  }

  @Test func readersBringTheJournalUpToDateToo() throws {
    try ground.write(5)
    #expect(try open(.read, knowing: Self.next).allEvents(of: "run-1") == events(1...5))
  }

  @Test func aMigrationThatFailsChangesNothing() throws {
    try ground.write(5)
    let broken = Schema(steps: Self.next.steps + ["CREATE TABLE events(nonsense)"])
    #expect(throws: JournalError.self) { try open(knowing: broken) }
    let file = try ground.open()
    #expect(try file.database.number("PRAGMA user_version") == 1)
    #expect(try file.allEvents(of: "run-1") == events(1...5))
  }

  @Test(arguments: [JournalFile.Access.read, .write(.full)])
  func aNewerJournalIsRefusedAndLeftAlone(access: JournalFile.Access) throws {
    try ground.write(5)
    _ = try open(knowing: Self.next)
    let before = try Data(contentsOf: URL(fileURLWithPath: ground.folder.database))
    let error = failure { try open(access, knowing: .current) }
    #expect(error == .newer(path: ground.folder.database, version: 2, known: 1))
    #expect(
      error.map { "\($0)" } == """
        \(ground.folder.database) was written by a newer divisi (journal version 2, this one knows \
        1): use that one, nothing was changed
        """)
    #expect(try Data(contentsOf: URL(fileURLWithPath: ground.folder.database)) == before)
  }

  @Test func theJournalIsNotChangedUnderARunnerThatKnowsTheOldOne() throws {
    try ground.write(5)
    let writer = try Writer("hold", ground.folder.path, "run-1")
    #expect(writer.line() == "held")
    #expect(
      failure { try open(knowing: Self.next) }
        == .older(path: ground.folder.database, version: 1, known: 2, runs: ["run-1"]))
    writer.kill()
    #expect(throws: Never.self) { try open(knowing: Self.next) }
  }

  @Test func aRunnerThatKnowsTheNewOneDoesNotStandInItsOwnWay() throws {
    try ground.write(5)
    let lock = try RunLock.acquire("run-1", in: ground.folder, at: 1, knowing: 2)
    #expect(throws: Never.self) { try open(knowing: Self.next) }
    withExtendedLifetime(lock) {}
  }

  @Test func aDatabaseOfAnotherProgramIsRefusedAndLeftAlone() throws {
    try Database(ground.folder.database, .create, patience: .zero)
      .runScript("CREATE TABLE songs(name TEXT)")
    let before = try Data(contentsOf: URL(fileURLWithPath: ground.folder.database))
    #expect(
      failure { try open(knowing: .current) }
        == .notAJournal(
          path: ground.folder.database, reason: "it is a database of another program"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: ground.folder.database)) == before)
  }

  @Test func aFileThatIsNoDatabaseIsRefused() throws {
    try ground.scratch.write(".divisi/journal.db", "This is a text, and no journal.\n")
    guard case .notAJournal = failure({ try open(knowing: .current) }) else {
      Issue.record("it was opened")
      return
    }
  }
}
