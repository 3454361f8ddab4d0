package import Files

/// Why the journal could not do what was asked. Nothing of what was asked has happened.
package enum JournalError: Error, Hashable, Sendable {
  // The file.
  case missing(path: String)
  /// The file is not there, but runs have been written to it.
  case gone(path: String, runs: [String])
  case notAJournal(path: String, reason: String)
  case newer(path: String, version: Int, known: Int)
  case older(path: String, version: Int, known: Int, runs: [String])
  case networkFileSystem(path: String, kind: String)
  case readOnly(path: String)
  case frozenWithLog(path: String)
  case full(path: String)
  case busy(path: String, waited: Duration)
  case corrupt(path: String, detail: String)
  /// The file was deleted, or another put in its place, while it was open; what the open one held
  /// was saved where `saved` says.
  case replaced(path: String, saved: String?)
  /// Everything else that SQLite or the system refuses: permissions, I/O.
  case unavailable(path: String, SQLiteError)
  case folder(FileError)
  case closed

  // Runs and their events.
  case noSuchRun(String)
  case runExists(String)
  case badSession(String, flaw: String)
  /// Somebody has written to the run since the state that this entry was decided on.
  case stale(run: String, expected: Int, found: Int)
  case malformed(run: String, sequence: Int, flaw: String)
  case broken(run: String, sequence: Int, flaw: String)
  case lost(run: String, last: Int, written: Int)
  /// A message was left for the run, but is not in its inbox.
  case lostMessage(run: String, message: Int)
  case alreadyTaken(message: Int)
  case takenOutOfOrder(message: Int, first: Int)
  case held(RunHolder)
  case lockLost(run: String)

  // Exports.
  case badExport(line: Int, flaw: String)
  case notEmpty(path: String)

  /// The file itself cannot be trusted with anything more: whoever has it open must stop, and open it
  /// again to resume.
  package var endsTheFile: Bool {
    switch self {
    case .corrupt, .replaced, .unavailable, .folder, .closed: true
    default: false
    }
  }
}
