import Conducting
import Simulation
import Testing

/// Random plans of 1 to 200 steps in a world where everything goes wrong: every promise is watched at every event.
@Suite struct RandomRunTests {
  /// Ten times so many scenarios in all.
  private static let scenarios: UInt64 = 520

  @Test(arguments: 0..<10)
  func everyPromiseHoldsWhateverGoesWrong(_ part: UInt64) {
    for seed in part * Self.scenarios..<(part + 1) * Self.scenarios {
      let scenario = Scenario.random(seed: seed)
      guard let violation = scenario.violation() else { continue }
      let small = scenario.shrunk(breaking: violation.promise, tries: 200)
      Issue.record("\(small.report(of: small.violation() ?? violation))")
      return
    }
  }

  /// What once broke a promise, ours or the watch's own.
  @Test(arguments: [175, 3932, 1_882_462_256_891_715])
  func aScenarioThatOnceFailedHolds(_ seed: UInt64) {
    #expect(Scenario.random(seed: seed).violation()?.description == nil)
  }

  /// A world that breaks nothing would prove nothing.
  @Test func theWorldBreaksEverythingThatItCan() throws {
    var kinds: Set<String> = []
    var restarts = 0
    for seed: UInt64 in 0..<150 {
      var playthrough = try Playthrough(.random(seed: seed), scrutiny: .little)
      try playthrough.play()
      restarts += playthrough.restarts
      for event in playthrough.trace { kinds.formUnion(event.fact.landmarks) }
    }
    #expect(restarts > 100)
    #expect(Landmark.all.subtracting(kinds) == [])
  }
}
