import Files
package import Supervision

/// A worktree that Divisi made, and whether somebody uses it.
package struct FoundWorktree: Sendable, Hashable {
  package enum Use: Sendable, Hashable {
    /// The process that locked it lives.
    case locked(ProcessIdentity)
    /// Processes work in it.
    case occupied([Int32])
    /// Locked by a process that is gone: a run that was killed, and can be resumed.
    case left
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
      let worktree = try git.worktree(listed)
      let words = listed.lock?.split(separator: " ").map(String.init) ?? []
      let isOurs = words.count >= 3 && words[0] == "divisi"
      found.append(
        FoundWorktree(
          worktree: worktree, branch: listed.branch, head: listed.head,
          owner: isOurs ? WorkOwner(session: words[1], step: words[2]) : nil,
          use: use(of: worktree, lock: listed.lock, isOurs: isOurs)))
    }
    return found.sorted { $0.worktree.path < $1.worktree.path }
  }

  private func use(of worktree: Worktree, lock: String?, isOurs: Bool) -> FoundWorktree.Use {
    if let lock, !isOurs { return .lockedByPerson(lock) }
    if let lock, let owner = ProcessIdentity(in: lock), owner.isRunning { return .locked(owner) }
    guard worktree.isThere else { return .gone }
    let processes = occupants(of: worktree.path)
    if !processes.isEmpty { return .occupied(processes) }
    if lock != nil { return .left }
    return entryKind(worktree.gitFolder + "/divisi-parked") == .missing ? .free : .parked
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
