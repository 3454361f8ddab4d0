import Files
package import Supervision

/// A worktree in Divisi's folder, and whether somebody uses it.
package struct FoundWorktree: Sendable, Hashable {
  package enum Use: Sendable, Hashable {
    /// The process that locked it lives.
    case locked(ProcessIdentity)
    /// Processes work in it.
    case occupied([Int32])
    /// Locked by a process that is gone: a run that was killed, and can be resumed.
    case left
    /// Divisi did not make it.
    case foreign
    /// Locked by a person, with this reason.
    case lockedByPerson(String)
    /// Ready to be used again.
    case parked
    /// Nobody claims it.
    case free
    /// git lists it, but its folder is gone.
    case gone
  }

  package let worktree: Worktree
  package let branch: String?
  package let head: ObjectID?
  /// Whose it was last, where it is still locked in that name.
  package let owner: WorkOwner?
  package let use: Use
}

extension Worktrees {
  /// All worktrees in Divisi's folder, in order of path.
  package func survey() throws(WorkspaceError) -> [FoundWorktree] {
    var found: [FoundWorktree] = []
    for listed in try git.listWorktrees() where listed.path.hasPrefix(folder + "/") {
      found.append(try git.find(listed))
    }
    return found.sorted { $0.worktree.path < $1.worktree.path }
  }

  /// Folders among the worktrees that git does not know: an addition that was cut short, or
  /// something of the person's.
  package func strangers() throws(WorkspaceError) -> [String] {
    guard entryKind(folder) == .folder else { return [] }
    let known = Set(try git.listWorktrees().map(\.path))
    let names = try withFiles { () throws(FileError) in try listFolder(folder) }
    return names.map { folder + "/" + $0 }.filter { !known.contains($0) }
  }
}

extension Git {
  fileprivate func find(_ listed: ListedWorktree) throws(WorkspaceError) -> FoundWorktree {
    let worktree = try worktree(listed)
    return FoundWorktree(
      worktree: worktree, branch: listed.branch, head: listed.head,
      owner: listed.lock.flatMap(WorktreeLock.init)?.owner,
      use: use(of: worktree, lock: listed.lock))
  }

  /// What a worktree is by now; nothing where it lies elsewhere, or is gone.
  func find(_ worktree: Worktree) throws(WorkspaceError) -> FoundWorktree? {
    guard let listed = try listWorktrees().first(where: { $0.path == worktree.path }) else {
      return nil
    }
    return try find(listed)
  }

  private func use(of worktree: Worktree, lock reason: String?) -> FoundWorktree.Use {
    guard worktree.isMadeByDivisi else { return .foreign }
    let lock = reason.flatMap(WorktreeLock.init)
    if let reason, lock == nil { return .lockedByPerson(reason) }
    if let holder = lock?.holder, holder.isRunning { return .locked(holder) }
    guard worktree.isThere else { return .gone }
    let processes = occupants(of: worktree.path)
    if !processes.isEmpty { return .occupied(processes) }
    if lock != nil { return .left }
    return entryKind(worktree.gitFolder + "/divisi-parked") == .missing ? .free : .parked
  }
}
