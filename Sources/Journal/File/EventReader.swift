/// A run's events one after the other, each proven to be what was written, at its place.
///
/// Holds one unchanging view of the journal until it goes: the runner is not held up by it, but the
/// write-ahead log grows meanwhile.
package struct EventReader: ~Copyable {
  private let session: String
  private var sequence: Int
  private var chain: Chain
  private var rows: Cursor

  init(of session: String, after sequence: Int, _ chain: Chain, _ rows: consuming Cursor) {
    self.session = session
    self.sequence = sequence
    self.chain = chain
    self.rows = rows
  }

  /// The next event, or nothing behind the last.
  package mutating func next() throws(JournalError) -> EventRecord? {
    guard try rows.next() else { return nil }
    sequence += 1
    let event = EventRecord(
      sequence: EventKey.sequence(of: rows.integer(0)), at: rows.integer(1), kind: rows.text(2),
      step: rows.optionalText(3),
      attempt: rows.optionalInteger(4).map { Int($0) }, body: rows.text(5))
    guard event.sequence == sequence else {
      throw .broken(run: session, sequence: sequence, flaw: "it is missing")
    }
    chain.add(event)
    guard chain.stored == rows.integer(6) else {
      throw .broken(run: session, sequence: sequence, flaw: "its checksum does not fit")
    }
    return event
  }
}
