internal import Files
internal import Glibc

/// The journal of a repository, for code that may block: one connection, used by one thread.
///
/// Readers (`list`, `status`, exports) open their own; they see what is committed, hold nobody up,
/// and are held up by nobody. The runner goes through `Journal`.
package final class JournalFile {
  package enum Access: Hashable, Sendable {
    case read
    /// Makes the journal where there is none, and brings an older one up to date.
    case write(JournalDurability)
  }

  package let folder: JournalFolder
  let database: Database
  let access: Access
  /// Which file is open, to notice when its name comes to mean another.
  private let identity: FileIdentity?
  private let log: String
  private let logIdentity: FileIdentity?
  private let index: String
  private let indexIdentity: FileIdentity?
  /// When the files were last seen in their place.
  private var confirmed = ContinuousClock.now
  /// The runs that this connection has written to.
  var ends: [String: RunEnd] = [:]
  /// Why nothing more may be written through this connection.
  var defect: JournalError?

  init(
    _ folder: JournalFolder, _ database: Database, _ access: Access, _ identity: FileIdentity?
  ) {
    self.folder = folder
    self.database = database
    self.access = access
    self.identity = identity
    log = database.path + "-wal"
    logIdentity = FileIdentity(log)
    index = database.path + "-shm"
    indexIdentity = FileIdentity(index)
  }

  /// Whether it is time to look again whether lock and files are where they were.
  ///
  /// In full durability every commit looks. Where commits take microseconds, looking would take a
  /// fifth of that, so it is done once a millisecond: it cannot help those commits anyway that come
  /// between a look and a removal, and what is found missing is saved with all of them.
  var isPlaceDoubtful: Bool {
    access != .write(.process) || ContinuousClock.now - confirmed > .milliseconds(1)
  }

  /// Makes sure that what was just committed lies where the next one who looks will find it.
  ///
  /// A file whose name was removed or given to another takes every write and keeps none; without the
  /// log's index, the next process to come would not see our locks. What the open files hold is saved
  /// beside their old place, as nobody could find it again after this process.
  func confirmPlace() throws(JournalError) {
    if FileIdentity(database.path) == identity, FileIdentity(log) == logIdentity,
      FileIdentity(index) == indexIdentity
    {
      confirmed = .now
      return
    }
    throw .replaced(path: database.path, saved: saveAside())
  }

  private func saveAside() -> String? {
    for number in 1...99 {
      let path = "\(database.path).saved-\(number)"
      guard entryKind(path) == .missing else { continue }
      return (try? database.run("VACUUM INTO ?", .text(path))) == nil ? nil : path
    }
    return nil
  }

  /// The number that stands for a session in the tables.
  func runNumber(of session: String) throws(JournalError) -> Int64 {
    let number = try database.number("SELECT run FROM runs WHERE session = ?", .text(session))
    guard let number else { throw .noSuchRun(session) }
    return number
  }
}

/// Which file a path means, however its name changes.
struct FileIdentity: Hashable, Sendable {
  private let device: dev_t
  private let node: ino_t

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = status.st_dev
    node = status.st_ino
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    device = status.st_dev
    node = status.st_ino
  }
}

/// How far a run has been written, as the one who writes it knows.
struct RunEnd {
  let session: String
  let run: Int64
  var sequence: Int
  var chain: Chain
  let tip: RunTip
}
