// Measures starting and supervising processes, each figure beside a floor from the same run: a bare
// loop of `posix_spawn` and `waitpid`.
//
// usage: bench-processes SUPERVISOR FOLDER

import Glibc
import Processes
import Supervision

guard CommandLine.argc == 3 else {
  print("usage: bench-processes SUPERVISOR FOLDER")
  exit(2)
}
let supervisor = CommandLine.arguments[1]
let folder = CommandLine.arguments[2]

try await measureCommands()
try await measureAttempts()
try await measureSleepers()
try await measureTalkers()
try await measureOutput()

/// Bare loops and `run` in turns, so that a busy machine weighs on both.
func measureCommands() async throws {
  let count = 60
  var floors: [Duration] = []
  var runs: [Duration] = []
  var parallelFloors: [Duration] = []
  var parallelRuns: [Duration] = []
  for _ in 0..<31 {
    floors.append(timed { for _ in 0..<count { bareSpawn() } } / count)
    runs.append(try await timed { for _ in 0..<count { try await runTrue() } } / count)
    parallelFloors.append(
      try await timed { try await twoAtOnce { for _ in 0..<count / 2 { bareSpawn() } } } / count)
    parallelRuns.append(
      try await timed {
        try await twoAtOnce { for _ in 0..<count / 2 { try await runTrue() } }
      } / count)
  }
  report("run(true), one at a time", runs, floors: floors)
  report("run(true), two at once", parallelRuns, floors: parallelFloors)
}

func measureAttempts() async throws {
  var number = 0
  func attempt() async throws -> (owned: Duration, ended: Duration) {
    number += 1
    let place = AttemptFolder("\(folder)/\(number)")
    mkdir(place.path, 0o755)
    var launch = Launch(
      ["true"], in: folder, environment: environment, marker: "\(folder)-\(number)")
    launch.isDurable = false
    let began = SuspendingClock.now
    let supervised = try await Supervised.start(launch, in: place, by: supervisor)
    let owned = began.duration(to: .now)
    _ = try await supervised.ended()
    return (owned, began.duration(to: .now))
  }
  var floors: [Duration] = []
  var owned: [Duration] = []
  var ended: [Duration] = []
  for _ in 0..<200 {
    floors.append(timed { bareSpawn() })
    let times = try await attempt()
    owned.append(times.owned)
    ended.append(times.ended)
  }
  report("supervised: start until owned", owned, floors: floors)
  report("supervised: true, start to end", ended, floors: floors)
}

/// A hundred agents that do nothing.
func measureSleepers() async throws {
  var all: [Supervised] = []
  for number in 0..<100 {
    let place = AttemptFolder("\(folder)/sleeper-\(number)")
    mkdir(place.path, 0o755)
    let launch = Launch(
      ["sleep", "1000"], in: folder, environment: environment,
      marker: "\(folder)-sleeper-\(number)", timeout: .seconds(1800), idleTimeout: .seconds(600))
    all.append(try await Supervised.start(launch, in: place, by: supervisor))
  }
  let one = all[0].identity.pid
  print(
    "supervisor of a sleeping agent: resident \(kilobytes("VmRSS", one)) kB "
      + "(peak \(kilobytes("VmHWM", one)), its own \(kilobytes("RssAnon", one)))")
  let shares = all.reduce(0) { $0 + kilobytes("Pss", $1.identity.pid, in: "smaps_rollup") }
  print("100 supervisors together: \(shares) kB")
  let before = all.reduce(0) { $0 + processorTicks($1.identity.pid) }
  let began = SuspendingClock.now
  try await Task.sleep(for: .seconds(10))
  let spent = all.reduce(0) { $0 + processorTicks($1.identity.pid) } - before
  print(
    "100 supervisors over \(milliseconds(began.duration(to: .now))) ms: \(spent * 10) ms of a core")
  let stopping = SuspendingClock.now
  for one in all { try one.askToStop() }
  for one in all { _ = try await one.ended() }
  print("100 agents stopped in \(milliseconds(stopping.duration(to: .now))) ms")
}

/// Agents that print a line all the time.
func measureTalkers() async throws {
  var all: [Supervised] = []
  for number in 0..<10 {
    let place = AttemptFolder("\(folder)/talker-\(number)")
    mkdir(place.path, 0o755)
    let launch = Launch(
      ["sh", "-c", "while :; do echo line; sleep 0.05; done"], in: folder,
      environment: environment, marker: "\(folder)-talker-\(number)", idleTimeout: .seconds(600))
    all.append(try await Supervised.start(launch, in: place, by: supervisor))
  }
  let before = all.reduce(0) { $0 + processorTicks($1.identity.pid) }
  let began = SuspendingClock.now
  try await Task.sleep(for: .seconds(10))
  let spent = all.reduce(0) { $0 + processorTicks($1.identity.pid) } - before
  print(
    "10 supervisors of agents that print 20 lines a second, over "
      + "\(milliseconds(began.duration(to: .now))) ms: \(spent * 10) ms of a core")
  for one in all { try one.askToStop() }
  for one in all { _ = try await one.ended() }
}

/// How far past its limit an agent gets that prints as fast as it can.
func measureOutput() async throws {
  let place = AttemptFolder("\(folder)/output")
  mkdir(place.path, 0o755)
  let limit = Launch.defaultOutputLimit
  var launch = Launch(
    ["sh", "-c", "trap '' INT TERM; cat /dev/zero"], in: folder, environment: environment,
    marker: "\(folder)-output")
  launch.interruptGrace = .seconds(5)
  let bare = try await timed {
    _ = try await run(
      Command(
        ["head", "-c", "\(limit)", "/dev/zero"], in: folder, environment: environment,
        output: .file("\(folder)/bare", limit: .max, tail: 0)))
  }
  let began = SuspendingClock.now
  let supervised = try await Supervised.start(launch, in: place, by: supervisor)
  guard case .ended(let exit) = try await supervised.ended() else { return }
  let took = began.duration(to: .now)
  let past = exit.outputBytes - limit
  print(
    "\(limit >> 20) MiB printed into a file: bare \(milliseconds(bare)) ms; supervised, until the end: "
      + "\(milliseconds(took)) ms, \(past >> 20) MiB past the limit, reason \(exit.reason.word)")
}
