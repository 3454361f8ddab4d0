internal import Files

/// What lies beside the journal about a run, to hold the journal against.
struct RunWitness: Hashable, Sendable {
  /// How far the run was written.
  var tip: RunTip.Note?
  /// The last message that was left for it.
  var message: Int?

  /// Reads it. That has to come before the view of the journal that it is held against: then what a
  /// living runner adds meanwhile can only make the journal longer.
  init(of session: String, in folder: JournalFolder) throws(JournalError) {
    tip = try RunTip.read(of: session, in: folder)
    message = try Bell.lastMessage(of: session, in: folder)
  }
}

extension JournalFile {
  /// All witnesses, by run.
  func witnesses() throws(JournalError) -> [String: RunWitness] {
    let sessions = (try? listFolder(folder.path + "/runs")) ?? []
    var witnesses: [String: RunWitness] = [:]
    for session in sessions { witnesses[session] = try RunWitness(of: session, in: folder) }
    return witnesses
  }

  /// Holds a run against its witness.
  func verify(
    _ witness: RunWitness?, of session: String, last: Int
  ) throws(JournalError) {
    if let tip = witness?.tip, tip.sequence > 0 { try verify(tip, of: session, last: last) }
    if let message = witness?.message, message > 0 {
      let newest = try database.number(
        "SELECT max(message) FROM inbox WHERE run = (SELECT run FROM runs WHERE session = ?)",
        .text(session))
      guard let newest, newest >= message else {
        throw .lostMessage(run: session, message: message)
      }
    }
  }

  private func verify(
    _ tip: RunTip.Note, of session: String, last: Int
  ) throws(JournalError) {
    guard tip.sequence <= last else {
      throw .lost(run: session, last: last, written: tip.sequence)
    }
    let chain = try chain(ofRun: try runNumber(of: session), at: tip.sequence)
    guard chain == tip.chain else {
      throw .broken(
        run: session, sequence: tip.sequence, flaw: "the run was written to another journal")
    }
  }
}
