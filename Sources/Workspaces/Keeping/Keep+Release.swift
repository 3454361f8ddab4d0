import Files
import Glibc

/// What is to be done to a worktree or a branch that may hold work.
package enum Release: Sendable, Hashable {
  /// The worktree's folder goes; its branch stays.
  case remove(Worktree)
  /// The same, if it still is what was looked at: whoever has taken it up since keeps it.
  case clear(FoundWorktree)
  /// The worktree becomes exactly what a branch holds, and is on that branch.
  case reuse(Worktree, branch: String)
  /// The worktree becomes exactly a commit, on no branch.
  case detach(Worktree, at: ObjectID)
  /// The branch that the worktree was made for goes back to a commit, and its files with it.
  case rewind(Worktree, branch: String, to: ObjectID)
  /// The files that git tracks become exactly a commit, on no branch; what git does not track stays.
  case restore(Worktree, to: ObjectID)
  /// What git began in the worktree is given up; what was there before it began stays.
  case abort(Worktree, HalfDone)
  /// What git would do next in the worktree is given up; its files and its commits stay.
  case forget(Worktree, HalfDone)
  /// A branch goes, if it still is what was looked at.
  case deleteBranch(OwnBranch)
  /// A branch that no worktree is on names another commit.
  case moveBranch(String, to: ObjectID)
  /// The branch that a worktree is on names again the commit that the worktree's files are of.
  case returnBranch(String, to: ObjectID)
}

extension Keep {
  /// Removes or resets a worktree or a branch, after everything in it that nothing else holds has
  /// been pinned. This is the one place in Divisi that does either; a test looks for others.
  ///
  /// Ended at any moment it leaves the work where it was, or pinned, or both. Where a process works
  /// in the folder nothing is done. What is given is what was pinned; nothing where all of it is
  /// held by a branch that stays.
  @discardableResult
  package func release(
    _ release: Release, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork? {
    switch release {
    case .remove(let worktree):
      let kept = try secure(worktree, of: owner, because: reason)
      try remove(worktree)
      return kept
    case .clear(let found):
      let kept = try secure(found.worktree, of: owner, because: reason)
      try remove(found.worktree, ifStill: found)
      return kept
    case .reuse(let worktree, let branch):
      let (kept, status) = try secureLooking(worktree, of: owner, because: reason)
      try empty(worktree, status, .everything)
      try checkOut([branch], in: worktree, .everything)
      return kept
    case .detach(let worktree, let commit):
      let (kept, status) = try secureLooking(worktree, of: owner, because: reason)
      try empty(worktree, status, .everything)
      try checkOut(["--detach", commit.hex], in: worktree, .everything)
      return kept
    case .rewind(let worktree, let branch, let commit):
      return try rewind(worktree, branch, to: commit, owner, because: reason)
    case .restore(let worktree, let commit):
      let kept = try secure(worktree, of: owner, because: reason)
      try checkOut(["--detach", commit.hex], in: worktree, .work)
      return kept
    case .abort(let worktree, let operation):
      let kept = try pin(worktree, of: owner, because: reason)
      try abort(operation, in: worktree)
      return kept
    case .forget(let worktree, let operation):
      try git.run([operation.rawValue, "--quit"], at: worktree)
      return nil
    case .deleteBranch(let branch):
      let git = git
      return try git.alone { () throws(WorkspaceError) -> KeptWork? in
        let (name, tip) = (branch.name, try tipOfFreeBranch(branch.name))
        let claims = BranchClaims(git)
        guard try claims.own(name, at: tip) == branch else { throw .branchMoved(name) }
        let kept = try pinUnlessHeld(name, at: tip, of: owner, because: reason)
        try git.run(["update-ref", "-d", "refs/heads/" + name, tip.hex])
        claims.drop(name)
        return kept
      }
    case .moveBranch(let name, let commit):
      let tip = try tipOfFreeBranch(name)
      if tip == commit { return nil }
      return try git.alone { () throws(WorkspaceError) in
        let kept = try pinUnlessHeld(name, at: tip, of: owner, because: reason)
        try move(name, from: tip, to: commit, because: reason)
        return kept
      }
    case .returnBranch(let name, let commit):
      let tip = try tip(of: name)
      if tip == commit { return nil }
      let kept = try pin(branch: name, at: tip, of: owner, because: reason)
      try move(name, from: tip, to: commit, because: reason)
      return kept
    }
  }

  /// Whatever branch HEAD is on by now stays where it is: an agent may have gone to one of the person's.
  private func rewind(
    _ worktree: Worktree, _ branch: String, to commit: ObjectID, _ owner: WorkOwner,
    because reason: String
  ) throws(WorkspaceError) -> KeptWork? {
    let status = try checked(worktree)
    let ref = "refs/heads/" + branch
    let isOnIt = try git.branch(of: worktree) == ref
    let tip = try git.commit(ref)
    if tip != nil, !isOnIt { _ = try tipOfFreeBranch(branch) }
    // The branch itself loses commits here, so that being on it saves nothing.
    let kept = try pin(worktree, status: status, leaving: tip, of: owner, because: reason)
    // The same step or lane goes on there: with what was built, set up and brought for it.
    try empty(worktree, status, .work)
    try checkOut(["--detach", commit.hex], in: worktree, .work)
    if tip != commit, try !git.moveRef(ref, to: commit, from: tip, because: reason) {
      throw .branchMoved(branch)
    }
    try BranchClaims(git).follow(branch, to: commit)
    try git.run(["symbolic-ref", "-m", "divisi: \(reason)", "HEAD", ref], at: worktree)
    return kept
  }

  private func move(
    _ name: String, from tip: ObjectID, to commit: ObjectID, because reason: String
  ) throws(WorkspaceError) {
    guard try git.moveRef("refs/heads/" + name, to: commit, from: tip, because: reason) else {
      throw .branchMoved(name)
    }
    try BranchClaims(git).follow(name, to: commit)
  }

  /// Pins what a branch names, unless another branch has all of it that stays where it is.
  ///
  /// Branches that agents work on do not count: they are rewritten and removed as this one is. Nor does what is kept,
  /// which is forgotten after a time. Called alone, so that no two branches go because each has what the other has.
  private func pinUnlessHeld(
    _ name: String, at tip: ObjectID, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork? {
    let holders = try git.run([
      "for-each-ref", "--contains", tip.hex, "--format=%(refname:lstrip=2)", "refs/heads",
    ]).lines
    if holders.contains(where: { $0 != name && !$0.hasPrefix("feature/task-") }) { return nil }
    return try pin(branch: name, at: tip, of: owner, because: reason)
  }

  /// Forgets kept work. What only it held is then git's to collect.
  package func drop(_ work: KeptWork) throws(WorkspaceError) {
    let git = git
    try git.alone { () throws(WorkspaceError) in
      try git.run(["update-ref", "-d", work.ref, work.commit.hex])
    }
  }

  /// Forgets what was kept before a time, in seconds since 1970, and gives it.
  package func expire(before time: Int) throws(WorkspaceError) -> [KeptWork] {
    var expired: [KeptWork] = []
    for work in try list() where work.time < time {
      try drop(work)
      expired.append(work)
    }
    return expired
  }

  private func secure(
    _ worktree: Worktree, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> KeptWork? {
    try secureLooking(worktree, of: owner, because: reason).0
  }

  /// Pins what would be lost, and says what was there.
  private func secureLooking(
    _ worktree: Worktree, of owner: WorkOwner, because reason: String
  ) throws(WorkspaceError) -> (KeptWork?, WorktreeStatus?) {
    do throws(WorkspaceError) {
      let status = try checked(worktree)
      if let status, status.isClean, try isHeldByBranch(worktree, status) { return (nil, status) }
      return (try pin(worktree, status: status, of: owner, because: reason), status)
    } catch {
      throw error.blamed(on: worktree)
    }
  }

  /// Looks whether a worktree may be touched: Divisi made it, and nobody else has it or is in it.
  private func checked(_ worktree: Worktree) throws(WorkspaceError) -> WorktreeStatus? {
    let repository = git.repository
    guard worktree.path != repository.root,
      worktree.gitFolder.hasPrefix(repository.commonFolder + "/worktrees/")
    else { throw .notOurs(worktree.path) }
    try worktree.refuseOthers()
    let processes = occupants(of: worktree.path)
    guard processes.isEmpty else { throw .occupied(worktree.path, processes) }
    guard var status = try statusIfThere(worktree, noting: true) else { return nil }
    status.hidden = worktree.repositories(below: status.ignored)
    return status
  }

  /// Whether a branch that stays holds all commits of a worktree, its log and the stashes too.
  ///
  /// A worktree for gates stands on a commit that Divisi made of what branches hold: nothing of it can be lost.
  private func isHeldByBranch(
    _ worktree: Worktree, _ status: WorktreeStatus
  ) throws(WorkspaceError) -> Bool {
    if let built = worktree.builtCommit, try git.head(of: worktree) == built { return true }
    guard let branch = try git.branch(of: worktree), branch.hasPrefix("refs/heads/") else {
      return false
    }
    return try Snapshot.branchHoldsAll(git, of: worktree, on: branch, status)
  }

  /// Where a branch of Divisi's is.
  private func tip(of name: String) throws(WorkspaceError) -> ObjectID {
    guard
      ["feature/task-", "orchestration/", "milestone/"].contains(where: name.hasPrefix),
      BranchClaims(git).claim(on: name) != nil
    else { throw .notOurs(name) }
    guard let tip = try git.commit("refs/heads/" + name) else { throw .noSuchBranch(name) }
    return tip
  }

  /// The same of one that no checkout is on: moving it would change that one.
  private func tipOfFreeBranch(_ name: String) throws(WorkspaceError) -> ObjectID {
    let tip = try tip(of: name)
    if let place = try git.listWorktrees().first(where: { $0.branch == name }) {
      throw .branchCheckedOut(branch: name, path: place.path)
    }
    return tip
  }

  /// - Parameter found: what the worktree must still be.
  private func remove(
    _ worktree: Worktree, ifStill found: FoundWorktree? = nil
  ) throws(WorkspaceError) {
    let git = git
    try git.alone { () throws(WorkspaceError) in
      if let found, try git.find(worktree) != found { throw .worktreeTaken(worktree.path) }
      try worktree.refuseOthers()
      try worktree.mend()
      if worktree.isThere {
        // git forgets a worktree also where it could not remove all of it: whether it can is seen before.
        try clean(["-ffdx"], worktree)
        worktree.openFolders()
      }
      // Twice: a lock of our own is no hindrance. That nobody works there was seen.
      try git.run(["worktree", "remove", "--force", "--force", worktree.path])
    }
  }

  /// What goes of the files that git does not track.
  private enum Untracked {
    case everything
    /// Not what git ignores, and not what Divisi brought.
    case work
  }

  /// Takes out what checking something out would leave: half-done operations, and files that git
  /// does not track.
  private func empty(
    _ worktree: Worktree, _ status: WorktreeStatus?, _ untracked: Untracked
  ) throws(WorkspaceError) {
    guard let status else { throw .worktreeGone(worktree.path) }
    for operation in status.operations {
      switch operation {
      case .rebase, .am: try git.run([operation.rawValue, "--quit"], at: worktree)
      case .bisect: try git.run(["bisect", "reset", "HEAD"], at: worktree)
      // Checking out by force forgets the commit at work, and not those that were to come.
      case .cherryPick, .revert: try git.run([operation.rawValue, "--quit"], at: worktree)
      case .merge: continue
      }
    }
    for folder in worktree.replacedRepositories {
      try withFiles { () throws(FileError) in try removeAll(folder) }
    }
    let work = status.untracked + status.nested
    switch untracked {
    case .everything:
      if work.isEmpty, status.ignored.isEmpty, worktree.brought.isEmpty { return }
      try clean(["-ffdx"], worktree)
      worktree.forgetBrought()
    case .work where worktree.brought.isEmpty:
      if !work.isEmpty { try clean(["-ffd"], worktree) }
    case .work:
      // Not what was brought. As many at once as a command line takes.
      for start in stride(from: 0, to: work.count, by: 200) {
        let some = work[start..<min(start + 200, work.count)].map { ":(top,literal)" + $0 }
        try clean(["-ffd", "--"] + some, worktree)
      }
      // Git leaves the folders of files that were named.
      for path in work {
        var folder = path
        while folder.utf8.contains(UInt8(ascii: "/")) {
          folder = parentFolder(of: folder)
          guard rmdir((worktree.path + "/" + folder).rawPath) == 0 else { break }
        }
      }
    }
  }

  private func clean(_ words: [String], _ worktree: Worktree) throws(WorkspaceError) {
    try worktree.insisting { () throws(WorkspaceError) in
      try git.run(["clean", "--quiet"] + words, at: worktree)
    }
  }

  /// Makes the files those of a commit, in submodules too.
  private func checkOut(
    _ place: [String], in worktree: Worktree, _ untracked: Untracked
  ) throws(WorkspaceError) {
    let submodules = Submodules(git)
    let before = try submodules.filled(in: worktree)
    for submodule in before {
      let flags = untracked == .everything ? "-ffdx" : "-ffd"
      try worktree.insisting { () throws(WorkspaceError) in
        try submodule.git.run(["clean", "--quiet", flags], at: submodule.place)
      }
    }
    let hasOtherSettings = try worktree.restoreSettings()
    if hasOtherSettings || worktree.hidesEdits(git.repository.hashLength) {
      try git.revealEdits(in: worktree)
    }
    try worktree.insisting { () throws(WorkspaceError) in
      try git.run(["checkout", "--quiet", "--force"] + place + ["--"], at: worktree)
    }
    if hasOtherSettings {
      try git.run(["sparse-checkout", "reapply"], at: worktree, expecting: [0, 1, 128])
    }
    try submodules.update(worktree)
    guard !before.isEmpty else { return }
    // git leaves a submodule lying that the commit does not have; as a repository of its own it would be in the way.
    let gone = Set(before.map(\.path)).subtracting(try submodules.filled(in: worktree).map(\.path))
    for path in gone.sorted() {
      try clean(["-ffdx", "--", ":(literal)" + path], worktree)
    }
  }

  private func abort(_ operation: HalfDone, in worktree: Worktree) throws(WorkspaceError) {
    switch operation {
    case .merge, .cherryPick, .revert, .rebase, .am:
      do {
        try git.run([operation.rawValue, "--abort"], at: worktree)
      } catch {
        // Pinned above; what the operation changed is in the way of its own end.
        try git.run(["reset", "--quiet", "--hard", "HEAD", "--"], at: worktree)
        try git.run([operation.rawValue, "--quit"], at: worktree, expecting: [0, 1, 128])
      }
    case .bisect: try git.run(["bisect", "reset", "HEAD"], at: worktree)
    }
  }
}

extension Worktree {
  package var isThere: Bool { entryKind(path) == .folder }
}
