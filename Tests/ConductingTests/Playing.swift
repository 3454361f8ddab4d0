import Conducting
import Plans
import Testing

/// A run that a test leads by the hand: it says what the world answers, and sees what follows.
struct Playing {
  var conductor: Conductor
  var now = Instant(milliseconds: 1_767_225_600_000)
  private(set) var events: [Event] = []

  init(
    _ steps: [RunStep], gates: [RunGate] = [], _ change: (inout RunSettings) -> Void = { _ in }
  ) throws {
    var settings = RunSettings()
    settings.spacing = .zero
    settings.callsPerHour = nil
    change(&settings)
    let order = RunOrder(
      session: "exec-test-20260101-abcdef", plan: "test", settings: settings, steps: steps,
      gates: gates)
    let begun = try Conductor.begin(order, at: now)
    conductor = begun.0
    events = begun.1.events
  }

  /// Takes up a run of which these facts are known.
  init(_ facts: [Fact]) {
    let start = now
    events = facts.map { Event(at: start, $0) }
    conductor = Conductor(RunState(of: events))
  }

  var state: RunState { conductor.state }

  @discardableResult
  mutating func hear(_ input: Input) -> Decision {
    let decision = conductor.decide(input, at: now)
    events += decision.events
    return decision
  }

  mutating func wait(_ span: Span) {
    now = now + span
    hear(.clock)
  }

  mutating func command(_ command: Command) -> String? {
    let decision = hear(.command(command, by: "ada"))
    for event in decision.events {
      if case .commandRefused(_, _, let reason) = event.fact { return reason }
    }
    return nil
  }

  func phase(_ step: StepID) -> StepPhase { state.phase(state.index(of: step)!) }

  func attempt(_ step: StepID) -> AttemptID {
    AttemptID(step, state.attempts(state.index(of: step)!))
  }

  /// The steps whose attempts live.
  var active: [String] { state.active.keys.sorted().map { state.id($0).text } }

  /// Brings an attempt to where its process runs.
  mutating func run(_ step: StepID) {
    hear(.prepared(attempt(step), base: "base"))
    hear(.launched(attempt(step), process: "1"))
  }

  /// Brings an attempt to the end of its process.
  mutating func end(_ step: StepID, _ ending: Ending = .succeeded(summary: "done")) {
    run(step)
    hear(.ended(attempt(step), ending, Usage(cost: .zero, tokens: 0)))
  }

  mutating func fail(_ step: StepID, _ kind: Failure.Kind, _ message: String = "it failed") {
    end(step, .failed(Failure(kind, message)))
  }

  /// Brings a step to its end, if it has neither gates nor a merge.
  mutating func complete(_ step: StepID) {
    end(step)
    hear(.inspected(attempt(step), .accepted(head: nil)))
  }
}

func agent(_ id: StepID, needs: [StepID] = [], _ change: (inout RunStep) -> Void = { _ in })
  -> RunStep
{
  var step = RunStep(id, kind: .agent, needs: needs)
  step.terms.seats = [Seat(agent: "implementer", harness: "claude", model: "sonnet")]
  change(&step)
  return step
}

func command(_ id: StepID, needs: [StepID] = [], _ change: (inout RunStep) -> Void = { _ in })
  -> RunStep
{
  var step = RunStep(id, kind: .command, needs: needs)
  change(&step)
  return step
}
