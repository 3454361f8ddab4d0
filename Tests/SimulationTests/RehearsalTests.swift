import Conducting
import Plans
import Simulation
import Testing

/// What a rehearsal finds out about a plan.
@Suite struct RehearsalTests {
  private func command(
    _ id: StepID, _ minutes: Int64, needs: [StepID] = [],
    _ change: (inout RunStep) -> Void = { _ in }
  ) -> RunStep {
    var step = RunStep(id, kind: .command, needs: needs, estimate: .minutes(minutes))
    change(&step)
    return step
  }

  private func rehearsal(
    _ steps: [RunStep], agents: Int = 4, gates: [RunGate] = [],
    terms change: (inout RehearsalTerms) -> Void = { _ in },
    limits limit: (inout RunSettings) -> Void = { _ in }
  ) throws -> Rehearsal {
    var settings = RunSettings()
    settings.agents = agents
    limit(&settings)
    var terms = RehearsalTerms()
    change(&terms)
    return try Rehearsal(
      RunOrder(session: "rehearsal", plan: "plan", settings: settings, steps: steps, gates: gates),
      terms)
  }

  private func path(_ rehearsal: Rehearsal) -> [String] {
    rehearsal.shown.path.map { rehearsal.order.steps[$0].id.text }
  }

  @Test func stepsThatNeedNothingOfEachOtherRunAtOnce() throws {
    let played = try rehearsal([command("a", 10), command("b", 20), command("c", 5, needs: ["a"])])
    #expect(played.shown.ending == .completed)
    #expect(played.shown.length == .minutes(20))
    #expect(path(played) == ["b"])
  }

  @Test func aChainOfNeedsIsTheCriticalPath() throws {
    let played = try rehearsal([
      command("a", 10), command("b", 3), command("c", 20, needs: ["a", "b"]),
      RunStep("group", kind: .group, needs: ["c"]), command("d", 5) { $0.group = "group" },
      command("e", 1, needs: ["group"]),
    ])
    #expect(played.shown.length == .minutes(36))
    #expect(path(played) == ["a", "c", "d", "e"])
  }

  @Test func aSlotThatIsTakenOverLinksThePath() throws {
    let played = try rehearsal(
      [command("a", 10), command("b", 20), command("c", 30)], agents: 1)
    #expect(played.shown.length == .hours(1))
    #expect(path(played) == ["c", "b", "a"])
    #expect(played.utilisation == 1)
    #expect(played.shown.lacks[.pool(Pool.agents)] == .minutes(50))
    #expect(played.oneMore?.agents == 2)
    #expect(played.oneMore?.length == .minutes(30))
    #expect(played.unlimited?.length == .minutes(30))
  }

  @Test func filesThatOverlapHoldTheRunUp() throws {
    func touching(_ id: StepID, _ minutes: Int64) -> RunStep {
      command(id, minutes) { $0.terms.files = ["src/**"] }
    }
    let played = try rehearsal([touching("a", 10), touching("b", 20)])
    #expect(played.shown.length == .minutes(30))
    #expect(path(played) == ["b", "a"])
    #expect(played.shown.lacks[.files] == .minutes(20))
    #expect(played.shown.lacks[.readiness] == .minutes(10))
    #expect(played.oneMore?.length == .minutes(30))
    let waited = played.shown.bars.first { $0.kind == .ready }
    #expect(waited?.from == .zero)
    #expect(waited?.to == .minutes(20))
  }

  @Test func aPoolThatIsUsedUpIsNamed() throws {
    func agent(_ id: StepID) -> RunStep {
      var step = RunStep(id, estimate: .minutes(10))
      step.terms.seats = [Seat(harness: "claude", model: "opus")]
      return step
    }
    let played = try rehearsal(
      [agent("a"), agent("b")],
      limits: { settings in
        settings.spacing = .zero
        settings.quotas = [Quota(Pool.model("opus"), 1)]
      })
    #expect(played.shown.length == .minutes(20))
    #expect(played.shown.lacks[.pool(Pool.model("opus"))] == .minutes(10))
    let paced = try rehearsal([agent("a"), agent("b")], limits: { $0.spacing = .minutes(4) })
    #expect(paced.shown.length == .minutes(14))
    #expect(paced.shown.lacks[.spacing] == .minutes(4))
    let counted = try rehearsal([agent("a"), agent("b")], limits: { $0.callsPerHour = 1 })
    #expect(counted.shown.length == .minutes(70))
    #expect(counted.shown.lacks[.callsPerHour] != nil)
  }

  @Test func gatesMergesAndApprovalsTakeTheirTime() throws {
    let played = try rehearsal(
      [
        command("a", 10) { step in
          step.terms.hasWorkspace = true
          step.terms.gates = [RunGate(.command, "make test"), RunGate(.approval, "ada")]
        }
      ], gates: [RunGate(.command, "make all"), RunGate(.approval, "bob")],
      terms: { $0.approvalDelay = .minutes(5) })
    #expect(
      played.shown.bars.map(\.kind) == [.working, .verifying, .approving, .merging])
    #expect(played.shown.length == .minutes(10 + 1 + 5 + 1 + 5))
    #expect(played.shown.lacks[.person] != nil)
    #expect(played.shown.ending == .completed)
  }

  @Test func attemptsFailAsOftenAsIsAskedFor() throws {
    let played = try rehearsal(
      (1...200).map { command(StepID("s-\($0)"), 10) }, agents: 200,
      terms: { terms in
        terms.failures = 200
        terms.seeds = 1
      })
    #expect((20...80).contains(played.shown.failedAttempts))
    #expect(played.shown.bars.count { $0.hasFailed } == played.shown.failedAttempts)
    let never = try rehearsal([command("a", 10)], terms: { $0.failures = 1000 })
    #expect(never.shown.ending == .failed)
    #expect(never.shown.failedAttempts == 3)
    #expect(never.spread.failed == never.spread.seeds)
    #expect(never.spread.median == nil)
  }

  @Test func aRunThatCannotGoOnSaysWhatItWaitsFor() throws {
    let played = try rehearsal([
      command("a", 10),
      command("b", 10) { $0.terms.resources = [ResourceRequest(name: "licence", count: 3)] },
      command("c", 10, needs: ["b"]),
    ])
    guard case .blocked(let waits) = played.shown.ending else {
      Issue.record("it is \(played.shown.ending)")
      return
    }
    #expect(waits.map(\.steps) == [["b"]])
    #expect(waits.first?.message.contains("resource:licence") == true)
    #expect(played.shown.length == .minutes(10))
    #expect(played.shown.path.isEmpty)
  }

  @Test func theSameSeedGivesTheSameRehearsal() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let order = RunOrder.random(seed: seed, steps: 40)
      var terms = RehearsalTerms()
      terms.seed = seed
      terms.failures = 150
      terms.seeds = 3
      let (one, two) = (try Rehearsal(order, terms), try Rehearsal(order, terms))
      #expect(one.shown.bars == two.shown.bars, "seed \(seed)")
      #expect(one.shown.lacks == two.shown.lacks, "seed \(seed)")
      #expect(one.shown.path == two.shown.path, "seed \(seed)")
      #expect(one.spread == two.spread, "seed \(seed)")
    }
  }

  @Test func noStepDoesTwoThingsAtOnceAndNoSlotIsUsedTwice() throws {
    for seed in 100...140 as ClosedRange<UInt64> {
      let order = RunOrder.random(seed: seed, steps: 60)
      var terms = RehearsalTerms()
      terms.seed = seed
      terms.failures = 100
      terms.seeds = 1
      terms.approvalDelay = .minutes(3)
      let played = try Rehearsal(order, terms).shown
      for (step, bars) in Dictionary(grouping: played.bars, by: \.step) {
        for (one, next) in zip(bars, bars.dropFirst()) {
          #expect(one.to <= next.from, "seed \(seed), \(order.steps[step].id)")
        }
        #expect(bars.allSatisfy { $0.from <= $0.to && $0.to <= played.length }, "seed \(seed)")
      }
      let work = played.bars.filter { $0.kind == .working }
      for bar in work {
        let others = work.count { $0.from <= bar.from && bar.from < $0.to }
        #expect(others <= order.settings.agents, "seed \(seed)")
      }
      #expect(
        played.slotTime.milliseconds
          <= played.length.milliseconds * Int64(order.settings.agents), "seed \(seed)")
      #expect(
        played.lacks.values.reduce(.zero, +) == played.length, "seed \(seed)")
    }
  }

  @Test func speedShortensWorkAndGatesButNoPause() throws {
    let steps = [
      command("a", 10) { step in
        step.terms.hasWorkspace = true
        step.terms.gates = [RunGate(.command, "make test")]
      }
    ]
    let played = try rehearsal(steps, terms: { $0.speed = 2 })
    #expect(played.shown.length == .seconds(5 * 60 + 30))
  }

  @Test func whatIsFinishedTakesNoTime() throws {
    let played = try rehearsal([command("a", 10) { $0.isDone = true }])
    #expect(played.shown.ending == .completed)
    #expect(played.shown.length == .zero)
    #expect(played.shown.bars.isEmpty)
  }

  @Test func costIsKnownOnlyWhereItIsKnownOfEveryStep() throws {
    func agent(_ id: StepID, _ cost: Int64?) -> RunStep {
      var step = RunStep(id, estimate: .minutes(10))
      step.terms.seats = [Seat(harness: "claude")]
      step.terms.expectedCost = cost.map { Money(microdollars: $0) }
      return step
    }
    #expect(try rehearsal([agent("a", 5), agent("b", 7)]).expectedCost == Money(microdollars: 12))
    #expect(try rehearsal([agent("a", 5), agent("b", nil)]).expectedCost == nil)
  }
}
