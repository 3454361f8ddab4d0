import Conducting
import Plans

extension Playthrough {
  /// What is left must be what was said.
  func weighEnd() throws(Violation) {
    guard scrutiny == .everything else { return }
    let living = world.living
    guard living.isEmpty else {
      throw Violation(promise: "no process is left that nobody owns", detail: "\(living)")
    }
    var merged: Set<StepID> = []
    for case (_, let attempt?) in world.branch.log {
      guard merged.insert(attempt.step).inserted else {
        throw Violation(promise: "nothing is merged twice", detail: "\(attempt)")
      }
    }
    for index in 0..<conductor.state.count
    where conductor.state.terms(index).hasWorkspace && conductor.state.attempts(index) > 0 {
      let step = conductor.state.id(index)
      if case .step? = conductor.state.terms(index).contingency { continue }
      guard (conductor.state.phase(index) == .completed) == merged.contains(step) else {
        throw Violation(promise: "done means merged", detail: "\(step)")
      }
    }
    let events: [Event]
    do { events = try journal.events() } catch {
      throw Violation(promise: "what is written can be read", detail: "\(error)")
    }
    guard events == trace, RunState(of: events) == conductor.state else {
      throw Violation(promise: "no event is lost or invented", detail: "at the end")
    }
  }
}
