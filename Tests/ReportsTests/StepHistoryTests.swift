import Conducting
import JSONValues
import Plans
import Simulation
import Terminal
import TestSupport
import Testing

@testable import Reports

/// What has happened to a step, as its events tell it.
@Suite struct StepHistoryTests {
  /// Whatever befalls a run: what its steps cost is what the run has spent, and what is done has landed once.
  @Test(arguments: 1...40)
  func historiesAgreeWithTheState(seed: UInt64) throws {
    var played = try Playthrough(Scenario.random(seed: seed), scrutiny: .little)
    try played.play()
    let state = played.conductor.state
    var histories = (0..<state.count).map { StepHistory(of: state.id($0)) }
    for (place, event) in played.trace.enumerated() {
      let event = NumberedEvent(sequence: place + 1, event)
      // What is about one step is nothing to the others; a test of its own shows that.
      let about = event.fact.subject.flatMap { state.index(of: $0.step) }
      for index in about.map({ $0..<$0 + 1 }) ?? 0..<state.count { histories[index].take(event) }
    }
    var spent = Usage(cost: .zero, tokens: 0)
    for (index, history) in histories.enumerated() {
      spent.cost = (spent.cost ?? .zero) + (history.spent.cost ?? .zero)
      spent.tokens = (spent.tokens ?? 0) + (history.spent.tokens ?? 0)
      #expect(history.attempts.count == state.attempts(index), "seed \(seed), \(state.id(index))")
      #expect(
        history.attempts.allSatisfy { $0.isOver } || state.active[index] != nil, "seed \(seed)")
      #expect(history.attempts.count { $0.landed != nil } <= 1, "seed \(seed), \(state.id(index))")
      // Nothing that befell a run may be more than its page can show.
      let report = StepReport(
        state, index, history, StepSurroundings(StatusSurroundings(now: state.now)))
      #expect(!report.text(on: .plain).isEmpty)
      #expect(report.json["step"]?.text == state.id(index).text)
    }
    #expect(spent == state.spent, "seed \(seed)")
    let told = histories.map(\.told)
    #expect(told.reduce(.zero) { $0 + $1.cost } == state.told.cost, "seed \(seed)")
    #expect(told.reduce(0) { $0 + $1.tokens } == state.told.tokens, "seed \(seed)")
    #expect(told.allSatisfy(\.isCostWhole) == state.told.isCostWhole, "seed \(seed)")
    #expect(told.allSatisfy(\.areTokensWhole) == state.told.areTokensWhole, "seed \(seed)")
  }

  @Test func whatIsAboutOthersIsPassedOver() throws {
    let run = try Self.retried()
    let events = Set(run.history("schema").events)
    #expect(!events.isEmpty)
    #expect(events.isDisjoint(with: run.history("api").events))
    #expect(run.history("ui").attempts.count == 1)
    #expect(run.history("ui").spent == Usage(cost: .zero, tokens: 0))
  }

  private static func retried() throws -> Led {
    var run = try Led([
      Led.agent("schema"),
      Led.agent("api", needs: ["schema"], gates: [RunGate(.command, "make test")]),
      Led.agent("ui", needs: ["api"]),
    ]) { $0.retryDelay = .zero }
    run.end("schema")
    run.land("schema", as: 1)
    run.end("api")
    run.hear(.inspected(run.attempt("api"), .accepted(head: Led.commit(9))))
    run.wait(.seconds(3))
    run.hear(
      .checked(
        run.attempt("api"), Check(gate: 0), Verdict(.failed, "exit status 2: 1 of 12 tests failed"))
    )
    run.wait(.zero)
    run.end("api", .succeeded(summary: "mended the test"))
    let missing = MissingLines(of: .branch, path: "src/a.swift", lines: ["let a = 1"])
    run.hear(
      .inspected(run.attempt("api"), .accepted(head: Led.commit(10), dropped: [missing])))
    run.hear(
      .checked(run.attempt("api"), Check(gate: 0), Verdict(.passed, "exit status 0, 12 tests")))
    let merge = try #require(run.state.attempt(run.attempt("api"))?.merge?.number)
    run.hear(.merged(run.attempt("api"), merge: merge, .built(candidate: Led.commit(11))))
    run.hear(.landed(run.attempt("api"), merge: merge, .done(commit: Led.commit(11))))
    return run
  }

  private static func report(_ run: Led) -> StepReport {
    var surroundings = StepSurroundings(run.surroundings())
    surroundings.prompt = (
      "runs/api/2/prompt.md", (1...15).map { "line \($0)" }.joined(separator: "\n") + "\n"
    )
    surroundings.files = [
      StepFile(path: "src/api.swift", kind: "M", added: 12, removed: 3),
      StepFile(path: "logo.png", kind: "A", added: nil, removed: nil),
    ]
    surroundings.folder = "runs/api/2"
    return StepReport(run.state, run.state.index(of: "api")!, run.history("api"), surroundings)
  }

  @Test func everythingAboutAStepIsOnItsPage() throws {
    let text = Self.report(try Self.retried()).text(on: Screen(width: 80, palette: .plain))
    #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= 80 })
    expectGolden(text, at: packageRoot() + "/Tests/ReportsTests/Golden/show.txt")
  }

  @Test func everythingAboutAStepIsThereForPrograms() throws {
    expectGolden(
      Self.report(try Self.retried()).json.text() + "\n",
      at: packageRoot() + "/Tests/ReportsTests/Golden/show.json")
  }

  @Test func aBlockerIsToldUntilItIsResolved() throws {
    var run = try Led([Led.agent("api")])
    run.launch("api")
    run.hear(.ended(run.attempt("api"), .failed(Failure(.environment, "no protoc")), Usage()))
    #expect(run.history("api").blockers.map { $0.resolved == nil } == [true])
    run.hear(.command(.resolve(blocker: 1, reason: "installed"), by: "ada"))
    let resolved = try #require(run.history("api").blockers.first?.resolved)
    #expect(resolved.by == "ada")
    #expect(run.history("api").reason == nil, "it is no longer what keeps the step")
  }

  /// A program that does not tell what it used has not used nothing.
  @Test func aCostThatIsNotKnownIsNoZero() throws {
    var run = try Led([Led.agent("api"), Led.agent("ui")])
    run.launch("api")
    run.hear(.ended(run.attempt("api"), .succeeded(summary: ""), Usage()))
    run.launch("ui")
    func spent(_ run: Led) -> String {
      let lines = StatusReport(run.state, run.surroundings()).text(on: .plain).split(
        separator: "\n")
      return String(lines.first { $0.hasPrefix("spent ") }?.dropFirst(10) ?? "")
    }
    #expect(spent(run) == "cost not known, tokens not known")
    #expect(RunLine.summary(of: run.state).hasSuffix("completed in 0s, cost not known"))
    let history = run.history("api")
    let index = try #require(run.state.index(of: "api"))
    let report = StepReport(
      run.state, index, history, StepSurroundings(run.surroundings()))
    #expect(report.text(on: .plain).contains("spent      cost not known, tokens not known\n"))
    #expect(report.json["cost"] == .null)
    #expect(report.json["cost_known"] == false)
    run.hear(
      .ended(
        run.attempt("ui"), .succeeded(summary: ""),
        Usage(cost: Money(microdollars: 250_000), tokens: 1500)))
    #expect(spent(run) == "at least $0.25, at least 1,500 tokens")
    let status = StatusReport(run.state, run.surroundings()).json
    #expect(status["spent"]?["cost"] == 0.25)
    #expect(status["spent"]?["cost_known"] == false)
    #expect(status["steps"]?.items.map { $0["cost"] } == [.null, 0.25])
  }

  @Test func againstACeilingWhatIsNotKnownCountsAsSpent() throws {
    var run = try Led([Led.agent("api")]) { $0.cost = Money(microdollars: 2_000_000) }
    run.launch("api")
    run.hear(.ended(run.attempt("api"), .succeeded(summary: ""), Usage(tokens: 7)))
    let text = StatusReport(run.state, run.surroundings()).text(on: .plain)
    #expect(
      text.contains("spent     cost not known (counted as $2.00 of $2.00), 7 tokens\n"), "\(text)")
    #expect(text.contains("$2.00 of $2.00 are spent, what is not known counted as spent"))
  }

  @Test func numbersInARowAreOneRange() {
    #expect([1, 3, 4, 5, 9, 10].ranges == "1, 3-5, 9-10")
    #expect([Int]().ranges == "")
  }
}
