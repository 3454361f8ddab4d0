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
    let tip = try RunTip.read(of: session, in: folder)
    let resumption = try database.read { () throws(JournalError) in
      let run = try run(session)
      let last = try lastSequence(ofRun: try runNumber(of: session))
      if !acceptsLoss { try verify(tip, of: session, last: last) }
      return Resumption(
        run: run, snapshot: try snapshot(of: session, version: version), lastSequence: last)
    }
    if acceptsLoss {
      let chain = try chain(ofRun: try runNumber(of: session), at: resumption.lastSequence)
      _ = try RunTip(of: session, in: folder, resumption.lastSequence, chain)
    }
    return resumption
  }

  /// Holds a run against its tip. The tip has to be read before the journal: then what a living runner
  /// adds meanwhile can only make the journal longer.
  func verify(
    _ tip: RunTip.Note?, of session: String, last: Int
  ) throws(JournalError) {
    guard let tip, tip.sequence > 0 else { return }
    guard tip.sequence <= last else {
      throw .lost(run: session, last: last, written: tip.sequence)
    }
    let chain = try chain(ofRun: try runNumber(of: session), at: tip.sequence)
    guard chain == tip.chain else {
      throw .broken(
        run: session, sequence: tip.sequence, flaw: "the run was written to another journal")
    }
  }

  /// All tips, read before a view of the journal is opened.
  func tips() throws(JournalError) -> [String: RunTip.Note] {
    var tips: [String: RunTip.Note] = [:]
    for session in RunTip.sessions(in: folder) {
      tips[session] = try RunTip.read(of: session, in: folder)
    }
    return tips
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
