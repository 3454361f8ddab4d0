// Journal: what happened, kept so that no crash can take it back.
//
// One SQLite database a repository (`.divisi/journal.db`, write-ahead log) holds the events of all
// runs, snapshots of their state, the inbox through which other processes speak to a runner, and
// the leases that concurrent runs share. Beside it, one folder a run holds the runner's lock, the
// tip (how far the run was written) and the bell. It knows events as records with a JSON body; what
// they mean is not its business.
//
// docs/JOURNAL.md has the schema, the two durabilities, and every fault with its answer.
//
// May import: Files, JSONValues, CSQLite, CSupport. Start reading at `Journal` (the async face),
// then `File/JournalFile.swift` (the same, blocking), `Running/RunLock.swift` and `Running/Bell.swift`.

/// The journal of a repository, for code that may not block: every call runs on the journal's own
/// thread, in the order in which the calls came.
///
/// Entries that come while a commit is under way share the next one (group commit). An append that
/// has returned is committed; one that has thrown has left nothing behind.
package final class Journal: Sendable {
  private let thread: JournalThread

  private init(_ thread: JournalThread) { self.thread = thread }

  /// Opens the journal for writing, and makes it where there is none.
  package static func open(
    _ folder: JournalFolder, durability: JournalDurability
  ) async throws(JournalError) -> Journal {
    let thread = JournalThread()
    try await thread.start { () throws(JournalError) in
      try JournalFile.open(folder, .write(durability))
    }
    return Journal(thread)
  }

  deinit { thread.stop() }

  /// Commits what one decision says, all or nothing, and gives the run's last sequence.
  package func append(_ entry: JournalEntry) async throws(JournalError) -> Int {
    try await thread.submit(entry).last()
  }

  /// As `append`, without waiting: entries are committed in the order in which they are handed in, so
  /// that the next decision can be made meanwhile. Its effects have to wait for the commit.
  package func submit(_ entry: JournalEntry) -> JournalCommit { thread.submit(entry) }

  /// Does anything else that the blocking face can, on the journal's thread.
  package func perform<Result: Sendable>(
    _ body: @escaping @Sendable (JournalFile) throws(JournalError) -> Result
  ) async throws(JournalError) -> Result {
    try await thread.perform(body)
  }

  /// Carries out what has been asked for, closes the database, and returns when the thread has
  /// ended. What is asked for later fails with `closed`.
  package func close() async {
    thread.stop()
    await thread.ended()
  }
}
