import Agents
import Conducting
import Files
import Glibc
import JSONValues
import Plans
import Supervision
import Workspaces

/// Whether an attempt has done anything.
extension Drivers {
  /// Whether the agent left anything to be judged: commits, or files that are not merely what its program leaves. What an
  /// attempt before it left counts as well, unless this one has demonstrably done nothing.
  func hasWork(
    _ id: AttemptID, _ job: Job, _ harness: Harness, _ account: StreamAccount
  ) async -> Bool? {
    guard job.hasWorkspace else { return nil }
    let place = folder.attempt(id)
    let record: PreparedRecord? = read(place.path + "/workspace.json")
    guard let record, let base = ObjectID(record.base) else { return nil }
    let begun: WorktreeLook? = read(place.beginning)
    let wasIdle = account.tools.isEmpty
    return await blocking { () throws(Never) in
      do {
        let worktree = try self.git.worktree(at: self.worktrees.path(of: record.name))
        try self.returnBranch(of: worktree, id, job)
        if wasIdle, let begun, try self.look(at: worktree) == begun { return false }
        if let head = try self.git.head(of: worktree), head != base { return true }
        let status = try self.git.status(of: worktree)
        let leaves = harness.leaves.compactMap { try? Glob($0).pattern }
        return status.left.contains { path in !leaves.contains { $0.matches(path) } }
      } catch {
        // What cannot be looked at now is looked at when the attempt is inspected.
        return nil
      }
    }
  }

  /// Notes how the worktree stands before the agent begins, where nothing but a look at it will tell whether the agent did
  /// anything: an attempt came before it, no gate judges the step, and its program names the tools that it uses.
  func noteBeginning(_ id: AttemptID, _ job: Job, _ harness: Harness) async {
    guard job.hasWorkspace, id.number > 1, harness.dialect != .text, !isJudged(id.step) else {
      return
    }
    let place = folder.attempt(id)
    let path = workingFolder(id, job)
    await blocking { () throws(Never) in
      // Without it an attempt that did nothing passes for what was there before.
      guard let look = try? self.look(at: try self.git.worktree(at: path)) else { return }
      try? writeFile(place.beginning, Array((JSON.line(of: look) + "\n").utf8))
    }
  }

  /// Whether gates judge the step, or what is merged of it.
  private func isJudged(_ id: StepID) -> Bool {
    let gates = (brief.step(id)?.gates ?? []) + brief.mergeGates
    return gates.contains { !$0.isOfArtifacts }
  }

  private func look(at worktree: Worktree) throws(WorkspaceError) -> WorktreeLook {
    WorktreeLook(
      head: try git.head(of: worktree)?.hex ?? "",
      files: try git.status(of: worktree).left.sorted().map { path in
        var status = stat()
        guard lstat("\(worktree.path)/\(path)", &status) == 0 else { return path }
        return "\(path) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
      })
  }
}

/// How a worktree stood: its commit, and what was not in it, with sizes and times.
private struct WorktreeLook: Codable, Hashable, Sendable {
  var head: String
  var files: [String]
}

extension WorktreeStatus {
  /// Everything that is not committed, but for what git ignores.
  fileprivate var left: [String] { changed + unmerged + untracked + nested }
}

extension AttemptFolder {
  /// How the worktree stood when the agent began.
  fileprivate var beginning: String { path + "/beginning.json" }
}
