import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(20))) struct ReadingTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  @Test func readersDoNotHoldUpTheWriterAndSeeOneView() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...50))
    let reader = try JournalFile.open(
      ground.folder, .read, schema: .current, patience: .zero)
    var rows = try reader.events(of: "run-1")
    #expect(try rows.next() == event(1))
    // With no patience, a lock that readers held would be an error here at once.
    let writer = try JournalFile.open(
      ground.folder, .write(.process), schema: .current, patience: .zero)
    for batch in 1...40 {
      let first = 50 * batch + 1
      _ = try writer.append(entry(lock, first...first + 49))
    }
    var seen = 1
    while let event = try rows.next() { seen = event.sequence }
    #expect(seen == 50)
    #expect(try reader.allEvents(of: "run-1").count == 2050)
  }

  @Test func aWriterDoesNotHoldUpReaders() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...5))
    let reader = try JournalFile.open(
      ground.folder, .read, schema: .current, patience: .zero)
    try file.database.write { () throws(JournalError) in
      #expect(failure { try reader.runs() } == nil)
      #expect(failure { try reader.allEvents(of: "run-1") } == nil)
    }
  }

  @Test func readersCannotWrite() throws {
    let (_, lock) = try ground.begin()
    let reader = try ground.read()
    #expect(
      failure { try reader.append(entry(lock, 1...1)) }
        == .readOnly(path: ground.folder.database))
  }

  @Test func readingMakesNoJournal() throws {
    #expect(failure { try ground.read() } == .missing(path: ground.folder.database))
  }

  @Test func aLockThatIsNotGivenBackIsToldInTheEnd() throws {
    let (file, lock) = try ground.begin()
    let second = try JournalFile.open(
      ground.folder, .write(.process), schema: .current, patience: .milliseconds(1))
    try file.database.write { () throws(JournalError) in
      #expect(
        failure { try second.append(entry(lock, 1...1)) }
          == .busy(path: ground.folder.database, waited: .milliseconds(1)))
    }
    #expect(try second.append(entry(lock, 1...1)) == 1)
  }

  /// Who finds no journal may find, right after, what another has written since it made one.
  @Test func whoComesWhileTheJournalIsMadeOpensIt() throws {
    let failures = Mutex<[String]>([])
    for _ in 0..<100 {
      let ground = try Ground()
      DispatchQueue.concurrentPerform(iterations: 4) { number in
        do {
          let (file, lock) = try ground.begin("run-\(number)")
          _ = try file.append(entry(lock, 1...1))
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(failures.withLock { $0 } == [])
  }

  @Test func manyProcessesMakeOneJournalTogether() throws {
    let writers = try (1...6).map { number in
      try Writer("append", ground.folder.path, "run-\(number)", "20", "2", "process")
    }
    for writer in writers { #expect(writer.status() == 0) }
    let reader = try ground.read()
    #expect(try reader.runs().count == 6)
    for number in 1...6 { #expect(try reader.allEvents(of: "run-\(number)").count == 20) }
    #expect(try reader.damages() == [])
  }
}
