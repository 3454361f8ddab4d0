import Agents
import Conducting
import Configuration
import Diagnostics
import Evidence
import Files
import JSONValues
import Plans
import Supervision
import Workspaces

extension Drivers {
  /// Looks at what an attempt left: commits what it did not, and refuses what it may not have done.
  func inspect(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    guard job.hasWorkspace else { return outbox.put(.inspected(id, .accepted(head: nil))) }
    guard let step = brief.step(id.step) else {
      return outbox.put(.inspected(id, .refused(StartError.unknownStep(id.step).failure)))
    }
    let inspection: Inspection
    do {
      inspection = try await patiently { () throws(WorkspaceError) in
        try self.inspect(id, step, job)
      }
    } catch {
      inspection = .refused(failure(of: error))
    }
    await blocking { () throws(Never) in self.tellOfCheckout(after: id, job) }
    outbox.put(.inspected(id, inspection))
  }

  private func inspect(
    _ id: AttemptID, _ step: Step, _ job: Job
  ) throws(WorkspaceError) -> Inspection {
    let name = workName(id, job)
    let owner = owner(job, id)
    let place = folder.attempt(id)
    let worktree = try git.worktree(at: worktrees.path(of: name))
    guard worktree.isThere else { throw .worktreeGone(worktree.path) }
    for lock in git.removeStaleLocks(
      of: worktree, branch: worktrees.branch(of: name),
      now: Int(Instant.now().milliseconds / 1000))
    { tell(lock) }
    let leaves = harness(job)?.leaves ?? []
    if !leaves.isEmpty {
      // What its program leaves lying is no work, and stays out of every commit.
      try withFiles { () throws(FileError) in
        _ = try repository.exclude(leaves, because: "what programs of agents leave")
      }
    }
    let record: PreparedRecord? = read(place.path + "/workspace.json")
    guard let base = record.flatMap({ ObjectID($0.base) }) else {
      throw .worktreeGone(worktree.path)
    }
    try returnBranch(of: worktree, id, job)
    let checkpoint = try git.checkpoint(
      worktree, branch: worktrees.branch(of: name), since: record?.tip.flatMap { ObjectID($0) },
      from: base,
      message: provenance(id, job).message(title: step.shownTitle), of: owner)
    for work in [checkpoint.kept].compactMap({ $0 }) {
      watcher.note("half-done work of \(id) is kept as \(work.ref)")
    }
    for path in checkpoint.nested {
      watcher.note(
        "\(path) in the worktree of \(id) is a repository of its own, and not merged; it is kept")
    }
    if !checkpoint.takenOut.isEmpty {
      watcher.note(
        "\(id) committed what was brought into its worktree: \(checkpoint.takenOut.brief); it is taken out, and not "
          + "merged")
    }
    let head = checkpoint.head
    try BranchClaims(git).note(
      worktrees.branch(of: name), of: job.session, for: job.workName(id), at: head)
    guard try git.mergeBase(base, head) != nil else {
      throw .strayed(branch: worktrees.branch(of: name), path: worktree.path)
    }
    for path in try git.storeSubmodules(of: worktree, from: base, to: head) {
      watcher.note(
        "the submodule \(path) that \(id) has added lies in its worktree alone: push it to where others find it"
      )
    }
    let start = try takenIn(by: head, since: base)
    let changes = try git.changes(from: start, to: head)
    try git.writePatch(from: start, to: head, changes, into: place.patch)
    var feedback: [Feedback] = []
    if !checkpoint.uncommitted.isEmpty { feedback.append(.submodules(checkpoint.uncommitted)) }
    let allowed = step.files.map(\.value.pattern)
    if !allowed.isEmpty {
      let setUp = setUpEntries(of: id)
      let outside = changes.outside { path in allowed.contains { $0.matches(path) } }
        .filter { !setUp.contains(worktree.entry($0)) }
      if !outside.isEmpty { feedback.append(.outside(outside)) }
    }
    feedback += try missingArtifacts(of: step, at: head, in: worktree)
    feedback += unusedTools(of: step, id)
    let dropped = try dropped(id, head: head, base: base, start)
    feedback += refused(dropped)
    guard feedback.isEmpty else {
      return .refused(Failure(.task, feedback.map(\.text).joined(separator: "\n\n")))
    }
    return .accepted(head: head.hex, dropped: dropped.told)
  }

  /// The artifacts that a step was to make and that would not be merged.
  private func missingArtifacts(
    of step: Step, at head: ObjectID, in worktree: Worktree
  ) throws(WorkspaceError) -> [Feedback] {
    let wanted = step.artifacts.map(\.value) + step.gates.flatMap(\.artifacts)
    let there = try git.filled(wanted, in: head)
    let missing = wanted.filter { !there.contains($0) }
    let ignored = missing.filter { ((try? fileSize(worktree.path + "/" + $0)) ?? 0) > 0 }
    let absent = missing.filter { !ignored.contains($0) }
    return (absent.isEmpty ? [] : [.artifacts(absent)])
      + (ignored.isEmpty ? [] : [.ignoredArtifacts(ignored)])
  }

  /// Puts the branch of an attempt back, where somebody removed or moved it while the agent worked.
  func returnBranch(
    of worktree: Worktree, _ id: AttemptID, _ job: Job
  ) throws(WorkspaceError) {
    let branch = worktrees.branch(of: workName(id, job))
    guard let found = try git.returnBranch(of: worktree, branch, for: owner(job, id)) else {
      return
    }
    let past = found.kept.map { "moved by somebody else, to what is kept as \($0.ref)" }
    watcher.note(
      "the branch \(branch) was \(past ?? "removed by somebody"); it is at \(found.head.short) again"
    )
  }

  func harness(_ job: Job) -> Harness? { job.attempt?.seat.flatMap { harnesses[$0.harness] } }

  /// What cannot be mended by trying again, and what can.
  private func failure(of error: WorkspaceError) -> Conducting.Failure {
    switch error {
    case .hookRefused(let words):
      let end = WorkspaceError.hookRefused(Evidence.tail(of: Array(words.utf8)))
      return Failure(.task, end.description)
    case .worktreeGone, .strayed, .undecided: return Failure(.task, "\(error); \(error.hint)")
    default: return Failure(error)
    }
  }

  private func unusedTools(of step: Step, _ id: AttemptID) -> [Feedback] {
    guard !step.tools.isEmpty, step.isForAgent else { return [] }
    let record: AttemptRecord? = read(folder.attempt(id).result)
    let unused = step.tools.map(\.value).filter { record?.tools.contains($0) != true }
    return unused.isEmpty
      ? []
      : [
        .told("These tools must be used for the work to count: \(unused.joined(separator: ", ")).")
      ]
  }

  /// What an attempt's own work begins with: its base, or what has landed meanwhile and the agent took in by a merge or a
  /// rebase of its own.
  private func takenIn(by head: ObjectID, since base: ObjectID) throws(WorkspaceError) -> ObjectID {
    guard let tip = try branch.head(), let common = try git.mergeBase(head, tip), common != base,
      try git.isAncestor(base, of: common)
    else { return base }
    return common
  }

  /// Lines that the attempt lost where it resolved a conflict: its own merges, what it did anew on top of work that it had
  /// conflicted with, and what landed meanwhile, on top of which it may have put its own by a rebase.
  private func dropped(
    _ id: AttemptID, head: ObjectID, base: ObjectID, _ start: ObjectID
  ) throws(WorkspaceError) -> [DroppedPart] {
    var parts: [DroppedPart] = []
    if start != base {
      parts += try git.droppedLines(base: base, ours: start, theirs: base, result: head)
    }
    // It holds until the step is merged, however many attempts that takes.
    let conflict = (1..<max(id.number, 2)).reversed().lazy
      .compactMap { number -> ConflictRecord? in
        self.read(self.folder.attempt(AttemptID(id.step, number)).conflict)
      }.first
    if let conflict, let own = ObjectID(conflict.own),
      let other = ObjectID(conflict.other), let common = try git.mergeBase(own, other)
    {
      parts += try git.droppedLines(base: common, ours: other, theirs: own, result: head)
      if base != other {
        // What the attempt did not begin with it cannot have lost: `other` may never have landed, or was changed since.
        let gone = try git.droppedLines(base: common, ours: other, theirs: own, result: base)
        parts = parts.besides(gone.filter { $0.side == .ours })
      }
    }
    for merge in try git.merges(from: base, to: head) {
      guard merge.parents.count == 2,
        let common = try git.mergeBase(merge.parents[0], merge.parents[1])
      else { continue }
      parts += try git.droppedLines(
        base: common, ours: merge.parents[1], theirs: merge.parents[0], result: merge.commit)
    }
    guard !parts.isEmpty else { return [] }
    try? writeFile(
      folder.attempt(id).path + "/dropped.json",
      Array((JSON.line(of: parts.map(DroppedRecord.init)) + "\n").utf8))
    return parts
  }

  /// What the attempt took back of its own is its own to judge; what others added is not, unless the person says so.
  private func refused(_ parts: [DroppedPart]) -> [Feedback] {
    guard refusesDropped else { return [] }
    return parts.filter { $0.side == .ours && $0.isCertain }
      .map { .dropped(file: $0.path, lines: $0.lines) }
  }

  var refusesDropped: Bool {
    (brief.configuration.value(Settings.shared.droppedLines) ?? .fail) == .fail
  }

  func provenance(_ id: AttemptID, _ job: Job) -> Provenance {
    Provenance(plan: job.plan.text, step: id.step.text, attempt: id.number, session: job.session)
  }
}

extension DroppedPart {
  /// What is told of it.
  var words: String {
    let owner = side == .ours ? "others" : "its own"
    let count = lines.count == 1 ? "1 line of \(owner) is" : "\(lines.count) lines of \(owner) are"
    let what =
      lines.isEmpty
      ? "\(path) is not what \(owner == "others" ? owner : "it") made of it"
      : "\(count) missing in \(path)"
    return isCertain ? what : what + "; something else stands there, look whether it will do"
  }
}

/// Two commits that did not fit: the attempt's, and what the branch held.
struct ConflictRecord: Codable, Sendable {
  var own: String
  var other: String
}

/// Lines that a resolved conflict took away, as they lie beside the attempt.
struct DroppedRecord: Codable, Sendable {
  var side: String
  var path: String
  var lines: [String]

  init(_ part: DroppedPart) {
    side = part.side == .ours ? "others" : "own"
    path = part.path
    lines = part.lines
  }
}

extension [DroppedPart] {
  /// As they are named in an event: all files that people would look at.
  var told: [MissingLines] {
    prefix(100).map { part in
      MissingLines(of: part.side == .ours ? .branch : .step, path: part.path, lines: part.lines)
    }
  }
}

extension Step {
  /// Its title, or its id where it has none.
  var shownTitle: String { title.isEmpty ? id.value.text : title }
}
