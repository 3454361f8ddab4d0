// Plays random scenarios until time is up or a promise is broken.
//
// usage: divisi-soak SECONDS [FIRST-SEED]
//        divisi-soak seed SEED

import Glibc
import Simulation

func play(_ seed: UInt64) -> Bool {
  let scenario = Scenario.random(seed: seed)
  guard let violation = scenario.violation() else { return true }
  print("seed \(seed) breaks a promise: \(violation); making it smaller")
  fflush(nil)
  let small = scenario.shrunk(breaking: violation.promise, tries: 300)
  print(small.report(of: small.violation() ?? violation))
  return false
}

let words = CommandLine.arguments
if words.count == 3, words[1] == "seed", let seed = UInt64(words[2]) {
  exit(play(seed) ? 0 : 1)
}
guard words.count >= 2, let seconds = Int(words[1]) else {
  print("usage: divisi-soak SECONDS [FIRST-SEED] | seed SEED")
  exit(2)
}
var seed = words.count > 2 ? UInt64(words[2]) ?? 1 : UInt64(time(nil)) << 20
let end = time(nil) + seconds
var played = 0
while time(nil) < end {
  guard play(seed) else { exit(1) }
  seed += 1
  played += 1
  if played % 1000 == 0 { print("\(played) scenarios, no promise broken") }
}
print("\(played) scenarios, no promise broken; the last seed was \(seed - 1)")
