/// A run's state after one of its events, so that resuming need not fold all that came before.
///
/// Only a saving of time: events alone give the same state.
package struct Snapshot: Hashable, Sendable {
  /// The last event that the state knows of.
  package var sequence: Int
  package var at: Int64
  /// Which encoding the state has; one that the reader does not know is passed over.
  package var version: Int
  package var state: [UInt8]

  package init(sequence: Int, at: Int64, version: Int, state: [UInt8]) {
    self.sequence = sequence
    self.at = at
    self.version = version
    self.state = state
  }
}
