internal import Glibc

/// An event as it lies in the journal.
package struct EventRecord: Hashable, Sendable {
  /// Counts from one within its run, without gaps.
  package var sequence: Int
  /// When it happened, in milliseconds since 1970. The clock may jump: only `sequence` orders.
  package var at: Int64
  package var kind: String
  package var step: String?
  package var attempt: Int?
  /// One line of JSON text.
  package var body: String

  package init(
    sequence: Int, at: Int64, kind: String, step: String? = nil, attempt: Int? = nil, body: String
  ) {
    self.sequence = sequence
    self.at = at
    self.kind = kind
    self.step = step
    self.attempt = attempt
    self.body = body
  }

  /// Why the record cannot be journaled, or nothing where it can.
  var flaw: String? {
    if kind.isEmpty { return "it has no kind" }
    if body.isEmpty { return "it has no body" }
    // An export has one line an event, and the chain is over these very bytes.
    if hasLineBreak(body) { return "its body has more than one line" }
    return nil
  }
}

/// Eight times as fast as looking with Swift's own `contains`, for every body that is written.
func hasLineBreak(_ text: String) -> Bool {
  var text = text
  return text.withUTF8 { buffer in
    guard let start = buffer.baseAddress else { return false }
    return memchr(start, 0x0A, buffer.count) != nil
  }
}

/// What one decision writes: all of it in one transaction, or none.
package struct JournalEntry: Sendable {
  /// The lock that makes this process the run's one runner.
  package var lock: RunLock
  /// The sequence of the last event that the decision knew of.
  package var after: Int
  package var events: [EventRecord]
  /// The messages of the inbox that the decision answers.
  package var taking: [Int]
  /// How the run stands now, where that changed.
  package var standing: RunStanding?

  package init(
    lock: RunLock, after: Int, events: [EventRecord], taking: [Int] = [],
    standing: RunStanding? = nil
  ) {
    self.lock = lock
    self.after = after
    self.events = events
    self.taking = taking
    self.standing = standing
  }
}
