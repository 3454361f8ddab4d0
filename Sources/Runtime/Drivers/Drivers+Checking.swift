import Agents
import Conducting
import Configuration
import Diagnostics
import Evidence
import Files
import JSONValues
import Plans
import Processes
import Supervision
import Synchronization
import Workspaces

extension Drivers {
  /// Tries a gate, on the tree of the attempt or on the merged one.
  func check(_ id: AttemptID, _ check: Check, _ job: Job, _ outbox: Outbox) async {
    guard let step = brief.step(id.step), let gate = brief.gate(check, of: step),
      let commit = job.attempt?.judged(in: check).flatMap({ ObjectID($0) }) ?? noTree(job)
    else {
      let words = "what this run was started from has no gate \(check.gate + 1) for \(id.step)"
      return outbox.put(.checked(id, check, .untried(words)))
    }
    let place = folder.attempt(id)
    // Of an earlier runner's trials on a merged tree nothing may be left in the worktree that is made ready next.
    if isTakenUp(id), check.merge != nil { await endChecks(of: id) }
    let (ground, verdict) = await onGround(of: check, id, commit, job) { ground in
      switch gate.check.value {
      case .run(let command): await self.run(command, gate, check, id, job, step, on: ground)
      case .review: await self.review(gate, check, id, job, step, on: ground, outbox)
      case .approve, .artifacts: Verdict(.broken, "it is no gate that can be run")
      }
    }
    guard !Task.isCancelled else { return }
    if ground == nil, !verdict.evidence.isEmpty { try? createFolder(place.path) }
    if verdict.result == .failed, let merge = job.attempt?.merge {
      keepMerged(commit, on: merge.base, id)
    }
    outbox.put(.checked(id, check, verdict))
  }

  /// What did not pass is what the next attempt has to put right: its own work together with that of others.
  private func keepMerged(_ candidate: ObjectID, on base: Commit, _ id: AttemptID) {
    let record = MergedRecord(candidate: candidate.hex, base: base)
    try? writeFile(
      folder.attempt(id).path + "/merged.json", Array((JSON.line(of: record) + "\n").utf8))
  }

  /// Steps without a worktree have no tree of their own: their gates run where they ran.
  private func noTree(_ job: Job) -> ObjectID? {
    job.hasWorkspace
      ? nil : job.head.flatMap { ObjectID($0) } ?? ObjectID(String(repeating: "0", count: 40))
  }

  /// Where a gate runs: a folder that holds exactly one tree.
  struct Ground: Sendable {
    let folder: String
    let tree: String
    let commit: ObjectID
  }

  /// Makes the ground that a gate is tried on, and keeps it to the gate while it is.
  private func onGround(
    of check: Check, _ id: AttemptID, _ commit: ObjectID, _ job: Job,
    _ body: @Sendable (Ground) async -> Verdict
  ) async -> (Ground?, Verdict) {
    guard job.hasWorkspace else {
      let ground = Ground(folder: repository.root, tree: "", commit: commit)
      return (ground, await body(ground))
    }
    var slot: Int?
    if check.merge != nil { slot = takeSlot() }
    defer { if let slot { integrating.withLock { _ = $0.remove(slot) } } }
    let ground: Ground
    do {
      let slot = slot
      var goesOn = false
      if check.merge == nil, isTakenUp(id) {
        goesOn = await canAdopt(below: folder.attempt(id).check(check))
      }
      let isAsItIs = goesOn
      ground = try await patiently { () throws(WorkspaceError) in
        try self.ground(check, id, commit, job, slot: slot, isAsItIs: isAsItIs)
      }
    } catch {
      return (nil, .untried("\(error); \(error.hint)"))
    }
    if check.merge != nil, hasSetUp {
      if let failure = await setUp(id, job, in: ground.folder) {
        return (ground, .untried(failure.message))
      }
      do {
        try await patiently { () throws(WorkspaceError) in
          let worktree = try self.git.worktree(at: ground.folder)
          try self.worktrees.restore(worktree, to: commit, of: self.owner(job, id))
        }
      } catch {
        return (ground, .untried("\(error); \(error.hint)"))
      }
    }
    return (ground, await body(ground))
  }

  private func takeSlot() -> Int {
    integrating.withLock { slots in
      let free = (0...slots.count).first { !slots.contains($0) } ?? 0
      slots.insert(free)
      return free
    }
  }

  /// - Parameter isAsItIs: whether an earlier runner's trial goes on in it, or has ended there, and counts.
  private func ground(
    _ check: Check, _ id: AttemptID, _ commit: ObjectID, _ job: Job, slot: Int?, isAsItIs: Bool
  ) throws(WorkspaceError) -> Ground {
    let owner = owner(job, id)
    let tree = try git.tree(of: commit).hex
    if let slot {
      let worktree = try worktrees.integrate(commit, plan: job.plan.text, slot: slot, of: owner)
      return Ground(folder: worktree.path, tree: tree, commit: commit)
    }
    let name = workName(id, job)
    let worktree = try git.worktree(at: worktrees.path(of: name))
    guard worktree.isThere else { throw .worktreeGone(worktree.path) }
    if isAsItIs { return Ground(folder: worktree.path, tree: tree, commit: commit) }
    // A gate before, or a trial that was lost, may have changed files: each is tried on exactly what would be merged.
    let isThere = try git.head(of: worktree) == commit
    let isUnchanged = try worktrees.isUnchanged(worktree)
    if !isThere || !isUnchanged {
      try Keep(git).release(
        .rewind(worktree, branch: worktrees.branch(of: name), to: commit), of: owner,
        because: "a gate changed files")
      try worktrees.bring(into: worktree)
    }
    return Ground(folder: worktree.path, tree: tree, commit: commit)
  }

  private func run(
    _ command: String, _ gate: Gate, _ check: Check, _ id: AttemptID, _ job: Job, _ step: Step,
    on ground: Ground
  ) async -> Verdict {
    var environment = environment(of: step, id, job)
    environment["DIVISI_WORKTREE"] = ground.folder
    var evidence = Evidence(
      command: command, ending: .timedOut, tree: ground.tree, duration: .zero, tests: nil, tail: "",
      output: "")
    do {
      let errand = Errand(
        command: command, folder: ground.folder, environment: environment,
        secrets: secrets(of: step), limits: limits(of: step),
        timeout: gate.timeout?.value
          ?? brief.configuration.value(Settings.shared.gateTimeout))
      let end = try await supervise(
        errand, below: folder.attempt(id).check(check), mayAdopt: check.merge == nil)
      evidence.duration = end.exit.duration
      evidence.ending = end.exit.evidence
      evidence.output = end.output
      evidence.tail = Evidence.tail(of: FileTail.end(of: end.output, atMost: 64 << 10))
      evidence.tests =
        gate.reports.isEmpty
        ? count(end.output, of: command)
        : reported(by: gate, in: ground.folder, since: end.exit.startedAt)
    } catch {
      evidence.ending = .notStarted(error.failure.message)
    }
    let proof = evidence.json.text(.compact)
    guard let failure = evidence.failure(expecting: gate.expected) else {
      return Verdict(.passed, evidence.sentence, proof: proof)
    }
    let end =
      evidence.tail.isEmpty
      ? "It printed nothing." : "The end of its output:\n\n\(fenced(evidence.tail))"
    let result: Verdict.Result =
      failure.isBeyondTheAgent(in: ground.folder) ? .broken : .failed
    return Verdict(result, "\(failure). \(end)", proof: proof)
  }

  private func count(_ path: String, of command: String) -> CountedTests? {
    var counting = TestCounting(of: command)
    var tail = FileTail(path)
    while let bytes = tail.next() { counting.receive(bytes) }
    return counting.finish()
  }
}

extension Verdict {
  /// A gate that could not even be tried: nobody was asked, and nothing used.
  static func untried(_ words: String) -> Verdict {
    Verdict(.broken, words, usage: Conducting.Usage(cost: .zero, tokens: 0))
  }
}

extension Attempt {
  /// The commit that a gate judges.
  fileprivate func judged(in check: Check) -> Commit? {
    guard check.merge != nil else { return head }
    if case .merging(let merge) = phase { return merge.candidate }
    return nil
  }
}

extension AttemptExit {
  fileprivate var evidence: Evidence.Ending {
    switch reason {
    case .timeout, .idle: .timedOut
    case .output: .printedTooMuch
    case .stopped: .signalled(15)
    case .spawnFailed: .notStarted(problem ?? "it could not be started")
    case .exited, .other:
      switch end {
      case .exited(let status): .exited(Int32(clamping: status))
      case .signalled(let signal): .signalled(Int32(clamping: signal))
      case nil: .notStarted(problem ?? "it could not be started")
      }
    }
  }
}

extension Evidence {
  /// A pass in a few words: `exit 0 in 1.2 s, 12 passed`.
  fileprivate var sentence: String {
    let milliseconds =
      duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    let time =
      milliseconds < 1000
      ? "\(milliseconds) ms" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    return "exit 0 in \(time)" + (tests.map { ", \($0.counts)" } ?? "")
  }
}
