// A process of its own for tests of the journal: it writes, or holds, until it is done or killed.
//
//   journal-writer append FOLDER SESSION COUNT BATCH DURABILITY   prints each sequence once committed
//   journal-writer post FOLDER SESSION COUNT                      leaves messages
//   journal-writer read FOLDER SESSION                            prints how many events a reader finds
//   journal-writer hold FOLDER SESSION                            prints "held" and waits for its end

import Glibc
import Journal

func printAtOnce(_ text: String) {
  let line = Array((text + "\n").utf8)
  // Unbuffered: what is printed has happened, however the process ends.
  _ = write(1, line, line.count)
}

func takeLock(_ folder: JournalFolder, _ session: String) throws -> RunLock {
  try RunLock.acquire(session, in: folder, at: 1)
}

func append(
  _ folder: JournalFolder, _ session: String, _ count: Int, _ batch: Int,
  _ durability: JournalDurability
) throws {
  let lock = try takeLock(folder, session)
  let file = try JournalFile.open(folder, .write(durability))
  if try !file.runs().contains(where: { $0.session == session }) {
    try file.begin(
      RunRecord(
        session: session, plan: "p", created: 1, standing: RunStanding(status: "running")),
      under: lock)
  }
  var last = try file.resume(lock, understanding: 1).lastSequence
  let end = last + count
  while last < end {
    let events = (1...batch).map { number in
      EventRecord(
        sequence: last + number, at: Int64(last + number), kind: "tick", step: "s", attempt: 1,
        body: "{\"v\":1,\"n\":\(last + number)}")
    }
    last = try file.append(JournalEntry(lock: lock, after: last, events: events))
    printAtOnce("\(last)")
  }
}

let arguments = CommandLine.arguments
do {
  let folder = JournalFolder(arguments[2])
  let session = arguments[3]
  switch arguments[1] {
  case "append":
    try append(
      folder, session, Int(arguments[4]) ?? 1, Int(arguments[5]) ?? 1,
      JournalDurability(rawValue: arguments[6]) ?? .full)
  case "post":
    let file = try JournalFile.open(folder, .write(.full))
    for number in 1...(Int(arguments[4]) ?? 1) {
      printAtOnce(
        "\(try file.post("{\"n\":\(number)}", to: session, from: "\(getpid())", at: 1))")
    }
  case "read":
    var reader = try JournalFile.open(folder, .read).events(of: session)
    var count = 0
    while try reader.next() != nil { count += 1 }
    printAtOnce("\(count)")
  case "hold":
    let lock = try takeLock(folder, session)
    printAtOnce("held")
    withExtendedLifetime(lock) { _ = pause() }
  default: exit(2)
  }
} catch {
  printAtOnce("error: \(error)")
  exit(1)
}
