import Foundation
import Glibc
import TestSupport

@testable import Journal

/// An empty journal folder, and a run or two to write to it.
struct Ground {
  let scratch: TemporaryFolder
  let folder: JournalFolder

  init() throws {
    scratch = try TemporaryFolder()
    folder = JournalFolder(scratch.path + "/.divisi")
  }

  func open(_ durability: JournalDurability = .process) throws -> JournalFile {
    try JournalFile.open(folder, .write(durability))
  }

  func read() throws -> JournalFile { try JournalFile.open(folder, .read) }

  func lock(_ session: String = "run-1") throws -> RunLock {
    try RunLock.acquire(session, in: folder, at: 1)
  }

  /// Opens the journal and begins a run in it.
  func begin(
    _ session: String = "run-1", _ durability: JournalDurability = .process
  ) throws -> (file: JournalFile, lock: RunLock) {
    let lock = try lock(session)
    let file = try open(durability)
    try file.begin(record(session), under: lock)
    return (file, lock)
  }

  /// A run of so many events, written and closed again.
  func write(_ count: Int, to session: String = "run-1") throws {
    let (file, lock) = try begin(session)
    _ = try file.append(entry(lock, 1...count))
  }

  /// Every event of a run, as a reader of its own finds them.
  func events(_ session: String = "run-1") throws -> [EventRecord] {
    try read().allEvents(of: session)
  }

  func resume(_ lock: RunLock, acceptingLoss: Bool = false) throws -> Resumption {
    try open().resume(lock, understanding: 1, acceptingLoss: acceptingLoss)
  }
}

func record(_ session: String) -> RunRecord {
  RunRecord(
    session: session, plan: "checkout", created: 1_700_000_000_000,
    standing: RunStanding(status: "coordinating"))
}

func event(_ sequence: Int) -> EventRecord {
  EventRecord(
    sequence: sequence, at: 1_700_000_000_000 + Int64(sequence), kind: "attempt-started",
    step: "step-\(sequence % 7)", attempt: 1, body: "{\"v\":1,\"n\":\(sequence)}")
}

func events(_ sequences: ClosedRange<Int>) -> [EventRecord] { sequences.map(event) }

/// One decision that says these events.
func entry(_ lock: RunLock, _ sequences: ClosedRange<Int>) -> JournalEntry {
  JournalEntry(lock: lock, after: sequences.lowerBound - 1, events: events(sequences))
}

extension JournalFile {
  func allEvents(of session: String, after sequence: Int = 0) throws -> [EventRecord] {
    var reader = try self.events(of: session, after: sequence)
    var events: [EventRecord] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }

  func damages() throws -> [String] {
    try check().findings.filter { $0.weight == .damage }.map(\.text)
  }
}

/// The error that something ends with, or nothing where it ends well.
func failure<Value>(_ body: () throws -> Value) -> JournalError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? JournalError
  }
}

/// A process of its own that works on a journal, see `Tests/JournalWriter`.
final class Writer {
  private let process = Process()
  private let output = Pipe()
  private var rest: [UInt8] = []

  init(_ arguments: String...) throws {
    process.executableURL = URL(fileURLWithPath: builtProgram("journal-writer"))
    process.arguments = arguments
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit { if process.isRunning { kill() } }

  var identifier: Int32 { process.processIdentifier }

  /// The next line that it prints, or nothing once it has ended.
  func line() -> String? {
    while true {
      if let end = rest.firstIndex(of: 0x0A) {
        defer { rest.removeSubrange(...end) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      rest.append(contentsOf: more)
    }
  }

  /// Kills it as a crash would, and gives the lines that it had printed and nobody has read.
  @discardableResult
  func kill() -> [String] {
    Glibc.kill(process.processIdentifier, SIGKILL)
    var lines: [String] = []
    while let line = line() { lines.append(line) }
    process.waitUntilExit()
    return lines
  }

  func status() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}
