package import Diagnostics

extension Plan {
  /// Everything that is wrong with the plan, in the order of the file.
  ///
  /// A need on a group from outside of it is right and means all its tasks.
  package func diagnostics(in surroundings: some PlanSurroundings) -> [Diagnostic] {
    var validation = PlanValidation(plan: self)
    validation.checkIDs()
    validation.checkNeeds()
    validation.checkCircles()
    validation.checkLimits()
    validation.checkContingencies()
    validation.checkResources()
    validation.checkFiles(in: surroundings)
    validation.checkRequirements(in: surroundings)
    return validation.sorted()
  }
}

/// One pass over a plan, collecting flaws.
struct PlanValidation {
  let plan: Plan
  let graph: StepGraph
  /// The first step of each id.
  let steps: [StepID: Int]
  private var diagnostics: [Diagnostic] = []

  init(plan: Plan) {
    self.plan = plan
    graph = StepGraph(plan)
    var steps: [StepID: Int] = [:]
    steps.reserveCapacity(plan.steps.count)
    for (index, step) in plan.steps.enumerated() where steps[step.id.value] == nil {
      steps[step.id.value] = index
    }
    self.steps = steps
  }

  mutating func report(_ flaw: PlanFlaw, at place: Place?, related: [Diagnostic.Related] = []) {
    diagnostics.append(
      Diagnostic(
        flaw.severity, flaw.message, file: plan.path, at: place, hint: flaw.hint, related: related))
  }

  func note(_ message: String, at place: Place?) -> Diagnostic.Related {
    Diagnostic.Related(message, file: plan.path, at: place)
  }

  /// In the order of the file; what has no place comes first.
  func sorted() -> [Diagnostic] {
    diagnostics.enumerated().sorted { one, other in
      let places = (one.element.place, other.element.place)
      switch places {
      case (let mine?, let theirs?) where mine != theirs: return mine < theirs
      case (nil, _?): return true
      case (_?, nil): return false
      default: return one.offset < other.offset
      }
    }.map(\.element)
  }
}
