// Measures what a decision costs, a simulated run with its journal in memory, and taking a run up again.
//
// usage: bench-conducting

import Conducting
import Glibc
import Plans
import Simulation

func seconds(_ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  let (whole, part) = clock.measure(body).components
  return Double(whole) + Double(part) / 1e18
}

/// A graph as wide as it is deep: three needs among the thousand steps before.
func order(_ count: Int) -> RunOrder {
  var chance = Chance(seed: 20_260_101)
  var settings = RunSettings()
  settings.agents = 16
  settings.callsPerHour = nil
  let steps = (0..<count).map { number in
    var needs: Set<StepID> = []
    if number > 0 {
      for _ in 0..<3 {
        needs.insert(StepID("s\(chance.number(max(0, number - 1000)...number - 1))"))
      }
    }
    return RunStep(
      StepID("s\(number)"), kind: .command, needs: needs.sorted(),
      estimate: .minutes(Int64(chance.number(1...50))))
  }
  return RunOrder(
    session: "exec-bench-20260101-000000", plan: "bench", settings: settings, steps: steps)
}

/// Steps are begun and ended as fast as they can be decided on; gives decisions and the time for all.
func decide(_ count: Int, most: Int) throws -> (decisions: Int, seconds: Double, events: [Event]) {
  var (conductor, decision) = try Conductor.begin(order(count), at: Instant(milliseconds: 0))
  var line: [AttemptID] = []
  var place = 0
  var decisions = 0
  var events = decision.events
  let time = seconds {
    while decisions < most {
      for (_, effects) in decision.steps {
        for case .run(let attempt) in effects { line.append(attempt) }
      }
      guard place < line.count else { break }
      let now = Instant(milliseconds: Int64(decisions))
      decision = conductor.decide(
        .ended(line[place], .succeeded(summary: ""), Usage(cost: .zero, tokens: 0)), at: now)
      events += decision.events
      place += 1
      decisions += 1
    }
  }
  return (decisions, time, events)
}

func text(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  return "\((value * scale).rounded() / scale)"
}

print("| steps | decisions | decisions/s | us a decision | us over log2(steps) |")
print("|---|---|---|---|---|")
for count in [1_000, 100_000, 1_000_000] {
  let (decisions, time, _) = try decide(count, most: 200_000)
  let micros = time / Double(decisions) * 1e6
  print(
    "| \(count) | \(decisions) | \(Int(Double(decisions) / time)) | \(text(micros, 2)) | "
      + "\(text(micros / log2(Double(count)), 3)) |")
}

var run: Playthrough?
let playing = seconds {
  run = try? Playthrough(
    Scenario(seed: 1, order: order(100_000), pace: .exact), scrutiny: .little)
  try? run?.play()
}
print(
  "\na simulated run of 100,000 steps, journal in memory: \(text(playing, 2)) s, "
    + "\(run?.journal.count ?? 0) events, \(run?.decisions ?? 0) decisions")

print("\n| events | steps | folded from JSON | snapshot | read back | its size |")
print("|---|---|---|---|---|---|")
for (steps, repeats) in [(330, 1), (33_000, 1), (330_000, 1)] {
  let (_, _, events) = try decide(steps, most: steps * repeats)
  var journal = MemoryJournal()
  journal.commit(events)
  var state = RunState()
  let folding = seconds { state = RunState(of: (try? journal.events()) ?? []) }
  var bytes: [UInt8] = []
  let writing = seconds { bytes = state.snapshot() }
  var read: RunState?
  let reading = seconds { read = try? RunState(snapshot: bytes) }
  guard read == state else { fatalError("a snapshot is the state") }
  print(
    "| \(events.count) | \(steps) | \(text(folding, 3)) s | \(text(writing, 3)) s | "
      + "\(text(reading, 3)) s | \(bytes.count / 1024) KiB |")
}
