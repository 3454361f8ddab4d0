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
      guard entries.count > 1, !error.endsTheFile else {
        return entries.map { _ in .failure(error) }
      }
      return entries.flatMap { append([$0]) }
    }
  }

  private func commit(_ entries: [JournalEntry]) throws(JournalError) -> [Int] {
    if let defect { throw defect }
    var written: [RunEnd] = []
    written.reserveCapacity(entries.count)
    let lasts = try database.write { () throws(JournalError) in
      try entries.map { entry throws(JournalError) in
        let place = try place(of: entry.lock, in: &written)
        try write(entry, at: &written[place])
        return written[place].sequence
      }
    }
    if isPlaceDoubtful { try confirmPlace() }
    for end in written {
      end.tip.write(end.sequence, end.chain)
      ends[end.session] = end
    }
    return lasts
  }

  /// Where a run's end stands among those that are being written. What is believed of a run changes
  /// only when the commit has succeeded, so they are copies.
  private func place(
    of lock: RunLock, in written: inout [RunEnd]
  ) throws(JournalError) -> Int {
    let session = lock.session
    if let place = written.firstIndex(where: { $0.session == session }) { return place }
    guard !isPlaceDoubtful || lock.isHeld else { throw .lockLost(run: session) }
    if let known = ends[session] {
      written.append(known)
    } else {
      written.append(try end(of: session))
    }
    return written.count - 1
  }

  func write(_ entry: JournalEntry, at end: inout RunEnd) throws(JournalError) {
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
      try insert(event, ofRun: end.run, end.chain)
    } catch .unavailable(_, let error) where error.isConstraint {
      // Somebody else wrote this event, so what we believed to be the end was not.
      ends[session] = nil
      throw .stale(
        run: session, expected: end.sequence, found: try lastSequence(ofRun: end.run))
    }
    end.sequence = sequence
  }

  func insert(
    _ event: EventRecord, ofRun run: Int64, _ chain: Chain
  ) throws(JournalError) {
    try database.run(
      """
      INSERT INTO events(event, at, kind, step, attempt, body, chain) VALUES(?, ?, ?, ?, ?, ?, ?)
      """
    ) { binder in
      binder.add(EventKey.of(event.sequence, inRun: run))
      binder.add(event.at)
      binder.add(event.kind)
      binder.add(event.step)
      binder.add(event.attempt)
      binder.add(event.body)
      binder.add(chain.stored)
    }
  }

  /// Where a run ends that this connection has not written to yet.
  func end(of session: String) throws(JournalError) -> RunEnd {
    let witness = try RunWitness(of: session, in: folder)
    let run = try runNumber(of: session)
    let sequence = try lastSequence(ofRun: run)
    try verify(witness, of: session, last: sequence)
    let chain = try chain(ofRun: run, at: sequence)
    let tip = try RunTip(of: session, in: folder, sequence, chain)
    return RunEnd(session: session, run: run, sequence: sequence, chain: chain, tip: tip)
  }

  func lastSequence(ofRun run: Int64) throws(JournalError) -> Int {
    let key = try database.number(
      "SELECT max(event) FROM events WHERE event BETWEEN ? AND ?",
      .integer(EventKey.of(1, inRun: run)), .integer(EventKey.last(inRun: run)))
    return key.map { EventKey.sequence(of: $0) } ?? 0
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
      "SELECT chain FROM events WHERE event = ?",
      .integer(EventKey.of(sequence, inRun: run)))
    guard let stored else {
      throw .corrupt(path: database.path, detail: "run \(run) has no event \(sequence)")
    }
    return Chain(stored: stored)
  }
}
