internal import Files
internal import Glibc

/// What a compaction did.
package struct Compaction: Hashable, Sendable {
  package var removedRuns: [String] = []
  package var removedSnapshots = 0
  package var bytesBefore = 0
  package var bytesAfter = 0
}

extension JournalFile {
  /// Makes the journal smaller: removes runs that ended before a moment, all snapshots of ended runs
  /// (their events are kept), and gives the room back to the disk. Runs that go on are left alone,
  /// and can go on meanwhile.
  ///
  /// - Parameters:
  ///   - cutoff: in milliseconds since 1970; runs that ended earlier go. Nothing: none.
  ///   - now: since when the locks of runs that are removed say that they are held.
  package func compact(
    removingEndedBefore cutoff: Int64?, at now: Int64
  ) throws(JournalError) -> Compaction {
    if let defect { throw defect }
    var compaction = Compaction(bytesBefore: size)
    if let cutoff { compaction.removedRuns = try removeRuns(endedBefore: cutoff, at: now) }
    compaction.removedSnapshots = try database.write { () throws(JournalError) in
      try database.run(
        "DELETE FROM snapshots WHERE run IN (SELECT run FROM runs WHERE ended IS NOT NULL)")
    }
    while let free = try database.number("PRAGMA freelist_count"), free > 0 {
      // So many pages at a time that a runner waits for milliseconds only.
      try database.run("PRAGMA incremental_vacuum(1000)")
      // Where it gives nothing back (an older file without room for it), it never will.
      guard let left = try database.number("PRAGMA freelist_count"), left < free else { break }
    }
    try database.runScript("PRAGMA wal_checkpoint(PASSIVE)")
    // This holds up writers while it waits for readers, so it does not wait long: where one stays, the
    // next who closes the journal shortens the log.
    try database.hurried(.milliseconds(100)) { () throws(JournalError) in
      try database.runScript("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    try confirmPlace()
    compaction.bytesAfter = size
    return compaction
  }

  private var size: Int {
    let log = (try? fileSize(database.path + "-wal")) ?? 0
    return ((try? fileSize(database.path)) ?? 0) + log
  }

  /// Each run in a transaction of its own, under its lock, so that nobody resumes it meanwhile.
  private func removeRuns(
    endedBefore cutoff: Int64, at now: Int64
  ) throws(JournalError) -> [String] {
    var removed: [String] = []
    for run in try runs().reversed() {
      guard let ended = run.standing.ended, ended < cutoff else { continue }
      do throws(JournalError) {
        let lock = try RunLock.acquire(run.session, in: folder, at: now)
        // It may have been taken up since it was read.
        guard try remove(run.session, endedBefore: cutoff) else { continue }
        // The lock goes last.
        for path in [folder.tip(run.session), folder.bell(run.session), folder.lock(run.session)] {
          unlink(path)
        }
        // What attempts left in the folder is not the journal's.
        rmdir(folder.run(run.session))
        withExtendedLifetime(lock) {}
        removed.append(run.session)
      } catch .held {
        continue
      }
    }
    return removed
  }

  /// Says whether the run was still to be removed.
  private func remove(
    _ session: String, endedBefore cutoff: Int64
  ) throws(JournalError) -> Bool {
    let isRemoved = try database.write { () throws(JournalError) in
      guard let ended = try self.run(session).standing.ended, ended < cutoff else { return false }
      let run = try runNumber(of: session)
      try database.run(
        "DELETE FROM events WHERE event BETWEEN ? AND ?",
        .integer(EventKey.of(1, inRun: run)), .integer(EventKey.last(inRun: run)))
      try database.run("DELETE FROM snapshots WHERE run = ?", .integer(run))
      try database.run("DELETE FROM inbox WHERE run = ?", .integer(run))
      try database.run("DELETE FROM leases WHERE run = ?", .integer(run))
      try database.run("DELETE FROM runs WHERE run = ?", .integer(run))
      return true
    }
    if isRemoved { ends[session] = nil }
    return isRemoved
  }
}
