import Conducting
import Plans
import Testing

/// Limits that a person changes while the run goes on.
@Suite struct LimitChangeTests {
  private func workers(_ count: Int) -> [RunStep] {
    (0..<count).map { number in command(StepID("s\(number)")) { $0.terms.hasWorkspace = true } }
  }

  private func ports(_ run: Playing) -> [Int?] {
    run.state.active.keys.sorted().map { run.state.active[$0]?.ports }
  }

  @Test func moreRangesOfPortsAreThereAtOnce() throws {
    var run = try Playing(workers(4)) { $0.quotas = [Quota(Pool.ports, 1)] }
    run.hear(.branchOpened(head: "base"))
    #expect(ports(run) == [0])
    #expect(run.command(.setLimit(limit: .quota(name: Pool.ports, count: 3))) == nil)
    #expect(ports(run) == [0, 1, 2])
  }

  @Test func fewerRangesOfPortsAreTheLowest() throws {
    var run = try Playing(workers(5)) { $0.quotas = [Quota(Pool.ports, 3)] }
    run.hear(.branchOpened(head: "base"))
    #expect(ports(run) == [0, 1, 2])
    #expect(run.command(.setLimit(limit: .quota(name: Pool.ports, count: 1))) == nil)
    for step: StepID in ["s0", "s1"] {
      run.fail(step, .environment)
      #expect(run.active.last == "s2")
    }
    run.fail("s2", .environment)
    #expect(run.active == ["s3"])
    #expect(ports(run) == [0])
  }

  @Test(arguments: [Pool.ports, Pool.worktrees])
  func aLimitThatWasNotThereHolds(_ pool: String) throws {
    var run = try Playing(workers(4)) { $0.agents = 2 }
    run.hear(.branchOpened(head: "base"))
    #expect(run.command(.setLimit(limit: .quota(name: pool, count: 1))) == nil)
    #expect(run.command(.setLimit(limit: .agents(count: 4))) == nil)
    // What had begun holds nothing of it; one more may begin.
    #expect(run.active == ["s0", "s1", "s2"])
    #expect((ports(run).last ?? nil) == (pool == Pool.ports ? 0 : nil))
  }

  @Test func aSlowerPaceIsWaitedForAndNotForgotten() throws {
    var run = try Playing([agent("a"), agent("b")]) { $0.spacing = .seconds(2) }
    #expect(run.command(.setLimit(limit: .spacing(span: .minutes(5)))) == nil)
    run.wait(.seconds(2))
    #expect(run.active == ["a"])
    #expect(run.conductor.nextWake() == run.now + .minutes(5) - .seconds(2))
    run.wait(.seconds(298))
    #expect(run.active == ["a", "b"])
  }

  @Test func aFasterPaceIsTakenAtOnce() throws {
    var run = try Playing([agent("a"), agent("b")]) { $0.spacing = .hours(1) }
    #expect(run.command(.setLimit(limit: .spacing(span: .minutes(1)))) == nil)
    #expect(run.conductor.nextWake() == run.now + .minutes(1))
    run.wait(.minutes(1))
    #expect(run.active == ["a", "b"])
  }

  @Test func callsBeforeTheirLimitCount() throws {
    var run = try Playing(["a", "b", "c"].map { agent(StepID($0)) }) { $0.agents = 2 }
    #expect(run.command(.setLimit(limit: .callsPerHour(count: 2))) == nil)
    #expect(run.command(.setLimit(limit: .agents(count: 3))) == nil)
    run.wait(.minutes(59))
    #expect(run.active == ["a", "b"])
    #expect(run.conductor.nextWake() == run.now + .minutes(1))
    run.wait(.minutes(1))
    #expect(run.active == ["a", "b", "c"])
  }
}

private func - (instant: Instant, span: Span) -> Instant {
  Instant(milliseconds: instant.milliseconds - span.milliseconds)
}
