/// An event and its place in its run, which counts from one.
package struct NumberedEvent: Hashable, Sendable {
  package var sequence: Int
  package var event: Event

  package init(sequence: Int, _ event: Event) {
    self.sequence = sequence
    self.event = event
  }

  package var at: Instant { event.at }
  package var fact: Fact { event.fact }
}
