import Files

/// A branch that somebody removed or moved behind the back of whoever works on it, put right.
package struct ReturnedBranch: Sendable, Hashable {
  package let name: String
  /// The commit that it names again.
  package let head: ObjectID
  /// What somebody had made of it; nothing where it was gone.
  package let kept: KeptWork?
}

extension Git {
  /// Puts the branch of a worktree back to where the worktree left it; nothing where it still is there.
  ///
  /// The files and the index of the worktree are those of the commit that its own log names last, whatever the branch
  /// says: a commit on top of another would take back what that one brought, and one on no commit would have no
  /// history. What somebody has made of the branch is pinned.
  package func returnBranch(
    of worktree: Worktree, _ branch: String, for owner: WorkOwner
  ) throws(WorkspaceError) -> ReturnedBranch? {
    let ref = "refs/heads/" + branch
    guard worktree.isThere, try self.branch(of: worktree) == ref,
      let left = try lastCommit(of: worktree)
    else { return nil }
    let tip = try commit(ref)
    if tip == left { return nil }
    var kept: KeptWork?
    if tip == nil {
      guard try moveRef(ref, to: left, from: nil, because: "it was removed") else {
        throw .branchMoved(branch)
      }
    } else {
      kept = try Keep(self).release(
        .returnBranch(branch, to: left), of: owner, because: "somebody moved \(branch)")
    }
    return ReturnedBranch(name: branch, head: left, kept: kept)
  }

  /// The commit that a worktree stood on last by its own log, which only git within it writes.
  private func lastCommit(of worktree: Worktree) throws(WorkspaceError) -> ObjectID? {
    guard let bytes = try? readFile(worktree.gitFolder + "/logs/HEAD"),
      let line = bytes.split(separator: UInt8(ascii: "\n")).last
    else { return nil }
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard words.count > 1, let logged = ObjectID(String(decoding: words[1], as: UTF8.self))
    else { return nil }
    return try commit(logged.hex)
  }
}
