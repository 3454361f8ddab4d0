import Conducting
import Plans

extension RunState {
  /// The word for how the plan stands, in those of its kind.
  func planStatus(_ kind: PlanKind) -> PlanStatus {
    switch phase {
    case .ended(.completed): .completed
    case .ended(.failed): .failed
    case .ended(.cancelled): .cancelled
    case .paused: .paused
    case .running where isBlocked: .blocked
    case .planning, .running, .cancelling: kind == .milestone ? .inProgress : .coordinating
    }
  }

  /// The word for how a step stands. One that was taken out of the running plan may still be in the
  /// file, and is cancelled there; one that was skipped because its need was not done is still to be done.
  func stepStatus(_ index: Int) -> StepStatus {
    switch phase(index) {
    case .pending where kind(index) == .group && isUnderWay(index): .inProgress
    case .pending, .standby, .waiting: .pending
    case .ready: .ready
    case .active: .inProgress
    case .blocked: .blocked
    case .completed: .completed
    case .failed, .replaced: .failed
    case .skipped(let cause): cause.isSatisfying ? .skipped : .pending
    case .cancelled, .removed: .cancelled
    }
  }

  /// When a step was begun and when it ended; a group begins with the first of its tasks.
  func shownTimes(_ index: Int) -> (began: Instant?, ended: Instant?) {
    let own = times(index)
    guard kind(index) == .group else { return own }
    return (tasks(of: index).compactMap { times($0).began }.min(), own.ended)
  }

  /// Whether something of a group has been begun.
  private func isUnderWay(_ group: Int) -> Bool {
    tasks(of: group).contains { times($0).began != nil || phase($0).isEnd }
  }

  /// What a group needs to be completed is its tasks.
  private func tasks(of group: Int) -> some Sequence<Int> { needs(group).lazy.map(Int.init) }

  /// How far an attempt, or the step that has none, is.
  func standing(_ index: Int) -> String {
    switch phase(index) {
    case .pending: "pending"
    case .standby: "standby"
    case .ready: "ready"
    case .waiting: "waiting"
    case .blocked: "blocked"
    case .replaced: "replaced"
    case .completed: "completed"
    case .failed: "failed"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    case .removed: "removed"
    case .active: active[index]?.standing ?? "preparing"
    }
  }

  /// What holds up a step, or with nothing the run as a whole.
  func blockers(of step: StepID?) -> [Blocker] {
    blockers.filter { blocker in
      if case .step(let blocked) = blocker.scope { return blocked == step }
      return step == nil
    }
  }
}

extension Attempt {
  fileprivate var standing: String {
    switch phase {
    case .preparing, .launching: "preparing"
    case .running:
      switch activity {
      case .working: "running"
      case .longCommand: "running a long command"
      case .limited: "waiting for a limit"
      case .waitingForPerson: "waiting for an answer"
      case .stalled: "stalled"
      }
    case .stopping: "stopping"
    case .inspecting, .checking: "verifying"
    case .approving: "waiting for approval"
    case .queued: "queued"
    case .merging: isAwaitingMergedApproval ? "waiting for approval" : "merging"
    }
  }
}
