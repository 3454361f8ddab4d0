import Foundation
import JSONValues
import Journal
import TestSupport
import Testing

/// The commands of the family `journal`, on a journal with a run that ended and one that goes on.
@Suite struct JournalCommandTests {
  let scratch: Scratch
  let folder: JournalFolder
  private static let sessions = ["exec-auth-20260101-0a1b2c", "exec-pay-20260102-3d4e5f"]

  init() throws {
    scratch = try Scratch()
    folder = JournalFolder(scratch.folder.path + "/.divisi")
  }

  private func write() throws {
    let file = try JournalFile.open(folder, .write(.process))
    for (number, session) in Self.sessions.enumerated() {
      let lock = try RunLock.acquire(session, in: folder, at: 1)
      try file.begin(
        RunRecord(
          session: session, plan: "p", created: 1_767_225_600_000,
          standing: RunStanding(status: "coordinating")), under: lock)
      var entry = JournalEntry(lock: lock, after: 0, events: [])
      for sequence in 1...3 {
        entry.events.append(
          EventRecord(
            sequence: sequence, at: 1_767_225_600_000, kind: "tick", step: "a", attempt: 1,
            body: "{\"v\":1}"))
      }
      if number == 0 { entry.standing = RunStanding(status: "completed", ended: 1_767_225_700_000) }
      _ = try file.append(entry)
      try file.save(Snapshot(sequence: 3, at: 1, version: 1, state: [1]), under: lock)
    }
  }

  /// Changes a letter in an event, as no program of ours does.
  private func damage() throws {
    let path = folder.database
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let place = try #require(bytes.range(of: Data("tick".utf8)))
    bytes.replaceSubrange(place, with: Data("tock".utf8))
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test func aWholeJournalIsSound() throws {
    try write()
    let result = try scratch.divisi("journal check")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(
      result.errors == "2 runs, 6 events, 2 snapshots, 0 messages: all as it was written\n")
  }

  @Test func aDamagedJournalIsNot() throws {
    try write()
    try damage()
    let result = try scratch.divisi("journal check")
    #expect(result.status == 1)
    #expect(result.errors.contains("is not what was written: its checksum does not fit"))
    #expect(result.errors.hasSuffix("1 damage found\n"))
    let report = try JSON.parse(try scratch.divisi("--json journal check").output)
    #expect(report["sound"] == false)
    #expect(report["runs"] == 2)
    guard case .array(let findings)? = report["findings"] else {
      Issue.record("no findings")
      return
    }
    #expect(findings.map { $0["weight"] } == ["damage"])
  }

  @Test(arguments: ["check", "export", "compact", "compact --dry-run"])
  func whereNothingRanThereIsNoJournalAndNoneIsMade(command: String) throws {
    let result = try scratch.divisi("journal \(command)")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        divisi: there is no journal at \(folder.database): nothing has run in this repository yet

        """)
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func anExportComesBack() throws {
    try write()
    let written = try scratch.divisi("journal export -o copy.jsonl")
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.errors == "wrote 2 runs, 6 events to copy.jsonl\n")
    let text = try scratch.folder.read("copy.jsonl")
    #expect(try scratch.divisi("journal export").output == text)

    let full = try scratch.divisi("journal import copy.jsonl")
    #expect(full.status == 1)
    #expect(full.errors.contains("holds runs already"))

    try FileManager.default.removeItem(atPath: folder.database)
    #expect(try scratch.divisi("journal check").status == 1)
    let taken = try scratch.divisi("journal import copy.jsonl")
    #expect(taken.errors == "took 2 runs, 6 events, 0 messages\n")
    #expect(try scratch.divisi("journal export").output == text)
    #expect(try scratch.divisi("journal check").status == 0)
  }

  @Test func anExportOfADamagedJournalLeavesTheLastOne() throws {
    try write()
    try scratch.folder.write("copy.jsonl", "the last one")
    try damage()
    #expect(try scratch.divisi("journal export -o copy.jsonl").status == 1)
    #expect(try scratch.folder.read("copy.jsonl") == "the last one")
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path)
    #expect(!left.contains { $0.hasPrefix("copy.jsonl.") })
  }

  @Test func anExportThatNobodyReadsToItsEndIsNoFailure() throws {
    try write()
    #expect(
      try scratch.shell("divisi journal export | head -n 1") == "{\"journal\":{\"version\":1}}\n")
  }

  @Test func aFlawedExportIsRefused() throws {
    try scratch.folder.write("copy.jsonl", "{\"journal\":{\"version\":1}}\n{}\n")
    let result = try scratch.divisi("journal import copy.jsonl")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        divisi: line 2 of the export: it is none of journal, run, event, message, end; nothing was \
        imported

        """)
    #expect(try scratch.divisi("journal import none.jsonl").errors.contains("No such file"))
  }

  @Test func onlyRunsThatEndedLongAgoAreRemoved() throws {
    try write()
    let kept = try scratch.divisi("journal compact")
    #expect(kept.status == 0)
    #expect(kept.errors.hasPrefix("removed 0 runs, 1 snapshot; "))

    let told = try scratch.divisi("journal compact --older-than 1d --dry-run")
    #expect(told.output == Self.sessions[0] + "\n")
    #expect(told.errors == "would remove 1 run\n")
    #expect(try scratch.divisi("journal compact --older-than 3650d -n").output == "")

    let report = try JSON.parse(
      try scratch.divisi("--json journal compact --older-than 1d").output)
    #expect(report["removed_runs"] == [.string(Self.sessions[0])])
    let export = try scratch.divisi("journal export").output
    #expect(!export.contains(Self.sessions[0]))
    #expect(export.contains(Self.sessions[1]))
    #expect(try scratch.divisi("journal check").status == 0)
  }

  @Test func onlyTheRunsThatAreNamedAreExported() throws {
    try write()
    let result = try scratch.divisi("journal export \(Self.sessions[1])")
    #expect(result.output.contains("\"runs\":1,"))
    #expect(
      try scratch.divisi("journal export none").errors
        == "divisi: there is no run `none` in the journal\n")
  }

  @Test func aWorktreeHasTheJournalOfItsRepository() throws {
    try write()
    _ = try scratch.shell("git worktree add --quiet tree")
    #expect(try scratch.divisi("-C tree journal check").status == 0)
  }

  /// Every key that a program can find is a word of the page.
  @Test func everyKeyForProgramsIsDocumented() throws {
    let page = try String(contentsOfFile: packageRoot() + "/docs/JSON.md", encoding: .utf8)
    try write()
    let journal = try JournalFile.open(folder, .write(.process))
    try journal.post("{}", to: Self.sessions[1], from: "ann", at: 1)
    var lines = try scratch.divisi("journal export").output
      .split(separator: "\n").map(String.init)
    try damage()
    lines += [
      try scratch.divisi("--json journal check").output,
      try scratch.divisi("--json journal compact -n").output,
      try scratch.divisi("--json journal compact").output,
    ]
    #expect(lines.count > 9)
    for line in lines {
      for key in keys(try JSON.parse(line)) where key != "v" {
        #expect(page.contains("`\(key)`"), "\(key) in \(line)")
      }
    }
  }

  private func keys(_ value: JSON) -> Set<String> {
    switch value {
    case .object(let members):
      members.reduce(into: []) {
        $0.formUnion([$1.name]); $0.formUnion(keys($1.value))
      }
    case .array(let items): items.reduce(into: []) { $0.formUnion(keys($1)) }
    default: []
    }
  }
}
