internal import CSupport
internal import Files
internal import Glibc

/// The right to be a run's one runner: an OS lock that ends with the process, however it ends.
///
/// It is on `runs/<session>/lock`, whose text says who holds it. Released when the last reference
/// goes.
package final class RunLock: Sendable {
  package let session: String
  package let folder: JournalFolder
  private let path: String
  private let descriptor: Int32
  private let identity: FileIdentity?

  private init(_ session: String, _ folder: JournalFolder, _ descriptor: Int32) {
    self.session = session
    self.folder = folder
    path = folder.lock(session)
    self.descriptor = descriptor
    identity = FileIdentity(descriptor: descriptor)
  }

  deinit {
    _ = divisi_unlock_file(descriptor)
    Glibc.close(descriptor)
  }

  /// Takes the lock of a run, or fails with `held` and who holds it.
  ///
  /// - Parameter now: since when it says it is held, in milliseconds since 1970.
  package static func acquire(
    _ session: String, in folder: JournalFolder, at now: Int64
  ) throws(JournalError) -> RunLock {
    try acquire(session, in: folder, at: now, knowing: Schema.current.version)
  }

  /// As above; open to tests is which version of the journal this process knows.
  static func acquire(
    _ session: String, in folder: JournalFolder, at now: Int64, knowing version: Int
  ) throws(JournalError) -> RunLock {
    if let flaw = JournalFolder.flaw(inSession: session) {
      throw .badSession(session, flaw: flaw)
    }
    do throws(FileError) { try createFolder(folder.run(session)) } catch { throw .folder(error) }
    let path = folder.lock(session)
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw .folder(FileError("lock", path, code: errno)) }
      let lock = RunLock(session, folder, descriptor)
      if divisi_lock_file(descriptor) != 0 {
        guard errno == EAGAIN || errno == EACCES else {
          throw .folder(FileError("lock", path, code: errno))
        }
        throw .held(RunHolder(session: session, readingFrom: path))
      }
      // Whoever removed the file between opening and locking left us a lock that nobody else sees.
      guard lock.isHeld else { continue }
      try lock.sign(RunHolder(session: session, at: now, knowing: version), path)
      return lock
    }
  }

  private func sign(_ holder: RunHolder, _ path: String) throws(JournalError) {
    let text = Array(holder.text.utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count
    else {
      // The lock holds without a signature too: a full disk must not keep a run from ending.
      guard errno != ENOSPC else { return }
      throw .folder(FileError("write", path, code: errno))
    }
  }

  /// The lock's file is still the one that another runner would try.
  package var isHeld: Bool {
    identity != nil && FileIdentity(path) == identity
  }

  /// Who runs a run, or nothing where nobody does.
  package static func holder(
    of session: String, in folder: JournalFolder
  ) throws(JournalError) -> RunHolder? {
    let path = folder.lock(session)
    return try isLocked(path) ? RunHolder(session: session, readingFrom: path) : nil
  }

  /// The runs that somebody runs, by name, and who.
  package static func holders(in folder: JournalFolder) throws(JournalError) -> [RunHolder] {
    let sessions = (try? listFolder(folder.path + "/runs")) ?? []
    var holders: [RunHolder] = []
    for session in sessions {
      if let holder = try holder(of: session, in: folder) { holders.append(holder) }
    }
    return holders
  }

  /// Whether somebody has a file locked. Looking takes nothing, so it keeps nobody from locking.
  static func isLocked(_ path: String) throws(JournalError) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return false }
      throw .folder(FileError("look at the lock", path, code: errno))
    }
    defer { Glibc.close(descriptor) }
    switch divisi_file_is_locked(descriptor) {
    case 0: return false
    case 1: return true
    default: throw .folder(FileError("look at the lock", path, code: errno))
    }
  }
}
