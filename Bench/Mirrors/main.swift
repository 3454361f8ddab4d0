// Measures what mirrors cost: a line of the logs, and writing plan file and saved session as a whole,
// in processor time.
//
// usage: bench-mirrors FOLDER

import Conducting
import Files
import Mirrors
import Plans

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Of processor time: the disk is not what is measured.
func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
  }
  let before = now()
  try body()
  return now() - before
}

func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

func planText(_ count: Int) -> String {
  var text = "id: bench\ntitle: Bench\nstatus: planned\nworkflow:\n  phases:\n"
  for number in 0..<count {
    text += """
          - id: s\(number)
            title: Step \(number)
            status: pending
            dependencies: [\(number == 0 ? "" : "s\(number - 1)")]
            task: |
              Do what is to be done.
            gates:
              - run: make test

      """
  }
  return text
}

guard let folder = CommandLine.arguments.dropFirst().first else {
  print("usage: bench-mirrors FOLDER")
  exit(2)
}
let start = Instant(milliseconds: 1_767_225_600_000)
print(
  "| steps | plan | first flush | 10 steps later | us an event | open, all events |"
)
print("|---|---|---|---|---|---|")
for count in [1_000, 10_000, 100_000] {
  let root = "\(folder)/\(count)"
  let subject = MirrorSubject(
    root: root, session: "exec-bench-20260101-000000", plan: "bench", kind: .orchestration,
    planFile: ".orchestration/sessions/bench.yaml")
  let plan = Array(planText(count).utf8)
  try createFolder(root + "/.orchestration/sessions")
  try writeFile(root + "/.orchestration/sessions/bench.yaml", plan)
  let steps = (0..<count).map { number in
    RunStep(
      StepID("s\(number)"), kind: .command, needs: number == 0 ? [] : [StepID("s\(number - 1)")])
  }
  var (conductor, decision) = try Conductor.begin(
    RunOrder(session: subject.session, plan: "bench", steps: steps), at: start)
  var events: [(sequence: Int, event: Event)] = []
  func hear() { for event in decision.events { events.append((events.count + 1, event)) } }
  hear()
  var mirror = RunMirror(subject)
  _ = mirror.open(at: RunState())
  _ = mirror.take(events)
  let first = milliseconds { _ = mirror.flush(conductor.state, at: start) }
  let heard = events.count
  func finish(_ most: Int) {
    for number in 0..<most {
      decision = conductor.decide(
        .ended(
          AttemptID(StepID("s\(number)"), 1), .succeeded(summary: ""),
          Usage(cost: .zero, tokens: 0)), at: start + .seconds(Int64(number)))
      hear()
    }
  }
  finish(10)
  _ = mirror.take(events)
  let later = milliseconds { _ = mirror.flush(conductor.state, at: start) }
  finish(min(count, 10_000))
  let taken = events.count - heard
  let taking = milliseconds { _ = mirror.take(events) }
  var again = RunMirror(subject)
  let opening = milliseconds {
    if !again.open(at: RunState()).isWhole { _ = again.take(events) }
  }
  print(
    "| \(count) | \(plan.count >> 10) KiB | \(text(first)) ms | \(text(later)) ms | "
      + "\(text(taking * 1000 / Double(taken))) | \(text(opening)) ms |")
}
