import Files
import Glibc

/// Who has a worktree. git's own lock says it, so that people and their git see it too.
extension Worktrees {
  /// Marks a worktree of Divisi's as in use, in the name of this process; refuses one that another has, or a person.
  package func lock(_ worktree: Worktree, for owner: WorkOwner) throws(WorkspaceError) {
    try git.alone { () throws(WorkspaceError) in
      try worktree.refuseOthers()
      try hold(worktree, for: owner)
    }
  }

  /// The same, called alone and with one that nobody has.
  func hold(_ worktree: Worktree, for owner: WorkOwner) throws(WorkspaceError) {
    let reason = Array((WorktreeLock(of: owner).reason + "\n").utf8)
    // Where its addition was cut short nobody has.
    try worktree.noteSettings()
    try withFiles { () throws(FileError) in
      try writeFile(worktree.gitFolder + "/locked", reason)
    }
    unlink(worktree.gitFolder + "/divisi-parked")
  }

  package func unlock(_ worktree: Worktree) throws(WorkspaceError) {
    try git.alone { () throws(WorkspaceError) in
      guard unlink(worktree.gitFolder + "/locked") == 0 || errno == ENOENT else {
        throw .file(FileError("unlock", worktree.path, code: errno))
      }
    }
  }
}
