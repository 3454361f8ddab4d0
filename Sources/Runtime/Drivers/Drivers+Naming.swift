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
/// plan in it; and so has a step whose name a branch of the person's own has. Who has a name stands in a file beside
/// git's own, written while nobody else may.
extension Drivers {
  /// The name of an attempt's worktree.
  func workName(_ id: AttemptID, _ job: Job) -> String {
    let record: PreparedRecord? = read(folder.attempt(id).path + "/workspace.json")
    return record?.name ?? job.workName(id)
  }

  /// Takes a name for an attempt's worktree: what its step or lane is called, unless a run of another plan has that.
  func claimName(_ id: AttemptID, _ job: Job) throws(WorkspaceError) -> String {
    if let record: PreparedRecord = read(folder.attempt(id).path + "/workspace.json") {
      return record.name
    }
    let plain = job.workName(id)
    let name = try git.alone { () throws(WorkspaceError) in
      let other = "\(job.plan.text).\(plain)"
      if let holder = self.holder(of: plain) {
        if holder != job.session, self.isUnfinished(holder) { return other }
      } else if try self.git.commit("refs/heads/" + self.worktrees.branch(of: plain)) != nil {
        return other
      }
      try withFiles { () throws(FileError) in
        try createFolder(self.claims)
        try writeFile(self.claims + "/" + plain, Array(job.session.utf8))
      }
      return plain
    }
    return name
  }

  private var claims: String { repository.commonFolder + "/divisi-names" }

  private func holder(of name: String) -> String? {
    (try? readFile(claims + "/" + name)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func isUnfinished(_ session: String) -> Bool {
    let status = surroundings.statusOfRun(session)
    return status.map { !["completed", "failed", "cancelled"].contains($0) } ?? false
  }
}
