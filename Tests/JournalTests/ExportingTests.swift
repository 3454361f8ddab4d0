import Foundation
import Glibc
import JSONValues
import TestSupport
import Testing

@testable import Journal

/// What an export writes.
func exported(_ file: JournalFile, _ sessions: [String] = []) throws -> String {
  let scratch = try TemporaryFolder()
  let path = try scratch.write("export", "")
  let descriptor = open(path, O_WRONLY)
  defer { close(descriptor) }
  try file.export(sessions, to: descriptor)
  return try scratch.read("export")
}

/// Restores an export into the journal of a ground.
@discardableResult
func restore(_ text: String, in ground: Ground) throws -> ExportCount {
  let scratch = try TemporaryFolder()
  let descriptor = open(try scratch.write("export", text), O_RDONLY)
  defer { close(descriptor) }
  return try JournalFile.restore(ground.folder, from: descriptor)
}

/// The same into a journal that is open.
@discardableResult
func restore(_ text: String, in file: JournalFile) throws -> ExportCount {
  let scratch = try TemporaryFolder()
  let descriptor = open(try scratch.write("export", text), O_RDONLY)
  defer { close(descriptor) }
  return try file.importing(from: descriptor)
}

@Suite struct ExportingTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  /// A journal of several runs with everything that can be in one.
  private func fill(_ ground: Ground, seed: UInt64) throws -> JournalFile {
    var random = SeededGenerator(seed: seed)
    let file = try ground.open()
    for number in 1...Int.random(in: 1...4, using: &random) {
      let session = "run-\(number)"
      let lock = try ground.lock(session)
      try file.begin(record(session), under: lock)
      var last = 0
      for _ in 0...Int.random(in: 0...5, using: &random) {
        if Bool.random(using: &random) {
          try file.post(body(&random), to: session, from: text(&random), at: last64(&random))
        }
        let count = Int.random(in: 0...6, using: &random)
        var entry = JournalEntry(lock: lock, after: last, events: [])
        for sequence in last + 1..<last + 1 + count {
          entry.events.append(
            EventRecord(
              sequence: sequence, at: last64(&random), kind: "k" + text(&random),
              step: Bool.random(using: &random) ? text(&random) : nil,
              attempt: Bool.random(using: &random) ? Int.random(in: 0...9, using: &random) : nil,
              body: body(&random)))
        }
        if Bool.random(using: &random) {
          entry.taking = try file.waitingMessages(of: session).prefix(1).map(\.number)
        }
        if Bool.random(using: &random) {
          entry.standing = RunStanding(
            status: text(&random), ended: Bool.random(using: &random) ? 5 : nil,
            summary: body(&random))
        }
        last = try file.append(entry)
      }
    }
    return file
  }

  private func last64(_ random: inout SeededGenerator) -> Int64 {
    Int64.random(in: Int64.min...Int64.max, using: &random)
  }

  private func text(_ random: inout SeededGenerator) -> String {
    let parts = ["a", "\"", "\\", ",\"body\":", "ü", "}}", "\u{1F3BB}", "\n", "\u{0}", " "]
    return (0..<Int.random(in: 0...4, using: &random))
      .map { _ in parts.randomElement(using: &random)! }.joined()
  }

  private func body(_ random: inout SeededGenerator) -> String {
    let bodies = [
      "{}", "{\"v\":1,\"cost\":1.50}", "[1, 2]", "\"}}\"", "{ \"body\" : {\"body\":{}} }", "1e3",
      "{\"v\":1,\"text\":\(JSON.string(text(&random)).text(.compact))}", "null",
    ]
    return bodies.randomElement(using: &random)!
  }

  @Test func anExportBringsBackTheSameState() throws {
    for seed in UInt64(1)...60 {
      let file = try fill(try Ground(), seed: seed)
      let text = try exported(file)
      let other = try Ground()
      try restore(text, in: other)
      let copy = try other.read()
      #expect(try exported(copy) == text, "seed \(seed)")
      #expect(try copy.runs() == file.runs(), "seed \(seed)")
      #expect(try copy.damages() == [], "seed \(seed)")
      for run in try file.runs() {
        #expect(
          try copy.allEvents(of: run.session) == file.allEvents(of: run.session), "seed \(seed)")
        #expect(
          try copy.waitingMessages(of: run.session) == file.waitingMessages(of: run.session),
          "seed \(seed)")
        // The witness beside the first journal knows the copy for the same history.
        let last = try copy.allEvents(of: run.session).count
        let witness = try RunWitness(of: run.session, in: file.folder)
        #expect(throws: Never.self, "seed \(seed)") {
          try copy.verify(witness, of: run.session, last: last)
        }
      }
    }
  }

  @Test func everyLineIsJSON() throws {
    let text = try exported(try fill(ground, seed: 7))
    for line in text.split(separator: "\n") {
      #expect(throws: Never.self) { try JSON.parse(String(line)) }
    }
  }

  @Test func aRunThatWasBroughtBackGoesOn() throws {
    try ground.write(5)
    let other = try Ground()
    try restore(try exported(try ground.read()), in: other)
    let lock = try other.lock()
    let file = try other.open()
    #expect(try file.resume(lock, understanding: 1).lastSequence == 5)
    #expect(try file.append(entry(lock, 6...6)) == 6)
    #expect(try other.events() == events(1...6))
  }

  @Test func onlyTheRunsThatAreNamedAreExported() throws {
    for session in ["a", "b", "c"] { try ground.write(2, to: session) }
    let other = try Ground()
    try restore(try exported(try ground.read(), ["a", "c"]), in: other)
    #expect(try other.read().runs().map(\.session) == ["c", "a"])
    #expect(failure { try exported(try ground.read(), ["d"]) } == .noSuchRun("d"))
  }

  @Test func anExportGoesIntoAnEmptyJournalOnly() throws {
    try ground.write(5)
    let text = try exported(try ground.read())
    #expect(
      failure { try restore(text, in: ground) } == .notEmpty(path: ground.folder.database))
    #expect(try ground.events() == events(1...5))
  }

  @Test func anEmptyJournalTakesAnExport() throws {
    let other = try Ground()
    _ = try other.open()
    try ground.write(5)
    #expect(
      try restore(try exported(try ground.read()), in: other)
        == ExportCount(runs: 1, events: 5, messages: 0))
    #expect(try other.events() == events(1...5))
  }

  @Test func aJournalThatIsGoneComesBackFromAnExport() throws {
    try ground.write(5)
    let text = try exported(try ground.read())
    unlink(ground.folder.database)
    #expect(
      failure { try ground.open() } == .gone(path: ground.folder.database, runs: ["run-1"]))
    try restore(text, in: ground)
    #expect(try ground.resume(try ground.lock()).lastSequence == 5)
  }

  @Test func anOldExportDoesNotHideWhatCameAfterIt() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...5))
    let text = try exported(file)
    _ = try file.append(entry(lock, 6...9))
    for suffix in ["", "-wal", "-shm"] { unlink(ground.folder.database + suffix) }
    try restore(text, in: ground)
    #expect(
      failure { try ground.resume(lock) } == .lost(run: "run-1", last: 5, written: 9))
  }

  @Test func everyExportThatWasCutOrChangedIsRefusedAndLeavesNothing() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...3))
    try file.post("{\"do\":1}", to: "run-1", from: "ann", at: 0)
    let bytes = Array(try exported(file).utf8)
    let other = try Ground()
    let empty = try other.open()
    for cut in 0..<bytes.count - 1 {
      #expect(throws: JournalError.self, "cut at \(cut)") {
        try restore(String(decoding: bytes[..<cut], as: UTF8.self), in: empty)
      }
    }
    var random = SeededGenerator(seed: 1)
    for place in bytes.indices.dropLast() {
      var changed = bytes
      changed[place] ^= UInt8(1 << Int.random(in: 0...6, using: &random))
      if let whole = String(validating: changed, as: UTF8.self) {
        #expect(throws: JournalError.self, "changed at \(place)") {
          try restore(whole, in: empty)
        }
      }
    }
    #expect(try empty.runs() == [])
    let third = try Ground()
    #expect(throws: JournalError.self) {
      try restore(String(decoding: bytes.dropLast(30), as: UTF8.self), in: third)
    }
    #expect(failure { try third.read() } == .missing(path: third.folder.database))
  }

  @Test(arguments: [
    ("", "line 1 of the export: the export ends before its last line; nothing was imported"),
    (
      "{}\n",
      "line 1 of the export: it is none of journal, run, event, message, end; nothing was imported"
    ),
    (
      "{\"journal\":{\"version\":2}}\n",
      "line 1 of the export: it is of version 2, of a newer divisi; nothing was imported"
    ),
    (
      "{\"run\":{\"session\":\"a\",\"plan\":\"p\",\"created\":0,\"status\":\"s\",\"summary\":\"{}\"}}\n",
      "line 1 of the export: it comes before the header; nothing was imported"
    ),
    (
      "{\"journal\":{\"version\":1}}\n{\"event\":{\"seq\":1,\"at\":0,\"kind\":\"k\",\"body\":{}}}\n",
      "line 2 of the export: it belongs to no run; nothing was imported"
    ),
    (
      "{\"journal\":{\"version\":1}}\n{\"run\":{\"session\":\"../a\",\"plan\":\"p\",\"created\":0,\"status\":\"s\",\"summary\":\"{}\"}}\n",
      "line 2 of the export: the session begins with a dot; nothing was imported"
    ),
    (
      "{\"journal\":{\"version\":1}}\n{\"run\":{\"session\":\"a\",\"plan\":\"p\",\"created\":0,\"status\":\"s\",\"summary\":\"{}\"}}\n"
        + "{\"event\":{\"seq\":1,\"body\":{},\"at\":0,\"kind\":\"k\"}}\n",
      "line 3 of the export: it has no body, or the body is not its last field; nothing was imported"
    ),
  ])
  func aFlawedExportIsToldWithItsLine(text: String, expected: String) throws {
    #expect(failure { try restore(text, in: ground) }.map { "\($0)" } == expected)
  }
}
