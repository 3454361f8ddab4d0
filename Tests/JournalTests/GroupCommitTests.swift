import Glibc
import TestSupport
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(20))) struct GroupCommitTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  private func begun() async throws -> (Journal, RunLock) {
    let lock = try ground.lock()
    let journal = try await Journal.open(ground.folder, durability: .full)
    try await journal.perform { file throws(JournalError) in
      try file.begin(record("run-1"), under: lock)
    }
    return (journal, lock)
  }

  /// Keeps the journal's thread busy until the gate opens; returns when it is.
  private func block(_ journal: Journal) async -> Gate {
    let gate = Gate()
    let (reached, reach) = AsyncStream.makeStream(of: Void.self)
    Task {
      try await journal.perform { _ throws(JournalError) in
        reach.yield()
        gate.wait()
      }
    }
    for await _ in reached { break }
    return gate
  }

  @Test func entriesThatWaitShareOneCommit() async throws {
    let (journal, lock) = try await begun()
    let before = try commits(in: ground.folder)
    let gate = await block(journal)
    let waiting = (1...50).map { journal.submit(entry(lock, $0...$0)) }
    gate.open()
    for (index, commit) in waiting.enumerated() { #expect(try await commit.last() == index + 1) }
    #expect(try commits(in: ground.folder) == before + 1)
    #expect(try ground.events() == events(1...50))
  }

  @Test func aFlawOfOneEntryIsNotThatOfTheOthers() async throws {
    let (journal, lock) = try await begun()
    let other = try ground.lock("run-2")
    try await journal.perform { file throws(JournalError) in
      try file.begin(record("run-2"), under: other)
    }
    let gate = await block(journal)
    let first = journal.submit(entry(lock, 1...2))
    let flawed = journal.submit(entry(lock, 9...9))
    let second = journal.submit(entry(other, 1...3))
    let third = journal.submit(entry(lock, 3...3))
    gate.open()
    #expect(try await first.last() == 2)
    #expect(try await second.last() == 3)
    #expect(try await third.last() == 3)
    await #expect(throws: JournalError.stale(run: "run-1", expected: 8, found: 2)) {
      try await flawed.last()
    }
    #expect(try ground.events() == events(1...3))
    #expect(try ground.events("run-2") == events(1...3))
  }

  @Test func whatIsAskedForBeforeTheEndIsDoneAndWhatComesLaterIsRefused() async throws {
    let (journal, lock) = try await begun()
    let gate = await block(journal)
    let commit = journal.submit(entry(lock, 1...5))
    gate.open()
    await journal.close()
    #expect(try await commit.last() == 5)
    await #expect(throws: JournalError.closed) { try await journal.append(entry(lock, 6...6)) }
    await #expect(throws: JournalError.closed) {
      try await journal.perform { _ throws(JournalError) in }
    }
    #expect(try ground.events() == events(1...5))
  }

  @Test func manyTasksWriteWithoutLosingAnything() async throws {
    let (journal, _) = try await begun()
    let runs = 8
    let ground = ground
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 2...runs {
        group.addTask {
          let lock = try ground.lock("run-\(number)")
          try await journal.perform { file throws(JournalError) in
            try file.begin(record("run-\(number)"), under: lock)
          }
          for sequence in stride(from: 1, through: 99, by: 3) {
            #expect(
              try await journal.append(entry(lock, sequence...sequence + 2)) == sequence + 2)
          }
        }
      }
      try await group.waitForAll()
    }
    for number in 2...runs { #expect(try ground.events("run-\(number)") == events(1...99)) }
  }

  @Test func aJournalThatCannotBeOpenedSaysSo() async throws {
    try ground.scratch.write(".divisi/journal.db", "no database, but long enough to be one")
    await #expect(throws: JournalError.self) {
      try await Journal.open(ground.folder, durability: .full)
    }
  }
}

/// Holds up a thread until it opens.
private final class Gate: Sendable {
  private nonisolated(unsafe) let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit { semaphore.deallocate() }

  func wait() { sem_wait(semaphore) }

  func open() { sem_post(semaphore) }
}
