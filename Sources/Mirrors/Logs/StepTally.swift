import Conducting
import Plans

/// How many steps are done, kept from events alone, so that a line of a log is the same whenever it
/// is written. Groups are not counted.
struct StepTally: Sendable {
  enum Outcome: String, Sendable, CaseIterable {
    case open
    case completed
    case failed
    case skipped
    case cancelled
  }

  private var outcomes: [StepID: Outcome] = [:]
  private var counts: [Outcome: Int] = [:]
  /// Those of the skipped that nothing is lacking without.
  private var unneeded: Set<StepID> = []

  init() {}

  init(of state: RunState) {
    for index in 0..<state.count where state.kind(index) != .group {
      if let outcome = Outcome(state.phase(index)) { set(state.id(index), outcome) }
      if state.phase(index) == .skipped(.notNeeded) { unneeded.insert(state.id(index)) }
    }
  }

  var steps: Int { outcomes.count }
  func count(_ outcome: Outcome) -> Int { counts[outcome] ?? 0 }
  /// Of what is to be done, as in `Tally`.
  var percent: Int {
    let wanted = steps - unneeded.count
    return wanted == 0 ? 100 : 100 * count(.completed) / wanted
  }

  /// Takes a fact in; gives the step whose outcome it is about, and that.
  mutating func take(_ fact: Fact) -> (step: StepID, outcome: Outcome)? {
    switch fact {
    case .stepsPlanned(let steps): for step in steps { add(step) }
    case .planAmended(let change, _, _):
      for id in change.removed { remove(id) }
      for step in change.added { add(step) }
    case .runEnded(.cancelled):
      for (id, outcome) in outcomes where outcome == .open { set(id, .cancelled) }
    case .attemptEnded(let step, _, _, _, _, let fate):
      guard let outcome = Outcome(fate) else { return nil }
      return changed(step, outcome)
    case .stepCompleted(let step): return changed(step, .completed)
    case .stepFailed(let step, _): return changed(step, .failed)
    case .stepSkipped(let step, let cause):
      let change = changed(step, .skipped)
      if cause == .notNeeded, outcomes[step] != nil { unneeded.insert(step) }
      return change
    case .stepCancelled(let step, _): return changed(step, .cancelled)
    case .stepRevived(let step, _): return changed(step, .open)
    default: break
    }
    return nil
  }

  private mutating func changed(_ step: StepID, _ outcome: Outcome) -> (StepID, Outcome) {
    if outcomes[step] != nil { set(step, outcome) }
    return (step, outcome)
  }

  private mutating func add(_ step: RunStep) {
    if step.kind != .group { set(step.id, step.isDone ? .completed : .open) }
  }

  private mutating func set(_ step: StepID, _ outcome: Outcome) {
    unneeded.remove(step)
    if let old = outcomes.updateValue(outcome, forKey: step) { counts[old, default: 0] -= 1 }
    counts[outcome, default: 0] += 1
  }

  private mutating func remove(_ step: StepID) {
    unneeded.remove(step)
    if let old = outcomes.removeValue(forKey: step) { counts[old, default: 0] -= 1 }
  }
}

extension StepTally.Outcome {
  /// Nothing for a step that was taken out of the plan.
  fileprivate init?(_ phase: StepPhase) {
    switch phase {
    case .pending, .standby, .ready, .waiting, .active, .blocked, .replaced: self = .open
    case .completed: self = .completed
    case .failed: self = .failed
    case .skipped: self = .skipped
    case .cancelled: self = .cancelled
    case .removed: return nil
    }
  }

  /// Nothing where the step goes on.
  fileprivate init?(_ fate: Fate) {
    switch fate {
    case .completed: self = .completed
    case .failed: self = .failed
    case .cancelled: self = .cancelled
    case .skipped: self = .skipped
    case .ready, .waiting, .blocked, .handed, .replaced: return nil
    }
  }
}
