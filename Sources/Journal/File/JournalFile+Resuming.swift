/// What a runner begins with when it takes up a run: fold the events after the snapshot, and go on.
package struct Resumption: Sendable {
  package var run: RunRecord
  /// The newest state that can be read; nothing where all events have to be folded.
  package var snapshot: Snapshot?
  package var lastSequence: Int
}

extension JournalFile {
  /// Where a run stands, for its runner.
  ///
  /// - Parameters:
  ///   - version: the encoding of snapshots that the caller can decode.
  ///   - acceptsLoss: goes on where the journal ends, though the run was written further (`lost`).
  package func resume(
    _ lock: RunLock, understanding version: Int, acceptingLoss acceptsLoss: Bool = false
  ) throws(JournalError) -> Resumption {
    let session = lock.session
    guard lock.isHeld else { throw .lockLost(run: session) }
    let witness = try RunWitness(of: session, in: folder)
    let resumption = try database.read { () throws(JournalError) in
      let run = try run(session)
      let last = try lastSequence(ofRun: try runNumber(of: session))
      if !acceptsLoss { try verify(witness, of: session, last: last) }
      return Resumption(
        run: run, snapshot: try snapshot(of: session, version: version), lastSequence: last)
    }
    if acceptsLoss {
      let chain = try chain(ofRun: try runNumber(of: session), at: resumption.lastSequence)
      _ = try RunTip(of: session, in: folder, resumption.lastSequence, chain)
      if witness.message != nil { try Bell.ring(session, in: folder, for: 0) }
    }
    return resumption
  }

  /// A run's events after one of them, in order.
  ///
  /// - Parameter sequence: the event to begin behind; 0 for all.
  package func events(
    of session: String, after sequence: Int = 0
  ) throws(JournalError) -> EventReader {
    let run = try runNumber(of: session)
    return EventReader(
      of: session, after: sequence, try chain(ofRun: run, at: sequence),
      try database.rows(
        """
        SELECT event, at, kind, step, attempt, body, chain FROM events
        WHERE event BETWEEN ? AND ? ORDER BY event
        """,
        .integer(EventKey.of(sequence + 1, inRun: run)), .integer(EventKey.last(inRun: run))))
  }
}
