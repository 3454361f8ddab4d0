import Files
import Glibc

extension Git {
  /// Does something that what a dead runner left may be in the way of: a git that it had begun, which outlives it for a
  /// moment, or the lock file or half-made record of one that was killed with it.
  ///
  /// Such a git is waited for. A lock that certainly nobody holds is removed, and told of. What is still in the way when
  /// the patience ends is the error that it was. What is done must come to the same however often it is begun.
  package func outlasting<Result>(
    patience: Duration = .seconds(30), telling: (LeftLock) -> Void,
    _ body: () throws(WorkspaceError) -> Result
  ) throws(WorkspaceError) -> Result {
    let deadline = ContinuousClock.now + patience
    while true {
      do throws(WorkspaceError) {
        return try body()
      } catch {
        guard ContinuousClock.now < deadline, try isOver(error, telling) else { throw error }
        usleep(100_000)
      }
    }
  }

  /// Whether an error is one that time, or what is done here against it, may end.
  private func isOver(
    _ error: WorkspaceError, _ telling: (LeftLock) -> Void
  ) throws(WorkspaceError) -> Bool {
    switch error {
    case .git(let failure) where failure.isLocked:
      if let path = failure.lockFile,
        let lock = removeIfStale(path, now: Int(time(nil)))
      {
        telling(lock)
      }
      return true
    case .git(let failure) where failure.isRace:
      try mendWorktreeRecords()
      return true
    case .occupied: return true
    default: return false
    }
  }
}
