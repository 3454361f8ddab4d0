import CSupport
import Glibc

/// The processes of one attempt: what is below its owner, what carries its marker, and what is
/// below that.
///
/// The first finds all that a living supervisor has, since orphans come back to it; the second what
/// is left when it was killed, and their sessions what took the marker off.
package struct ProcessTree: Sendable {
  /// The process whose descendants belong to the tree, and which itself does not.
  package var owner: Int32?
  package var marker: String
  /// Nothing that began before this can belong to it.
  package var since: Int
  /// A process that belongs to the tree whether or not it can be recognised by its marker.
  package var leader: ProcessIdentity?
  /// All that is in it belongs to the tree.
  package var cgroup: Cgroup?
  /// All in this session belong to it. Its leader must be a child that was not waited for, or the
  /// number may have become another's.
  package var session: Int32?
  /// All that are in these belong to it, unless the pid has been given out again, and the session may be another's.
  package var sessions: [Session]

  package struct Session: Sendable, Hashable {
    /// Who led it, or was the oldest that was seen of it.
    package var leader: ProcessIdentity
    /// When it was last seen, in ticks: what began in it later may be in another's that has its number by now, and has to
    /// be known by something else.
    package var lastSeen: Int?

    package init(_ leader: ProcessIdentity, lastSeen: Int? = nil) {
      self.leader = leader
      self.lastSeen = lastSeen
    }
  }

  package init(
    owner: Int32?, marker: String, since: Int, leader: ProcessIdentity? = nil,
    cgroup: Cgroup? = nil, session: Int32? = nil, sessions: [Session] = []
  ) {
    self.owner = owner
    self.marker = marker
    self.since = since
    self.leader = leader
    self.cgroup = cgroup
    self.session = session
    self.sessions = sessions
  }

  /// What of it lives now.
  package func living() -> [ProcessEntry] {
    let table = ProcessTable.read()
    var roots = Set<Int32>()
    if let owner { roots.insert(owner) }
    let below = table.descendants(of: roots)
    let known = Set(below.map(\.pid)).union(roots).union([getpid()])
    let others = ProcessTable(table.entries.filter { !known.contains($0.pid) })
    var heads = Set(others.marked(marker, since: since).map(\.pid))
    if let leader, leader.isRunning { heads.insert(leader.pid) }
    if let cgroup { heads.formUnion(cgroup.members) }
    if let session {
      heads.formUnion(others.entries.filter { $0.session == session }.map(\.pid))
    }
    for session in sessions {
      let leader = session.leader
      let owner = table.entries.first { $0.pid == leader.pid }
      guard owner == nil || owner?.startTicks == leader.startTicks else { continue }
      heads.formUnion(
        others.entries.filter {
          $0.session == leader.pid && $0.startTicks >= leader.startTicks
            && $0.startTicks <= session.lastSeen ?? .max
        }.map(\.pid))
    }
    let apart = others.entries.filter { heads.contains($0.pid) }
    let belowThem = heads.isEmpty ? [] : others.descendants(of: heads)
    return (below + apart + belowThem).filter { !$0.hasEnded }
  }

  /// Sends a signal to all that live, and again to what they start meanwhile; says to how many.
  ///
  /// A tree that forks faster than it is found is left to the next call after some rounds.
  @discardableResult
  package func signal(_ signal: Int32) -> Int {
    var reached = Set<ProcessEntry>()
    for _ in 0..<20 {
      // The oldest first: a shell whose command is ended before it would begin the next.
      let fresh = living().filter { !reached.contains($0) }
        .sorted { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }
      if fresh.isEmpty { break }
      for process in fresh {
        reached.insert(process)
        process.signal(signal)
      }
    }
    return reached.count
  }
}

extension ProcessEntry {
  /// Sends a signal to this very process, and to no other that has its pid by now.
  ///
  /// The descriptor stands for whatever had the pid when it was opened. If that is still listed
  /// with the same start afterwards, it is the one meant; if not, nothing is sent.
  @discardableResult
  package func signal(_ signal: Int32) -> Bool {
    let descriptor = divisi_pidfd_open(pid)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard let now = ProcessEntry.read(pid), now.startTicks == startTicks else { return false }
    guard divisi_pidfd_signal(descriptor, signal) == 0 else { return false }
    // One that is stopped would not act on it.
    if signal == SIGTERM { _ = divisi_pidfd_signal(descriptor, SIGCONT) }
    return true
  }
}

extension ProcessTable {
  /// The sessions below a process, but for one: the leader of each, or the oldest that is left of it.
  package func sessions(below owner: Int32, besides own: Int32) -> [ProcessIdentity] {
    guard let bootID = currentBootID() else { return [] }
    let members = Dictionary(grouping: descendants(of: [owner]), by: \.session)
    return members.filter { $0.key != own && $0.key > 1 }.map { session, members in
      ProcessIdentity(
        pid: session, startTicks: members.map(\.startTicks).min() ?? 0, bootID: bootID)
    }.sorted { $0.startTicks < $1.startTicks }
  }
}
