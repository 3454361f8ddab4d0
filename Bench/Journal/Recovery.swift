import Glibc
import Journal

/// How long a runner takes from opening the journal to having its state, and with how much memory.
///
/// The peak of memory is that of the whole process so far: an upper bound.
func measureRecovery(in path: String, sizes: [Int]) throws {
  print("opening a run for resume (durability full)")
  print(columns("events", "journal", "snapshot", "all events", "peak", "list"))
  for size in sizes {
    let ground = try Ground(path, "recovery")
    let file = try JournalFile.open(ground.folder, .write(.process))
    try ground.begin(in: file)
    var last = 0
    while last < size {
      let batch = min(1000, size - last)
      let events = (1...batch).map { sampleEvent(last + $0) }
      last = try file.append(JournalEntry(lock: ground.lock, after: last, events: events))
      if last == max(0, size - 1000) {
        // As large as the state of a plan of 10,000 steps may be.
        let state = [UInt8](repeating: 7, count: 4 << 20)
        try file.save(
          Snapshot(sequence: last, at: 0, version: 1, state: state), under: ground.lock)
      }
    }
    let bytes = try fileBytes(ground.folder.database)
    var withSnapshot: [Double] = []
    var fromStart: [Double] = []
    var lists: [Double] = []
    var peak = 0
    for _ in 0..<5 {
      withSnapshot.append(
        try seconds { peak = try resume(ground, version: 1) })
      lists.append(
        try seconds {
          _ = try JournalFile.open(ground.folder, .read).runs()
        })
    }
    for _ in 0..<3 { fromStart.append(try seconds { peak = try resume(ground, version: 2) }) }
    print(
      columns(
        "\(size)", "\(bytes >> 20) MB", milliseconds(withSnapshot), milliseconds(fromStart),
        "\(peak >> 10) MB", milliseconds(lists)))
    ground.remove()
  }
}

/// Opens, takes the snapshot where its version is known, and reads the rest. Gives the peak memory
/// of this process in KiB.
private func resume(_ ground: Ground, version: Int) throws -> Int {
  let file = try JournalFile.open(ground.folder, .write(.full))
  let resumption = try file.resume(ground.lock, understanding: version)
  var last = resumption.snapshot?.sequence ?? 0
  var reader = try file.events(of: "run-1", after: last)
  while let event = try reader.next() { last = event.sequence }
  guard last == resumption.lastSequence else {
    print("journal-bench: events are missing")
    exit(1)
  }
  var usage = rusage()
  // 0 is RUSAGE_SELF, which Swift imports as another type than the call takes.
  getrusage(0, &usage)
  return usage.ru_maxrss
}

private func fileBytes(_ path: String) throws -> Int {
  var status = stat()
  guard stat(path, &status) == 0 else { return 0 }
  return Int(status.st_size)
}

private func milliseconds(_ values: [Double]) -> String {
  "\((median(values) * 10_000).rounded() / 10) ms"
}
