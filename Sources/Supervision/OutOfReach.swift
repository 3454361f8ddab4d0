import CSupport
import Files
import Glibc

extension ProcessEntry {
  /// Whether this process may not end it: it is another user's by now.
  package var isOutOfReach: Bool {
    let descriptor = divisi_pidfd_open(pid)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard divisi_pidfd_signal(descriptor, 0) != 0, errno == EPERM else { return false }
    return ProcessEntry.read(pid)?.startTicks == startTicks
  }

  /// `4711 (sleep, of user 0)`.
  fileprivate var words: String {
    let name = (try? readFile("/proc/\(pid)/comm")).map {
      String(decoding: $0.dropLast(), as: UTF8.self)
    }
    var place = stat()
    let user = stat("/proc/\(pid)", &place) == 0 ? ", of user \(place.st_uid)" : ""
    return "\(pid) (\(name ?? "unknown")\(user))"
  }
}

/// What is told of processes that were to be ended, and could not be.
package func words(ofLeft processes: [ProcessEntry]) -> String {
  guard let first = processes.first else { return "something of it that cannot be seen is left" }
  let more = processes.count > 1 ? " and \(processes.count - 1) more" : ""
  return "process \(first.words)\(more) may not be ended by this user and goes on: end it by hand"
}
