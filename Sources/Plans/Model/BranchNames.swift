extension PlanKind {
  /// The branch that a run of a plan of this kind merges into.
  package func integrationBranch(of plan: PlanID) -> String {
    self == .milestone ? "milestone/\(plan)" : "orchestration/\(plan)"
  }
}

extension StepID {
  /// The branch of a step, or of the lane whose workspace it shares.
  package func branch(lane: String?) -> String { "feature/task-" + (lane ?? text) }
}
