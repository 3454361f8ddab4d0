import Foundation
import TestSupport
import Testing

/// A journal that somebody else holds on to while a run is under way.
@Suite(.timeLimit(.minutes(5)), .enabled(if: installedProgram("sqlite3") != nil))
struct JournalFaultTests {
  private let scene: FaultScene

  init() throws { scene = try FaultScene() }

  /// Takes the right to write to the journal, and gives it back when its input ends.
  private func holdJournal() throws -> FileHandle {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(installedProgram("sqlite3")))
    process.arguments = [scene.place + "/.divisi/journal.db"]
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let words = ".timeout 60000\nBEGIN IMMEDIATE;\n.shell \(scene.flag("held"))\n"
    input.fileHandleForWriting.write(Data(words.utf8))
    try scene.until("the journal is held") { scene.isRaised("held") }
    return input.fileHandleForWriting
  }

  @Test func aRunWaitsForWhoeverHoldsItsJournalAndLosesNothing() throws {
    try scene.plan(
      ["a", "b", "c"].map {
        "id: \($0), run: \"\(scene.flag("begun-" + $0)); \(scene.wait(for: "go")); echo \($0) > \($0).txt\""
      })
    let run = try Running("run t", in: scene.scratch)
    try scene.until("all have begun") {
      ["a", "b", "c"].allSatisfy { scene.isRaised("begun-" + $0) }
    }
    let holder = try holdJournal()
    try scene.raise("go")
    try scene.until("it is told") {
      try run.told().contains("the journal cannot be written") || !run.isRunning
    }
    #expect(try run.told().contains("is locked by another process"))
    try holder.close()
    let result = try run.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["a.txt", "b.txt", "c.txt"])
    try scene.expectWhole()
  }
}
