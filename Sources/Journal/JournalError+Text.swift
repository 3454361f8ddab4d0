internal import Files

extension JournalError: CustomStringConvertible {
  /// What happened, where, and what to do.
  package var description: String {
    switch self {
    case .missing(let path):
      "there is no journal at \(path): nothing has run in this repository yet"
    case .gone(let path, let runs):
      "\(path) is gone, and "
        + (runs.count == 1 ? "run `\(runs[0])`" : "\(runs.count) runs, among them `\(runs[0])`,")
        + " had been written to it: put it back, have `divisi journal import` read an export of it, "
        + "or remove the run's folder beside it to go on without"
    case .notAJournal(let path, let reason):
      "\(path) is not a journal of divisi: \(reason); move it away to begin a new one"
    case .newer(let path, let version, let known):
      "\(path) was written by a newer divisi (journal version \(version), this one knows \(known)): "
        + "use that one, nothing was changed"
    case .older(let path, let version, let known, let runs):
      "\(path) has to be brought from version \(version) to \(known), but runs of the older divisi "
        + "are alive: \(runs.joined(separator: ", ")); stop them first"
    case .networkFileSystem(let path, let kind):
      "\(path) lies on a network file system (\(kind)), where a journal cannot be shared safely: "
        + "put the repository, or a link `.divisi`, on a local disk"
    case .readOnly(let path):
      "cannot write \(path): it is read-only; nothing was changed"
    case .frozenWithLog(let path):
      "cannot read \(path): it is read-only and its last events are still in \(path)-wal; copy both "
        + "files to a folder that can be written and read them there"
    case .full(let path):
      "cannot write \(path): the disk is full; what was committed is safe, free some space"
    case .busy(let path, let waited):
      "\(path) is locked by another process, and was for \(waited.components.seconds) s: "
        + "find it with `fuser \(path)`"
    case .corrupt(let path, let detail):
      "\(path) is damaged: \(detail); see `divisi journal check`, and restore a copy or an export"
    case .replaced(let path, let saved):
      "\(path) was deleted or replaced while it was in use; "
        + (saved.map { "all that was committed is in \($0): put it back in its place" }
          ?? "what it held could not be saved")
    case .unavailable(let path, let error): "cannot use \(path): \(error)"
    case .folder(let error): error.description
    case .closed: "the journal is closed"
    case .noSuchRun(let run): "there is no run `\(run)` in the journal"
    case .runExists(let run): "there is a run `\(run)` in the journal already"
    case .badSession(let session, let flaw): "`\(session)` cannot name a run: it \(flaw)"
    case .stale(let run, let expected, let found):
      "run `\(run)` has \(found) events and not \(expected): another process has written to it, so "
        + "this one stops"
    case .malformed(let run, let sequence, let flaw):
      "event \(sequence) of run `\(run)` cannot be journaled: \(flaw)"
    case .broken(let run, let sequence, let flaw):
      "event \(sequence) of run `\(run)` is not what was written: \(flaw); restore a copy or an "
        + "export of the journal"
    case .lost(let run, let last, let written):
      "run `\(run)` was written up to event \(written), but the journal ends at \(last): a power "
        + "cut, or a journal.db-wal that was removed, took the rest; restore it, or resume and "
        + "accept the loss"
    case .lostMessage(let run, let message):
      "message \(message) was left for run `\(run)`, but the journal does not hold it: a power cut, "
        + "or a journal.db-wal that was removed, took it; restore it, or resume and accept the loss"
    case .alreadyTaken(let message): "message \(message) of the inbox has been taken already"
    case .takenOutOfOrder(let message, let first):
      "message \(message) of the inbox cannot be taken before message \(first)"
    case .held(let holder): "run `\(holder.session)` is being run by \(holder)"
    case .lockLost(let run):
      "the lock of run `\(run)` was removed while it ran, so that a second runner could start: this "
        + "one stops"
    case .badExport(let line, let flaw): "line \(line) of the export: \(flaw); nothing was imported"
    case .notEmpty(let path): "\(path) holds runs already: an export goes into an empty journal"
    }
  }
}
