// How long a new process takes to take a large run up, and with how much memory.
//
//   bench-resuming FOLDER [EVENTS]     makes a journal of a played run there, and takes it up in new processes
//   bench-resuming resume FOLDER       takes it up once, and says what that took

import Conducting
import Glibc
import Journal
import Runtime

let session = "exec-bench-20260101-000000"
let words = CommandLine.arguments

if words.count == 3, words[1] == "resume" {
  try resume(in: words[2])
} else if words.count >= 2 {
  let wanted = words.count > 2 ? Int(words[2]) ?? 1_000_000 : 1_000_000
  let made = try makeRun(of: wanted, in: words[1])
  print(
    "taking up a run of \(made.events) events and \(made.steps) steps, of which \(made.completed) "
      + "are completed and \(made.active) under way")
  print("(goal: less than 0.5 s and 200 MB)\n")
  print("| opened | taken up | in all | peak memory |\n|---|---|---|---|")
  for _ in 0..<5 { try startAgain(words[0], words[1]) }
} else {
  print("usage: bench-resuming FOLDER [EVENTS]")
  exit(2)
}

/// What a runner does before it can decide anything.
func resume(in path: String) throws {
  let clock = ContinuousClock()
  let begun = clock.now
  let file = try JournalFile.open(JournalFolder(path), .write(.full))
  let lock = try RunLock.acquire(session, in: JournalFolder(path), at: 1)
  let opened = clock.now
  let (_, conductor) = try RunBook.resume(in: file, under: lock)
  let read = clock.now
  var usage = rusage()
  // 0 is RUSAGE_SELF, which Swift imports as another type than the call takes.
  getrusage(0, &usage)
  precondition(conductor.state.sequence > 0)
  print(
    "| \(words(begun.duration(to: opened))) | \(words(opened.duration(to: read))) | "
      + "\(words(begun.duration(to: read))) | \(usage.ru_maxrss >> 10) MB |")
}

func words(_ duration: Duration) -> String {
  "\(duration.components.attoseconds / 1_000_000_000_000_000 + duration.components.seconds * 1000) ms"
}

func startAgain(_ program: String, _ path: String) throws {
  fflush(nil)
  var pid: pid_t = 0
  var arguments: [UnsafeMutablePointer<CChar>?] = [
    strdup(program), strdup("resume"), strdup(path), nil,
  ]
  defer { for argument in arguments { free(argument) } }
  guard posix_spawn(&pid, program, nil, nil, &arguments, environ) == 0 else {
    print("bench-resuming: cannot start \(program)")
    exit(1)
  }
  var status: Int32 = 0
  waitpid(pid, &status, 0)
  guard status == 0 else { exit(1) }
}
