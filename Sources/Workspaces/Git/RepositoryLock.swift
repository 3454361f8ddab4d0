import Files
import Glibc

extension Git {
  /// Does what git cannot do twice at once in one repository (adding and removing worktrees,
  /// fetching, packing refs, writing the configuration), one at a time over all processes.
  ///
  /// The lock is the system's on a file beside git's own, so it ends with the process that holds
  /// it and can never be stale. It is not to be taken within itself.
  @discardableResult
  package func alone<Result>(
    _ body: () throws(WorkspaceError) -> Result
  ) throws(WorkspaceError) -> Result {
    let path = repository.commonFolder + "/divisi.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .file(FileError("lock", path, code: errno)) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .file(FileError("lock", path, code: errno)) }
    }
    return try body()
  }

  /// Asks again, a few times, where another program's git was in the way: that one does not know
  /// the lock. What is asked must come to the same however often.
  @discardableResult
  func retryingRaces<Result>(
    _ body: () throws(WorkspaceError) -> Result
  ) throws(WorkspaceError) -> Result {
    var attempt: UInt32 = 1
    while true {
      do throws(WorkspaceError) {
        return try body()
      } catch {
        guard attempt < 6, case .git(let failure) = error, failure.isRace || failure.isLocked
        else { throw error }
        usleep(attempt * 5000)
        attempt += 1
      }
    }
  }
}
