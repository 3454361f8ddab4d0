/// Something that another process wants of a run.
package struct InboxMessage: Hashable, Sendable {
  /// Grows in the order in which messages were committed, over all runs.
  package var number: Int
  package var at: Int64
  /// Who asks, as the answer should name them.
  package var sender: String
  /// One line of JSON text.
  package var body: String
  /// The last event of the decision that answered it; nothing while it waits.
  package var taken: Int?

  package init(number: Int, at: Int64, sender: String, body: String, taken: Int? = nil) {
    self.number = number
    self.at = at
    self.sender = sender
    self.body = body
    self.taken = taken
  }
}
