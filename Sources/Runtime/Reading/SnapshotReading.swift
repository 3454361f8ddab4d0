import Conducting
package import Journal

extension Snapshot {
  /// The state, if it is as the events up to the snapshot have made it.
  var runState: RunState? {
    guard let read = try? RunState(snapshot: state), read.sequence == sequence else { return nil }
    return read
  }

  /// What is wrong with the state, where this version reads such a one at all.
  package var flaw: String? {
    guard version == RunState.snapshotVersion else { return nil }
    guard let read = try? RunState(snapshot: state) else { return "its state cannot be read" }
    return read.sequence == sequence ? nil : "its state is that after event \(read.sequence)"
  }
}
