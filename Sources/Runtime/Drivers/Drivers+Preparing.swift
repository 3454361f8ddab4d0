import Conducting
import Configuration
import Files
import JSONValues
import Plans
import Processes
import Supervision
import Synchronization
import Workspaces

extension Drivers {
  /// The integration branch, made or found. One that an earlier run left behind and that holds nothing of its own goes on
  /// to where this run begins.
  func openBranch(_ job: Job, _ outbox: Outbox) async {
    let (branch, base, git) = (branch, brief.request.base, git)
    while !Task.isCancelled {
      do {
        let head = try await patiently { () throws(WorkspaceError) in
          let start: ObjectID
          if let named = base.flatMap({ ObjectID($0) }) {
            start = named
          } else {
            start = try RepositoryFacts.Head.read(git).base()
          }
          try branch.refuseForeign(at: start, plan: job.plan.text)
          // Before it is there: one that nobody noted would be taken for somebody else's.
          try branch.note(at: try branch.head() ?? start, of: job.session)
          let head = try branch.begin(at: start)
          guard head != start else { return head }
          guard try git.isAncestor(head, of: start) else {
            try self.tellOfWhatIsLacking(head, start)
            return head
          }
          guard case .landed(let moved) = try branch.land(start, on: head) else { return head }
          try branch.note(at: moved, of: job.session)
          return moved
        }
        if faults.withLock({ $0.removeValue(forKey: branch.name) }) != nil {
          await tellOfMending("the branch is there", outbox)
        }
        outbox.put(.branchOpened(head: head.hex))
        return
      } catch {
        let fault = BranchFault(error, "the branch \(branch.name) cannot be opened")
        faults.withLock { $0[branch.name] = fault }
        outbox.put(.probed(fault: fault.kind, message: fault.words))
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }

  /// Whoever starts a run takes it to begin from where they are; a branch with work of its own is gone on with as it is.
  private func tellOfWhatIsLacking(_ head: ObjectID, _ start: ObjectID) throws(WorkspaceError) {
    let count = try git.commits(of: start, lackedBy: head)
    guard count > 0 else { return }
    watcher.note(
      "\(branch.name) holds work that \(start.short) lacks: this run goes on from the branch, without "
        + "\(count) \(count == 1 ? "commit" : "commits") that lead to \(start.short). Merge the branch first to begin "
        + "with both")
  }

  /// Takes what is shared and makes the workspace.
  func prepare(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    switch await outbox.lease(job) {
    case .granted: break
    case .denied(let others): return outbox.put(.denied(id, others: others))
    case .failed(let words):
      return outbox.put(.ended(id, .failed(Failure(.environment, words)), .nothing))
    case .calledOff: return
    }
    guard job.hasWorkspace else { return outbox.put(.prepared(id, base: nil)) }
    guard let head = job.head.flatMap({ ObjectID($0) }) else { return }
    if let words = await makeRoom() {
      // The attempt waits with all others; nothing was begun.
      outbox.put(.probed(fault: .disk, message: words))
      while !Task.isCancelled, await makeRoom() != nil { try? await Task.sleep(for: .seconds(2)) }
      if Task.isCancelled { return }
    }
    let ports: Range<Int>?
    do throws(NoPorts) { ports = try freePorts(id, job) } catch {
      return outbox.put(.ended(id, .failed(Failure(.environment, error.description)), .nothing))
    }
    // Commands that an earlier runner began to set it up with.
    if isTakenUp(id) { await endChecks(of: id) }
    do {
      let base = try await patiently { () throws(WorkspaceError) in
        try self.prepareWorkspace(id, job, at: head, ports)
      }
      let failure = await notingSetUp(of: id, job) { await self.setUp(id, job) }
      if let failure {
        outbox.put(.ended(id, .failed(failure), .nothing))
      } else {
        await lookAtCheckout(before: id, job)
        outbox.put(.prepared(id, base: base.hex))
      }
    } catch {
      outbox.put(.ended(id, .failed(Failure(error)), .nothing))
    }
  }

  /// A worktree for the attempt, and the commit that its work is measured from. An attempt that puts right what the one
  /// before left goes on in its worktree; one after a conflict begins anew on the new head.
  private func prepareWorkspace(
    _ id: AttemptID, _ job: Job, at head: ObjectID, _ ports: Range<Int>?
  ) throws(WorkspaceError) -> ObjectID {
    let owner = owner(job, id)
    let name = try claimName(id, job, at: head)
    let before = AttemptID(id.step, id.number - 1)
    let found: PreparedRecord? = read(folder.attempt(before).path + "/workspace.json")
    let merged: MergedRecord? = read(folder.attempt(before).path + "/merged.json")
    if id.number > 1, let found, let merged, merged.base != found.base,
      let candidate = ObjectID(merged.candidate), let base = ObjectID(merged.base),
      try git.isAncestor(base, of: head)
    {
      try place(name, job, at: candidate, owner)
      try write(PreparedRecord(name: name, base: base.hex, tip: candidate.hex, ports), id)
      return base
    }
    if id.number > 1, let found, found.name == name, let base = ObjectID(found.base),
      entryKind(folder.attempt(before).conflict) == .missing,
      let old = try worktrees.adopt(step: name, of: owner), try git.isAncestor(base, of: old.head)
    {
      try write(PreparedRecord(name: name, base: base.hex, tip: old.tip?.hex, ports), id)
      return base
    }
    try place(name, job, at: head, owner)
    try write(PreparedRecord(name: name, base: head.hex, tip: head.hex, ports), id)
    return head
  }

  /// Puts the worktree of a step or lane at a commit.
  private func place(
    _ name: String, _ job: Job, at commit: ObjectID, _ owner: WorkOwner
  ) throws(WorkspaceError) {
    if job.lane != nil, let old = try worktrees.adopt(step: name, of: owner) {
      do throws(WorkspaceError) {
        // What the step before built and git ignores is still there.
        try Keep(git).release(
          .rewind(old.worktree, branch: old.branch, to: commit), of: owner,
          because: "the next step of lane \(name)")
        try worktrees.bring(into: old.worktree)
        return
      } catch {
        guard case .unusable = error else { throw error }
      }
    }
    let made = try worktrees.prepare(step: name, of: owner, at: commit)
    for work in made.kept {
      watcher.note("what was in the worktree of \(owner.step) before is kept as \(work.ref)")
    }
  }

  private func write(_ record: PreparedRecord, _ id: AttemptID) throws(WorkspaceError) {
    let place = folder.attempt(id).path
    try withFiles { () throws(FileError) in
      try createFolder(place)
      try writeFile(place + "/workspace.json", Array((JSON.line(of: record) + "\n").utf8))
    }
  }

  func read<Value: Decodable>(_ path: String) -> Value? {
    (try? readFile(path)).flatMap { try? JSON.parse($0).decode(Value.self) }
  }

  /// Works in the repository on a thread of its own, whatever an earlier runner's git has left in the way.
  func patiently<Result: Sendable>(
    _ body: @escaping @Sendable () throws(WorkspaceError) -> Result
  ) async throws(WorkspaceError) -> Result {
    try await blocking { () throws(WorkspaceError) in
      try self.git.outlasting(telling: { self.tell($0) }, body)
    }
  }

  func tell(_ lock: LeftLock) {
    watcher.note("removed \(lock.path), which nobody held for \(lock.age) s")
  }
}

/// Where an attempt works, written before anything runs there.
struct PreparedRecord: Codable, Sendable {
  var name: String
  var base: String
  /// Where its branch was then.
  var tip: String?
  /// The ports that are its own: the first of them, and how many.
  var ports: Ports?

  struct Ports: Codable, Sendable {
    var first: Int
    var count: Int
  }

  init(name: String, base: String, tip: String?, _ ports: Range<Int>?) {
    self.name = name
    self.base = base
    self.tip = tip
    self.ports = ports.map { Ports(first: $0.lowerBound, count: $0.count) }
  }
}

/// Work together with that of others, which did not pass the gates of the merged tree.
struct MergedRecord: Codable, Sendable {
  var candidate: String
  var base: String
}
