import Glibc
package import Files

/// Why something could not be done in a repository. Nothing is lost by any of them: work that was
/// to be removed is still where it was.
package enum WorkspaceError: Error, Hashable, Sendable {
  case git(GitError)
  case file(FileError)
  /// Its git is older than what Divisi needs.
  case oldGit(String)
  /// There is no commit yet to begin from; the name is that of the branch to be.
  case noCommit(String)
  case bare(String)
  /// It keeps its branches in another format than files, which are read here.
  case otherRefFormat(String)
  /// A branch that Divisi wants to move is checked out at a path that is not Divisi's.
  case branchCheckedOut(branch: String, path: String)
  /// A worktree that cannot be looked at, or emptied: what git says of it.
  case unusable(String, GitError)
  /// Somebody has taken a worktree up since it was looked at.
  case worktreeTaken(String)
  /// A branch that a run would merge into or begin anew on, and no run of Divisi made.
  case foreignBranch(String)
  /// A worktree that Divisi did not make, where it would make one or clear one away.
  case foreignWorktree(String)
  /// A person has locked a worktree of Divisi's, for this reason.
  case locked(String, String)
  /// Something lies where a worktree is to be, and it is none.
  case pathTaken(String)
  /// Two names differ by case alone on a file system that does not tell them apart.
  case sameBesidesCase(String, String)
  case noSuchBranch(String)
  /// Somebody else moved or removed a branch at the same moment.
  case branchMoved(String)
  /// A worktree or branch that Divisi did not make, and so neither removes nor resets.
  case notOurs(String)
  /// The folder of a worktree is not there any more.
  case worktreeGone(String)
  /// The agent went to another commit, beside what its branch holds.
  case strayed(branch: String, path: String)
  /// A hook of the repository's let nothing be committed: what it said.
  case hookRefused(String)
  /// Files hold both sides of a conflict, and the marks between them.
  case undecided([String])
  /// Processes work in a folder that is to be removed or reset.
  case occupied(String, [Int32])
  /// A worktree cannot be made what its commit says.
  case notAsCommitted(String)
  case noSuchKeep(String)
  /// Kept work lies in a worktree already.
  case broughtBack(String)
  /// The branch on which kept work was brought back before has gone on.
  case wentOn(branch: String)
  /// A path leads out of its worktree through a link.
  case outsideWorktree(String)
}

extension WorkspaceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .git(let error): error.description
    case .file(let error): error.description
    case .oldGit(let version): "git \(version) is too old"
    case .noCommit(let branch): "the branch \(branch) has no commit yet"
    case .bare(let path): "\(path) is a repository without a checkout"
    case .otherRefFormat(let format): "the repository keeps its branches in the format \(format)"
    case .branchCheckedOut(let branch, let path): "the branch \(branch) is checked out in \(path)"
    case .unusable(let path, let error): "\(path) cannot be used again: \(error)"
    case .worktreeTaken(let path): "\(path) is not as it was: somebody has taken it up"
    case .foreignBranch(let name): "there is a branch \(name) that no run of Divisi made"
    case .foreignWorktree(let path): "\(path) is a worktree that Divisi did not make"
    case .locked(let path, let reason):
      "\(path) is locked" + (reason.isEmpty ? "" : ": \(reason)")
    case .broughtBack(let path): "it was brought back before, and is in \(path)"
    case .wentOn(let branch):
      "it was brought back before, on \(branch), which has other commits now"
    case .pathTaken(let path): "\(path) is in the way: it is not a worktree of this repository"
    case .sameBesidesCase(let one, let other):
      "\(one) and \(other) differ only in case, which this file system does not tell apart"
    case .noSuchBranch(let name): "there is no branch \(name)"
    case .branchMoved(let name): "the branch \(name) was moved by somebody else"
    case .notOurs(let name): "\(name) was not made by Divisi"
    case .worktreeGone(let path): "the folder \(path) is gone"
    case .strayed(let branch, let path):
      "\(path) has left the branch \(branch) for a commit that the branch does not hold"
    case .hookRefused(let words):
      "a hook of the repository refused to commit what was left"
        + (words.isEmpty ? "" : ":\n\n\(words)")
    case .undecided(let paths):
      "nobody decided the conflicts in \(paths.sorted().joined(separator: ", "))"
    case .occupied(let path, let processes):
      "\(path) is in use by process \(processes.map(String.init).joined(separator: ", "))"
    case .notAsCommitted(let path): "\(path) does not hold what its commit says"
    case .noSuchKeep(let name): "nothing is kept as \(name)"
    case .outsideWorktree(let path): "\(path) leads out of the worktree"
    }
  }

  /// What to do about it.
  package var hint: String {
    switch self {
    case .git(let error): error.hint
    case .file: "check the disk and who may write there"
    case .oldGit: "install git \(GitVersion.least) or later"
    case .noCommit: "commit something first: git commit --allow-empty -m Begin"
    case .bare: "work in a clone of it, or in a worktree: git worktree add ../checkout"
    case .otherRefFormat: "git refs migrate --ref-format=files"
    case .branchCheckedOut(_, let path): "switch to another branch in \(path)"
    case .foreignBranch(let name):
      "the run would \(name.hasPrefix("feature/") ? "begin anew on" : "merge into") it; "
        + "give it another name: git branch -m \(name) NAME"
    case .foreignWorktree(let path):
      "Divisi leaves it alone; move it where it is in the way: git worktree move \(path) ELSEWHERE"
    case .locked(let path, _): "once nobody needs that any more: git worktree unlock \(path)"
    case .broughtBack(let path): "to have it once more: git worktree remove \(path)"
    case .wentOn(let branch):
      "to see them: git worktree add DIR \(branch); to have it as it was kept: git branch -D \(branch)"
    case .pathTaken: "move it away; Divisi removes nothing that it did not make"
    case .sameBesidesCase: "give one of the steps another name"
    case .noSuchBranch: "`git branch` lists those that are there"
    case .unusable(let path, _): "see what lies in \(path), and whose it is"
    case .branchMoved, .worktreeTaken: "try again; nothing was changed"
    case .notOurs: "Divisi neither removes nor resets it; do so yourself"
    case .worktreeGone: "what was committed is on its branch; try the step again"
    case .strayed: "what is there is kept; merge it into the branch, or try the step again"
    case .hookRefused: "put right what it says"
    case .undecided: "keep what both sides mean, take out the marks, and `git add` the files"
    case .occupied: "let it end, or stop it"
    case .notAsCommitted(let path): "`git -C \(path) status` says what differs"
    case .noSuchKeep: "`divisi keep list` lists what is kept"
    case .outsideWorktree: "remove the link, or the pattern that names it"
    }
  }
}

/// What the system calls an error.
func systemText(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Does something with files, in the words of this target's error.
package func withFiles<Result>(
  _ body: () throws(FileError) -> Result
) throws(WorkspaceError) -> Result {
  do { return try body() } catch { throw .file(error) }
}
