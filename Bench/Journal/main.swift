// journal-bench: the journal beside the same work done with SQLite's own calls, in the same run.
//
//   journal-bench FOLDER [--quick]
//
// Each round runs floor and journal one after the other, and the ratio that is shown is the median
// over the rounds: the disk and the machine change more between minutes than the two differ.

import Glibc
import Journal

guard CommandLine.arguments.count >= 2 else {
  print("usage: journal-bench FOLDER [--quick]")
  exit(2)
}
let folder = CommandLine.arguments[1]
let isQuick = CommandLine.arguments.contains("--quick")
try await measureThroughput(in: folder, rounds: isQuick ? 3 : 7)
print("")
try measureRecovery(in: folder, sizes: isQuick ? [1000, 100_000] : [1000, 100_000, 1_000_000])
