import Conducting
import Plans
import Testing

/// Limits that all runs of a repository share.
@Suite struct SharingTests {
  private func run() throws -> Playing {
    try Playing([agent("a"), agent("b")]) { $0.quotas = [Quota(Pool.model("sonnet"), 2)] }
  }

  @Test func anAttemptThatIsDeniedIsWithdrawnAndCountsForNothing() throws {
    var run = try run()
    #expect(run.active == ["a", "b"])
    run.hear(.denied(run.attempt("b"), others: [Quota(Pool.model("sonnet"), 1)]))
    #expect(run.active == ["a"])
    #expect(run.phase("b").isReady)
    #expect(run.state.notes[1] == nil)
    // What others hold is remembered: it is not asked for again until that changes.
    run.wait(.hours(1))
    #expect(run.active == ["a"])
    run.hear(.sharesChanged(others: [Quota(Pool.model("sonnet"), 0)]))
    #expect(run.active == ["a", "b"])
    #expect(run.attempt("b").number == 2)
  }

  @Test func aDenialThatNothingExplainsIsNotAskedAboutInACircle() throws {
    var run = try run()
    run.hear(.sharesChanged(others: [Quota(Pool.model("sonnet"), 0)]))
    // The other runs count otherwise, or somebody forgot to give a lease back.
    run.hear(.denied(run.attempt("b"), others: []))
    #expect(run.phase("b") == .waiting(until: run.now + .seconds(60)))
    #expect(run.state.notes[1] == nil)
    run.wait(.seconds(60))
    #expect(run.attempt("b").number == 2)
    #expect(run.active == ["a", "b"])
    // It is explained as soon as the others hold enough.
    run.hear(.denied(run.attempt("b"), others: [Quota(Pool.model("sonnet"), 1)]))
    #expect(run.phase("b").isReady)
    #expect(run.active == ["a"])
  }

  @Test func aRunThatWaitsForAnotherSaysSo() throws {
    var run = try run()
    run.hear(.sharesChanged(others: [Quota(Pool.model("sonnet"), 2)]))
    run.complete("a")
    run.hear(.denied(run.attempt("b"), others: [Quota(Pool.model("sonnet"), 2)]))
    #expect(run.state.isBlocked)
    #expect(run.state.blockedBy.map(\.kind) == [.shares])
    #expect(run.state.blockedBy.map(\.message) == ["`model:sonnet` is used up"])
  }

  @Test func whatNeverFitsIsToldAndNotWaitedForInSilence() throws {
    let run = try Playing([
      command("big") { $0.terms.resources = [ResourceRequest(name: "licence", count: 4)] }
    ]) { $0.quotas = [Quota(Pool.resource("licence"), 3)] }
    #expect(
      run.state.blockedBy.map(\.message) == [
        "it takes 4 of `resource:licence`, of which there are 3"
      ])
  }

  @Test func aFullDiskStopsNewWorkAndGoesOnByItself() throws {
    var run = try Playing([command("a"), command("b")]) { $0.agents = 1 }
    run.hear(.probed(fault: .disk, message: "2% of the disk is free"))
    run.complete("a")
    #expect(run.active == [])
    #expect(run.state.outstandingEffects() == [.probe(blocker: run.state.blockers[0].id)])
    #expect(run.state.isBlocked)
    run.hear(.probed(fault: nil, message: "40% of the disk is free"))
    #expect(run.active == ["b"])
    #expect(run.state.outstandingEffects() == [.run(run.attempt("b"))])
  }

  @Test func rangesOfPortsAreNumbered() throws {
    var run = try Playing(
      ["a", "b", "c"].map { id in command(StepID(id)) { $0.terms.hasWorkspace = true } }
    ) { $0.quotas = [Quota(Pool.ports, 2)] }
    run.hear(.branchOpened(head: "base"))
    #expect(run.active == ["a", "b"])
    #expect([0, 1].compactMap { run.state.active[$0]?.ports } == [0, 1])
    run.fail("a", .environment)
    #expect(run.state.active[2]?.ports == 0)
  }

  @Test func aClockThatGoesBackStandsStill() throws {
    var run = try run()
    let began = run.now
    run.now = Instant(milliseconds: 5)
    run.complete("a")
    #expect(run.events.allSatisfy { $0.at == began })
    #expect(run.phase("a") == .completed)
  }
}
