import Diagnostics

/// Everything that can be wrong with a plan that was read, with the facts that a message needs.
enum PlanFlaw {
  // The graph.
  case emptyGroup(StepID)
  case duplicateID(StepID)
  case idsDifferByCase(StepID, StepID)
  case unknownNeed(StepID, need: StepID, suggestion: Suggestion?)
  case needsItself(StepID)
  case needsOwnGroup(StepID, group: StepID)
  case groupNeedsOwnTask(StepID, task: StepID)
  case repeatedNeed(StepID, need: StepID)
  case circle([StepID])
  case doneBeforeItsNeed(StepID, need: StepID, StepStatus)

  // Limits and policy.
  case impossibleLimit(Owner, key: String, mustBe: String)
  case ceilingAbovePlan(StepID, key: String)
  case estimateAboveTimeout(StepID, estimate: Duration, timeout: Duration)
  case needsWorktree(StepID, because: String)
  case deadlineBelowCriticalPath(deadline: Duration, criticalPath: Duration)
  case unknownContingency(StepID, target: StepID, suggestion: String?)
  case contingencyIsItself(StepID)
  case contingencyWaitsForStep(StepID, target: StepID)
  case contingencyIsGroup(StepID, target: StepID)
  case resourceSharedBothWays(String)

  // The repository around it.
  case promptMissing(StepID, path: String, suggestion: String?)
  case promptEmpty(StepID, path: String)
  case promptIsFolder(StepID, path: String)
  case promptUnreadable(StepID, path: String, reason: String)
  case pathOutside(StepID, key: String, path: String)
  case globMatchesNothing(StepID, Glob)
  case requiresUnknown(PlanID, suggestion: String?)
  case requiresItself(PlanID)
  case requiresTwice(PlanID)
  case requiresUnfinished(PlanID, PlanStatus)
  case requiresCircle([PlanID])

  /// Whose limit it is.
  enum Owner {
    case plan
    case step(StepID)
  }

  /// What an unknown need probably means.
  enum Suggestion {
    case id(String)
    /// The word is the title of this step.
    case titleOf(StepID)
  }

  var severity: Diagnostic.Severity {
    switch self {
    case .idsDifferByCase, .repeatedNeed, .doneBeforeItsNeed, .ceilingAbovePlan,
      .estimateAboveTimeout, .deadlineBelowCriticalPath, .resourceSharedBothWays,
      .globMatchesNothing, .requiresTwice, .requiresUnfinished:
      .warning
    default: .error
    }
  }
}
