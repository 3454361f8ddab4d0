import Files
import Glibc

extension Worktree {
  /// Does something to the files of a worktree. Where some of them may not be removed, such as a cache of modules that its
  /// program made read-only, it is done once more after the folders have been made writable.
  func insisting(_ body: () throws(WorkspaceError) -> Void) throws(WorkspaceError) {
    do throws(WorkspaceError) { try body() } catch {
      guard error.isOfFiles else { throw error }
      guard openFolders() else { throw error.blamed(on: self) }
      do throws(WorkspaceError) { try body() } catch {
        throw error.isOfFiles ? error.blamed(on: self) : error
      }
    }
  }

  /// Makes all folders writable that are this user's; says whether one was not. Links are not followed.
  @discardableResult
  func openFolders() -> Bool {
    var hasOpened = false
    var waiting = [path]
    while let folder = waiting.popLast() {
      var status = stat()
      if lstat(folder.rawPath, &status) == 0, status.st_uid == geteuid(),
        status.st_mode & 0o700 != 0o700, chmod(folder.rawPath, status.st_mode & 0o7777 | 0o700) == 0
      {
        hasOpened = true
      }
      for (name, isFolder) in entries(of: folder) ?? [] where isFolder {
        waiting.append(folder + "/" + name)
      }
    }
    return hasOpened
  }
}

extension WorkspaceError {
  fileprivate var isOfFiles: Bool {
    if case .git(let failure) = self { failure.isOfFiles } else { false }
  }

  /// The same as being the worktree's fault, where git refused something there, and neither a full disk nor another
  /// program is to blame.
  func blamed(on worktree: Worktree) -> WorkspaceError {
    guard case .git(let failure) = self, case .refused = failure.reason, !failure.isLocked,
      !failure.isRace, !failure.isDiskFull
    else { return self }
    return .unusable(worktree.path, failure)
  }
}
