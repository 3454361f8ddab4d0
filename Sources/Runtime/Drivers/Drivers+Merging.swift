import Agents
import Conducting
import Files
import Glibc
import JSONValues
import Plans
import Synchronization
import Workspaces

extension Drivers {
  /// Merges an attempt's work into what the branch is, or will be, without touching the branch.
  func merge(
    _ id: AttemptID, _ number: Int, _ base: Commit, _ job: Job, _ outbox: Outbox
  ) async {
    guard let step = brief.step(id.step), let onto = ObjectID(base),
      let own = job.attempt?.head.flatMap({ ObjectID($0) })
    else {
      let failure = Failure(.environment, "there is nothing to merge of \(id)")
      return outbox.put(.merged(id, merge: number, .refused(failure)))
    }
    let outcome: MergeOutcome
    do {
      outcome = try await patiently { () throws(WorkspaceError) in
        try self.merge(id, step, own, onto, job)
      }
    } catch {
      outcome = .refused(Failure(error))
    }
    outbox.put(.merged(id, merge: number, outcome))
  }

  private func merge(
    _ id: AttemptID, _ step: Step, _ own: ObjectID, _ onto: ObjectID, _ job: Job
  ) throws(WorkspaceError) -> MergeOutcome {
    switch try git.merge(own, into: onto) {
    case .clean(let tree):
      // Of a merge that has come to nothing, with what never landed.
      unlink(folder.attempt(id).conflict)
      let dropped = try droppedByDrivers(own, onto, tree)
      if refusesDropped, dropped.contains(where: \.isCertain) {
        let words = dropped.flatMap { part in part.lines.map { "\(part.path) would lose: \($0)" } }
        return try conflict(
          id, own, onto, in: dropped.map(\.path).uniqued, words.prefix(20).joined(separator: "\n"))
      }
      // What changes nothing needs no commit.
      if try git.tree(of: onto) == tree {
        return .built(candidate: onto.hex, dropped: dropped.told)
      }
      let message = provenance(id, job).message(title: step.shownTitle, body: step.details ?? "")
      return .built(
        candidate: try git.squash(tree: tree, onto: onto, message: message).hex,
        dropped: dropped.told)
    case .conflicts(let conflicts):
      let words = conflicts.map(\.text).filter { !$0.isEmpty }.uniqued.prefix(20)
      return try conflict(
        id, own, onto, in: conflicts.map(\.path).uniqued, words.joined(separator: "\n"))
    }
  }

  /// What a merge without a conflict has lost: git's own merging keeps both sides, a driver of the repository need not.
  private func droppedByDrivers(
    _ own: ObjectID, _ onto: ObjectID, _ tree: ObjectID
  ) throws(WorkspaceError) -> [DroppedPart] {
    guard let base = try git.mergeBase(own, onto) else { return [] }
    return try git.droppedByDrivers(base: base, ours: onto, theirs: own, result: tree)
  }

  private func conflict(
    _ id: AttemptID, _ own: ObjectID, _ onto: ObjectID, in files: [String], _ words: String
  ) throws(WorkspaceError) -> MergeOutcome {
    let record = ConflictRecord(own: own.hex, other: onto.hex)
    try withFiles { () throws(FileError) in
      try writeFile(folder.attempt(id).conflict, Array((JSON.line(of: record) + "\n").utf8))
    }
    let told = Feedback.conflict(files: files, words: words).text
    return .refused(
      Failure(
        .conflict,
        "\(told)\n\nWhat you did before is commit \(own.hex): look at it with `git show`."))
  }

  /// Moves the branch, exactly once: whether it has been moved for this attempt already is read from the branch itself.
  func land(
    _ id: AttemptID, _ number: Int, from: Commit, to: Commit, _ job: Job, _ outbox: Outbox
  ) async {
    guard let old = ObjectID(from), let new = ObjectID(to) else { return }
    let (branch, git, provenance, owner) = (branch, git, provenance(id, job), owner(job, id))
    while !Task.isCancelled {
      do {
        let outcome = try await patiently { () throws(WorkspaceError) -> LandingOutcome in
          // A branch that somebody removed is there again, as it was: its commits were never gone.
          if try branch.head() == nil, try branch.begin(at: old) == old {
            self.watcher.note(
              "the branch \(branch.name) was removed by somebody; it is at \(old.short) again")
          }
          switch try branch.land(new, on: old) {
          case .landed(let commit):
            try branch.note(at: commit, of: job.session)
            return .done(commit: commit.hex)
          case .moved(let head):
            guard try git.isAncestor(old, of: head) else {
              try self.keepWhatWasMerged(old, besides: head, owner)
              return .moved(head: head.hex)
            }
            if let landed = try branch.landed(provenance, since: old) {
              return .done(commit: landed.hex)
            }
            return .moved(head: head.hex)
          }
        }
        if faults.withLock({ $0.removeValue(forKey: id.description) }) != nil {
          await tellOfMending("the branch can be moved", outbox)
        }
        if case .done = outcome { await freeWorktree(id, job) }
        outbox.put(.landed(id, merge: number, outcome))
        return
      } catch {
        // There is no way back from here, and no way on: everything else waits with it.
        let fault = BranchFault(error, "the branch \(branch.name) cannot be moved")
        faults.withLock { $0[id.description] = fault }
        outbox.put(.probed(fault: fault.kind, message: fault.words))
        try? await Task.sleep(for: .seconds(2))
      }
    }
  }

  /// Somebody took the branch to where not all is that was merged: what it named is kept, and told of.
  private func keepWhatWasMerged(
    _ old: ObjectID, besides head: ObjectID, _ owner: WorkOwner
  ) throws(WorkspaceError) {
    let kept = try Keep(git).pin(
      branch: branch.name, at: old, of: owner, because: "somebody moved \(branch.name)")
    watcher.note(
      "somebody took the branch \(branch.name) from \(old.short) to \(head.short), where not all is that "
        + "was merged; it is kept as \(kept.ref), and `git merge \(old.short)` brings it back")
  }

  /// Gives a merged step's worktree to the next that needs one. A lane keeps its own.
  private func freeWorktree(_ id: AttemptID, _ job: Job) async {
    guard job.lane == nil else { return }
    // The same command, begun by an earlier runner.
    if isTakenUp(id) { await endChecks(of: id) }
    await tearDown(id, job)
    let path = worktrees.path(of: workName(id, job))
    guard entryKind(path) == .folder else { return }
    await blocking { () throws(Never) in
      do throws(WorkspaceError) {
        try self.worktrees.park(try self.git.worktree(at: path))
      } catch {
        self.watcher.note("\(path) could not be given free: \(error)")
      }
    }
  }
}

/// Why the branch of a run cannot be opened or moved, for now.
struct BranchFault: Sendable {
  let kind: Blocker.Kind
  let words: String

  init(_ error: WorkspaceError, _ what: String) {
    kind =
      switch error {
      case .branchCheckedOut, .foreignBranch: .branch
      default: .disk
      }
    words = "\(what): \(error); \(error.hint)"
  }
}

extension Array where Element: Hashable {
  /// Each element once, where it stands first.
  var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
