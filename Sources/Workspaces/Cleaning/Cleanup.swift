import Files
import Supervision

/// What `divisi clean` would remove, and what it would leave, each with the reason.
package struct Cleanup: Sendable, Hashable {
  package struct Item: Sendable, Hashable {
    package let release: Release
    /// A path or the name of a branch.
    package let name: String
    package let reason: String
    package let owner: WorkOwner
    /// The branch itself, or the one that a worktree at this place is made for.
    package var branch: String { Cleanup.branch(at: name) }
  }

  package struct Left: Sendable, Hashable {
    package let name: String
    package let reason: String
  }

  /// Worktrees first, because branches can only go after them.
  package let items: [Item]
  package let left: [Left]

  fileprivate static func branch(at name: String) -> String {
    let part = lastComponent(of: name)
    return part.hasPrefix("task-") ? "feature/" + part : name
  }
}

extension Cleanup {
  /// Looks at everything that Divisi made in a repository.
  ///
  /// A worktree can go where nobody uses it, nothing in it is uncommitted and its commits are
  /// merged; a branch where all of it is merged into an integration branch or into the branch that
  /// the person is on. What a killed run left stays for `resume`, and what Divisi did not make or has no note of stays too.
  ///
  /// - Parameter unfinished: what runs that have not ended may still need; it stays.
  package static func plan(
    _ worktrees: Worktrees, sparing unfinished: [UnfinishedRun] = []
  ) throws(WorkspaceError) -> Cleanup {
    var planner = Planner(
      worktrees: worktrees, branches: try Branches(worktrees.git), unfinished: unfinished)
    try planner.lookAtWorktrees()
    try planner.lookAtBranches()
    return Cleanup(items: planner.items, left: planner.left)
  }

  /// Removes one item; gives what was pinned of it.
  package static func carryOut(
    _ item: Item, _ git: Git
  ) throws(WorkspaceError) -> KeptWork? {
    try Keep(git).release(item.release, of: item.owner, because: "clean: " + item.reason)
  }
}

/// A run that has not ended: whatever it made is its own, used or not.
package struct UnfinishedRun: Sendable, Hashable {
  package let session: String
  package let plan: String
  /// The steps and lanes that have workspaces.
  package let steps: Set<String>

  package init(session: String, plan: String, steps: Set<String>) {
    self.session = session
    self.plan = plan
    self.steps = steps
  }

  /// Whether it may have made a worktree or branch, by the last part of its name and the whole.
  fileprivate func owns(_ name: String) -> Bool {
    if name == "orchestration/" + plan || name == "milestone/" + plan { return true }
    let part = name.split(separator: "/").last.map(String.init) ?? name
    if part == "integration-" + plan || part.hasPrefix("integration-\(plan)+") { return true }
    guard part.hasPrefix("task-") else { return false }
    let step = String(part.dropFirst(5))
    // A step whose name a run of another plan had already bears its plan's too.
    return steps.contains(step)
      || step.hasPrefix(plan + ".") && steps.contains(String(step.dropFirst(plan.count + 1)))
  }
}

/// The branches of a repository that count here.
private struct Branches {
  var features: [(name: String, tip: ObjectID)] = []
  var integrations: [(name: String, tip: ObjectID)] = []
  /// The branch that the person is on, or the commit where that is none.
  var own: (name: String, tip: ObjectID)?

  init(_ git: Git) throws(WorkspaceError) {
    if let head = try git.commit("HEAD") {
      let name = try git.run(["symbolic-ref", "--quiet", "--short", "HEAD"], expecting: [0, 1]).line
      own = (name.isEmpty ? "HEAD" : name, head)
    }
    let lines = try git.run([
      "for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads/feature/",
      "refs/heads/orchestration/", "refs/heads/milestone/",
    ]).lines
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let tip = ObjectID(String(words[0])) else { continue }
      let name = String(words[1])
      if name.hasPrefix("feature/task-") {
        features.append((name, tip))
      } else if !name.hasPrefix("feature/") {
        integrations.append((name, tip))
      }
    }
  }
}

private struct Planner {
  let worktrees: Worktrees
  let branches: Branches
  let unfinished: [UnfinishedRun]
  var items: [Cleanup.Item] = []
  var left: [Cleanup.Left] = []
  /// Branches that a worktree is on which stays.
  private var used: Set<String> = []
  private var answers: [ObjectID: String?] = [:]

  init(worktrees: Worktrees, branches: Branches, unfinished: [UnfinishedRun]) {
    self.worktrees = worktrees
    self.branches = branches
    self.unfinished = unfinished
  }

  /// Why something stays whatever is in it, or nothing.
  private func claim(on name: String) -> String? {
    let holder = BranchClaims(worktrees.git).claim(on: Cleanup.branch(at: name))?.session
    return unfinished.first { $0.session == holder || $0.owns(name) }.map {
      "\($0.session) has not ended, and may need it"
    }
  }

  mutating func lookAtWorktrees() throws(WorkspaceError) {
    for found in try worktrees.survey() {
      let name = worktrees.name(of: found.worktree.path)
      if let reason = reasonToStay(found) ?? claim(on: name) {
        left.append(Cleanup.Left(name: name, reason: reason))
        if let branch = found.branch { used.insert(branch) }
        continue
      }
      items.append(
        Cleanup.Item(
          release: .clear(found), name: name,
          reason: found.use == .gone ? "its folder is gone" : try mergedReason(found.head) ?? "",
          owner: owner(of: lastComponent(of: name))))
    }
    for path in try worktrees.strangers() {
      left.append(
        Cleanup.Left(
          name: worktrees.name(of: path),
          reason: "git does not know it as a worktree"))
    }
    for listed in try worktrees.git.listWorktrees()
    where !listed.path.hasPrefix(worktrees.folder + "/") {
      if let branch = listed.branch { used.insert(branch) }
    }
  }

  mutating func lookAtBranches() throws(WorkspaceError) {
    for (name, tip) in branches.features where !used.contains(name) {
      guard let branch = try free(name, tip) else { continue }
      if let reason = try mergedReason(tip) {
        items.append(item(branch, reason))
      } else {
        left.append(Cleanup.Left(name: name, reason: "not merged"))
      }
    }
    for (name, tip) in branches.integrations where !used.contains(name) {
      guard let branch = try free(name, tip) else { continue }
      guard let own = branches.own else { continue }
      // One that nothing has landed on yet belongs to a run that has only begun.
      let hasLanded = try worktrees.git.run([
        "log", "-1", "--format=%(trailers:key=Divisi-Step,valueonly)", tip.hex, "--",
      ]).line
      if !hasLanded.isEmpty, let by = try worktrees.git.isMerged(tip, into: own.tip) {
        items.append(item(branch, reason(by, own.name)))
      } else {
        left.append(
          Cleanup.Left(
            name: name,
            reason: hasLanded.isEmpty
              ? "nothing has landed on it yet" : "not merged into \(own.name)"))
      }
    }
  }

  /// A branch of Divisi's that no run may still need; notes why any other stays.
  private mutating func free(
    _ name: String, _ tip: ObjectID
  ) throws(WorkspaceError) -> OwnBranch? {
    let branch = try BranchClaims(worktrees.git).own(name, at: tip)
    let reason = claim(on: name) ?? (branch == nil ? "Divisi has no note of it" : nil)
    guard let reason else { return branch }
    left.append(Cleanup.Left(name: name, reason: reason))
    return nil
  }

  private func item(_ branch: OwnBranch, _ reason: String) -> Cleanup.Item {
    Cleanup.Item(
      release: .deleteBranch(branch), name: branch.name, reason: reason,
      owner: owner(of: lastComponent(of: branch.name)))
  }

  private func owner(of name: String) -> WorkOwner { WorkOwner(session: "clean", step: name) }

  /// Why a worktree is not to be removed, or nothing where it may be.
  private mutating func reasonToStay(_ found: FoundWorktree) -> String? {
    switch found.use {
    case .locked(let owner): return "in use by process \(owner.pid)"
    case .occupied(let processes):
      return "in use by process \(processes.map(String.init).joined(separator: ", "))"
    case .left where unfinished.contains { $0.session == found.owner?.session }:
      return
        "left by \(found.owner?.session ?? "a run"), which has not ended; `divisi resume` goes on with it"
    case .foreign: return "Divisi did not make it"
    case .lockedByPerson(let reason): return "locked" + (reason.isEmpty ? "" : ": \(reason)")
    case .gone: return nil
    case .parked, .free, .left:
      do throws(WorkspaceError) {
        guard try worktrees.git.status(of: found.worktree).isClean else {
          return "holds work that is not committed"
        }
        return try mergedReason(found.head) == nil ? "not merged" : nil
      } catch {
        return "cannot be looked at: \(error)"
      }
    }
  }

  private mutating func mergedReason(_ tip: ObjectID?) throws(WorkspaceError) -> String? {
    guard let tip else { return nil }
    if let answer = answers[tip] { return answer }
    var answer: String?
    for target in branches.integrations + [branches.own].compactMap({ $0 }) {
      if let by = try worktrees.git.isMerged(tip, into: target.tip) {
        answer = reason(by, target.name)
        break
      }
    }
    answers[tip] = answer
    return answer
  }

  private func reason(_ by: MergedBy, _ target: String) -> String {
    switch by {
    case .commits: "merged into \(target)"
    case .content: "all of it is in \(target)"
    case .changes, .squash: "its changes are in \(target)"
    }
  }
}
