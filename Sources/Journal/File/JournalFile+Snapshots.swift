extension JournalFile {
  /// So many snapshots of a run are kept: should the newest be damaged, there is one before it.
  private static let keptSnapshots = 2

  /// Keeps a run's state, and lets go of those before the last but one.
  package func save(_ snapshot: Snapshot, under lock: RunLock) throws(JournalError) {
    if let defect { throw defect }
    let session = lock.session
    guard lock.isHeld else { throw .lockLost(run: session) }
    try database.write { () throws(JournalError) in
      let run = try runNumber(of: session)
      let chain = try chain(ofRun: run, at: snapshot.sequence)
      try database.run(
        """
        INSERT OR REPLACE INTO snapshots(run, seq, at, version, checksum, state)
        VALUES(?, ?, ?, ?, ?, ?)
        """,
        .integer(run), .integer(snapshot.sequence), .integer(snapshot.at),
        .integer(snapshot.version), .integer(snapshot.checksum(after: chain)),
        .bytes(snapshot.state))
      try removeSnapshots(ofRun: run, keeping: Self.keptSnapshots)
    }
    try confirmPlace()
  }

  @discardableResult
  func removeSnapshots(ofRun run: Int64, keeping kept: Int) throws(JournalError) -> Int {
    try database.run(
      """
      DELETE FROM snapshots WHERE run = ?1 AND seq NOT IN
        (SELECT seq FROM snapshots WHERE run = ?1 ORDER BY seq DESC LIMIT ?2)
      """, .integer(run), .integer(kept))
  }

  /// The newest state of a run in an encoding, or nothing.
  ///
  /// One that is damaged, or that belongs to another history, is passed over: the events count.
  ///
  /// - Parameter sequence: the last event that it may know of, for a caller that could not use the
  ///   newest.
  package func snapshot(
    of session: String, version: Int, atMost sequence: Int = .max
  ) throws(JournalError) -> Snapshot? {
    let run = try runNumber(of: session)
    var rows = try database.rows(
      """
      SELECT seq, at, version, state, checksum FROM snapshots
      WHERE run = ? AND version = ? AND seq <= ? ORDER BY seq DESC
      """, .integer(run), .integer(version), .integer(sequence))
    while try rows.next() {
      let snapshot = readSnapshot(rows)
      if try isWhole(snapshot, ofRun: run, checksum: rows.integer(4)) { return snapshot }
    }
    return nil
  }

  func readSnapshot(_ rows: borrowing Cursor) -> Snapshot {
    Snapshot(
      sequence: rows.number(0), at: rows.integer(1), version: rows.number(2), state: rows.bytes(3))
  }

  func isWhole(
    _ snapshot: Snapshot, ofRun run: Int64, checksum: Int64
  ) throws(JournalError) -> Bool {
    guard snapshot.sequence <= (try lastSequence(ofRun: run)) else { return false }
    let chain = try chain(ofRun: run, at: snapshot.sequence)
    return snapshot.checksum(after: chain) == checksum
  }
}
