package import Conducting
package import Journal
import Plans

/// A run in the journal: its decisions written, its state read back.
///
/// Whoever holds the book holds the run's lock, and is its one runner. A write that throws has left nothing behind: what
/// was decided is written later, where that may pass (`mayPass`), or the conductor that decided it is thrown away, and a new
/// one taken from the journal. Nothing else is written meanwhile: it would have been decided on what never was.
package final class RunBook {
  /// A snapshot is saved when so many events have been written since the last. It saves folding as many, and is as large
  /// as the plan: that of a large one is saved less often, so that saving takes the same small part of the time.
  private static func eventsASnapshot(of state: RunState) -> Int { max(5_000, state.count / 10) }

  let file: JournalFile
  let lock: RunLock
  /// The last event that is written.
  package private(set) var lastSequence: Int
  private var lastSnapshot: Int
  /// Why nothing more can be written.
  private var failure: RunBookError?

  private init(file: JournalFile, lock: RunLock, lastSequence: Int, lastSnapshot: Int) {
    self.file = file
    self.lock = lock
    self.lastSequence = lastSequence
    self.lastSnapshot = lastSnapshot
  }

  /// Begins a run: it is in the journal with its first decision, or not at all.
  package static func begin(
    _ order: RunOrder, in file: JournalFile, under lock: RunLock, at now: Instant
  ) throws(RunBookError) -> (RunBook, Conductor, Decision) {
    let conductor: Conductor
    let decision: Decision
    do { (conductor, decision) = try Conductor.begin(order, at: now) } catch {
      throw .order(error)
    }
    let book = RunBook(file: file, lock: lock, lastSequence: 0, lastSnapshot: 0)
    let entry = book.entry(decision, of: conductor.state, taking: [])
    do {
      book.lastSequence = try file.begin(
        RunRecord(
          session: order.session, plan: order.plan.text, created: now.milliseconds,
          standing: RunStanding(status: "running")), with: entry)
    } catch { throw .journal(error) }
    book.saveIfLong(conductor.state)
    return (book, conductor, decision)
  }

  /// Takes a run up where its events have left it: from the newest snapshot that can be read, and what came behind it.
  package static func resume(
    in file: JournalFile, under lock: RunLock
  ) throws(RunBookError) -> (RunBook, Conductor) {
    let resumption: Resumption
    do {
      resumption = try file.resume(lock, understanding: RunState.snapshotVersion)
    } catch { throw .journal(error) }
    var state = RunState()
    var folded = 0
    if let snapshot = resumption.snapshot, let read = snapshot.runState {
      state = read
      folded = snapshot.sequence
    }
    try fold(into: &state, file, lock.session, after: folded)
    let book = RunBook(
      file: file, lock: lock, lastSequence: resumption.lastSequence, lastSnapshot: folded)
    return (book, Conductor(state))
  }

  private static func fold(
    into state: inout RunState, _ file: JournalFile, _ session: String, after sequence: Int
  ) throws(RunBookError) {
    var reader: EventReader
    do { reader = try file.events(of: session, after: sequence) } catch { throw .journal(error) }
    while let record = try next(of: &reader) {
      do {
        state.apply(
          Event(at: Instant(milliseconds: record.at), try Fact(body: record.body)))
      } catch {
        throw .event(session: session, sequence: record.sequence, flaw: error.message)
      }
    }
  }

  private static func next(
    of reader: inout EventReader
  ) throws(RunBookError) -> EventRecord? {
    do { return try reader.next() } catch { throw .journal(error) }
  }

  /// Writes a decision, all of it or nothing, and with it that the messages of the inbox that it answers are taken.
  package func write(
    _ decision: Decision, of state: RunState, taking messages: [Int] = []
  ) throws(RunBookError) {
    guard !decision.events.isEmpty || !messages.isEmpty else { return }
    if let failure { throw failure }
    guard state.sequence == lastSequence + decision.events.count else {
      throw .ahead(session: session, written: lastSequence, decided: state.sequence)
    }
    do {
      lastSequence = try file.append(entry(decision, of: state, taking: messages))
    } catch {
      let error = RunBookError.journal(error)
      if !error.mayPass { failure = error }
      throw error
    }
    saveIfLong(state)
  }

  /// Whether the journal has all that has made the state.
  func holds(_ state: RunState) -> Bool { state.sequence == lastSequence }

  private func entry(
    _ decision: Decision, of state: RunState, taking messages: [Int]
  ) -> JournalEntry {
    var records: [EventRecord] = []
    records.reserveCapacity(decision.events.count)
    for event in decision.events {
      let body = event.fact.body
      let subject = event.fact.subject
      records.append(
        EventRecord(
          sequence: lastSequence + records.count + 1, at: event.at.milliseconds,
          kind: Fact.kind(ofBody: body), step: subject?.step.text, attempt: subject?.attempt,
          body: body))
    }
    return JournalEntry(
      lock: lock, after: lastSequence, events: records, taking: messages,
      standing: decision.changesStanding ? state.standing : nil)
  }

  /// What is written is written, whether or not there is room for a snapshot, which only saves time.
  private func saveIfLong(_ state: RunState) {
    guard lastSequence - lastSnapshot >= Self.eventsASnapshot(of: state) else { return }
    do { try save(state) } catch { lastSnapshot = lastSequence }
  }

  /// Keeps the state, so that taking the run up again is quick; nothing of what is not in the journal.
  package func save(_ state: RunState) throws(RunBookError) {
    guard holds(state) else { return }
    do {
      try file.save(
        Snapshot(
          sequence: lastSequence, at: state.now.milliseconds, version: RunState.snapshotVersion,
          state: state.snapshot()), under: lock)
    } catch { throw .journal(error) }
    lastSnapshot = lastSequence
  }
}

/// Why a run cannot be begun, written or taken up.
package enum RunBookError: Error, Hashable, Sendable, CustomStringConvertible {
  case order(OrderFlaw)
  case journal(JournalError)
  /// An event is there that cannot be understood: to go on without it would be a wrong resume.
  case event(session: String, sequence: Int, flaw: String)
  /// The state was made by events that are not in the journal: what was decided on it is not written.
  case ahead(session: String, written: Int, decided: Int)

  package var description: String {
    switch self {
    case .order(let flaw): flaw.message
    case .journal(let error): "\(error)"
    case .event(let session, let sequence, let flaw):
      "event \(sequence) of \(session) cannot be read: \(flaw)"
    case .ahead(let session, let written, let decided):
      "\(session) is written up to event \(written), and was decided on as if it were up to "
        + "\(decided): `divisi resume` goes on from what is written"
    }
  }

  /// Whether the same can be written later.
  var mayPass: Bool { if case .journal(let error) = self { error.mayPass } else { false } }
}

extension JournalError {
  /// Whether the same can be done as soon as there is room, or whoever else has the journal lets it go.
  var mayPass: Bool {
    switch self {
    case .full, .busy: true
    default: false
    }
  }
}

extension Decision {
  /// Whether a list of runs shows something else than before.
  fileprivate var changesStanding: Bool {
    events.contains { event in
      switch event.fact {
      case .runStarted, .runPaused, .runResumed, .runCancelling, .runBlocked, .runUnblocked,
        .runReopened, .runEnded:
        true
      default: false
      }
    }
  }
}

extension RunState {
  /// How the run stands, as a list of runs shows it.
  fileprivate var standing: RunStanding {
    switch phase {
    case .planning: RunStanding(status: "planned")
    case .running: RunStanding(status: isBlocked ? "blocked" : "running")
    case .paused: RunStanding(status: "paused")
    case .cancelling: RunStanding(status: "cancelling")
    case .ended(let result): RunStanding(status: result.rawValue, ended: now.milliseconds)
    }
  }
}
