package import Files
package import Supervision

/// An attempt that cannot be started, found or read.
package enum SupervisionError: Error, Hashable, Sendable, CustomStringConvertible {
  case file(FileError)
  case record(RecordError)
  /// The supervisor itself could not be started.
  case spawn(SpawnError)
  /// The supervisor did not take the attempt; what it said.
  case refused(String)
  /// The task that waited was cancelled; the attempt goes on.
  case waitingCancelled
  /// A process holds the lock of an attempt and is not the one that its record names, as far as can be seen: the attempt
  /// lives.
  case unrecognised(folder: String, pid: Int32)

  /// Whether it is no word on the attempt's end, and may be gone at the next look: want of descriptors or memory, a disk
  /// that does not answer, a supervisor that cannot be seen from here.
  package var mayPass: Bool {
    switch self {
    case .file: true
    case .record(let error): error.isOfFile
    case .unrecognised: true
    case .spawn, .refused, .waitingCancelled: false
    }
  }

  package var description: String {
    switch self {
    case .file(let error): error.description
    case .record(let error): error.description
    case .spawn(let error): error.description
    case .refused(let words): words
    case .waitingCancelled: "nobody waits for the attempt any more"
    case .unrecognised(let folder, 0):
      "\(folder) is locked by a process that cannot be seen from here, as one outside of a container, and so still runs"
    case .unrecognised(let folder, let pid):
      "\(folder) is locked by process \(pid), which is not the supervisor that its supervisor.json names"
    }
  }
}
