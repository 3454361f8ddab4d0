import Conducting
import Foundation
import Journal
import Runtime
import TestSupport
import Testing

/// Clocks that were wrong for a while.
@Suite(.timeLimit(.minutes(5))) struct ClockTests {
  @Test func aRunThatSawAClockAheadOfTimeWaitsNoLongerThanItWould() throws {
    let scene = try FaultScene()
    try scene.plan([
      "id: a, retries: 1, run: \"\(scene.flag("begun")); \(scene.wait(for: "go")); "
        + "mkdir '\(scene.place)/once.flag' && exit 1; echo a > a.txt\""
    ])
    let first = try Running("run t", in: scene.scratch)
    try scene.until("the step has begun") { scene.isRaised("begun") }
    first.kill()
    let (session, journal) = (try scene.session(), JournalFolder(scene.place + "/.divisi"))
    do {
      let lock = try RunLock.acquire(session, in: journal, at: 1)
      var (book, conductor) = try RunBook.resume(
        in: try JournalFile.open(journal, .write(.full)), under: lock)
      let decision = conductor.decide(.opened(runner: "early"), at: .now() + .hours(5))
      try book.write(decision, of: conductor.state)
    }
    try scene.raise("go")
    let second = try Running("resume", in: scene.scratch)
    try scene.until("the run has ended") { !second.isRunning }
    let result = try second.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try second.told().contains("behind what the run has seen"))
    #expect(try scene.merged() == ["a.txt"])
    try scene.expectWhole()
  }
}
