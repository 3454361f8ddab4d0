import Conducting
import Plans
import Testing

@Suite struct FailureTests {
  @Test func workThatIsNotGoodEnoughIsTriedAgainWithWhatWasLearned() throws {
    var run = try Playing([agent("a")])
    run.fail("a", .task, "two tests fail")
    #expect(run.phase("a") == .waiting(until: run.now + .seconds(10)))
    #expect(run.state.notes[0]?.feedback == "two tests fail")
    run.wait(.seconds(10))
    #expect(run.attempt("a").number == 2)
    run.fail("a", .timeout)
    run.wait(.seconds(10))
    run.fail("a", .task)
    #expect(run.phase("a") == .failed)
    #expect(run.state.phase == .ended(.failed))
  }

  /// An attempt that crashed has put nothing right.
  @Test func whatAGateFoundIsToldUntilItIsJudgedAgain() throws {
    var run = try Playing([agent("a") { $0.terms.retries = 9 }])
    func told() -> String? { run.state.notes[0]?.feedback }
    run.fail("a", .rejected, "two tests fail")
    run.wait(.hours(1))
    run.fail("a", .crash, "ended by signal 11")
    #expect(told() == "ended by signal 11\n\ntwo tests fail")
    run.wait(.hours(1))
    run.fail("a", .timeout, "its time was over")
    #expect(told() == "its time was over\n\ntwo tests fail")
    run.wait(.hours(1))
    run.fail("a", .rejected, "one test fails")
    #expect(told() == "one test fails")
  }

  @Test func whatNeedsAFailedStepIsSkippedAndTheRestGoesOn() throws {
    var run = try Playing([
      agent("a") { $0.terms.retries = 0 }, agent("b", needs: ["a"]), agent("c", needs: ["b"]),
      agent("other"),
    ])
    run.fail("a", .task)
    #expect(run.phase("b") == .skipped(.need(step: "a")))
    #expect(run.phase("c") == .skipped(.need(step: "b")))
    #expect(run.active == ["other"])
    #expect(run.command(.retry(step: "c")) == "`c` was skipped because of `b`: retry that")
    #expect(run.command(.retry(step: "a")) == nil)
    #expect(run.phase("c") == .pending)
    #expect(run.active == ["a", "other"])
  }

  @Test func oneLimitAnswerStopsTheWholeAccount() throws {
    var run = try Playing([agent("a"), agent("b"), agent("c")]) { $0.agents = 2 }
    let reset = run.now + .hours(5)
    run.run("a")
    run.hear(
      .ended(
        run.attempt("a"), .failed(Failure(.rateLimit, "limit", resetAt: reset)), Usage()))
    #expect(run.active == ["b"])
    #expect(run.state.accounts["claude"]?.limitedUntil == reset)
    // It has used up none of its retries, and the others of the account wait for the same time.
    #expect(run.state.notes[0]?.failures == 0)
    run.wait(.hours(4))
    #expect(run.active == ["b"])
    run.wait(.hours(1))
    // Restarts are staggered until one has succeeded.
    #expect(run.active == ["a", "b"])
    run.complete("b")
    #expect(run.active == ["a", "c"])
  }

  @Test func aLimitIsKeptForTheAccountThoughItsStepIsBlockedOrStopped() throws {
    var run = try Playing([agent("a"), agent("b"), agent("c")]) {
      $0.transientTries = 0
      $0.agents = 2
    }
    let reset = run.now + .hours(5)
    let limit = Ending.failed(Failure(.rateLimit, "limit", resetAt: reset))
    run.end("a", limit)
    #expect(run.state.blockers.map(\.kind) == [.limit])
    #expect(run.active == ["b"])

    run = try Playing([agent("a"), agent("b")]) { $0.agents = 1 }
    run.run("a")
    _ = run.command(.pauseNow)
    run.hear(.ended(run.attempt("a"), limit, Usage()))
    _ = run.command(.resume)
    run.wait(.hours(4))
    #expect(run.active == [])
    run.wait(.hours(1))
    #expect(run.active == ["a"])
  }

  @Test func anAgentThatWaitsForItsLimitByItselfStopsTheWholeAccount() throws {
    var run = try Playing([agent("a"), agent("b")]) { $0.agents = 1 }
    let reset = run.now + .hours(2)
    run.run("a")
    run.hear(.observed(run.attempt("a"), .limited(until: reset)))
    #expect(run.state.accounts["claude"]?.limitedUntil == reset)
    #expect(run.command(.setLimit(limit: .agents(count: 2))) == nil)
    #expect(run.active == ["a"])
    run.wait(.hours(2))
    #expect(run.active == ["a", "b"])
  }

  @Test func aLimitThatAReviewerMeetsStopsTheWholeAccount() throws {
    let review = RunGate(.review, "review", seats: [Seat(harness: "claude")])
    var run = try Playing([
      agent("a") { $0.terms.gates = [review] }, command("c"), agent("b", needs: ["c"]),
    ])
    let reset = run.now + .hours(2)
    run.run("a")
    run.hear(.ended(run.attempt("a"), .succeeded(summary: "done"), Usage()))
    run.hear(.inspected(run.attempt("a"), .accepted(head: nil)))
    let check = Check(gate: 0, round: 1)
    let limit = Failure(.rateLimit, "limit", resetAt: reset)
    run.hear(.delayed(run.attempt("a"), Check(gate: 1, round: 1), limit))
    #expect(run.state.accounts["claude"]?.limitedUntil == nil)
    run.hear(.delayed(run.attempt("a"), check, limit))
    #expect(run.state.accounts["claude"]?.limitedUntil == reset)
    run.complete("c")
    #expect(run.active == ["a"])
    // Nothing is held against the attempt, and its verdict still counts.
    run.hear(.checked(run.attempt("a"), check, Verdict(.passed, "fine")))
    #expect(run.phase("a") == .completed)
    #expect(run.active == [])
    run.wait(.hours(2))
    #expect(run.active == ["b"])
  }

  @Test func whoBeganBeforeALimitAndSucceedsDoesNotEndIt() throws {
    var run = try Playing([agent("a"), agent("b"), agent("c", needs: ["b"])])
    run.run("b")
    let reset = run.now + .hours(5)
    run.end("a", .failed(Failure(.rateLimit, "limit", resetAt: reset)))
    run.wait(.minutes(1))
    run.hear(.ended(run.attempt("b"), .succeeded(summary: "done"), Usage()))
    run.hear(.inspected(run.attempt("b"), .accepted(head: nil)))
    #expect(run.active == [])
    #expect(run.state.accounts["claude"]?.limitedUntil == reset)
    run.wait(.hours(5))
    #expect(!run.active.isEmpty)
    run.complete(StepID(run.active[0]))
    #expect(run.state.accounts["claude"]?.isRecovering == false)
  }

  @Test func aLimitWithoutAResetIsWaitedForTwiceAsLongEachTime() throws {
    var run = try Playing([agent("a")])
    run.fail("a", .overload)
    let delay = try #require(run.state.accounts["claude"]?.limitedUntil)
    #expect(delay == run.now + .seconds(60))
    run.wait(.seconds(60))
    run.fail("a", .overload)
    #expect(run.state.accounts["claude"]?.limitedUntil == run.now + .seconds(120))
  }

  @Test func onlyTimeThatLimitsTookCountsAgainstTheirBound() throws {
    var run = try Playing([agent("a"), agent("b")]) {
      $0.transientTime = .hours(2)
      $0.agents = 1
      $0.transientDelay = .minutes(50)
    }
    run.fail("a", .overload)
    run.wait(.minutes(50))
    run.run("a")
    // The work itself takes long; that is no limit's doing.
    run.wait(.hours(8))
    run.hear(.ended(run.attempt("a"), .failed(Failure(.network, "reset")), Usage()))
    #expect(run.state.blockers == [])
    // Two limits of an hour each, and the next is one too many.
    for _ in 0..<2 {
      run.wait(.hours(2))
      #expect(run.attempt("a").number > 2)
      run.hear(.prepared(run.attempt("a"), base: nil))
      run.hear(.ended(run.attempt("a"), .failed(Failure(.overload, "busy")), Usage()))
    }
    #expect(run.state.blockers.map(\.kind) == [.limit])
    #expect(run.state.blockers.map(\.message) == ["it has met limits 4 times in a row: busy"])
  }

  @Test func aProcessThatFinishedWellMeetsItsNextLimitAsTheFirst() throws {
    var run = try Playing([
      agent("a") { $0.terms.gates = [RunGate(.command, "test")] }
    ]) {
      $0.transientTries = 1
    }
    run.fail("a", .overload)
    run.wait(.minutes(1))
    run.complete("a")
    run.hear(.checked(run.attempt("a"), Check(gate: 0), Verdict(.failed, "2 tests fail")))
    run.wait(.minutes(1))
    run.fail("a", .overload)
    #expect(run.state.blockers == [])
  }

  @Test func aMissingProgramBlocksAtOnceAndOnlyItsStep() throws {
    var run = try Playing([agent("a"), agent("b")])
    run.fail("a", .environment, "claude: command not found")
    let blocker = try #require(run.state.blockers.first)
    #expect(run.phase("a") == .blocked(blocker: blocker.id))
    #expect(blocker.scope == .step(step: "a"))
    run.complete("b")
    #expect(run.state.isBlocked)
    #expect(run.state.blockedBy.map(\.message) == ["claude: command not found"])
    run.wait(.minutes(30))
    #expect(run.state.blockers.first?.isEscalated == true)
    #expect(run.command(.retry(step: "a")) == nil)
    #expect(run.active == ["a"])
    #expect(run.state.blockers == [])
    #expect(!run.state.isBlocked)
  }

  @Test func failuresInARowOpenTheBreaker() throws {
    var run = try Playing(
      (0..<4).map { number in agent(StepID("s\(number)")) { $0.terms.retries = 0 } }
    ) {
      $0.breaker = 2
      $0.agents = 1
    }
    run.fail("s0", .task)
    run.fail("s1", .crash)
    #expect(run.active == [])
    #expect(
      run.state.blockers.map(\.scope) == [
        .pool(name: "harness:claude"), .pool(name: "agent:implementer"),
      ])
    for blocker in run.state.blockers {
      #expect(run.command(.resolve(blocker: blocker.id, reason: "mended")) == nil)
    }
    #expect(run.active == ["s2"])
  }

  @Test func aLostAttemptIsNotTheStepsFault() throws {
    var run = try Playing([agent("a")]) { $0.losses = 1 }
    run.fail("a", .lost)
    #expect(run.active == ["a"])
    #expect(run.state.notes[0]?.failures == 0)
    run.fail("a", .lost)
    #expect(run.state.blockers.map(\.kind) == [.lost])
  }

  @Test func anotherAgentTakesOver() throws {
    let other = Seat(agent: "general-purpose", harness: "codex")
    var run = try Playing([
      agent("a") {
        $0.terms.retries = 0
        $0.terms.contingency = .seats(seats: [other])
      }
    ])
    run.fail("a", .task)
    #expect(run.active == ["a"])
    #expect(run.state.active[0]?.seat == other)
    run.fail("a", .task)
    #expect(run.phase("a") == .failed)
  }

  @Test func anotherStepStandsIn() throws {
    var run = try Playing([
      agent("a") {
        $0.terms.retries = 0
        $0.terms.contingency = .step(step: "plan-b")
      }, agent("plan-b"), agent("after", needs: ["a"]),
    ])
    #expect(run.active == ["a"])
    run.fail("a", .task)
    #expect(run.active == ["plan-b"])
    run.complete("plan-b")
    #expect(run.phase("a") == .completed)
    #expect(run.active == ["after"])
  }

  @Test func whatStandsByIsNotRunWhereItIsNotNeeded() throws {
    var run = try Playing([
      agent("a") { $0.terms.contingency = .step(step: "plan-b") }, agent("plan-b"),
    ])
    run.complete("a")
    #expect(run.phase("plan-b") == .skipped(.notNeeded))
    #expect(run.state.phase == .ended(.completed))
  }

  @Test func anUnknownCostCountsAsTheCeiling() throws {
    var run = try Playing([
      agent("a") { $0.terms.cost = Money(microdollars: 5_000_000) }, agent("b", needs: ["a"]),
    ]) { $0.cost = Money(microdollars: 5_000_000) }
    run.run("a")
    run.hear(.ended(run.attempt("a"), .succeeded(summary: ""), Usage()))
    run.hear(.inspected(run.attempt("a"), .accepted(head: nil)))
    #expect(run.state.spent.cost == Money(microdollars: 5_000_000))
    #expect(run.active == [])
    #expect(
      run.state.blockers.map(\.message) == [
        "$5.00 of $5.00 are spent, what is not known counted as spent"
      ])
    #expect(
      run.command(.setLimit(limit: .cost(cost: Money(microdollars: 9_000_000)))) == nil)
    #expect(run.active == ["b"])
    #expect(run.state.blockers == [])
  }

  @Test func anAttemptThatStallsIsEnded() throws {
    var run = try Playing([agent("a")])
    run.run("a")
    run.hear(.observed(run.attempt("a"), .longCommand(command: "make")))
    run.wait(.hours(3))
    #expect(run.state.active[0]?.phase == .running)
    run.hear(.observed(run.attempt("a"), .stalled))
    run.wait(.minutes(5))
    #expect(run.state.outstandingEffects() == [.stop(run.attempt("a"))])
    run.hear(.ended(run.attempt("a"), .stopped, Usage()))
    #expect(run.phase("a") == .waiting(until: run.now + .seconds(10)))
  }

  @Test func hearingOfAThingTwiceChangesNothing() throws {
    var run = try Playing([agent("a")])
    run.run("a")
    let attempt = run.attempt("a")
    run.hear(.ended(attempt, .failed(Failure(.task, "no")), Usage()))
    let state = run.state
    #expect(run.hear(.ended(attempt, .failed(Failure(.task, "no")), Usage())).events == [])
    #expect(run.hear(.launched(attempt, process: "2")).events == [])
    #expect(run.state == state)
  }
}
