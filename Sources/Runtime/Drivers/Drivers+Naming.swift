import Conducting
import Diagnostics
import Files
import Glibc
import Plans
import Supervision
import Workspaces

/// What the worktree and the branch of a step are called.
///
/// Runs of two plans may have steps of the same id at once: the first to come has the plain name, the other one with its
/// plan in it; and so has a step whose name a branch of the person's own has (`BranchClaims`).
extension Drivers {
  /// The name of an attempt's worktree.
  func workName(_ id: AttemptID, _ job: Job) -> String {
    let record: PreparedRecord? = read(folder.attempt(id).path + "/workspace.json")
    return record?.name ?? job.workName(id)
  }

  /// Takes a name for an attempt's worktree: what its step or lane is called, unless a run of another plan or a branch of
  /// the person's has that.
  ///
  /// - Parameter commit: where its branch will be.
  func claimName(
    _ id: AttemptID, _ job: Job, at commit: ObjectID
  ) throws(WorkspaceError) -> String {
    if let record: PreparedRecord = read(folder.attempt(id).path + "/workspace.json") {
      return record.name
    }
    let plain = job.workName(id)
    let own = "\(job.plan.text).\(plain)"
    let names = [plain, own] + (2...9).map { "\(own).\($0)" }
    let claims = BranchClaims(git)
    return try git.alone { () throws(WorkspaceError) in
      var chosen = names.first {
        let claim = claims.claim(on: self.worktrees.branch(of: $0))
        return claim?.session == job.session && claim?.subject == plain
      }
      for name in names where chosen == nil {
        let isFree = try claims.isFree(
          self.worktrees.branch(of: name), at: self.worktrees.path(of: name),
          isOver: self.isOver)
        if isFree { chosen = name }
      }
      guard let chosen else { throw .foreignBranch(self.worktrees.branch(of: own)) }
      try claims.note(
        self.worktrees.branch(of: chosen), of: job.session, for: plain, at: commit)
      return chosen
    }
  }

  /// Whether a run has ended; nothing where the journal does not know it.
  private func isOver(_ session: String) -> Bool? {
    surroundings.statusOfRun(session).map { ["completed", "failed", "cancelled"].contains($0) }
  }
}
