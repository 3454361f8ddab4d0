import Files
import Glibc
import Supervision

/// A branch of Divisi's, as it was looked at.
package struct OwnBranch: Sendable, Hashable {
  package let name: String
  package let tip: ObjectID
  /// The note that says so.
  package let claim: BranchClaims.Claim
}

/// Which branches are Divisi's: a file for each beside git's own, with the run that has it and where Divisi left it.
///
/// A name alone says nothing. A person may have made a branch that is called the same, before a run or after what the
/// run made was removed: where it is tells one from the other.
package struct BranchClaims: Sendable {
  package struct Claim: Sendable, Hashable {
    package let session: String
    /// What of the run has it: a step, a lane, the run itself.
    package let subject: String
    /// Where Divisi left the branch.
    package let tip: ObjectID?
  }

  private let git: Git
  private let folder: String

  package init(_ git: Git) {
    self.git = git
    folder = git.repository.commonFolder + "/divisi-branches"
  }

  package func claim(on branch: String) -> Claim? {
    guard let bytes = try? readFile(folder + "/" + branch) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 3 else { return nil }
    return Claim(
      session: String(words[0]), subject: String(words[1]), tip: ObjectID(String(words[2])))
  }

  /// The branches that a run has.
  package func branches(of session: String) -> [String: Claim] {
    walkFolder(folder).reduce(into: [:]) { branches, name in
      if let claim = claim(on: name), claim.session == session { branches[name] = claim }
    }
  }

  /// A branch that Divisi has left where it is, or behind it: what an agent committed may not have been noted. Nothing
  /// where it is a person's, or nothing is known of it.
  package func own(_ branch: String, at tip: ObjectID) throws(WorkspaceError) -> OwnBranch? {
    guard let claim = claim(on: branch), let left = claim.tip else { return nil }
    if left != tip {
      guard try git.commit(left.hex) != nil, try git.isAncestor(left, of: tip) else { return nil }
    }
    return OwnBranch(name: branch, tip: tip, claim: claim)
  }

  /// Notes who has a branch, and where it is now.
  package func note(
    _ branch: String, of session: String, for subject: String, at tip: ObjectID
  ) throws(WorkspaceError) {
    let claim = Claim(session: session, subject: subject, tip: tip)
    guard claim != self.claim(on: branch) else { return }
    let path = folder + "/" + branch
    try withFiles { () throws(FileError) in
      try createFolder(parentFolder(of: path))
      try writeFile(path, Array("\(session) \(subject) \(tip.hex)\n".utf8))
    }
  }

  /// Notes that Divisi itself has moved a branch.
  func follow(_ branch: String, to tip: ObjectID) throws(WorkspaceError) {
    guard let claim = claim(on: branch) else { return }
    try note(branch, of: claim.session, for: claim.subject, at: tip)
  }

  func drop(_ branch: String) { unlink(folder + "/" + branch) }

  /// Whether the branch of a step or lane is free for a run: nobody has it, or a run that is over
  /// has left it where it is.
  ///
  /// - Parameter isOver: what is known of a run; nothing of one that another checkout of a bare repository has, whose
  ///   journal is its own. That is over where it is not seen at work.
  package func isFree(
    _ branch: String, at path: String, isOver: (_ session: String) -> Bool?
  ) throws(WorkspaceError) -> Bool {
    let claim = claim(on: branch)
    if let claim {
      let isOver = isOver(claim.session)
      if isOver == false { return false }
      if isOver == nil, try isAtWork(claim.session, on: branch, besides: path) { return false }
    }
    guard let tip = try git.commit("refs/heads/" + branch) else { return true }
    guard let claim else { return false }
    if claim.tip == tip { return true }
    // A run that was killed did not come to note what its agent committed.
    guard let listed = try git.listWorktrees().first(where: { $0.path == path }),
      listed.branch == branch
    else { return false }
    return try git.worktree(listed).isMadeByDivisi
  }

  /// Whether a branch is checked out elsewhere, or a process lives that has locked a worktree in the name of a run.
  private func isAtWork(
    _ session: String, on branch: String, besides path: String
  ) throws(WorkspaceError) -> Bool {
    try git.listWorktrees().contains { listed in
      if listed.branch == branch, listed.path != path { return true }
      guard let lock = listed.lock.flatMap(WorktreeLock.init) else { return false }
      return lock.owner.session == session && lock.holder?.isRunning == true
    }
  }
}

extension IntegrationBranch {
  /// Refuses a branch of this name that no run of Divisi made.
  ///
  /// What people have put on top of what runs merged stays; and one that has been taken back to where a run begins holds
  /// nothing of its own.
  package func refuseForeign(at base: ObjectID?, plan: String) throws(WorkspaceError) {
    guard let tip = try head() else { return }
    guard let claim = BranchClaims(git).claim(on: name) else {
      // Whoever has fetched the branch has no note of it: its commits say of which plan they are, the last one also where
      // all of them are merged.
      if try git.provenance(of: tip)?.plan == plan { return }
      if let base, try landed(since: base).contains(where: { $0.provenance.plan == plan }) {
        return
      }
      throw .foreignBranch(name)
    }
    guard let left = claim.tip, left != tip else { return }
    if try git.commit(left.hex) != nil, try git.isAncestor(left, of: tip) { return }
    if let base, try git.isAncestor(tip, of: base) { return }
    throw .foreignBranch(name)
  }

  /// Notes where the branch is, in the name of a run.
  package func note(at tip: ObjectID, of session: String) throws(WorkspaceError) {
    try BranchClaims(git).note(name, of: session, for: "run", at: tip)
  }
}
