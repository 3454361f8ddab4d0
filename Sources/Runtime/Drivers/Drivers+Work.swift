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
        let ours = self.setUpEntries(of: id)
        return status.left.contains { path in
          !leaves.contains { $0.matches(path) } && !ours.contains(worktree.entry(path))
        }
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
      files: try git.status(of: worktree).left.sorted().map(worktree.entry))
  }

  // MARK: set-up

  /// Sets a worktree up, and notes what that has changed: it is no work of the agent's.
  func notingSetUp<Result: Sendable>(
    of id: AttemptID, _ job: Job, _ setUp: () async -> Result
  ) async -> Result {
    guard hasSetUp, job.hasWorkspace else { return await setUp() }
    let path = workingFolder(id, job)
    func entries() async -> Set<String> {
      await blocking { () throws(Never) in
        Set((try? self.look(at: try self.git.worktree(at: path)))?.files ?? [])
      }
    }
    let place = folder.attempt(id)
    func note(_ entries: Set<String>, in file: String) {
      try? writeFile(file, Array((JSON.line(of: entries.sorted()) + "\n").utf8))
    }
    // Where a runner was killed while it set up, what it found counts: what it left is no agent's work either.
    let found: [String]? = read(place.beforeSetUp)
    let before: Set<String>
    if let found { before = Set(found) } else { before = await entries() }
    if found == nil { note(before, in: place.beforeSetUp) }
    let result = await setUp()
    let changed = await entries().subtracting(before)
    if !changed.isEmpty { note(changed, in: place.setUp) }
    return result
  }

  /// What set-up has changed for this attempt and those before it, as it left it.
  func setUpEntries(of id: AttemptID) -> Set<String> {
    guard hasSetUp else { return [] }
    return (1...max(1, id.number)).reduce(into: []) { entries, number in
      let noted: [String]? = read(folder.attempt(AttemptID(id.step, number)).setUp)
      entries.formUnion(noted ?? [])
    }
  }
}

extension Worktree {
  /// A file as a look at it tells: with its size and when it was written.
  func entry(_ path: String) -> String {
    var status = stat()
    guard lstat("\(self.path)/\(path)".rawPath, &status) == 0 else { return path }
    return "\(path) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
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
  /// What was not committed in the worktree when set-up began.
  fileprivate var beforeSetUp: String { path + "/before-setup.json" }
  /// What set-up has changed in the worktree.
  fileprivate var setUp: String { path + "/setup.json" }
}
