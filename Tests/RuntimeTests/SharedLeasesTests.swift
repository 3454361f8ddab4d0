import Conducting
import Plans
import TestSupport
import Testing

@testable import Journal
@testable import Runtime

/// What runs share, in a journal that now and then cannot be written.
@Suite struct SharedLeasesTests {
  private let scratch: TemporaryFolder
  private let file: JournalFile
  private let book: RunBook
  private let before: Conductor
  private static let session = "exec-a-20260101-abcdef"

  init() throws {
    scratch = try TemporaryFolder()
    let folder = JournalFolder(scratch.path)
    file = try JournalFile.open(
      folder, .write(.process), schema: .current, patience: .milliseconds(1))
    let steps = ["a", "b"].map { name in
      var step = RunStep(StepID(name), kind: .command)
      step.terms.resources = [ResourceRequest(name: "database", count: 1)]
      return step
    }
    (book, before, _) = try RunBook.begin(
      RunOrder(session: Self.session, plan: "a", steps: steps), in: file,
      under: try RunLock.acquire(Self.session, in: folder, at: 1), at: Instant(milliseconds: 1000))
  }

  /// Does something while another connection has the right to write.
  private func whileLocked<Result>(_ body: () throws -> Result) throws -> Result {
    let other = try JournalFile.open(file.folder, .write(.process))
    try other.database.runScript("BEGIN IMMEDIATE")
    defer { try? other.database.runScript("ROLLBACK") }
    return try body()
  }

  private func holders() throws -> [String] { try file.leases().map(\.holder) }

  @Test func whatCannotBeGivenBackIsGivenBackLater() throws {
    var (conductor, leases) = (before, SharedLeases())
    let settings = conductor.state.settings
    let (a, b) = (AttemptID("a", 1), AttemptID("b", 1))
    guard
      case .granted = try leases.lease(
        try #require(conductor.state.attempt(a)), of: a, settings, from: book)
    else {
      Issue.record("what is free is given")
      return
    }
    #expect(try holders() == ["a 1"])
    var events: [Event] = []
    for input: Input in [
      .prepared(a, base: nil), .launched(a, process: "1"),
      .ended(a, .succeeded(summary: ""), Usage()),
    ] {
      events += conductor.decide(input, at: Instant(milliseconds: 2000)).events
    }
    let next = try #require(conductor.state.attempt(b))
    try whileLocked {
      leases.follow(events, to: book)
      let isGivenBack = leases.giveBack(to: book)
      #expect(!isGivenBack)
      let error = #expect(throws: JournalError.self) {
        try leases.lease(next, of: b, settings, from: book)
      }
      #expect(error?.mayPass == true)
    }
    #expect(try holders() == ["a 1"])
    guard case .granted = try leases.lease(next, of: b, settings, from: book) else {
      Issue.record("what the run itself held for an attempt that is over is free")
      return
    }
    #expect(try holders() == ["b 1"])
    let isGivenBack = leases.giveBack(to: book)
    #expect(isGivenBack)
  }
}
