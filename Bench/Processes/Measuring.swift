import Glibc
import Processes
import Supervision

let environment = ["PATH": "/usr/bin:/bin"]

/// The floor: what every program pays that starts another.
func bareSpawn() {
  var pid: pid_t = 0
  var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
  defer { free(arguments[0]) }
  var empty: [UnsafeMutablePointer<CChar>?] = [nil]
  precondition(posix_spawn(&pid, "/usr/bin/true", nil, nil, &arguments, &empty) == 0)
  var status: Int32 = 0
  waitpid(pid, &status, 0)
}

func runTrue() async throws {
  _ = try await run(
    Command(["/usr/bin/true"], in: "/", environment: environment, timeout: .seconds(60)))
}

func twoAtOnce(_ body: @escaping @Sendable () async throws -> Void) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 0..<2 { group.addTask { try await body() } }
    try await group.waitForAll()
  }
}

func timed(_ body: () -> Void) -> Duration {
  let began = SuspendingClock.now
  body()
  return began.duration(to: .now)
}

func timed(_ body: () async throws -> Void) async throws -> Duration {
  let began = SuspendingClock.now
  try await body()
  return began.duration(to: .now)
}

func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }

func microseconds(_ time: Duration) -> Int {
  Int(time.components.seconds) * 1_000_000 + Int(time.components.attoseconds / 1_000_000_000_000)
}

func milliseconds(_ time: Duration) -> Int { time.milliseconds }

/// What something took over its floor: the median of the differences of neighbouring pairs, so that
/// a machine that gets busy or idle meanwhile does not count.
func report(_ what: String, _ times: [Duration], floors: [Duration]) {
  let over = median(zip(times, floors).map { $0 - $1 })
  print(
    "\(what): \(microseconds(median(times))) us; floor \(microseconds(median(floors))) us; "
      + "over it \(microseconds(over)) us")
}

/// A line of a file about a process, in kB.
func kilobytes(_ name: String, _ pid: Int32, in file: String = "status") -> Int {
  for line in text("/proc/\(pid)/\(file)").split(separator: "\n")
  where line.hasPrefix(name + ":") {
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      .flatMap { Int($0) } ?? 0
  }
  return 0
}

/// Processor time that a process took, in ticks of 10 ms.
func processorTicks(_ pid: Int32) -> Int {
  let fields = text("/proc/\(pid)/stat").split(separator: " ")
  guard fields.count > 14 else { return 0 }
  return (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
}

private func text(_ path: String) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "" }
  defer { close(descriptor) }
  return String(
    decoding: [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, 16384))
    }, as: UTF8.self)
}
