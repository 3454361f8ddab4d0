import Files
import Glibc
import Supervision

/// The worktrees that Divisi makes in `.worktrees`: prepared, used again, and found after a crash.
package struct Worktrees: Sendable {
  let git: Git
  /// The folder that they lie in, links resolved as git does.
  package let folder: String
  /// The same as it is called.
  private let place: String
  private let brought: BroughtFiles
  /// Tells people what they should know of.
  let tell: @Sendable (String) -> Void

  /// Worktrees of a repository, each with copies and links of the files that patterns name.
  package init(
    _ git: Git, folder: String? = nil, brought: BroughtFiles = BroughtFiles(),
    telling tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.git = git
    self.tell = tell
    // The same from every checkout of the repository, as a run may be taken up from another than it was begun in.
    place = folder ?? git.repository.home + "/.worktrees"
    self.folder = realPath(place) ?? place
    self.brought = brought
  }

  /// Where the worktree of a step or lane lies.
  package func path(of step: String) -> String { folder + "/task-" + step }

  /// The branch of a step or lane.
  package func branch(of step: String) -> String { Self.branch(of: step) }

  package static func branch(of step: String) -> String { "feature/task-" + step }

  /// What was made ready.
  package struct Prepared: Sendable, Hashable {
    package let worktree: Worktree
    package let branch: String
    package let head: ObjectID
    /// Where the branch is: elsewhere than HEAD where an attempt has left it so.
    package let tip: ObjectID?
    /// Whether an earlier worktree was used again.
    package let isReused: Bool
    /// What was in the way of it and was set aside.
    package let kept: [KeptWork]
    /// Files that git does not track and that were copied or linked.
    package let brought: [String]
  }

  /// Makes the worktree of a step, on its branch, at a commit.
  ///
  /// What an earlier run left under the same names is pinned and then used again; a worktree that
  /// was parked is used before a new one is made. The worktree is locked until it is parked or
  /// removed, in the name of the process that asks.
  package func prepare(
    step: String, of owner: WorkOwner, at commit: ObjectID
  ) throws(WorkspaceError) -> Prepared {
    let path = path(of: step)
    let branch = branch(of: step)
    try makeFolder()
    let listed = try listedNow(path)
    var kept = try freeBranch(branch, besides: path, listed, owner)
    try checkCase(of: path, listed)
    var worktree: Worktree?
    if let old = listed.first(where: { $0.path == path }) {
      let found = try git.worktree(old)
      if found.isThere {
        try lock(found, for: owner)
        try found.mend()
        // Off its branch, so that the branch may be moved.
        if let before = try renew(
          found, .detach(found, at: commit), owner, "a new attempt of \(step)")
        {
          worktree = found
          kept += before
        }
      } else {
        kept += [
          try Keep(git).release(
            .remove(found), of: owner, because: "the folder of \(step) was gone")
        ].compactMap { $0 }
      }
    } else if entryKind(path) != .missing {
      guard entryKind(path) == .folder,
        try withFiles({ () throws(FileError) in try listFolder(path) }).isEmpty
      else { throw .pathTaken(path) }
      rmdir(path)
    }
    kept += [
      try place(branch, of: step, at: commit, owner)
    ].compactMap { $0 }
    if let own = worktree {
      let again = try renew(own, .reuse(own, branch: branch), owner, "a worktree used again")
      if again == nil { worktree = nil }
    }
    while worktree == nil, let parked = try claimParked(for: path, owner) {
      let before = try renew(
        parked, .reuse(parked, branch: branch), owner, "a worktree used again")
      guard let before else { continue }
      worktree = parked
      kept += before
    }
    let ready: Worktree
    if let worktree { ready = worktree } else { ready = try add(path, branch, owner) }
    let names = try bring(into: ready)
    return Prepared(
      worktree: ready, branch: branch, head: commit, tip: commit, isReused: worktree != nil,
      kept: kept, brought: names)
  }

  /// Makes a worktree ready to be used again, and gives what was kept of it; nothing where that cannot be done and it was
  /// set aside.
  private func renew(
    _ worktree: Worktree, _ release: Release, _ owner: WorkOwner, _ reason: String
  ) throws(WorkspaceError) -> [KeptWork]? {
    do throws(WorkspaceError) {
      return [try Keep(git).release(release, of: owner, because: reason)].compactMap { $0 }
    } catch {
      guard case .unusable(_, let failure) = error else { throw error }
      try setAside(worktree, because: failure)
      return nil
    }
  }

  /// The worktree that a step or lane already has, locked in the name of this process: for an
  /// attempt that goes on with what the one before left, and for taking up a run again. Nothing in
  /// it is changed, but a branch that somebody removed or moved is put back, and what is missing of
  /// the files that were brought is brought again. Nothing where there is none.
  package func adopt(step: String, of owner: WorkOwner) throws(WorkspaceError) -> Prepared? {
    let path = path(of: step)
    guard let listed = try git.listWorktrees().first(where: { $0.path == path }) else { return nil }
    let worktree = try git.worktree(listed)
    guard worktree.isThere else { return nil }
    try lock(worktree, for: owner)
    try worktree.mend()
    let branch = branch(of: step)
    let returned = try git.returnBranch(of: worktree, branch, for: owner)
    guard let head = try git.head(of: worktree) else { throw .noCommit(branch) }
    return Prepared(
      worktree: worktree, branch: branch, head: head, tip: try git.commit("refs/heads/" + branch),
      isReused: true, kept: [returned?.kept].compactMap { $0 },
      brought: try bring(into: worktree))
  }

  /// Gives a worktree free for another step. Its files stay as they are until it is used again.
  package func park(_ worktree: Worktree) throws(WorkspaceError) {
    try worktree.refuseOthers()
    try withFiles { () throws(FileError) in
      try writeFile(worktree.gitFolder + "/divisi-parked", [])
    }
    try unlock(worktree)
  }

  /// A worktree for gates, on no branch, that holds exactly a commit; everything in it that does
  /// not belong to the commit is gone.
  ///
  /// - Parameter slot: tells the worktrees of one plan from each other.
  package func integrate(
    _ commit: ObjectID, plan: String, slot: Int = 0, of owner: WorkOwner
  ) throws(WorkspaceError) -> Worktree {
    // No id of a plan has this sign.
    let path = folder + "/integration-" + plan + (slot == 0 ? "" : "+\(slot)")
    try makeFolder()
    if let old = try listedNow(path).first(where: { $0.path == path }) {
      let found = try git.worktree(old)
      if found.isThere {
        try lock(found, for: owner)
        try found.mend()
        if try renew(found, .detach(found, at: commit), owner, "the next merge of \(plan)") != nil {
          // Whether a submodule could be brought along is git's to say.
          if entryKind(path + "/.gitmodules") == .file, try !isUnchanged(found) {
            throw .notAsCommitted(path)
          }
          try found.note(built: commit)
          _ = try bring(into: found)
          return found
        }
      } else {
        try Keep(git).release(.remove(found), of: owner, because: "the folder of \(plan) was gone")
      }
    } else if entryKind(path) != .missing {
      throw .pathTaken(path)
    }
    let worktree = try register(path, ["--detach", path, commit.hex], owner)
    try fill(worktree)
    try worktree.note(built: commit)
    _ = try bring(into: worktree)
    return worktree
  }

  /// Brings the files that git does not track and that are not in a worktree yet.
  @discardableResult
  package func bring(into worktree: Worktree) throws(WorkspaceError) -> [String] {
    try brought.bring(into: worktree, of: git)
  }

  /// Whether tracked files of a worktree still are what its commit says: what gates ran on is then
  /// what is merged.
  package func isUnchanged(_ worktree: Worktree) throws(WorkspaceError) -> Bool {
    let status = try git.status(of: worktree)
    return status.changed.isEmpty && status.unmerged.isEmpty && status.operations.isEmpty
  }

  /// Makes tracked files of a worktree for gates what its commit says, where what was run there has
  /// changed them: what gates judge is what is merged.
  package func restore(
    _ worktree: Worktree, to commit: ObjectID, of owner: WorkOwner
  ) throws(WorkspaceError) {
    func isRight() throws(WorkspaceError) -> Bool {
      guard try git.head(of: worktree) == commit else { return false }
      return try isUnchanged(worktree)
    }
    if try isRight() { return }
    try Keep(git).release(
      .restore(worktree, to: commit), of: owner, because: "set-up changed files")
    guard try isRight() else { throw .notAsCommitted(worktree.path) }
  }

  /// Makes the folder of worktrees, which git is to leave alone in the person's checkout.
  func makeFolder() throws(WorkspaceError) {
    let (repository, folder, place) = (git.repository, folder, place)
    try withFiles { () throws(FileError) in try createFolder(folder) }
    guard place.hasPrefix(repository.home + "/") else { return }
    // A link is no folder to git.
    let pattern = place.dropFirst(repository.home.count) + (linkTarget(place) == nil ? "/" : "")
    try git.alone { () throws(WorkspaceError) in
      try withFiles { () throws(FileError) in
        _ = try repository.exclude([String(pattern)], because: "folders that Divisi works in")
      }
    }
  }

  /// What a worktree is called where it is told of.
  func name(of path: String) -> String {
    guard path.hasPrefix(folder + "/") else { return path }
    return lastComponent(of: place) + path.dropFirst(folder.count)
  }

  /// The worktrees that git lists, after what a killed run left half done at a path was mended.
  private func listedNow(_ path: String) throws(WorkspaceError) -> [ListedWorktree] {
    let listed = try git.listWorktrees()
    if let old = listed.first(where: { $0.path == path }) {
      guard old.head == nil || old.head?.isNone == true else { return listed }
      try git.mendRecord(of: git.worktree(old))
    } else {
      guard entryKind(path) == .folder, try git.rejoin(path) else { return listed }
    }
    return try git.listWorktrees()
  }

  // MARK: branches

  /// Puts a branch at a commit; what it held before is pinned. One that Divisi has no note of is a person's.
  private func place(
    _ branch: String, of step: String, at commit: ObjectID, _ owner: WorkOwner
  ) throws(WorkspaceError) -> KeptWork? {
    let (ref, reason) = ("refs/heads/" + branch, "a new attempt of \(step)")
    let claims = BranchClaims(git)
    if claims.claim(on: branch) == nil {
      guard try git.commit(ref) == nil else { throw .foreignBranch(branch) }
      try claims.note(branch, of: owner.session, for: step, at: commit)
    }
    if try git.moveRef(ref, to: commit, from: nil, because: reason) { return nil }
    return try Keep(git).release(.moveBranch(branch, to: commit), of: owner, because: reason)
  }

  /// Takes a branch from another worktree of Divisi's that nobody uses: a run that was killed
  /// between moving a worktree and going to its new branch leaves one on the old branch.
  private func freeBranch(
    _ branch: String, besides path: String, _ listed: [ListedWorktree], _ owner: WorkOwner
  ) throws(WorkspaceError) -> [KeptWork] {
    guard let other = listed.first(where: { $0.branch == branch && $0.path != path }) else {
      return []
    }
    let found = try survey().first { $0.worktree.path == other.path }
    switch found?.use {
    case .parked, .free, .left:
      guard let found, let head = found.head else { break }
      do throws(WorkspaceError) {
        return [
          try Keep(git).release(
            .detach(found.worktree, at: head), of: owner, because: "its branch is wanted elsewhere")
        ].compactMap { $0 }
      } catch {
        guard case .unusable = error else { throw error }
        try leaveBranch(found.worktree)
        return []
      }
    case .locked, .occupied, .lockedByPerson, .foreign, .gone, nil: break
    }
    throw .branchCheckedOut(branch: branch, path: other.path)
  }

  private func checkCase(of path: String, _ listed: [ListedWorktree]) throws(WorkspaceError) {
    guard try git.flag("core.ignoreCase") else { return }
    let name = path.lowercased()
    if let other = listed.first(where: { $0.path.lowercased() == name && $0.path != path }) {
      throw .sameBesidesCase(path, other.path)
    }
  }

  // MARK: making

  /// Adds a worktree: what git does not bear twice at once under the lock, the files after it.
  private func add(
    _ path: String, _ branch: String, _ owner: WorkOwner
  ) throws(WorkspaceError) -> Worktree {
    let worktree = try register(path, [path, branch], owner)
    try fill(worktree)
    return worktree
  }

  private func register(
    _ path: String, _ place: [String], _ owner: WorkOwner
  ) throws(WorkspaceError) -> Worktree {
    let (git, reason) = (git, WorktreeLock(of: owner).reason)
    return try git.alone { () throws(WorkspaceError) in
      let words = ["worktree", "add", "--quiet", "--no-checkout", "--lock", "--reason", reason]
      try git.retryingRaces { () throws(WorkspaceError) in try git.run(words + place) }
      let worktree = try git.worktree(at: path)
      try worktree.noteSettings()
      return worktree
    }
  }

  /// Writes the files of a new worktree's commit.
  private func fill(_ worktree: Worktree) throws(WorkspaceError) {
    try git.run(["read-tree", "-m", "-u", "HEAD"], at: worktree)
    try Submodules(git).fill(worktree)
  }

  // MARK: the pool

  /// A parked worktree, moved to a path and locked: no other process gets the same.
  private func claimParked(
    for path: String, _ owner: WorkOwner
  ) throws(WorkspaceError) -> Worktree? {
    let (git, folder) = (git, folder)
    return try git.alone { () throws(WorkspaceError) in
      for listed in try git.listWorktrees()
      where listed.path.hasPrefix(folder + "/") && listed.lock == nil {
        guard let worktree = try? git.worktree(listed), worktree.isThere,
          unlink(worktree.gitFolder + "/divisi-parked") == 0
        else { continue }
        try worktree.mend()
        // Worktrees with submodules cannot be moved; those stay where they are.
        guard occupants(of: worktree.path).isEmpty,
          try git.run(["worktree", "move", worktree.path, path], expecting: [0, 128]).status == 0
        else { continue }
        let moved = Worktree(path: path, gitFolder: worktree.gitFolder)
        try hold(moved, for: owner)
        return moved
      }
      return nil
    }
  }
}

extension Git {
  /// A worktree that git lists, with its own git folder. Works where the worktree's folder is gone.
  package func worktree(_ listed: ListedWorktree) throws(WorkspaceError) -> Worktree {
    try worktree(at: listed.path)
  }

  package func worktree(at path: String) throws(WorkspaceError) -> Worktree {
    let records = repository.commonFolder + "/worktrees"
    for name in (try? listFolder(records)) ?? [] {
      guard let bytes = try? readFile(records + "/" + name + "/gitdir") else { continue }
      let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first
      // Newer gits may write it as seen from the record.
      if text.map({ absolutePath(String($0), from: records + "/" + name) }) == path + "/.git" {
        return Worktree(path: path, gitFolder: records + "/" + name)
      }
    }
    throw entryKind(path) == .missing ? .worktreeGone(path) : .pathTaken(path)
  }
}
