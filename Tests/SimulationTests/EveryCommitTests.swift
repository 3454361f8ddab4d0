import Conducting
import Plans
import Simulation
import Testing

/// Small plans, with the conductor killed at every single commit, before it and behind it. The run must end as the one
/// that nobody disturbed.
@Suite struct EveryCommitTests {
  @Test(arguments: 0..<36)
  func aRunEndsTheSameWhereverItIsKilled(_ seed: UInt64) throws {
    var scenario = Scenario(
      seed: seed, order: .random(seed: seed, steps: 2 + Int(seed) % 6), faults: Self.faults)
    // What depends on the hour, not on the attempt, would make two runs differ that are both right.
    scenario.order.settings.cost = nil
    scenario.order.settings.tokens = nil
    scenario.order.settings.callsPerHour = nil
    var undisturbed = try Playthrough(scenario)
    try undisturbed.play()
    let commits = undisturbed.journal.commits
    for commit in 1..<commits {
      for isCommitted in [false, true] {
        var killed = scenario
        killed.crashes = .at(commit: commit, isCommitted: isCommitted)
        var playthrough = try Playthrough(killed)
        do { try playthrough.play() } catch {
          Issue.record("\(killed.report(of: error))")
          return
        }
        let place = "killed \(isCommitted ? "behind" : "before") commit \(commit) of \(commits)"
        #expect(playthrough.restarts >= 1, "\(place)")
        #expect(playthrough.ends == undisturbed.ends, "\(place)")
        #expect(playthrough.conductor.state.phase == undisturbed.conductor.state.phase, "\(place)")
      }
    }
  }

  /// What goes wrong with an attempt by its name alone, whenever it runs.
  private static let faults: Faults = {
    var faults = Faults()
    faults.task = 200
    faults.crash = 100
    faults.inspection = 80
    faults.gate = 200
    faults.twice = 50
    return faults
  }()
}

extension Playthrough {
  /// How every step ended.
  var ends: [String: String] {
    let state = conductor.state
    return Dictionary(
      uniqueKeysWithValues: (0..<state.count).map { (state.id($0).text, state.phase($0).word) })
  }
}
