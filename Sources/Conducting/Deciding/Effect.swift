package import Plans

/// Something that should be under way. Effects are idempotent: one that was begun before a crash is taken up again, not
/// done twice.
package enum Effect: Hashable, Sendable {
  /// Make the integration branch, or find it.
  case openBranch
  /// Take shared leases, make the workspace.
  case prepare(AttemptID)
  /// Start the process, or find it, and watch it to its end.
  case run(AttemptID)
  /// End whatever runs of the attempt, and say when nothing does.
  case stop(AttemptID)
  case inspect(AttemptID)
  case check(AttemptID, Check)
  case merge(AttemptID, merge: Int, base: Commit)
  case land(AttemptID, merge: Int, from: Commit, to: Commit)
  /// Give the agent the answers that it has not had; they are counted.
  case answer(AttemptID, answers: Int)
  /// See whether what a blocker of the machine tells of is over.
  case probe(blocker: Int)
}

/// What follows from an input.
package struct Decision: Sendable {
  /// To be committed, all or none, before anything else.
  package var events: [Event] = []
  /// What should now be under way for these steps. What was and is not listed is to be ended.
  package var steps: [(step: StepID, effects: [Effect])] = []
  /// The same for the run as a whole; nothing where it is as it was.
  package var run: [Effect]?

  package init() {}
}

extension RunState {
  /// All that should be under way, from the state alone: where a runner takes a run up, this is what it begins with.
  package func outstandingEffects() -> [Effect] {
    runEffects() + active.keys.sorted().flatMap(effects(of:))
  }

  package func runEffects() -> [Effect] {
    guard !isEnded, phase != .planning else { return [] }
    var effects: [Effect] = []
    if needsBranch, head == nil, phase != .cancelling { effects.append(.openBranch) }
    if let blocker = runBlocker(.disk) { effects.append(.probe(blocker: blocker.id)) }
    return effects
  }

  /// What should be under way for a step.
  package func effects(of index: Int) -> [Effect] {
    guard let attempt = active[index] else { return [] }
    let id = AttemptID(steps[index].id, attempt.number)
    switch attempt.phase {
    case .preparing: return [.prepare(id)]
    case .launching: return [.run(id)]
    case .running:
      return attempt.answers.isEmpty
        ? [.run(id)] : [.run(id), .answer(id, answers: attempt.answers.count)]
    case .stopping: return [.stop(id)]
    case .inspecting: return [.inspect(id)]
    case .checking(let checking): return checking.isRunning ? [.check(id, checking.check)] : []
    case .approving, .queued: return []
    case .merging(let merge): return effects(of: merge, id)
    }
  }

  private func effects(of merge: Merge, _ id: AttemptID) -> [Effect] {
    switch merge.stage {
    case .building: [.merge(id, merge: merge.number, base: merge.base)]
    case .testing(_, let checking): checking.isRunning ? [.check(id, checking.check)] : []
    case .landing(let to): [.land(id, merge: merge.number, from: merge.base, to: to)]
    case .tested, .refused, .landed: []
    }
  }
}
