extension JournalFile {
  /// Commits what one decision says, all or nothing, and gives the run's last sequence.
  ///
  /// When it returns, everything of the entry is committed; when it throws, nothing of it is, save that
  /// after an I/O error (`endsTheFile`) a commit can turn out to have reached the disk when the run is
  /// resumed.
  package func append(_ entry: JournalEntry) throws(JournalError) -> Int {
    try append([entry])[0].get()
  }

  /// Commits several entries together. A flaw of one is not another's: then each is committed alone.
  func append(_ entries: [JournalEntry]) -> [Result<Int, JournalError>] {
    do throws(JournalError) {
      return try commit(entries).map { .success($0) }
    } catch {
      if error.endsTheFile { defect = error }
      guard entries.count > 1, !error.endsTheFile else { return entries.map { _ in .failure(error) } }
      return entries.flatMap { append([$0]) }
    }
  }

  private func commit(_ entries: [JournalEntry]) throws(JournalError) -> [Int] {
    if let defect { throw defect }
    var ends = self.ends
    let lasts = try database.write { () throws(JournalError) in
      try entries.map { entry throws(JournalError) in
        let session = entry.lock.session
        guard entry.lock.isHeld else { throw .lockLost(run: session) }
        var end: RunEnd
        if let known = ends[session] { end = known } else { end = try self.end(of: session) }
        try write(entry, at: &end)
        ends[session] = end
        return end.sequence
      }
    }
    try confirmPlace()
    for entry in entries where !entry.events.isEmpty {
      if let end = ends[entry.lock.session] { try end.tip.write(end.sequence, end.chain) }
    }
    self.ends = ends
    return lasts
  }

  private func write(_ entry: JournalEntry, at end: inout RunEnd) throws(JournalError) {
    let session = entry.lock.session
    guard entry.after == end.sequence else {
      throw .stale(run: session, expected: entry.after, found: end.sequence)
    }
    for event in entry.events { try insert(event, session, at: &end) }
    for message in entry.taking { try take(message, of: session, by: end) }
    if let standing = entry.standing { try update(standing, of: session) }
  }

  private func insert(
    _ event: EventRecord, _ session: String, at end: inout RunEnd
  ) throws(JournalError) {
    let sequence = end.sequence + 1
    guard event.sequence == sequence else {
      throw .malformed(
        run: session, sequence: event.sequence, flaw: "the next one is event \(sequence)")
    }
    if let flaw = event.flaw {
      throw .malformed(run: session, sequence: sequence, flaw: flaw)
    }
    end.chain.add(event)
    do throws(JournalError) {
      try database.run(
        """
        INSERT INTO events(run, seq, at, kind, step, attempt, body, chain)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?)
        """,
        .integer(end.run), .integer(sequence), .integer(event.at), .text(event.kind),
        .optional(event.step), .optional(event.attempt), .text(event.body),
        .integer(end.chain.stored))
    } catch .unavailable(_, let error) where error.isConstraint {
      // Somebody else wrote this event, so what we believed to be the end was not.
      ends[session] = nil
      throw .stale(
        run: session, expected: end.sequence, found: try lastSequence(ofRun: end.run))
    }
    end.sequence = sequence
  }

  /// Where a run ends that this connection has not written to yet.
  private func end(of session: String) throws(JournalError) -> RunEnd {
    let run = try runNumber(of: session)
    let sequence = try lastSequence(ofRun: run)
    try verifyTip(of: session, last: sequence)
    let chain = try chain(ofRun: run, at: sequence)
    let tip = try RunTip(of: session, in: folder)
    // Now, as there is room for it: later it is only written over.
    try tip.write(sequence, chain)
    return RunEnd(run: run, sequence: sequence, chain: chain, tip: tip)
  }

  func lastSequence(ofRun run: Int64) throws(JournalError) -> Int {
    Int(try database.number("SELECT max(seq) FROM events WHERE run = ?", .integer(run)) ?? 0)
  }

  /// The chain behind an event of a run; before the first, the one that the run begins with.
  func chain(ofRun run: Int64, at sequence: Int) throws(JournalError) -> Chain {
    if sequence == 0 {
      var rows = try database.rows(
        "SELECT session, plan, created FROM runs WHERE run = ?", .integer(run))
      guard try rows.next() else {
        throw .corrupt(path: database.path, detail: "run \(run) has no row")
      }
      return Chain(session: rows.text(0), plan: rows.text(1), created: rows.integer(2))
    }
    let stored = try database.number(
      "SELECT chain FROM events WHERE run = ? AND seq = ?", .integer(run), .integer(sequence))
    guard let stored else {
      throw .corrupt(path: database.path, detail: "run \(run) has no event \(sequence)")
    }
    return Chain(stored: stored)
  }
}
