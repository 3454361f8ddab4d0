import Supervision
import TestSupport
import Testing

@Suite struct OversightTests {
  private static func launch(
    timeout: Duration? = .seconds(100), idle: Duration? = .seconds(10), limit: Int? = 1000
  ) -> Launch {
    Launch(
      ["agent"], in: "/", environment: [:], marker: "m", timeout: timeout, idleTimeout: idle,
      outputLimit: limit, interruptGrace: .seconds(5), grace: .seconds(20))
  }

  @Test func anAgentThatEndsAloneFinishesAtOnce() {
    var oversight = Oversight(Self.launch())
    #expect(oversight.receive(.leaderEnded, at: .seconds(1)) == [.terminateTree, .lookForTree])
    #expect(oversight.receive(.treeEnded, at: .seconds(1)) == [.finish])
    #expect(oversight.reason == .exited)
    #expect(oversight.nextLook == nil)
  }

  @Test func aStopGoesFromInterruptOverTerminateToKill() {
    var oversight = Oversight(Self.launch(idle: nil))
    #expect(oversight.receive(.stopAsked, at: .seconds(1)) == [.interruptLeader])
    #expect(oversight.nextLook == .seconds(6))
    #expect(oversight.advance(to: .milliseconds(5999)) == [])
    #expect(oversight.advance(to: .seconds(6)) == [.terminateTree, .lookForTree])
    #expect(oversight.advance(to: .milliseconds(25_999)) == [.lookForTree])
    #expect(oversight.advance(to: .seconds(26)) == [.killTree, .lookForTree])
    #expect(oversight.advance(to: .seconds(26)) == [])
    #expect(oversight.advance(to: .seconds(27)) == [.killTree, .lookForTree])
    #expect(oversight.receive(.leaderEnded, at: .seconds(27)) == [.lookForTree])
    #expect(oversight.receive(.treeEnded, at: .seconds(27)) == [.finish])
    #expect(oversight.reason == .stopped)
  }

  @Test func theTimeIsUpWhetherOrNotSomethingIsPrinted() {
    var oversight = Oversight(Self.launch(timeout: .seconds(30)))
    for second in 1..<30 {
      let now = Duration.seconds(second)
      #expect(oversight.receive(.printed(bytes: second, silence: .zero), at: now) == [])
    }
    #expect(oversight.nextLook == .seconds(30))
    #expect(oversight.advance(to: .seconds(30)) == [.interruptLeader])
    #expect(oversight.reason == .timeout)
  }

  @Test func silenceIsCountedFromTheLastByte() {
    var oversight = Oversight(Self.launch())
    #expect(oversight.nextLook == .seconds(10))
    #expect(oversight.isIdleDue(at: .seconds(10)))
    #expect(oversight.receive(.printed(bytes: 5, silence: .seconds(4)), at: .seconds(10)) == [])
    #expect(!oversight.isIdleDue(at: .seconds(10)))
    #expect(oversight.nextLook == .seconds(16))
    #expect(oversight.advance(to: .seconds(16)) == [.interruptLeader])
    #expect(oversight.reason == .idle)
  }

  @Test func outputPastTheLimitIsTheEndAndFarPastItAtOnce() {
    var oversight = Oversight(Self.launch())
    let now = Duration.seconds(1)
    #expect(oversight.receive(.printed(bytes: 1000, silence: .zero), at: now) == [])
    #expect(oversight.receive(.printed(bytes: 1001, silence: .zero), at: now) == [.interruptLeader])
    #expect(oversight.receive(.printed(bytes: 1250, silence: .zero), at: now) == [])
    #expect(
      oversight.receive(.printed(bytes: 1251, silence: .zero), at: now) == [
        .killTree, .lookForTree,
      ]
    )
    #expect(oversight.reason == .output)
  }

  @Test func theFirstCauseStaysTheReason() {
    var oversight = Oversight(Self.launch(timeout: .seconds(2)))
    #expect(oversight.advance(to: .seconds(2)) == [.interruptLeader])
    #expect(oversight.receive(.stopAsked, at: .seconds(3)) == [])
    _ = oversight.receive(.printed(bytes: 1_000_000, silence: .zero), at: .seconds(3))
    _ = oversight.receive(.leaderEnded, at: .seconds(3))
    #expect(oversight.reason == .timeout)
  }

  @Test func whatRefusesToBeEndedIsGivenUpAfterAWhile() {
    var oversight = Oversight(Self.launch(idle: nil))
    _ = oversight.receive(.stopAsked, at: .zero)
    // Before it was killed there is nothing to give up.
    #expect(oversight.receive(.outOfReach(true), at: .zero) == [])
    _ = oversight.receive(.leaderEnded, at: .seconds(1))
    #expect(oversight.receive(.outOfReach(true), at: .seconds(9)) == [])
    _ = oversight.advance(to: .seconds(30))
    #expect(oversight.receive(.outOfReach(true), at: .seconds(30)) == [])
    #expect(oversight.receive(.outOfReach(false), at: .seconds(32)) == [])
    #expect(oversight.receive(.outOfReach(true), at: .seconds(33)) == [])
    #expect(oversight.receive(.outOfReach(true), at: .milliseconds(35_999)) == [])
    #expect(oversight.receive(.outOfReach(true), at: .seconds(36)) == [.finish])
    #expect(oversight.stage == .finished)
    #expect(oversight.reason == .stopped)
    #expect(oversight.nextLook == nil)
  }

  /// As where the agent's program runs as another user from its beginning.
  @Test func alsoALeaderThatRefusesIsGivenUp() {
    var oversight = Oversight(Self.launch(idle: nil))
    _ = oversight.receive(.stopAsked, at: .zero)
    _ = oversight.advance(to: .seconds(5))
    _ = oversight.advance(to: .seconds(25))
    #expect(oversight.receive(.outOfReach(true), at: .seconds(25)) == [])
    #expect(oversight.receive(.outOfReach(true), at: .seconds(28)) == [.finish])
  }

  @Test func withoutBoundsThereIsNothingToWakeFor() {
    let oversight = Oversight(Self.launch(timeout: nil, idle: nil, limit: nil))
    #expect(oversight.nextLook == nil)
  }

  /// Whatever happens in whatever order: stages only go on, an end that began comes to its kill,
  /// and once all has ended there is nothing more to do.
  @Test(arguments: 0..<300)
  func everyEndComesToItsEnd(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    var oversight = Oversight(Self.launch())
    var now = Duration.zero
    var stage = oversight.stage
    var hasLeader = true
    var bytes = 0
    for _ in 0..<40 where oversight.stage < .finished {
      now += .milliseconds(Int.random(in: 0...6000, using: &generator))
      var actions: [Oversight.Action]
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: actions = oversight.receive(.stopAsked, at: now)
      case 1 where hasLeader:
        hasLeader = false
        actions = oversight.receive(.leaderEnded, at: now)
      case 2, 3:
        bytes += Int.random(in: 0...150, using: &generator)
        let silence = Duration.milliseconds(Int.random(in: 0...3000, using: &generator))
        actions = oversight.receive(.printed(bytes: bytes, silence: silence), at: now)
      default: actions = oversight.advance(to: now)
      }
      #expect(oversight.stage >= stage, "seed \(seed)")
      #expect((oversight.reason == nil) == (oversight.stage == .running), "seed \(seed)")
      if actions.contains(.interruptLeader) { #expect(hasLeader, "seed \(seed)") }
      stage = oversight.stage
    }
    // Nobody obeys: time alone brings the kill, and its repetition.
    var kills = 0
    for _ in 0..<100 {
      guard let next = oversight.nextLook else { break }
      now = max(now, next)
      kills += oversight.advance(to: now).filter { $0 == .killTree }.count
    }
    #expect(kills > 1 || oversight.stage == .finished, "seed \(seed)")
    if hasLeader { _ = oversight.receive(.leaderEnded, at: now) }
    #expect(oversight.receive(.treeEnded, at: now) == [.finish], "seed \(seed)")
    #expect(oversight.receive(.treeEnded, at: now) == [], "seed \(seed)")
    #expect(oversight.advance(to: now + .seconds(1000)) == [], "seed \(seed)")
  }

  @Test func aLimitIsLookedAtSoonerTheNearerItIs() {
    #expect(OutputPace.interval(left: nil) == .milliseconds(100))
    #expect(OutputPace.interval(left: 1 << 40) == .milliseconds(100))
    #expect(OutputPace.interval(left: 256 << 20) == .milliseconds(64))
    #expect(OutputPace.interval(left: 1 << 20) == .milliseconds(1))
    #expect(OutputPace.interval(left: -5) == .milliseconds(1))
  }
}
