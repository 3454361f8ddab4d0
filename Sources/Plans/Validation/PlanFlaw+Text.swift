/// The words for every flaw: one place, so that they stay of one tone.
extension PlanFlaw {
  var message: String {
    switch self {
    case .emptyGroup(let group): "group `\(group)` has no tasks"
    case .duplicateID(let id): "a second step is called `\(id)`"
    case .idsDifferByCase(let id, let other):
      "`\(id)` and `\(other)` differ only by the case of letters"
    case .unknownNeed(let step, let need, _): "step `\(step)` needs `\(need)`, which is no step"
    case .needsItself(let step): "step `\(step)` needs itself"
    case .needsOwnGroup(let step, let group): "task `\(step)` needs `\(group)`, the group it is in"
    case .groupNeedsOwnTask(let group, let task):
      "group `\(group)` needs `\(task)`, one of its own tasks"
    case .repeatedNeed(let step, let need): "step `\(step)` needs `\(need)` twice"
    case .circle(let steps):
      "these steps wait for each other: "
        + (steps + steps.prefix(1)).map(\.text).joined(separator: " -> ")
    case .doneBeforeItsNeed(let step, let need, let status):
      "step `\(step)` is completed, but needs `\(need)`, which is \(status.rawValue)"
    case .impossibleLimit(let owner, let key, let mustBe): "\(owner.text)`\(key)` must be \(mustBe)"
    case .ceilingAbovePlan(let step, let key):
      "step `\(step)` may use more \(key) than the whole plan"
    case .estimateAboveTimeout(let step, let estimate, let timeout):
      "step `\(step)` is estimated at \(estimate.brief), but stopped after \(timeout.brief)"
    case .needsWorktree(let step, let reason): "step `\(step)` needs a worktree: \(reason)"
    case .deadlineBelowCriticalPath(let deadline, let path):
      "the deadline is \(deadline.brief), but the critical path alone takes \(path.brief)"
    case .unknownContingency(let step, let target, _):
      "the contingency of step `\(step)` is `\(target)`, which is no step"
    case .contingencyIsItself(let step): "the contingency of step `\(step)` is the step itself"
    case .contingencyWaitsForStep(let step, let target):
      "the contingency of step `\(step)` is `\(target)`, which waits for it"
    case .contingencyIsGroup(let step, let target):
      "the contingency of step `\(step)` is `\(target)`, which is a group"
    case .resourceSharedBothWays(let name):
      "resource `\(name)` is asked for as a whole here, and in units elsewhere"
    case .promptMissing(let step, let path, _): "step `\(step)`: there is no file \(path)"
    case .promptEmpty(let step, let path): "step `\(step)`: \(path) is empty"
    case .promptIsFolder(let step, let path): "step `\(step)`: \(path) is a folder"
    case .promptUnreadable(let step, let path, let reason):
      "step `\(step)`: cannot read \(path): \(reason)"
    case .pathOutside(let step, let key, let path):
      "step `\(step)`: `\(key)` names \(path), which lies outside of the repository"
    case .globMatchesNothing(let step, let glob):
      "step `\(step)`: no file matches `\(glob.text)`"
    case .requiresUnknown(let plan, _): "the plan requires `\(plan)`, which is no plan here"
    case .requiresItself(let plan): "plan `\(plan)` requires itself"
    case .requiresTwice(let plan): "the plan requires `\(plan)` twice"
    case .requiresUnfinished(let plan, let status):
      "the plan requires `\(plan)`, which is \(status.rawValue)"
    case .requiresCircle(let plans):
      "these plans require each other: "
        + (plans + plans.prefix(1)).map(\.text).joined(separator: " -> ")
    }
  }

  var hint: String? {
    switch self {
    case .emptyGroup: "add tasks, or remove the group"
    case .needsWorktree: "leave `worktree: false` out"
    case .duplicateID: "give it another id"
    case .idsDifferByCase: "some file systems take their folders and branches for one"
    case .unknownNeed(_, _, .id(let id)?): "did you mean `\(id)`?"
    case .unknownNeed(_, _, .titleOf(let id)?): "that is the title of `\(id)`; write the id"
    case .unknownNeed: "name the id of a step or a group of this plan"
    case .needsItself, .repeatedNeed: "remove it"
    case .needsOwnGroup: "a group is done when its tasks are; remove it"
    case .groupNeedsOwnTask: "let the other tasks need it instead"
    case .circle: "an arrow reads \"waits for\"; remove one of these needs"
    case .doneBeforeItsNeed: "set one of the two statuses right"
    case .impossibleLimit: nil
    case .ceilingAbovePlan: "the plan's ceiling stops it first"
    case .estimateAboveTimeout: "raise the timeout, or split the step"
    case .deadlineBelowCriticalPath: "shorten the critical path, or move the deadline"
    case .unknownContingency(_, _, let near?): "did you mean `\(near)`?"
    case .unknownContingency: "name the id of a step of this plan"
    case .contingencyIsItself: "`retries` says how often a step is tried again"
    case .contingencyWaitsForStep: "it could never start when the step has failed"
    case .contingencyIsGroup: "name one step"
    case .resourceSharedBothWays: "while somebody has the whole of it nobody has a unit"
    case .promptMissing(_, _, let near?): "did you mean \(near)?"
    case .promptMissing: "paths are relative to the root of the repository"
    case .promptEmpty: "an agent would have nothing to do"
    case .promptIsFolder: "name one file"
    case .promptUnreadable: "check its permissions"
    case .pathOutside: "name a path below the root of the repository"
    case .globMatchesNothing: "right if the step makes the first such file"
    case .requiresUnknown(_, let near?): "did you mean `\(near)`?"
    case .requiresUnknown: "`divisi list` shows the plans of the repository"
    case .requiresItself, .requiresTwice: "remove it"
    case .requiresUnfinished: "this plan can be started when that one is completed"
    case .requiresCircle: "an arrow reads \"requires\"; none of them could ever start"
    }
  }
}

extension PlanFlaw.Owner {
  fileprivate var text: String {
    switch self {
    case .plan: "plan: "
    case .step(let id): "step `\(id)`: "
    }
  }
}

extension Duration {
  /// The shortest exact way to write it in a plan: `90s`, `1h30m`.
  package var brief: String {
    var left = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    if left == 0 { return "0s" }
    var text = left < 0 ? "-" : ""
    left = abs(left)
    for (unit, milliseconds) in [
      ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ] as [(String, Int64)] where left >= milliseconds {
      text += "\(left / milliseconds)\(unit)"
      left %= milliseconds
    }
    return text
  }
}
