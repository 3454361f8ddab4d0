import Conducting
import Journal
import Plans
import Runtime
import Simulation

/// A plan as people write them: agents in worktrees, each with a test and a review, and a test of what is merged.
private func order(_ count: Int) -> RunOrder {
  var chance = Chance(seed: 20_260_101)
  var settings = RunSettings()
  settings.agents = 64
  settings.builds = 64
  settings.spacing = .zero
  settings.callsPerHour = nil
  // No step fails for good: what needs it would not be played.
  settings.breaker = .max
  settings.retries = .max
  let seats = ["implementer", "tester", "architect"].map {
    Seat(agent: $0, harness: "claude", model: "sonnet")
  }
  let steps = (0..<count).map { number in
    var needs: Set<StepID> = []
    if number > 1000 {
      for _ in 0..<3 {
        needs.insert(StepID("phase-\(chance.number(number - 1000...number - 1))"))
      }
    }
    var step = RunStep(
      StepID("phase-\(number)"), kind: .agent, needs: needs.sorted(),
      estimate: .minutes(Int64(chance.number(1...50))))
    step.terms.seats = [seats[chance.number(0...2)]]
    step.terms.hasWorkspace = true
    step.terms.files = ["src/part-\(number % 2_000)/**"]
    step.terms.gates = [RunGate(.command, "make test")]
    if chance.happens(300) {
      step.terms.gates.append(RunGate(.review, "review", seats: [seats[2]]))
    }
    return step
  }
  return RunOrder(
    session: session, plan: "bench", title: "A large plan", settings: settings, steps: steps,
    gates: [RunGate(.command, "make test")])
}

/// Plays a run into a real journal until it has so many events; its last fifth is still to be done then.
func makeRun(
  of wanted: Int, in path: String
) throws -> (events: Int, steps: Int, completed: Int, active: Int) {
  let order = order(wanted / 12)
  let folder = JournalFolder(path)
  let file = try JournalFile.open(folder, .write(.process))
  let lock = try RunLock.acquire(session, in: folder, at: 1)
  var now = Instant(milliseconds: 1_767_225_600_000)
  var (book, conductor, decision) = try RunBook.begin(order, in: file, under: lock, at: now)
  var chance = Chance(seed: 1)
  var line = [Input.branchOpened(head: "base")]
  var place = 0
  // Several decisions are written as one: what is measured is reading.
  var unwritten = Decision()
  while conductor.state.sequence < wanted {
    for (_, effects) in decision.steps {
      for effect in effects { line += answers(to: effect, &chance) }
    }
    now = now + Span(milliseconds: 40)
    if place == line.count {
      guard let wake = conductor.nextWake() else { break }
      now = max(now, wake)
      decision = conductor.decide(.clock, at: now)
    } else {
      decision = conductor.decide(line[place], at: now)
      place += 1
    }
    unwritten.events += decision.events
    if unwritten.events.count >= 500 {
      try book.write(unwritten, of: conductor.state)
      unwritten.events.removeAll()
    }
    if place > 10_000 {
      line.removeFirst(place)
      place = 0
    }
  }
  try book.write(unwritten, of: conductor.state)
  let state = conductor.state
  return (state.sequence, state.count, state.completedCount, state.active.count)
}

/// What is heard of an effect. Of twenty agents one fails, and so does one test.
private func answers(to effect: Effect, _ chance: inout Chance) -> [Input] {
  let usage = Usage(cost: Money(microdollars: 240_000), tokens: 31_000)
  switch effect {
  case .prepare(let attempt):
    return [.prepared(attempt, base: "0123456789abcdef0123456789abcdef01234567")]
  case .run(let attempt):
    let ending =
      chance.happens(50)
      ? Ending.failed(Failure(.task, "two tests of the payment API fail: see the log"))
      : .succeeded(summary: "The payment API takes cards, and refuses what is not one.")
    return [
      .launched(attempt, process: "pid 4711"),
      .observed(attempt, .longCommand(command: "make test")), .observed(attempt, .working),
      .ended(attempt, ending, usage),
    ]
  case .inspect(let attempt):
    return [.inspected(attempt, .accepted(head: "c0ffee\(attempt.number)"))]
  case .check(let attempt, let check):
    let verdict =
      chance.happens(50)
      ? Verdict(.failed, "make test: exit 1, 2 of 40 tests failed", usage: usage)
      : Verdict(.passed, "make test: exit 0, 40 tests in 2.1s", usage: usage)
    return [.checked(attempt, check, verdict)]
  case .merge(let attempt, let merge, _):
    return [.merged(attempt, merge: merge, .built(candidate: "merge-\(merge)"))]
  case .land(let attempt, let merge, _, let to):
    return [.landed(attempt, merge: merge, .done(commit: to))]
  case .stop(let attempt): return [.ended(attempt, .stopped, usage)]
  case .openBranch, .answer, .probe: return []
  }
}
