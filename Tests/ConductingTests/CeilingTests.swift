import Conducting
import Plans
import Testing

/// What a step may spend over all its attempts.
@Suite struct CeilingTests {
  private static func dollars(_ count: Int64) -> Money { Money(microdollars: count * 1_000_000) }

  /// A run of one step that may spend five dollars and as many tokens as it likes.
  private func run(_ change: (inout RunStep) -> Void = { _ in }) throws -> Playing {
    try Playing([
      agent("a") {
        $0.terms.cost = Self.dollars(5)
        change(&$0)
      }
    ])
  }

  private func fail(
    _ run: inout Playing, _ kind: Failure.Kind, spending cost: Money?, tokens: Int? = 0
  ) {
    run.run("a")
    run.hear(
      .ended(
        run.attempt("a"), .failed(Failure(kind, "it failed")), Usage(cost: cost, tokens: tokens)))
  }

  @Test(arguments: [Failure.Kind.task, .lost, .rateLimit, .crash])
  func aStepThatHasSpentItsCeilingIsNotTriedAgain(_ kind: Failure.Kind) throws {
    var run = try run()
    fail(&run, kind, spending: Self.dollars(2))
    run.wait(.hours(2))
    #expect(run.active == ["a"])
    fail(&run, kind, spending: Self.dollars(3))
    run.wait(.hours(2))
    #expect(run.active == [])
    #expect(run.state.blockers.map(\.kind) == [.budget])
    #expect(run.state.blockers.map(\.message) == ["it spent $5.00 of the $5.00 that it may"])
    #expect(run.state.isBlocked)
  }

  @Test func tokensAreACeilingToo() throws {
    var run = try run { $0.terms.tokens = 1_000 }
    fail(&run, .task, spending: .zero, tokens: 1_000)
    run.wait(.minutes(1))
    #expect(run.active == [])
    #expect(
      run.state.blockers.map(\.message) == ["it used 1000 of the 1000 tokens that it may"])
  }

  @Test func anAttemptOfUnknownCostHasSpentAllThatWasLeft() throws {
    var run = try run()
    fail(&run, .lost, spending: nil, tokens: nil)
    #expect(run.state.blockers.map(\.kind) == [.budget])
    #expect(run.active == [])
  }

  @Test func aPausedAttemptThatHasSpentItsCeilingDoesNotGoOn() throws {
    var run = try run()
    run.run("a")
    _ = run.command(.pauseNow)
    run.hear(.ended(run.attempt("a"), .stopped, Usage(cost: Self.dollars(5), tokens: 0)))
    _ = run.command(.resume)
    #expect(run.active == [])
    #expect(run.state.blockers.map(\.kind) == [.budget])
  }

  @Test func othersDoNotTakeOverWhatHasNothingLeft() throws {
    var run = try run {
      $0.terms.retries = 0
      $0.terms.contingency = .seats(seats: [Seat(harness: "codex")])
    }
    fail(&run, .task, spending: Self.dollars(5))
    #expect(run.active == [])
    #expect(run.state.blockers.map(\.kind) == [.budget])
  }

  @Test func aRetryWithNothingLeftIsRefused() throws {
    var run = try run { $0.terms.retries = 0 }
    fail(&run, .task, spending: Self.dollars(5))
    #expect(run.phase("a") == .failed)
    #expect(
      run.command(.retry(step: "a"))
        == "`a` spent $5.00 of the $5.00 that it may: first, divisi limit --step a cost AMOUNT")
  }

  @Test func anAttemptThatSpendsMoreThanTheRunHasIsEndedAndItsStepIsNotBlocked() throws {
    var run = try Playing([agent("a")]) { $0.cost = Self.dollars(3) }
    run.run("a")
    run.hear(.used(run.attempt("a"), Usage(cost: Self.dollars(2), tokens: 1)))
    #expect(run.state.active[0]?.phase == .running)
    run.hear(.used(run.attempt("a"), Usage(cost: Self.dollars(4), tokens: 1)))
    #expect(run.state.outstandingEffects() == [.stop(run.attempt("a"))])
    run.hear(.ended(run.attempt("a"), .stopped, Usage(cost: Self.dollars(4), tokens: 1)))
    #expect(run.phase("a").isReady)
    #expect(run.state.blockers.map(\.scope) == [.pool(name: Pool.cost)])
    #expect(run.active == [])
    #expect(run.command(.setLimit(limit: .cost(cost: Self.dollars(9)))) == nil)
    #expect(run.active == ["a"])
  }

  @Test func aHigherCeilingLetsTheStepGoOn() throws {
    var run = try run()
    fail(&run, .task, spending: Self.dollars(5))
    #expect(
      run.command(.setLimit(limit: .step(step: "a", cost: Self.dollars(4), tokens: nil)))
        == "`a` spent $5.00 of the $4.00 that it may then: give it more, or cancel it")
    #expect(
      run.command(.setLimit(limit: .step(step: "a", cost: Self.dollars(8), tokens: nil))) == nil)
    #expect(run.state.blockers == [])
    #expect(run.active == ["a"])
    run.run("a")
    run.hear(.used(run.attempt("a"), Usage(cost: Self.dollars(4), tokens: 0)))
    #expect(run.state.outstandingEffects() == [.stop(run.attempt("a"))])
  }

  @Test func anotherLimitLetsNoStepGoOn() throws {
    var run = try run()
    // The agent's own program knows of a smaller budget.
    fail(&run, .budget, spending: Self.dollars(2))
    #expect(run.command(.setLimit(limit: .agents(count: 9))) == nil)
    #expect(run.state.blockers.map(\.kind) == [.budget])
    #expect(run.active == [])
    #expect(run.command(.retry(step: "a")) == nil)
    #expect(run.active == ["a"])
  }

  @Test func aStepOfAFailedRunIsRetriedWithAHigherCeiling() throws {
    var run = try run { $0.terms.retries = 0 }
    fail(&run, .task, spending: Self.dollars(5))
    #expect(run.state.phase == .ended(.failed))
    #expect(
      run.command(.setLimit(limit: .step(step: "a", cost: nil, tokens: nil))) == nil)
    #expect(run.command(.retry(step: "a")) == nil)
    #expect(run.active == ["a"])
  }

  @Test(
    arguments: [
      ("a", Self.dollars(-1), "an amount is not negative"), ("b", nil, "there is no step `b`"),
      ("c", nil, "no agent works at `c`: it spends nothing"), ("d", nil, "`d` is completed"),
    ] as [(StepID, Money?, String)])
  func aCeilingThatCannotBeIsRefused(_ step: StepID, _ cost: Money?, _ reason: String) throws {
    var run = try Playing([agent("a"), command("c"), agent("d")])
    run.complete("d")
    #expect(run.command(.setLimit(limit: .step(step: step, cost: cost, tokens: nil))) == reason)
  }

  @Test func whoStandsInIsNotCalledWithNothingLeft() throws {
    var run = try Playing([
      agent("a") {
        $0.terms.retries = 0
        $0.terms.contingency = .step(step: "plan-b")
      },
      agent("plan-b") {
        $0.terms.retries = 0
        $0.terms.cost = Self.dollars(1)
      },
    ])
    run.fail("a", .task)
    run.run("plan-b")
    run.hear(
      .ended(
        run.attempt("plan-b"), .failed(Failure(.task, "no")),
        Usage(cost: Self.dollars(1), tokens: 0)))
    #expect(run.state.phase == .ended(.failed))
    #expect(run.command(.retry(step: "a")) == nil)
    run.fail("a", .task)
    #expect(run.phase("a") == .failed)
    #expect(run.state.phase == .ended(.failed))
  }

  @Test func aCeilingOfNothingIsNoOrder() {
    #expect(throws: OrderFlaw(message: "step `a`: its ceiling leaves nothing to spend")) {
      try run { $0.terms.cost = .zero }
    }
  }
}
