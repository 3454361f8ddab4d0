import Files
import Glibc

/// Worktrees that cannot be made ready again, such as one that holds files of another user: no step is to wait for them.
extension Worktrees {
  /// Takes a worktree off its branch, so that the branch can be had elsewhere. Nothing in it is changed.
  func leaveBranch(_ worktree: Worktree) throws(WorkspaceError) {
    guard let head = try git.head(of: worktree) else { return }
    try git.run(
      ["update-ref", "--no-deref", "-m", "divisi: set aside", "HEAD", head.hex], at: worktree)
  }

  /// Moves a worktree to where it is in nobody's way, with all that is in it, and off its branch.
  func setAside(_ worktree: Worktree, because failure: GitError) throws(WorkspaceError) {
    try leaveBranch(worktree)
    let git = git
    let place = folder + "/aside-" + lastComponent(of: worktree.path)
    let path = try git.alone { () throws(WorkspaceError) in
      var path = place
      var number = 1
      while entryKind(path) != .missing {
        number += 1
        path = "\(place)-\(number)"
      }
      // Twice: the lock is this process's own.
      let move = ["worktree", "move", "--force", "--force", worktree.path, path]
      do throws(WorkspaceError) { try git.run(move) } catch {
        // git moves nothing whose index it cannot read.
        let index = worktree.gitFolder + "/index"
        guard rename(index, worktree.gitFolder + "/divisi-unread-index") == 0 else { throw error }
        try git.run(move)
      }
      return path
    }
    try unlock(Worktree(path: path, gitFolder: worktree.gitFolder))
    tell(
      "\(name(of: worktree.path)) cannot be used again, and lies in \(name(of: path)) now: \(failure)"
    )
  }
}
