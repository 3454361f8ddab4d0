package import Conducting

/// A journal that lives as long as its scenario. It keeps what a real one would keep: lines of JSON, so that whoever
/// reads it back has nothing but what was written.
package struct MemoryJournal: Sendable {
  private var records: [(at: Int64, body: String)] = []
  /// How many decisions have been committed.
  package private(set) var commits = 0

  package init() {}

  package var count: Int { records.count }

  package mutating func commit(_ events: [Event]) {
    commits += 1
    for event in events { records.append((event.at.milliseconds, event.fact.body)) }
  }

  /// All events, read back.
  package func events(from start: Int = 0) throws(FactFlaw) -> [Event] {
    var events: [Event] = []
    events.reserveCapacity(records.count - start)
    for record in records[start...] {
      events.append(
        Event(at: Instant(milliseconds: record.at), try Fact(body: record.body)))
    }
    return events
  }
}
