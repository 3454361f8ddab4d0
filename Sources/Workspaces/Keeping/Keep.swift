/// What has been set aside, and the one way to set aside: nothing else removes or resets a
/// worktree or a branch.
package struct Keep: Sendable {
  let git: Git

  package init(_ git: Git) { self.git = git }

  /// All that is kept, the newest first.
  package func list() throws(WorkspaceError) -> [KeptWork] { try list(below: KeptWork.folder) }

  /// What is kept under a ref, or under all below a folder of them.
  private func list(below place: String) throws(WorkspaceError) -> [KeptWork] {
    let format = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents)%00%00"
    let bytes = try git.run([
      "for-each-ref", "--sort=-committerdate", "--format=" + format, place,
    ]).bytes
    // Two in a row end an entry, because git has no option for that; messages hold none.
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    var kept: [KeptWork] = []
    for start in stride(from: 0, to: fields.count - 4, by: 5) {
      let ref = fields[start].drop { $0 == "\n" }
      guard let commit = ObjectID(fields[start + 1]), let time = Int(fields[start + 2]),
        let work = KeptWork(
          ref: String(ref), commit: commit, time: time, message: fields[start + 3])
      else { continue }
      kept.append(work)
    }
    return kept
  }

  /// What is kept under a name, with or without `refs/divisi/keep/` before it.
  package func work(named name: String) throws(WorkspaceError) -> KeptWork {
    let short =
      name.hasPrefix(KeptWork.folder) ? String(name.dropFirst(KeptWork.folder.count)) : name
    guard let found = try list(below: KeptWork.folder + short).first, found.name == short else {
      throw .noSuchKeep(short)
    }
    return found
  }

  /// Pins all that a worktree holds, and leaves the worktree as it is.
  package func pin(
    _ worktree: Worktree, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork {
    try pin(worktree, status: try statusIfThere(worktree), of: owner, because: reason)
  }

  /// - Parameter tip: where a branch is that loses its commits, besides what HEAD names.
  func pin(
    _ worktree: Worktree, status: WorktreeStatus?, leaving tip: ObjectID? = nil,
    of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork {
    let commit = try Snapshot.write(
      git, of: worktree, status: status, leaving: tip, because: reason)
    return try name(commit, of: owner, because: reason)
  }

  /// Pins what a branch names, or named.
  package func pin(
    branch: String, at tip: ObjectID, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork {
    let message =
      "\(reason)\n\n\(KeepRole.branch.rawValue): refs/heads/\(branch)\n"
      + "\(KeepRole.head.rawValue): \(tip.hex)\n"
    let commit = try git.writeCommit(
      tree: try git.tree(of: tip), parents: [tip], message: message)
    return try name(commit, of: owner, because: reason)
  }

  /// Pins stashes of the person's: an agent that takes one from the pile takes what may not be its own.
  package func pin(
    stashes: [String], of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork? {
    var commits: [ObjectID] = []
    for stash in stashes {
      if let commit = try git.commit(stash) { commits.append(commit) }
    }
    guard let newest = commits.last else { return nil }
    let lines = commits.map { "\(KeepRole.stash.rawValue): \($0.hex)\n" }
    let commit = try git.writeCommit(
      tree: try git.tree(of: newest), parents: commits,
      message: reason + "\n\n" + lines.joined())
    return try name(commit, of: owner, because: reason)
  }

  func statusIfThere(
    _ worktree: Worktree, noting: Bool = false
  ) throws(WorkspaceError) -> WorktreeStatus? {
    worktree.isThere ? try git.status(of: worktree, noting: noting) : nil
  }

  /// Gives a commit the next free number among its owner's.
  private func name(
    _ commit: ObjectID, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork {
    let taken = try git.run(["for-each-ref", "--format=%(refname)", owner.refFolder]).lines
    var number = (taken.compactMap { Int($0.dropFirst(owner.refFolder.utf8.count)) }.max() ?? 0) + 1
    while true {
      do throws(WorkspaceError) {
        if try git.moveRef(owner.refFolder + "\(number)", to: commit, from: nil, because: reason) {
          break
        }
      } catch {
        // A git that was killed left its lock on this number: another number does as well.
        guard case .git(let failure) = error, failure.isLocked,
          failure.text.contains(KeptWork.folder)
        else { throw error }
      }
      number += 1
    }
    return try work(named: owner.refFolder + "\(number)")
  }
}
