import Glibc
import TestSupport
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(20))) struct LeaseTests {
  let ground: Ground
  let file: JournalFile
  let first: RunLock
  let second: RunLock

  init() throws {
    ground = try Ground()
    (file, first) = try ground.begin("a")
    second = try ground.lock("b")
    try file.begin(record("b"), under: second)
  }

  private func lease(
    _ requests: LeaseRequest..., for holder: String = "step", under lock: RunLock,
    at now: Int64 = 1,
    guardFile: String? = nil
  ) throws -> LeaseAnswer {
    try ground.open().lease(requests, for: holder, under: lock, at: now, guardFile: guardFile)
  }

  private func used(_ resource: String) throws -> Int {
    try file.leases().filter { $0.resource == resource }.reduce(0) { $0 + $1.amount }
  }

  @Test func runsShareWhatThereIs() throws {
    #expect(try lease(.init("slots", amount: 2, of: 3), under: first) == .granted)
    guard
      case .denied("slots", let held) = try lease(.init("slots", amount: 2, of: 3), under: second)
    else {
      Issue.record("more was given than there is")
      return
    }
    #expect(held.map(\.session) == ["a"])
    #expect(held.map(\.amount) == [2])
    #expect(try lease(.init("slots", of: 3), under: second) == .granted)
    #expect(try used("slots") == 3)
  }

  @Test func allThatIsAskedForIsGivenOrNothing() throws {
    #expect(try lease(.init("port"), under: first) == .granted)
    let answer = try lease(.init("disk", amount: 5, of: 9), .init("port"), under: second)
    guard case .denied("port", _) = answer else {
      Issue.record("given: \(answer)")
      return
    }
    #expect(try used("disk") == 0)
  }

  @Test func whatIsAskedForTwiceAtOnceCountsTwice() throws {
    let twice = try lease(.init("slots", of: 1), .init("slots", of: 1), under: first)
    #expect(twice == .denied(resource: "slots", held: []))
  }

  @Test func aHolderThatAsksAgainHasItOnce() throws {
    for _ in 1...3 { #expect(try lease(.init("port"), under: first) == .granted) }
    #expect(try used("port") == 1)
  }

  @Test func whatIsGivenBackIsFreeAndWakesTheOthers() async throws {
    #expect(try lease(.init("port"), under: first) == .granted)
    let bell = try Bell(of: "b", in: ground.folder, tick: .seconds(36_000))
    try file.release("step", under: first)
    for await _ in bell.rings { break }
    #expect(try lease(.init("port"), under: second) == .granted)
  }

  @Test func releasingTouchesOnlyTheHolder() throws {
    #expect(try lease(.init("slots", of: 3), for: "x", under: first) == .granted)
    #expect(try lease(.init("slots", of: 3), for: "y", under: first) == .granted)
    #expect(try lease(.init("slots", of: 3), for: "x", under: second) == .granted)
    try file.release("x", under: first)
    #expect(try file.leases().map { "\($0.session) \($0.holder)" } == ["a y", "b x"])
  }

  @Test func whatADeadRunnerHeldIsTakenBack() throws {
    try file.begin(record("c"), under: try ground.lock("c"))
    try file.database.run(
      "INSERT INTO leases SELECT 'port', run, 'step', 1, 1, NULL FROM runs WHERE session = 'c'")
    let writer = try Writer("hold", ground.folder.path, "c")
    #expect(writer.line() == "held")
    guard case .denied = try lease(.init("port"), under: first) else {
      Issue.record("a living runner's lease was taken")
      return
    }
    writer.kill()
    #expect(try lease(.init("port"), under: first) == .granted)
    #expect(try file.confirmedLeases(under: try ground.lock("c")) == [])
  }

  @Test func aGuardedLeaseOutlivesItsRunner() throws {
    // The supervisor of an attempt, which goes on when the runner dies: here the lock of run `s`.
    let supervisor = try Writer("hold", ground.folder.path, "s")
    #expect(supervisor.line() == "held")
    do {
      let third = try ground.lock("c")
      try file.begin(record("c"), under: third)
      #expect(try lease(.init("port"), under: third, guardFile: "runs/s/lock") == .granted)
    }
    guard case .denied = try lease(.init("port"), under: first) else {
      Issue.record("a lease in use was taken")
      return
    }
    let again = try ground.lock("c")
    #expect(try file.confirmedLeases(under: again).map(\.resource) == ["port"])
  }

  @Test func aRunThatComesBackHasItsLeases() throws {
    #expect(try lease(.init("port"), for: "step", under: first, at: 42) == .granted)
    #expect(
      try file.confirmedLeases(under: first)
        == [
          Lease(
            resource: "port", session: "a", holder: "step", amount: 1, since: 42, guardFile: nil)
        ])
  }

  @Test func racingRunsNeverGetMoreThanThereIs() async throws {
    let capacity = 2
    let ground = ground
    let locks = [first, second]
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<4 {
        group.addTask {
          for round in 0..<50 {
            do {
              let file = try ground.open()
              let lock = locks[number % 2]
              let answer = try file.lease(
                [.init("slots", of: capacity)], for: "h\(number)", under: lock, at: 1)
              let used = try file.leases().count
              #expect(used <= capacity, "\(used) in round \(round)")
              if answer == .granted { try file.release("h\(number)", under: lock) }
            } catch {
              Issue.record(error)
            }
          }
        }
      }
    }
    #expect(try file.leases() == [])
  }
}
