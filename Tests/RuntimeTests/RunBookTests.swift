import Conducting
import Journal
import Plans
import Simulation
import TestSupport
import Testing

import Runtime

/// Runs that the simulation has played, written into a real journal and taken up again from it at any place.
@Suite struct RunBookTests {
  private let folder: TemporaryFolder
  private let journal: JournalFolder

  init() throws {
    folder = try TemporaryFolder()
    journal = JournalFolder(folder.path)
  }

  private func open() throws -> JournalFile { try JournalFile.open(journal, .write(.process)) }

  private func lock(_ session: String) throws -> RunLock {
    try RunLock.acquire(session, in: journal, at: 1)
  }

  @Test(arguments: [3, 14, 29, 61, 112])
  func aRunIsTakenUpAsItWas(_ seed: UInt64) throws {
    var scenario = Scenario.random(seed: seed)
    scenario.crashes = .none
    var played = try Playthrough(scenario, scrutiny: .little)
    try played.play()
    let begun = played.trace.firstIndex { if case .runnerOpened = $0.fact { true } else { false } }
    let rest = played.trace[(begun ?? 0)...]

    let order = scenario.order
    var state: RunState
    do {
      let (_, conductor, _) = try RunBook.begin(
        order, in: try open(), under: try lock(order.session), at: Playthrough.start)
      state = conductor.state
    }
    var chance = Chance(seed: seed)
    var place = rest.startIndex
    while place < rest.endIndex {
      // A new process each time: nothing is left of the last but its journal.
      let (book, conductor) = try RunBook.resume(in: try open(), under: try lock(order.session))
      #expect(conductor.state == state, "before event \(place)")
      #expect(conductor.state.outstandingEffects() == state.outstandingEffects())
      for _ in 0..<chance.number(1...40) where place < rest.endIndex {
        let end = min(place + chance.number(1...5), rest.endIndex)
        var decision = Decision()
        decision.events = Array(rest[place..<end])
        for event in decision.events { state.apply(event) }
        try book.write(decision, of: state)
        place = end
      }
      if chance.happens(300) { try book.save(state) }
    }
    let (_, conductor) = try RunBook.resume(in: try open(), under: try lock(order.session))
    #expect(conductor.state == played.conductor.state)
    let run = try open().run(order.session)
    #expect(["completed", "failed", "cancelled"].contains(run.standing.status))
    #expect(run.standing.ended != nil)
  }

  @Test(arguments: [(10, 5_000), (60_000, 6_000)])
  func aLargerPlanIsSavedLessOften(_ count: Int, _ interval: Int) throws {
    let session = "exec-a-20260101-abcdef"
    let steps = (0..<count).map { RunStep(StepID("s\($0)"), kind: .command) }
    let lock = try lock(session)
    let file = try open()
    let (book, conductor, _) = try RunBook.begin(
      RunOrder(session: session, plan: "a", steps: steps), in: file, under: lock,
      at: Playthrough.start)
    var state = conductor.state
    func write(until sequence: Int) throws {
      var decision = Decision()
      while state.sequence < sequence {
        decision.events.append(Event(at: state.now, .runnerOpened(runner: "1")))
        state.apply(decision.events[decision.events.count - 1])
      }
      try book.write(decision, of: state)
    }
    func saved() throws -> Int? {
      try file.resume(lock, understanding: RunState.snapshotVersion).snapshot?.sequence
    }
    try write(until: interval - 1)
    #expect(try saved() == nil)
    try write(until: interval)
    #expect(try saved() == interval)
  }

  @Test func anOrderThatCannotEndLeavesNothingBehind() throws {
    let order = RunOrder(session: "exec-a-20260101-abcdef", plan: "a", steps: [])
    let (file, lock) = (try open(), try lock(order.session))
    #expect(throws: RunBookError.order(OrderFlaw(message: "the plan has no steps"))) {
      _ = try RunBook.begin(order, in: file, under: lock, at: Playthrough.start)
    }
    #expect(try open().runs().isEmpty)
  }

  @Test func anEventThatCannotBeReadStopsTheResume() throws {
    let session = "exec-a-20260101-abcdef"
    let order = RunOrder(session: session, plan: "a", steps: [RunStep("s", kind: .command)])
    do {
      let lock = try lock(session)
      let file = try open()
      let (_, conductor, _) = try RunBook.begin(
        order, in: file, under: lock, at: Playthrough.start)
      let foreign = EventRecord(
        sequence: conductor.state.sequence + 1, at: 1, kind: "moodChanged",
        body: "{\"v\":1,\"moodChanged\":{}}")
      _ = try file.append(
        JournalEntry(lock: lock, after: conductor.state.sequence, events: [foreign]))
    }
    let (file, lock) = (try open(), try lock(session))
    let error = #expect(throws: RunBookError.self) {
      _ = try RunBook.resume(in: file, under: lock)
    }
    guard case .event(session, sequence: 5, flaw: _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// What is decided after a write that failed is decided on what never was, and a snapshot of it would be taken for what
  /// the journal says.
  @Test func nothingIsWrittenOrSavedBehindWhatCouldNotBeWritten() throws {
    var scenario = Scenario.random(seed: 3)
    scenario.crashes = .none
    let order = scenario.order
    let before: RunState
    do {
      let (book, first, _) = try RunBook.begin(
        order, in: try open(), under: try lock(order.session), at: Playthrough.start)
      before = first.state
      var conductor = first
      let lost = conductor.decide(.opened(runner: "a"), at: Playthrough.start)
      #expect(!lost.events.isEmpty && conductor.state != before)
      // There is no such message to be taken.
      #expect(throws: RunBookError.self) {
        try book.write(lost, of: conductor.state, taking: [99])
      }
      try book.save(conductor.state)
      let next = conductor.decide(.opened(runner: "b"), at: Playthrough.start)
      #expect(!next.events.isEmpty)
      #expect(throws: RunBookError.self) { try book.write(next, of: conductor.state) }
      // Not even what would have been right before.
      var again = first
      let other = again.decide(.opened(runner: "c"), at: Playthrough.start)
      #expect(throws: RunBookError.self) { try book.write(other, of: again.state) }
      try book.save(conductor.state)
    }
    let (_, conductor) = try RunBook.resume(in: try open(), under: try lock(order.session))
    #expect(conductor.state == before)
  }

  /// A snapshot that knows more, or less, than the events up to it is no saving of time.
  @Test func aSnapshotOfAnotherPlaceIsPassedOverAndTold() throws {
    let session = "exec-a-20260101-abcdef"
    let order = RunOrder(session: session, plan: "a", steps: [RunStep("s", kind: .command)])
    let before: RunState
    do {
      let (lock, file) = (try lock(session), try open())
      let (_, first, _) = try RunBook.begin(order, in: file, under: lock, at: Playthrough.start)
      before = first.state
      var conductor = first
      _ = conductor.decide(.opened(runner: "a"), at: Playthrough.start)
      #expect(conductor.state != before)
      try file.save(
        Snapshot(
          sequence: before.sequence, at: 1, version: RunState.snapshotVersion,
          state: conductor.state.snapshot()), under: lock)
    }
    let (lock, file) = (try lock(session), try open())
    let (_, conductor) = try RunBook.resume(in: file, under: lock)
    #expect(conductor.state == before)
    #expect(try RunReading(session, in: file).state == before)
    let check = try file.check(flaw: \.flaw)
    #expect(check.isSound)
    #expect(check.findings.map(\.text).contains { $0.contains("its state is that after event") })
  }
}
