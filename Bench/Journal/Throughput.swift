import Files
import Glibc
import Journal

/// An event of about 200 bytes, as most are.
func sampleEvent(_ sequence: Int) -> EventRecord {
  EventRecord(
    sequence: sequence, at: 1_700_000_000_000 + Int64(sequence), kind: "attempt-started",
    step: "step-\(sequence % 1000)", attempt: 1, body: sampleBody)
}

private let sampleBody =
  "{\"v\":1,\"harness\":\"claude\",\"model\":\"sonnet\",\"text\":\""
  + String(repeating: "x", count: 150) + "\"}"

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  return try clock.measure(body) / .seconds(1)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// A new journal with one run, in a folder of its own.
struct Ground {
  let folder: JournalFolder
  let lock: RunLock

  init(_ path: String, _ name: String) throws {
    folder = JournalFolder("\(path)/\(name)-\(UInt32.random(in: 0...UInt32.max))")
    mkdir(folder.path, 0o777)
    lock = try RunLock.acquire("run-1", in: folder, at: 0)
  }

  /// A bench writes more than a disk may have to spare.
  func remove() {
    for file in walkFolder(folder.path) { unlink("\(folder.path)/\(file)") }
  }

  func begin(in file: JournalFile) throws(JournalError) {
    try file.begin(
      RunRecord(
        session: "run-1", plan: "p", created: 0, standing: RunStanding(status: "running")),
      under: lock)
  }
}

func measureThroughput(in folder: String, rounds: Int) async throws {
  print("events committed a second (200-byte events; median of \(rounds) paired rounds)")
  print(
    columns(
      "durability", "a commit", "floor", "blocking", "of floor", "async", "of floor", "p50", "p99"))
  for durability in [JournalDurability.full, .process] {
    for batch in [1, 10, 100] {
      try await measure(durability, batch: batch, rounds: rounds, in: folder)
    }
  }
  print("")
  print(
    "group commit: entries of one event, 64 under way at a time, beside the floor at 1 a commit")
  print(columns("durability", "", "floor", "grouped", "of floor"))
  for durability in [JournalDurability.full, .process] {
    try await measureGroup(durability, rounds: rounds, in: folder)
  }
}

private func measure(
  _ durability: JournalDurability, batch: Int, rounds: Int, in path: String
) async throws {
  let commits = durability == .full ? [1: 1500, 10: 800, 100: 300] : [1: 8000, 10: 3000, 100: 600]
  let count = commits[batch]!
  let events = (1...count * batch).map(sampleEvent)
  let batches = stride(from: 0, to: events.count, by: batch).map { Array(events[$0..<$0 + batch]) }
  var floors: [Double] = []
  var blockings: [Double] = []
  var asyncs: [Double] = []
  var latencies: [Double] = []
  for _ in 0..<rounds {
    let plain = try Ground(path, "floor")
    let floor = Floor(plain.folder.path + "/floor.db", durability)
    floors.append(seconds { for batch in batches { floor.append(batch) } })

    let ground = try Ground(path, "blocking")
    let file = try JournalFile.open(ground.folder, .write(durability))
    try ground.begin(in: file)
    var last = 0
    let clock = ContinuousClock()
    var before = clock.now
    blockings.append(
      try seconds {
        for batch in batches {
          last = try file.append(JournalEntry(lock: ground.lock, after: last, events: batch))
          let now = clock.now
          latencies.append((now - before) / .microseconds(1))
          before = now
        }
      })

    let other = try Ground(path, "async")
    let journal = try await Journal.open(other.folder, durability: durability)
    try await journal.perform { file throws(JournalError) in try other.begin(in: file) }
    let begin = clock.now
    last = 0
    for batch in batches {
      last = try await journal.append(JournalEntry(lock: other.lock, after: last, events: batch))
    }
    asyncs.append((clock.now - begin) / .seconds(1))
    await journal.close()
    for ground in [plain, ground, other] { ground.remove() }
  }
  let total = Double(events.count)
  latencies.sort()
  print(
    columns(
      durability.rawValue, "\(batch)", rate(total / median(floors)),
      rate(total / median(blockings)), ratio(floors, blockings), rate(total / median(asyncs)),
      ratio(floors, asyncs), "\(Int(latencies[latencies.count / 2])) us",
      "\(Int(latencies[latencies.count * 99 / 100])) us"))
}

/// Entries of one event, 64 under way at a time: what a runner does that decides on while it commits.
private func measureGroup(
  _ durability: JournalDurability, rounds: Int, in path: String
) async throws {
  let count = durability == .full ? 20_000 : 60_000
  let events = (1...count).map(sampleEvent)
  // One a commit is slow in full durability, and a part of the events tells as much.
  let part = events.prefix(durability == .full ? 1500 : 8000)
  var floors: [Double] = []
  var times: [Double] = []
  for _ in 0..<rounds {
    let plain = try Ground(path, "floor")
    let floor = Floor(plain.folder.path + "/floor.db", durability)
    let partTime = seconds { for event in part { floor.append([event]) } }
    floors.append(partTime * Double(count) / Double(part.count))

    let ground = try Ground(path, "group")
    let journal = try await Journal.open(ground.folder, durability: durability)
    try await journal.perform { file throws(JournalError) in try ground.begin(in: file) }
    let clock = ContinuousClock()
    let begin = clock.now
    var underWay: [JournalCommit] = []
    for event in events {
      underWay.append(
        journal.submit(
          JournalEntry(lock: ground.lock, after: event.sequence - 1, events: [event])))
      if underWay.count == 64 {
        for commit in underWay { _ = try await commit.last() }
        underWay.removeAll(keepingCapacity: true)
      }
    }
    for commit in underWay { _ = try await commit.last() }
    times.append((clock.now - begin) / .seconds(1))
    await journal.close()
    for ground in [plain, ground] { ground.remove() }
  }
  print(
    columns(
      durability.rawValue, "", rate(Double(count) / median(floors)),
      rate(Double(count) / median(times)), ratio(floors, times)))
}

func rate(_ value: Double) -> String { "\(Int(value))" }

/// How many times as long as the floor it took: the median over pairs.
func ratio(_ floors: [Double], _ times: [Double]) -> String {
  let value = median(zip(floors, times).map { $1 / $0 })
  return "\((value * 100).rounded() / 100) x"
}

func columns(_ cells: String...) -> String {
  cells.enumerated().map { index, cell in
    let width = index == 0 ? 12 : 11
    let space = String(repeating: " ", count: max(0, width - cell.count))
    return index == 0 ? cell + space : space + cell
  }.joined()
}
