import Files
import Glibc
package import Supervision

/// An attempt whose supervisor was killed before it could write what came of it. Its processes may
/// still live.
package struct LostAttempt: Sendable, Hashable {
  package let folder: AttemptFolder
  /// Nothing where the supervisor ended before it had written who it is, and so before it started
  /// anything.
  package let record: SupervisorRecord?

  package init(folder: AttemptFolder, record: SupervisorRecord?) {
    self.folder = folder
    self.record = record
  }

  /// What of the attempt still lives.
  package func remains() -> [ProcessEntry] { tree?.living() ?? [] }

  /// Ends what of the attempt still lives and returns when nothing does; says how many there were. What this user may not
  /// end remains.
  @discardableResult
  package func endRemains(grace: Duration) async -> Int {
    guard let tree else { return 0 }
    while AttemptLock.hasUnborn(folder) { await pause(.milliseconds(1)) }
    let count = await end(tree, grace: grace)
    tree.cgroup?.remove()
    return count
  }

  private var tree: ProcessTree? {
    // What another boot has started is gone, whatever has its pids now.
    guard let record, record.supervisor.bootID == currentBootID() else { return nil }
    return ProcessTree(
      owner: nil, marker: record.marker, since: record.supervisor.startTicks,
      leader: record.leader, cgroup: record.cgroup.map { Cgroup(path: $0) },
      sessions: [.init(record.supervisor)]
        + record.sessions.map { .init($0, lastSeen: record.surveyed) })
  }
}

/// Ends all processes that carry a marker, whoever started them, and returns when none lives; says
/// how many there were. For commands that a run which crashed has left.
@discardableResult
package func endProcesses(marked marker: String, grace: Duration) async -> Int {
  await end(ProcessTree(owner: nil, marker: marker, since: 0), grace: grace)
}

extension AttemptFolder {
  /// Makes sure that no supervisor will ever take this attempt, unless one has: one that is just
  /// starting finds its end already written. Says whether it is so.
  package func abandon() throws(SupervisionError) -> Bool {
    switch AttemptLock.take(self) {
    case .held: return false
    case .failed(let code): throw .file(FileError("lock", lock, code: code))
    case .taken(let release):
      defer { release() }
      if entryKind(supervisor) != .missing { return false }
      if entryKind(exit) != .missing { return true }
      do {
        try RecordFile(exit).write(
          AttemptExit(.stopped, problem: "it was given up before it began").json, isDurable: true)
        return true
      } catch {
        throw .file(error)
      }
    }
  }
}
