import Plans

extension Conductor {
  /// Changes the plan under way: only what has not been started, and only so that it can still end.
  mutating func amend(_ change: PlanChange, by person: String) -> String? {
    if let flaw = flaw(of: change) { return flaw }
    var after = state
    after.apply(
      Event(at: state.now, .planAmended(change: change, impact: Impact.none, by: person)))
    guard after.graph.value.isAcyclic else { return "steps would wait for each other in a circle" }
    emit(.planAmended(change: change, impact: Impact(from: state, to: after), by: person))
    for index in 0..<state.count {
      if state.phase(index) == .standby, !isStillNamed(index) {
        emit(.stepSkipped(step: state.id(index), cause: .notNeeded))
      }
      switch state.phase(index) {
      case .pending, .ready, .standby:
        if let need = state.needs(index).first(where: { state.phase(Int($0)).isHopeless }) {
          giveUp(index, because: Int(need))
        }
      default: break
      }
    }
    return nil
  }

  /// Whether the step that another stands in for still says so.
  private func isStillNamed(_ index: Int) -> Bool {
    guard let original = state.notes[index]?.standsInFor, let place = state.index(of: original)
    else { return false }
    return state.phase(place) != .removed && state.terms(place).standIn == state.id(index)
  }

  private func flaw(of change: PlanChange) -> String? {
    if change.added.isEmpty, change.removed.isEmpty, change.changed.isEmpty {
      return "it changes nothing"
    }
    var news: Set<StepID> = []
    for step in change.added {
      if state.index(of: step.id) != nil { return "there is a step `\(step.id)` already" }
      guard news.insert(step.id).inserted else { return "`\(step.id)` is added twice" }
    }
    for id in change.removed + change.changed.map(\.id) {
      guard let index = state.index(of: id), state.phase(index) != .removed else {
        return "there is no step `\(id)`"
      }
      guard state.attempts(index) == 0, state.isUntouched(index) else {
        return
          "`\(id)` is \(state.phase(index).word): only what has not been started can be changed"
      }
    }
    let removed = Set(change.removed)
    let changed = Set(change.changed.map(\.id))
    for id in removed where changed.contains(id) { return "`\(id)` is both removed and changed" }
    if changed.count < change.changed.count { return "a step is changed twice" }
    for step in change.added + change.changed {
      if let flaw = step.flaw { return "step `\(step.id)`: \(flaw)" }
      for name in step.names {
        let isThere = news.contains(name) || isInPlan(name)
        if !isThere || removed.contains(name) {
          return "step `\(step.id)` names `\(name)`, which would not be in the plan"
        }
      }
      if let flaw = groupFlaw(of: step, change) { return flaw }
    }
    for step in change.changed {
      guard let index = state.index(of: step.id) else { continue }
      if (step.kind == .group) != (state.kind(index) == .group) {
        return "`\(step.id)` cannot become a group, or stop being one"
      }
    }
    return flaw(ofRemoving: removed, changed)
  }

  private func isInPlan(_ step: StepID) -> Bool {
    state.index(of: step).map { state.phase($0) != .removed } ?? false
  }

  private func groupFlaw(of step: RunStep, _ change: PlanChange) -> String? {
    guard let group = step.group else { return nil }
    if let added = change.added.first(where: { $0.id == group }) {
      return added.kind == .group ? nil : "`\(group)` is no group"
    }
    guard let index = state.index(of: group) else { return nil }
    if state.kind(index) != .group { return "`\(group)` is no group" }
    return state.phase(index).isEnd ? "group `\(group)` is \(state.phase(index).word)" : nil
  }

  /// What stays must not name what goes.
  private func flaw(ofRemoving removed: Set<StepID>, _ changed: Set<StepID>) -> String? {
    guard !removed.isEmpty else { return nil }
    for (index, step) in state.steps.enumerated() {
      guard state.phase(index) != .removed, !removed.contains(step.id), !changed.contains(step.id)
      else { continue }
      var names = step.needs
      if let group = step.group { names.append(group) }
      if let standIn = state.terms(index).standIn { names.append(standIn) }
      if let name = names.first(where: removed.contains) {
        return "`\(name)` cannot be removed: `\(step.id)` names it"
      }
    }
    return nil
  }
}

extension RunState {
  /// Whether a step is as it was when the run began.
  func isUntouched(_ index: Int) -> Bool {
    switch standings[index].phase {
    case .pending, .ready, .standby: true
    default: false
    }
  }
}

extension Impact {
  static let none = Impact(
    wavesBefore: 0, wavesAfter: 0, criticalPathBefore: .zero, criticalPathAfter: .zero,
    workBefore: .zero, workAfter: .zero)

  init(from before: RunState, to after: RunState) {
    let (old, new) = (before.outlook(), after.outlook())
    self.init(
      wavesBefore: old.waves, wavesAfter: new.waves, criticalPathBefore: old.criticalPath,
      criticalPathAfter: new.criticalPath, workBefore: old.work, workAfter: new.work)
  }
}
