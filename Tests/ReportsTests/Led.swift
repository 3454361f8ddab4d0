import Conducting
import Plans

@testable import Reports

/// A run that a test leads by the hand, and what its events come to.
struct Led {
  static let start = Instant(milliseconds: 1_767_225_600_000)

  var conductor: Conductor
  var now = Led.start
  private(set) var events: [NumberedEvent] = []

  init(
    _ steps: [RunStep], title: String = "Checkout flow", gates: [RunGate] = [],
    _ change: (inout RunSettings) -> Void = { _ in }
  ) throws {
    var settings = RunSettings()
    settings.spacing = .zero
    settings.callsPerHour = nil
    change(&settings)
    let begun = try Conductor.begin(
      RunOrder(
        session: "exec-checkout-20260101-abcdef", plan: "checkout", title: title,
        settings: settings, steps: steps, gates: gates), at: now)
    conductor = begun.0
    note(begun.1)
    hear(.branchOpened(head: Self.commit(0)))
  }

  var state: RunState { conductor.state }

  static func commit(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return digits + String(repeating: "c", count: 40 - digits.count)
  }

  private mutating func note(_ decision: Decision) {
    for event in decision.events {
      events.append(NumberedEvent(sequence: events.count + 1, event))
    }
  }

  mutating func hear(_ input: Input) { note(conductor.decide(input, at: now)) }

  mutating func wait(_ span: Span) {
    now = now + span
    hear(.clock)
  }

  func attempt(_ step: StepID) -> AttemptID {
    AttemptID(step, state.attempts(state.index(of: step)!))
  }

  mutating func launch(_ step: StepID) {
    hear(.prepared(attempt(step), base: Self.commit(0)))
    hear(.launched(attempt(step), process: "77"))
  }

  mutating func end(_ step: StepID, _ ending: Ending = .succeeded(summary: "done")) {
    launch(step)
    wait(.minutes(2))
    hear(.ended(attempt(step), ending, Usage(cost: Money(microdollars: 250_000), tokens: 1500)))
  }

  mutating func land(_ step: StepID, as number: Int) {
    hear(.inspected(attempt(step), .accepted(head: Self.commit(number + 100))))
    guard let merge = state.attempt(attempt(step))?.merge?.number else { return }
    hear(.merged(attempt(step), merge: merge, .built(candidate: Self.commit(number))))
    hear(.landed(attempt(step), merge: merge, .done(commit: Self.commit(number))))
  }

  func history(_ step: StepID) -> StepHistory {
    var history = StepHistory(of: step)
    for event in events { history.take(event) }
    return history
  }

  func surroundings(runner: String? = "process 12 on host") -> StatusSurroundings {
    var surroundings = StatusSurroundings(now: now)
    surroundings.runner = runner.map { (name: $0, since: Self.start) }
    for index in 0..<state.count {
      surroundings.histories[state.id(index)] = history(state.id(index))
    }
    surroundings.waits = conductor.waits
    return surroundings
  }

  static func agent(
    _ id: StepID, needs: [StepID] = [], group: StepID? = nil, gates: [RunGate] = []
  ) -> RunStep {
    var step = RunStep(id, kind: .agent, needs: needs, group: group, estimate: .minutes(5))
    step.terms.seats = [Seat(agent: "implementer", harness: "claude", model: "sonnet")]
    step.terms.hasWorkspace = true
    step.terms.gates = gates
    return step
  }
}
