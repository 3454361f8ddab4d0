import JSONValues
import Plans
import TestSupport
import Testing

@testable import Conducting

/// A journal is read by programs that are newer than the one that wrote it: the bodies of all facts are kept as they are
/// written today, and must be read for ever.
@Suite struct FactCodingTests {
  private static let failure = Failure(
    .rateLimit, "usage limit", resetAt: Instant(milliseconds: 5), retryAfter: .seconds(1), jitter: 7
  )
  private static let seat = Seat(agent: "tester", harness: "codex", model: "opus", account: "work")
  private static let check = Check(merge: 3, gate: 1, round: 2)
  private static let missing = MissingLines(of: .branch, path: "src/a.c", lines: ["int a;", "}"])
  private static let usage = Usage(cost: Money(microdollars: 1_250_000), tokens: 900)

  static let facts: [Fact] = [
    .runCreated(
      session: "exec-a-20260101-0a1b2c", plan: "a", title: "A \"title\"", settings: RunSettings(),
      gates: [RunGate(.command, "test", rounds: 2)]),
    .stepsPlanned(steps: [full, RunStep("bare", kind: .group)]), .runStarted,
    .runnerOpened(runner: "host 12"), .branchOpened(head: "c0"), .headMoved(head: "c1"),
    .runPaused(now: true, by: "ada"), .runResumed(by: "ada"), .runCancelling(by: "ada"),
    .runBlocked(waits: [
      Wait(.account, "limited", steps: ["a"], until: Instant(milliseconds: 9))
    ]), .runUnblocked, .runReopened(by: "ada"), .runEnded(result: .failed),
    .attemptBegan(step: "a", attempt: 1, seat: seat, ports: 2, leases: [Quota("lane:x", 1)]),
    .attemptPrepared(step: "a", attempt: 1, base: "c0"),
    .attemptWithdrawn(step: "a", attempt: 1, others: [Quota("model:opus", 4)]),
    .attemptLaunched(step: "a", attempt: 1, process: "77"),
    .attemptObserved(step: "a", attempt: 1, activity: .waitingForPerson(question: "which?")),
    .attemptObserved(step: "a", attempt: 1, activity: .longCommand(command: "make")),
    .attemptAnswered(step: "a", attempt: 1, text: "the first", by: "ada"),
    .attemptOverdue(step: "a", attempt: 1),
    .attemptStopping(step: "a", attempt: 1, reason: .failed(failure: failure)),
    .attemptFinished(step: "a", attempt: 1, summary: "done", usage: usage, charged: usage),
    .attemptInspected(step: "a", attempt: 1, head: "h"),
    .attemptInspected(step: "a", attempt: 1, head: "h", dropped: [missing]),
    .checkBegan(step: "a", attempt: 1, check: check, seat: seat),
    .checkEnded(step: "a", attempt: 1, check: check, verdict: Verdict(.passed, "9 tests")),
    .approvalAsked(step: "a", attempt: 1, gate: nil),
    .approvalGiven(step: "a", attempt: 1, gate: 1, by: "ada"),
    .attemptEnded(
      step: "a", attempt: 1, failure: failure, usage: Usage(), charged: usage,
      fate: .waiting(until: Instant(milliseconds: 10))),
    .attemptEnded(
      step: "a", attempt: 2, failure: nil, usage: usage, charged: usage, fate: .completed),
    .mergeQueued(step: "a", attempt: 1), .mergeBegan(step: "a", attempt: 1, merge: 3, base: "c0"),
    .mergeBuilt(step: "a", attempt: 1, merge: 3, candidate: "m"),
    .mergeBuilt(step: "a", attempt: 1, merge: 3, candidate: "m", dropped: [missing]),
    .mergeRefused(step: "a", attempt: 1, merge: 3, failure: Failure(.conflict, "both sides")),
    .mergeReset(step: "a", attempt: 1, merge: 3),
    .landingDecided(step: "a", attempt: 1, merge: 3, from: "c0", to: "m"),
    .landed(step: "a", attempt: 1, merge: 3, commit: "m"),
    .landed(step: "a", attempt: 1, merge: 3, commit: "c0", wasEmpty: true),
    .stepCompleted(step: "g"),
    .stepFailed(step: "g", reason: "its task failed"),
    .stepSkipped(step: "b", cause: .need(step: "a")),
    .stepSkipped(step: "b", cause: .person(name: "ada", reason: "no")),
    .stepCancelled(step: "b", by: "ada"), .stepRevived(step: "b", by: "ada"),
    .stepReleased(step: "b"), .stepActivated(step: "b"), .stepReserved(step: "b"),
    .reservationLifted(step: "b"), .priorityChanged(step: "b", priority: .low, by: "ada"),
    .accountLimited(account: "work", until: Instant(milliseconds: 11), strikes: 2),
    .accountRecovered(account: "work"), .sharesSeen(others: [Quota("model:opus", 0)]),
    .limitChanged(limit: .cost(cost: Money(microdollars: 5)), by: "ada"),
    .limitChanged(limit: .quota(name: "ports", count: 3), by: "ada"),
    .limitChanged(
      limit: .step(step: "a", cost: Money(microdollars: 5), tokens: nil), by: "ada"),
    .blockerRaised(
      blocker: Blocker(
        id: 1, scope: .pool(name: "agent:tester"), kind: .breaker, message: "5 in a row",
        proposals: ["see why"], raised: Instant(milliseconds: 12))),
    .blockerEscalated(blocker: 1), .blockerResolved(blocker: 1, how: "mended", by: "ada"),
    .commandRefused(command: .retry(step: "b"), by: "ada", reason: "it is ready"),
    .commandRefused(command: .pauseNow, by: "ada", reason: "it is paused"),
    .planAmended(
      change: PlanChange(added: [RunStep("n", kind: .command)], removed: ["b"]),
      impact: Impact(
        wavesBefore: 1, wavesAfter: 2, criticalPathBefore: .zero, criticalPathAfter: .minutes(1),
        workBefore: .zero, workAfter: .minutes(1)), by: "ada"),
    .delayForeseen(end: Instant(milliseconds: 13), due: Instant(milliseconds: 12)),
  ]

  private static var full: RunStep {
    var step = RunStep(
      "a", kind: .agent, needs: ["b"], group: "g", priority: .critical, estimate: .minutes(5),
      isDone: true)
    step.terms.seats = [seat]
    step.terms.hasWorkspace = true
    step.terms.lane = "x"
    step.terms.files = ["src/**"]
    step.terms.resources = [ResourceRequest(name: "licence", count: 2)]
    step.terms.gates = [RunGate(.review, "review", seats: [seat])]
    step.terms.retries = 1
    step.terms.cost = Money(microdollars: 5)
    step.terms.tokens = 6
    step.terms.expectedCost = Money(microdollars: 7)
    step.terms.contingency = .seats(seats: [seat])
    return step
  }

  @Test func bodiesAreWrittenAsTheyAlwaysWere() throws {
    expectGolden(
      Self.facts.map(\.body).joined(separator: "\n") + "\n",
      at: "\(packageRoot())/Tests/ConductingTests/Golden/facts.jsonl")
  }

  @Test func whatIsWrittenIsReadBack() throws {
    for fact in Self.facts {
      #expect(try Fact(body: fact.body) == fact)
      #expect(fact.body.hasPrefix("{\"v\":1,\"\(Fact.kind(ofBody: fact.body))\":{"))
    }
  }

  @Test func membersOfLaterVersionsArePassedOver() throws {
    let body = "{\"v\":1,\"stepCompleted\":{\"step\":\"a\",\"mood\":\"fine\"}}"
    #expect(try Fact(body: body) == .stepCompleted(step: "a"))
  }

  @Test(arguments: [
    ("{\"v\":2,\"runStarted\":{}}", "format 2 is newer than this program knows (1); update divisi"),
    ("{\"runStarted\":{}}", "the body does not say its format"),
    ("{\"v\":1,\"stepCompleted\":{}}", "`step` is missing in `stepCompleted`"),
    ("{\"v\":1", "no JSON: a comma or `}` should be here at byte 6"),
  ])
  func aBodyThatIsNoFactSaysWhy(_ body: String, _ reason: String) {
    do throws(FactFlaw) {
      _ = try Fact(body: body)
      Issue.record("it was read")
    } catch {
      #expect(error.message == reason)
    }
  }

  @Test func aSnapshotIsTheState() throws {
    var run = try Playing([
      RunStep("g", kind: .group), agent("a") { $0.group = "g" },
      agent("b", needs: ["g"]) { $0.terms = Self.full.terms },
      command("c") { $0.terms.lane = "x" },
    ])
    run.fail("a", .task)
    run.run("c")
    let bytes = run.state.snapshot()
    #expect(try RunState(snapshot: bytes) == run.state)
    // Whatever is cut off is noticed.
    for length in 0..<bytes.count {
      #expect(throws: SnapshotFlaw.self) { try RunState(snapshot: Array(bytes.prefix(length))) }
    }
  }

  /// The bodies that are put together as text are those that a coder writes, whatever stands in them.
  @Test func bodiesOfFrequentFactsAreAsACoderWritesThem() {
    let texts = [
      "", "a", "api.v2_x-1", "a b", "\"", "\\", "\u{7f}", "\u{1}", "\n", "\u{e9}", "\u{1F600}", "/",
    ]
    let usages = [
      Usage(), Usage(cost: .zero), Usage(tokens: 0), Usage(cost: .zero, tokens: 0), Self.usage,
      Usage(cost: Money(microdollars: 1_000_000_000_000_000), tokens: 1_000_000_000_000_000),
    ]
    var facts: [Fact] = []
    for text in texts {
      let step = StepID(text)
      for seat in [nil, Self.seat] {
        facts.append(.attemptBegan(step: step, attempt: 12, seat: seat, ports: nil, leases: nil))
      }
      facts.append(.attemptBegan(step: step, attempt: 1, seat: nil, ports: 0, leases: nil))
      facts.append(.attemptBegan(step: step, attempt: 1, seat: nil, ports: nil, leases: []))
      for other in texts {
        facts.append(.attemptLaunched(step: step, attempt: 3, process: other))
        for usage in usages {
          facts.append(
            .attemptFinished(
              step: step, attempt: 1, summary: other, usage: usage, charged: Self.usage))
        }
      }
      for usage in usages {
        for failure in [nil, Self.failure] {
          for fate in [Fate.completed, .ready, .failed] {
            facts.append(
              .attemptEnded(
                step: step, attempt: 2, failure: failure, usage: Self.usage, charged: usage,
                fate: fate))
          }
        }
      }
    }
    for fact in facts { #expect(fact.body == fact.codedBody) }
    #expect(facts.contains { $0.body.contains("\"tokens\":1000000000000000") })
  }

  /// Sums of such could not be counted.
  @Test(arguments: [-1, Int.max, Int.min])
  func whatNobodyCanHaveUsedIsNotKnown(_ count: Int) throws {
    let usage = Usage(cost: Money(microdollars: Int64(count)), tokens: count)
    #expect(usage == Usage())
    let written = try JSON.parse(#"{"cost": \#(count), "tokens": \#(count)}"#)
    #expect(try written.decode(Usage.self) == Usage())
  }
}
