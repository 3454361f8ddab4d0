extension JournalFile {
  /// Enters a new run together with what its first decision says: all of it is there, or there is no such run. Gives the
  /// run's last sequence.
  @discardableResult
  package func begin(
    _ run: RunRecord, with first: JournalEntry
  ) throws(JournalError) -> Int {
    let session = first.lock.session
    precondition(run.session == session, "a run begins under its own lock")
    if let defect { throw defect }
    guard first.lock.isHeld else { throw .lockLost(run: session) }
    try verify(try RunWitness(of: session, in: folder), of: session, last: 0)
    let written = try database.write { () throws(JournalError) in
      let known = try database.number("SELECT run FROM runs WHERE session = ?", .text(session))
      guard known == nil else { throw .runExists(session) }
      try insert(run)
      var last = try end(of: session)
      try write(first, at: &last)
      return last
    }
    try confirmPlace()
    written.tip.write(written.sequence, written.chain)
    ends[session] = written
    return written.sequence
  }

  /// Enters a new run, before its first event.
  package func begin(_ run: RunRecord, under lock: RunLock) throws(JournalError) {
    try begin(run, with: JournalEntry(lock: lock, after: 0, events: []))
  }

  func insert(_ run: RunRecord) throws(JournalError) {
    try database.run(
      """
      INSERT INTO runs(session, plan, created, status, ended, summary, checksum)
      VALUES(?, ?, ?, ?, ?, ?, ?)
      """,
      .text(run.session), .text(run.plan), .integer(run.created), .text(run.standing.status),
      .optional(run.standing.ended), .text(run.standing.summary), .integer(run.checksum))
  }

  func update(_ standing: RunStanding, of session: String) throws(JournalError) {
    var run = try run(session)
    run.standing = standing
    try database.run(
      "UPDATE runs SET status = ?, ended = ?, summary = ?, checksum = ? WHERE session = ?",
      .text(standing.status), .optional(standing.ended), .text(standing.summary),
      .integer(run.checksum), .text(session))
  }

  /// All runs, the newest first.
  package func runs() throws(JournalError) -> [RunRecord] {
    var rows = try database.rows(
      "SELECT session, plan, created, status, ended, summary, checksum FROM runs ORDER BY run DESC")
    var runs: [RunRecord] = []
    while try rows.next() { runs.append(try readRun(rows)) }
    return runs
  }

  package func run(_ session: String) throws(JournalError) -> RunRecord {
    var rows = try database.rows(
      """
      SELECT session, plan, created, status, ended, summary, checksum FROM runs WHERE session = ?
      """, .text(session))
    guard try rows.next() else { throw .noSuchRun(session) }
    return try readRun(rows)
  }

  private func readRun(_ rows: borrowing Cursor) throws(JournalError) -> RunRecord {
    let run = RunRecord(
      session: rows.text(0), plan: rows.text(1), created: rows.integer(2),
      standing: RunStanding(
        status: rows.text(3), ended: rows.optionalInteger(4), summary: rows.text(5)))
    guard run.checksum == rows.integer(6) else {
      throw .corrupt(
        path: database.path, detail: "the row of run `\(run.session)` is not what was written")
    }
    return run
  }
}
