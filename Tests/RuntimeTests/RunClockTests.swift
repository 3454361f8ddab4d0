import Conducting
import Runtime
import Testing

@Suite struct RunClockTests {
  private func at(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1000) }

  @Test func theMachinesClockIsTheTimeOfARun() {
    var clock = RunClock()
    #expect(clock.time(wall: at(100), passed: .seconds(1), seen: at(0)) == at(100))
    #expect(clock.time(wall: at(500), passed: .seconds(2), seen: at(100)) == at(500))
  }

  @Test func afterAClockWasSetBackTimeGoesOnAsItPasses() {
    var clock = RunClock()
    var seen = clock.time(wall: at(3700), passed: .seconds(0), seen: at(0))
    for second in 1...60 {
      seen = clock.time(wall: at(100 + Int64(second)), passed: .seconds(second), seen: seen)
      #expect(seen == at(3700 + Int64(second) - 1))
    }
  }

  @Test func aClockThatHasCaughtUpIsBelievedAgain() {
    var clock = RunClock()
    #expect(clock.time(wall: at(10), passed: .seconds(0), seen: at(50)) == at(50))
    #expect(clock.time(wall: at(20), passed: .seconds(10), seen: at(50)) == at(60))
    #expect(clock.time(wall: at(70), passed: .seconds(11), seen: at(60)) == at(70))
    #expect(clock.time(wall: at(60), passed: .seconds(12), seen: at(70)) == at(70))
    #expect(clock.time(wall: at(60), passed: .seconds(15), seen: at(70)) == at(73))
  }

  @Test func aClockThatWasSetIsToldOfOnce() {
    var clock = RunClock()
    #expect(clock.note(wall: at(10), seen: at(12)) == nil)
    #expect(
      clock.note(wall: at(10), seen: at(3610))?.hasPrefix("the clock lies 3600 s behind") == true)
    #expect(clock.note(wall: at(10), seen: at(3610)) == nil)
  }
}
