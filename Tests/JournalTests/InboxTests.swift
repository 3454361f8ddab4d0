import TestSupport
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(20))) struct InboxTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  private func post(_ file: JournalFile, _ count: ClosedRange<Int>) throws -> [Int] {
    try count.map { try file.post("{\"n\":\($0)}", to: "run-1", from: "ann", at: Int64(-$0)) }
  }

  @Test func messagesWaitInTheOrderInWhichTheyCame() throws {
    let (file, _) = try ground.begin()
    let numbers = try post(file, 1...3)
    let waiting = try ground.read().waitingMessages(of: "run-1")
    #expect(waiting.map(\.number) == numbers)
    #expect(waiting.map(\.body) == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
    #expect(waiting.map(\.sender) == ["ann", "ann", "ann"])
    #expect(numbers == numbers.sorted())
  }

  @Test func aMessageIsTakenOnceByTheDecisionThatAnswersIt() throws {
    let (file, lock) = try ground.begin()
    let numbers = try post(file, 1...2)
    var answer = entry(lock, 1...3)
    answer.taking = [numbers[0]]
    _ = try file.append(answer)
    #expect(try file.waitingMessages(of: "run-1").map(\.number) == [numbers[1]])
    #expect(try file.message(numbers[0], of: "run-1")?.taken == 3)
    var again = entry(lock, 4...4)
    again.taking = [numbers[0]]
    #expect(failure { try file.append(again) } == .alreadyTaken(message: numbers[0]))
    #expect(try ground.events() == events(1...3))
  }

  @Test func takingIsUndoneWithTheDecisionThatFails() throws {
    let (file, lock) = try ground.begin()
    let numbers = try post(file, 1...1)
    var flawed = entry(lock, 1...1)
    flawed.taking = [numbers[0], 99]
    #expect(failure { try file.append(flawed) } == .alreadyTaken(message: 99))
    #expect(try file.waitingMessages(of: "run-1").map(\.number) == numbers)
  }

  @Test func messagesAreTakenInOrderOnly() throws {
    let (file, lock) = try ground.begin()
    let numbers = try post(file, 1...2)
    var answer = entry(lock, 1...1)
    answer.taking = [numbers[1]]
    #expect(
      failure { try file.append(answer) }
        == .takenOutOfOrder(message: numbers[1], first: numbers[0]))
    answer.taking = numbers
    #expect(try file.append(answer) == 1)
    #expect(try file.waitingMessages(of: "run-1") == [])
  }

  @Test func aMessageForAnotherRunCannotBeTaken() throws {
    let (file, lock) = try ground.begin()
    try file.begin(record("run-2"), under: try ground.lock("run-2"))
    let number = try file.post("{}", to: "run-2", from: "ann", at: 0)
    var answer = entry(lock, 1...1)
    answer.taking = [number]
    #expect(failure { try file.append(answer) } == .alreadyTaken(message: number))
  }

  @Test func messagesAreKeptWhileNobodyRunsTheRun() throws {
    try ground.write(1)
    let writers = try (1...3).map { _ in try Writer("post", ground.folder.path, "run-1", "20") }
    for writer in writers { #expect(writer.status() == 0) }
    let lock = try ground.lock()
    let file = try ground.open()
    _ = try file.resume(lock, understanding: 1)
    let waiting = try file.waitingMessages(of: "run-1")
    #expect(waiting.count == 60)
    for writer in writers {
      let own = waiting.filter { $0.sender == "\(writer.identifier)" }.map(\.body)
      #expect(own == (1...20).map { "{\"n\":\($0)}" })
    }
  }

  @Test func aMessageForNoRunIsRefused() throws {
    let file = try ground.open()
    #expect(
      failure { try file.post("{}", to: "run-1", from: "ann", at: 0) } == .noSuchRun("run-1"))
  }

  @Test func numbersAreNotGivenTwice() throws {
    let (file, lock) = try ground.begin()
    let first = try file.post("{}", to: "run-1", from: "ann", at: 0)
    var end = entry(lock, 1...1)
    end.taking = [first]
    end.standing = RunStanding(status: "completed", ended: 1)
    _ = try file.append(end)
    try file.begin(record("run-2"), under: try ground.lock("run-2"))
    try file.database.run("DELETE FROM inbox")
    #expect(try file.post("{}", to: "run-2", from: "ann", at: 0) > first)
  }

  @Test func aMessageThatTheBellKnowsAndTheJournalDoesNotIsToldAsLost() throws {
    let (file, lock) = try ground.begin()
    let numbers = try post(file, 1...2)
    try file.database.run("DELETE FROM inbox WHERE message = ?", .integer(numbers[1]))
    #expect(
      failure { try ground.resume(lock) }
        == .lostMessage(run: "run-1", message: numbers[1]))
    #expect(try file.damages().count == 1)
    #expect(throws: Never.self) { try ground.resume(lock, acceptingLoss: true) }
    #expect(throws: Never.self) { try ground.resume(lock) }
  }

  @Test func aChangedMessageIsNotTakenForWhatWasSent() throws {
    let (file, _) = try ground.begin()
    _ = try post(file, 1...1)
    try file.database.run("UPDATE inbox SET body = '{\"n\":9}'")
    #expect(throws: JournalError.self) { try file.waitingMessages(of: "run-1") }
    #expect(try file.damages().count == 1)
  }
}
