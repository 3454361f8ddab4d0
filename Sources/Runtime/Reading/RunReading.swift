package import Conducting
package import Journal
package import Plans
import Supervision

/// A run as it lies in the journal, for those who only look: taken without its lock, held up by nobody and holding
/// nobody up.
///
/// It is as the run was when it was taken; `catchUp` brings it up to date.
package struct RunReading: Sendable {
  package private(set) var record: RunRecord
  package private(set) var state: RunState
  /// Who runs it now, or nothing where nobody does.
  package private(set) var holder: RunHolder?
  package let folder: JournalFolder

  package var session: String { record.session }

  /// Reads a run: the newest snapshot that can be read, and what came behind it.
  package init(_ session: String, in file: JournalFile) throws(RunBookError) {
    folder = file.folder
    do {
      record = try file.run(session)
      holder = try RunLock.holder(of: session, in: file.folder)
      let snapshot = try file.snapshot(of: session, version: RunState.snapshotVersion)
      state = snapshot?.runState ?? RunState()
    } catch { throw .journal(error) }
    try catchUp(in: file)
  }

  /// Takes in what has been written since, and gives it.
  @discardableResult
  package mutating func catchUp(in file: JournalFile) throws(RunBookError) -> [NumberedEvent] {
    do {
      record = try file.run(session)
      holder = try RunLock.holder(of: session, in: folder)
    } catch { throw .journal(error) }
    var news: [NumberedEvent] = []
    try file.eachEvent(of: session, after: state.sequence) { news.append($0) }
    for event in news { state.apply(event.event) }
    return news
  }

  /// The folder of an attempt.
  package func attempt(_ step: StepID, _ number: Int) -> AttemptFiles {
    AttemptFiles(RunFolder(of: session, in: folder).attempt(AttemptID(step, number)).path)
  }

  /// Where the archive of the run lies, if it is in one.
  package var archive: String? { RunArchive.path(in: record.standing) }
}

extension JournalFile {
  /// Reads a run's events after one of them, in order.
  ///
  /// - Parameter wants: which are looked at; the others are not decoded, which saves most of the time.
  package func eachEvent(
    of session: String, after sequence: Int = 0, where wants: (EventRecord) -> Bool = { _ in true },
    _ body: (NumberedEvent) throws(RunBookError) -> Void
  ) throws(RunBookError) {
    var reader: EventReader
    do { reader = try events(of: session, after: sequence) } catch { throw .journal(error) }
    while true {
      let record: EventRecord?
      do { record = try reader.next() } catch { throw .journal(error) }
      guard let record else { return }
      guard wants(record) else { continue }
      let fact: Fact
      do { fact = try Fact(body: record.body) } catch {
        throw .event(session: session, sequence: record.sequence, flaw: error.message)
      }
      try body(
        NumberedEvent(
          sequence: record.sequence, Event(at: Instant(milliseconds: record.at), fact)))
    }
  }
}
