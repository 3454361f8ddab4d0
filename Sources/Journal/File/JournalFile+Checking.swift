internal import Files
internal import JSONValues

/// Something that a check of the journal found.
package struct JournalFinding: Hashable, Sendable, CustomStringConvertible {
  package enum Weight: String, Sendable {
    /// Something that was written is not there, or not as it was written.
    case damage
    /// Nothing is lost, but somebody should know.
    case note
  }

  package var weight: Weight
  package var text: String

  package var description: String { "\(weight.rawValue): \(text)" }
}

/// What a check went through, and what it found.
package struct JournalCheck: Hashable, Sendable {
  package var runs = 0
  package var events = 0
  package var snapshots = 0
  package var messages = 0
  package var findings: [JournalFinding] = []

  package var isSound: Bool { !findings.contains { $0.weight == .damage } }
}

extension JournalFile {
  /// Reads everything there is, on one unchanging view, and says what is not as it was written.
  ///
  /// A flaw in one place does not end the check, so that it tells what is still whole.
  ///
  /// - Parameter flaw: what is wrong with the state that a snapshot holds, for who can read it.
  package func check(
    flaw: (Snapshot) -> String? = { _ in nil }
  ) throws(JournalError) -> JournalCheck {
    var check = JournalCheck()
    do throws(JournalError) {
      let witnesses = try witnesses()
      try database.read { () throws(JournalError) in
        try checkPages(&check)
        for session in try sessions() { checkRun(session, witnesses[session], flaw, &check) }
        try checkOwners(&check)
      }
    } catch {
      check.damage(error)
    }
    return check
  }

  /// Read on their own: the rest of a run's row may be damaged.
  private func sessions() throws(JournalError) -> [String] {
    var rows = try database.rows("SELECT session FROM runs ORDER BY run")
    var sessions: [String] = []
    while try rows.next() { sessions.append(rows.text(0)) }
    return sessions
  }

  private func checkPages(_ check: inout JournalCheck) throws(JournalError) {
    var rows = try database.rows("PRAGMA integrity_check(20)")
    while try rows.next() {
      let text = rows.text(0)
      if text != "ok" { check.findings.append(JournalFinding(weight: .damage, text: text)) }
    }
  }

  private func checkRun(
    _ session: String, _ witness: RunWitness?, _ flaw: (Snapshot) -> String?,
    _ check: inout JournalCheck
  ) {
    check.runs += 1
    attempt(&check) { check throws(JournalError) in _ = try run(session) }
    attempt(&check) { check throws(JournalError) in try checkEvents(session, witness, &check) }
    attempt(&check) { check throws(JournalError) in try checkSnapshots(session, flaw, &check) }
    attempt(&check) { check throws(JournalError) in try checkInbox(session, &check) }
  }

  private func attempt(
    _ check: inout JournalCheck, _ body: (inout JournalCheck) throws(JournalError) -> Void
  ) {
    do throws(JournalError) { try body(&check) } catch { check.damage(error) }
  }

  private func checkEvents(
    _ session: String, _ witness: RunWitness?, _ check: inout JournalCheck
  ) throws(JournalError) {
    var reader = try events(of: session)
    var last = 0
    while let event = try reader.next() {
      last = event.sequence
      check.events += 1
      do throws(JSONFlaw) {
        _ = try JSON.parse(event.body)
      } catch {
        check.damage(
          .broken(run: session, sequence: last, flaw: "its body is no JSON: \(error.message)"))
      }
    }
    try verify(witness, of: session, last: last)
  }

  private func checkSnapshots(
    _ session: String, _ flaw: (Snapshot) -> String?, _ check: inout JournalCheck
  ) throws(JournalError) {
    let run = try runNumber(of: session)
    var rows = try database.rows(
      "SELECT seq, at, version, state, checksum FROM snapshots WHERE run = ? ORDER BY seq",
      .integer(run))
    while try rows.next() {
      check.snapshots += 1
      let snapshot = readSnapshot(rows)
      if try !isWhole(snapshot, ofRun: run, checksum: rows.integer(4)) {
        check.note(
          "the snapshot of run `\(session)` at event \(snapshot.sequence) is damaged; resuming passes "
            + "it over")
      } else if let flaw = flaw(snapshot) {
        check.note(
          "the snapshot of run `\(session)` at event \(snapshot.sequence) is not what was written: "
            + "\(flaw); resuming passes it over")
      }
    }
  }

  private func checkInbox(
    _ session: String, _ check: inout JournalCheck
  ) throws(JournalError) {
    let run = try runNumber(of: session)
    let last = try lastSequence(ofRun: run)
    var rows = try database.rows(
      """
      SELECT message, at, sender, body, taken, checksum FROM inbox WHERE run = ? ORDER BY message
      """, .integer(run))
    while try rows.next() {
      check.messages += 1
      let message = try readMessage(rows, of: session)
      if let taken = message.taken, taken > last {
        throw .lost(run: session, last: last, written: taken)
      }
    }
  }

  private func checkOwners(_ check: inout JournalCheck) throws(JournalError) {
    let orphans = try database.number(
      """
      SELECT count(*) FROM (
        SELECT run FROM events UNION SELECT run FROM snapshots UNION SELECT run FROM inbox
        UNION SELECT run FROM leases
      ) WHERE run NOT IN (SELECT run FROM runs)
      """)
    if let orphans, orphans > 0 {
      check.findings.append(
        JournalFinding(
          weight: .damage,
          text:
            "there is something of \(orphans == 1 ? "a run" : "\(orphans) runs") whose own row is missing"
        ))
    }
    let known = Set(try sessions())
    for session in RunTip.sessions(in: folder) where !known.contains(session) {
      check.findings.append(
        JournalFinding(
          weight: .damage, text: "run `\(session)` was written, but is not in the journal"))
    }
    let alive = Set(try RunLock.holders(in: folder).map(\.session))
    let leftovers = try leases().filter { !alive.contains($0.session) }
    if !leftovers.isEmpty {
      check.note("leases of runs that nobody runs: \(leftovers.count); taken back when needed")
    }
  }
}

extension JournalCheck {
  fileprivate mutating func damage(_ error: JournalError) {
    findings.append(JournalFinding(weight: .damage, text: "\(error)"))
  }

  fileprivate mutating func note(_ text: String) {
    findings.append(JournalFinding(weight: .note, text: text))
  }
}
