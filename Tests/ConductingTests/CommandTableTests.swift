import Conducting
import Plans
import TestSupport
import Testing

/// Every command in every state of a step, and of a run: it is done, or refused with a reason.
@Suite struct CommandTableTests {
  enum Situation: String, CaseIterable {
    case pending, ready, waiting, running, asking, approving, landing, blocked, completed, failed
    case needSkipped, skipped, cancelled, replaced, standby
  }

  private static let person = "ada"

  /// A run in which step `s` is in a situation.
  private func run(_ situation: Situation) throws -> Playing {
    let other = command("other")
    switch situation {
    case .pending: return try Playing([agent("first"), agent("s", needs: ["first"]), other])
    case .ready: return try Playing([command("first"), command("s")]) { $0.agents = 1 }
    case .waiting:
      var run = try Playing([agent("s"), other])
      run.fail("s", .task)
      return run
    case .running:
      var run = try Playing([agent("s"), other])
      run.run("s")
      return run
    case .asking:
      var run = try Playing([agent("s"), other])
      run.run("s")
      run.hear(.observed(run.attempt("s"), .waitingForPerson(question: "which?")))
      return run
    case .approving:
      var run = try Playing([agent("s") { $0.terms.gates = [RunGate(.approval, "ada")] }, other])
      run.complete("s")
      return run
    case .landing:
      var run = try Playing([command("s") { $0.terms.hasWorkspace = true }, other])
      run.hear(.branchOpened(head: "base"))
      run.end("s")
      run.hear(.inspected(run.attempt("s"), .accepted(head: "head")))
      run.hear(.merged(run.attempt("s"), merge: 1, .built(candidate: "m")))
      return run
    case .blocked:
      var run = try Playing([agent("s"), other])
      run.fail("s", .environment)
      return run
    case .completed:
      var run = try Playing([command("s"), other])
      run.complete("s")
      return run
    case .failed:
      var run = try Playing([agent("s") { $0.terms.retries = 0 }, other])
      run.fail("s", .task)
      return run
    case .needSkipped:
      var run = try Playing([
        agent("first") { $0.terms.retries = 0 }, agent("s", needs: ["first"]), other,
      ])
      run.fail("first", .task)
      return run
    case .skipped:
      var run = try Playing([command("s"), other]) { $0.agents = 1 }
      _ = run.command(.pause)
      run.end("s", .stopped)
      _ = run.command(.skip(step: "s", reason: "not needed"))
      _ = run.command(.resume)
      return run
    case .cancelled:
      var run = try Playing([agent("first"), agent("s", needs: ["first"]), other])
      _ = run.command(.cancel(step: "s"))
      return run
    case .replaced:
      var run = try Playing([
        agent("s") {
          $0.terms.retries = 0
          $0.terms.contingency = .step(step: "plan-b")
        }, agent("plan-b"), other,
      ])
      run.fail("s", .task)
      return run
    case .standby:
      return try Playing([
        agent("first") { $0.terms.contingency = .step(step: "s") }, agent("s"), other,
      ])
    }
  }

  static let commands: [(name: String, command: Command)] = [
    ("cancel", .cancel(step: "s")), ("retry", .retry(step: "s")),
    ("skip", .skip(step: "s", reason: "no")), ("approve", .approve(step: "s")),
    ("reject", .reject(step: "s", feedback: "no")), ("answer", .answer(step: "s", text: "yes")),
    ("priority", .setPriority(step: "s", priority: .critical)),
    ("ceiling", .setLimit(limit: .step(step: "s", cost: nil, tokens: 1_000_000))),
  ]

  @Test func everyCommandIsDoneOrRefusedInEveryStateOfAStep() throws {
    var table: [String] = []
    for situation in Situation.allCases {
      for (name, command) in Self.commands {
        var run = try run(situation)
        let before = run.state
        let reason = run.command(command)
        // A refusal changes nothing but the count of events and the time.
        if reason != nil { #expect(before.isAsUsual(run.state), "\(situation) \(name)") }
        table.append("\(situation.rawValue) \(name): \(reason ?? "done")")
      }
    }
    expectGolden(
      table.joined(separator: "\n") + "\n",
      at: "\(packageRoot())/Tests/ConductingTests/Golden/commands-of-steps.txt")
  }

  @Test func everyCommandIsDoneOrRefusedInEveryStateOfARun() throws {
    let commands: [(String, Command)] = [
      ("pause", .pause), ("pause --now", .pauseNow), ("resume", .resume), ("cancel", .cancelRun),
      ("limit", .setLimit(limit: .agents(count: 2))),
      ("bad limit", .setLimit(limit: .agents(count: 0))),
      ("resolve", .resolve(blocker: 7, reason: "")),
      ("retry of no step", .retry(step: "nothing")),
      ("amend", .amend(change: PlanChange(added: [command("new")]))),
    ]
    var table: [String] = []
    for situation in ["running", "paused", "paused now", "cancelling", "completed", "failed"] {
      for (name, command) in commands {
        var run = try Playing([agent("s") { $0.terms.retries = 0 }])
        run.run("s")
        switch situation {
        case "paused": _ = run.command(.pause)
        case "paused now": _ = run.command(.pauseNow)
        case "cancelling": _ = run.command(.cancelRun)
        case "completed": run.complete("s")
        case "failed": run.fail("s", .task)
        default: break
        }
        table.append("\(situation) \(name): \(run.command(command) ?? "done")")
      }
    }
    expectGolden(
      table.joined(separator: "\n") + "\n",
      at: "\(packageRoot())/Tests/ConductingTests/Golden/commands-of-runs.txt")
  }

  @Test func aPausedRunFinishesWhatRunsAndStartsNothing() throws {
    var run = try Playing([command("a"), command("b", needs: ["a"])])
    #expect(run.command(.pause) == nil)
    run.complete("a")
    #expect(run.active == [])
    #expect(run.command(.resume) == nil)
    #expect(run.active == ["b"])
  }

  @Test func aPauseAtOnceBeginsNoReview() throws {
    let review = RunGate(.review, "review", seats: [Seat(agent: "architect", harness: "codex")])
    var run = try Playing([agent("a") { $0.terms.gates = [review] }])
    run.end("a")
    #expect(run.command(.pauseNow) == nil)
    run.hear(.inspected(run.attempt("a"), .accepted(head: nil)))
    #expect(run.state.outstandingEffects() == [])
    #expect(run.command(.resume) == nil)
    #expect(run.state.outstandingEffects() == [.check(run.attempt("a"), Check(gate: 0))])
  }

  @Test func aPauseAtOnceKeepsWorkThatWasDone() throws {
    var run = try Playing([agent("a"), agent("b")])
    run.run("a")
    run.run("b")
    #expect(run.command(.pauseNow) == nil)
    #expect(
      run.state.outstandingEffects() == [.stop(run.attempt("a")), .stop(run.attempt("b"))])
    run.hear(.ended(run.attempt("a"), .succeeded(summary: "just so"), Usage()))
    run.hear(.ended(run.attempt("b"), .stopped, Usage()))
    run.hear(.inspected(run.attempt("a"), .accepted(head: nil)))
    #expect(run.phase("a") == .completed)
    #expect(run.phase("b").isReady)
    #expect(run.state.notes[1]?.failures ?? 0 == 0)
  }

  @Test func aPlanIsChangedUnderWayAndSaysWhatThatMeans() throws {
    var run = try Playing([
      command("a") { $0.estimate = .minutes(10) },
      command("b", needs: ["a"]) { $0.estimate = .minutes(10) },
      command("c", needs: ["b"]) { $0.estimate = .minutes(10) },
    ])
    let change = PlanChange(
      added: [command("d", needs: ["a"]) { $0.estimate = .minutes(5) }], removed: ["c"])
    #expect(run.command(.amend(change: change)) == nil)
    let impact = run.events.compactMap { event -> Impact? in
      if case .planAmended(_, let impact, _) = event.fact { impact } else { nil }
    }
    #expect(impact.map(\.wavesBefore) == [3])
    #expect(impact.map(\.wavesAfter) == [2])
    #expect(impact.map(\.criticalPathAfter) == [.minutes(20)])
    run.complete("a")
    #expect(run.active == ["b", "d"])
    run.complete("b")
    run.complete("d")
    #expect(run.state.phase == .ended(.completed))
  }

  @Test(arguments: [
    (PlanChange(), "it changes nothing"),
    (PlanChange(removed: ["a"]), "`a` is under way: only what has not been started can be changed"),
    (PlanChange(removed: ["b"]), "`b` cannot be removed: `c` names it"),
    (PlanChange(added: [command("b")]), "there is a step `b` already"),
    (
      PlanChange(added: [command("d", needs: ["x"])]),
      "step `d` names `x`, which would not be in the plan"
    ),
    (
      PlanChange(changed: [command("b", needs: ["c"])]),
      "steps would wait for each other in a circle"
    ),
  ])
  func aChangeThatCannotWorkIsRefused(_ change: PlanChange, _ reason: String) throws {
    var run = try Playing([
      command("a"), command("b", needs: ["a"]), command("c", needs: ["b"]),
    ])
    #expect(run.command(.amend(change: change)) == reason)
  }
}

extension RunState {
  /// Whether a state is as another, however many refusals have been journaled between.
  fileprivate func isAsUsual(_ other: RunState) -> Bool {
    outstandingEffects() == other.outstandingEffects()
      && (0..<count).allSatisfy { phase($0) == other.phase($0) } && phase == other.phase
  }
}
