import Conducting
import Foundation
import JSONValues
import Plans
import Terminal
import TestSupport
import Testing

@testable import Reports

/// What `status` shows, of runs in many states.
@Suite struct StatusReportTests {
  /// Something of everything: landed, working, asking, blocked, waiting for a person and for a limit.
  private static func busy() throws -> Led {
    var run = try Led([
      Led.agent("schema"), RunStep("phase", kind: .group),
      Led.agent("api", needs: ["schema"], group: "phase", gates: [RunGate(.command, "make test")]),
      Led.agent("guide", needs: ["schema"], group: "phase"), Led.agent("ui", needs: ["phase"]),
      RunStep("accept", kind: .approval, needs: ["schema"]), Led.agent("mail", needs: ["schema"]),
      Led.agent("tools", needs: ["schema"]),
    ]) { settings in
      settings.cost = Money(microdollars: 10_000_000)
      settings.deadline = .minutes(10)
      settings.agents = 8
    }
    run.end("schema")
    run.land("schema", as: 1)
    for step in ["guide", "mail", "tools"] as [StepID] { run.launch(step) }
    run.end("api")
    run.hear(.inspected(run.attempt("api"), .accepted(head: Led.commit(9))))
    run.hear(.observed(run.attempt("guide"), .waitingForPerson(question: "which format?")))
    run.hear(
      .ended(
        run.attempt("mail"),
        .failed(Failure(.rateLimit, "usage limit", resetAt: run.now + .minutes(30))), Usage()))
    run.hear(
      .ended(
        run.attempt("tools"), .failed(Failure(.environment, "`protoc` is missing")),
        Usage(cost: .zero, tokens: 0)))
    run.wait(.minutes(11))
    return run
  }

  @Test(arguments: [80, 120])
  func aRunUnderWayFitsTheScreen(width: Int) throws {
    let run = try Self.busy()
    let report = StatusReport(run.state, run.surroundings())
    let text = report.text(on: Screen(width: width, palette: .plain))
    #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= width })
    #expect(report.exitStatus == 0)
    expectGolden(text, at: packageRoot() + "/Tests/ReportsTests/Golden/status-\(width).txt")
  }

  @Test func everyKeyForProgramsIsThereInEveryState() throws {
    let run = try Self.busy()
    let text = StatusReport(run.state, run.surroundings()).json.text() + "\n"
    expectGolden(text, at: packageRoot() + "/Tests/ReportsTests/Golden/status.json")
    let other = try Led([RunStep("a", kind: .command)])
    let members = StatusReport(other.state, other.surroundings(runner: nil)).json.members
    #expect(members.map(\.name) == (try JSON.parse(text)).members.map(\.name))
  }

  @Test func colourChangesNoLetter() throws {
    let run = try Self.busy()
    let report = StatusReport(run.state, run.surroundings())
    let colored = report.text(on: Screen(width: 100, palette: .colored))
    let plain = colored.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(plain == report.text(on: Screen(width: 100, palette: .plain)))
    #expect(plain != colored)
  }

  @Test func aRunThatNobodyRunsSaysHowToGoOn() throws {
    let run = try Self.busy()
    let report = StatusReport(run.state, run.surroundings(runner: nil))
    #expect(report.standing == .interrupted)
    #expect(report.exitStatus == 3)
    #expect(
      report.text(on: .plain).contains(
        "interrupted, began 00:00, 15m 00s ago; nobody runs it: divisi resume \(run.state.session)")
    )
  }

  @Test func aPausedRunWaitsForAPerson() throws {
    var run = try Led([RunStep("a", kind: .command)])
    run.hear(.command(.pause, by: "ada"))
    let report = StatusReport(run.state, run.surroundings())
    #expect(report.exitStatus == 3)
    #expect(report.text(on: .plain).contains("state     paused, what runs goes on"))
  }

  @Test func whatHasEndedSaysSoInWordAndStatus() throws {
    var done = try Led([RunStep("a", kind: .command)])
    done.hear(.launched(done.attempt("a"), process: "1"))
    done.wait(.minutes(3))
    done.hear(.ended(done.attempt("a"), .succeeded(summary: ""), Usage()))
    let report = StatusReport(done.state, done.surroundings(runner: nil))
    #expect(report.exitStatus == 0)
    #expect(report.text(on: .plain).contains("state     completed after 3m 00s, at 00:03\n"))

    var failed = try Led([RunStep("a", kind: .command), RunStep("b", kind: .command, needs: ["a"])])
    { $0.retries = 0 }
    failed.hear(.launched(failed.attempt("a"), process: "1"))
    failed.hear(.ended(failed.attempt("a"), .failed(Failure(.task, "no good")), Usage()))
    let other = StatusReport(failed.state, failed.surroundings(runner: nil))
    #expect(other.exitStatus == 1)
    let text = other.text(on: .plain)
    #expect(text.contains("failed   a     command   1 of 1   0s  no good\n"))
    #expect(
      text.contains("skipped  b     command                it needs `a`, which is not done\n"))
  }

  @Test func aBlockedRunIsBlocked() throws {
    var run = try Led([RunStep("accept", kind: .approval)])
    run.wait(.minutes(1))
    let report = StatusReport(run.state, run.surroundings())
    #expect(report.standing == .blocked)
    #expect(report.exitStatus == 3)
    #expect(report.text(on: .plain).contains("divisi approve accept"))
  }

  @Test func theAgentsLastWordsHarmNoTerminal() throws {
    let run = try Self.busy()
    var surroundings = run.surroundings()
    surroundings.activities["api"] = "runs \u{1B}]0;title\u{07} \nmake"
    let text = StatusReport(run.state, surroundings).text(on: .plain)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }
}

/// Which steps of a large plan have a line.
@Suite struct StatusLayoutTests {
  private static func rows(_ state: RunState) -> [String] {
    StatusLayout(state).rows.map { row in
      switch row {
      case .step(let index, _): state.id(index).text
      case .several(let steps, let group):
        "\(group.map { state.id($0).text + ": " } ?? "")\(steps.count) \(state.phase(steps[0]).word)"
      case .rest(let tallies): tallies.map { "\($0.count) \($0.word)" }.joined(separator: ", ")
      }
    }
  }

  @Test func aSmallPlanIsShownWhole() throws {
    let run = try Led((0..<30).map { RunStep(StepID("s\($0)"), kind: .command) })
    #expect(StatusLayout(run.state).rows.count == 30)
  }

  @Test func stepsThatWaitAlikeAreOneLine() throws {
    var run = try Led((0..<50).map { RunStep(StepID("s\($0)"), kind: .command) }) { $0.retries = 0 }
    run.hear(.launched(run.attempt("s0"), process: "1"))
    run.hear(.ended(run.attempt("s0"), .failed(Failure(.task, "no")), Usage()))
    // Four attempts live at once; the first has failed, so s1 to s4 run.
    #expect(Self.rows(run.state) == ["s0", "s1", "s2", "s3", "s4", "45 ready"])
  }

  @Test func aGroupThatIsDoneIsOneLine() throws {
    var steps: [RunStep] = []
    for group in 0..<8 {
      let name = StepID("g\(group)")
      steps.append(RunStep(name, kind: .group, needs: group == 0 ? [] : [StepID("g\(group - 1)")]))
      for task in 0..<5 {
        steps.append(
          RunStep(StepID("t\(group)-\(task)"), kind: .command, group: name, isDone: group == 0))
      }
    }
    let run = try Led(steps) { $0.agents = 2 }
    #expect(
      Self.rows(run.state) == [
        "g0: 5 completed", "g1", "t1-0", "t1-1", "t1-2", "t1-3", "t1-4", "g2: 5 pending",
        "g3: 5 pending", "g4: 5 pending", "g5: 5 pending", "g6: 5 pending", "g7: 5 pending",
      ])
  }

  @Test func whatMovesHasALineHoweverLargeThePlan() throws {
    var steps: [RunStep] = []
    for index in 0..<2000 {
      // Every other is done, so that hardly two next to each other stand alike.
      steps.append(RunStep(StepID("s\(index)"), kind: .command, isDone: index % 2 == 0))
    }
    let run = try Led(steps) { $0.agents = 5 }
    let rows = Self.rows(run.state)
    #expect(rows == ["s1", "s3", "s5", "s7", "s9", "1000 completed, 995 ready"])
    #expect(StatusLayout(run.state, showsAll: true).rows.count == 2000)
    let text = StatusReport(run.state, run.surroundings()).text(on: .plain)
    #expect(text.contains("1995 steps") && text.contains("--all shows them"))
  }

  @Test func whatNeedsAPersonIsShownBeforeWhatMoves() throws {
    var steps: [RunStep] = []
    for index in 0..<300 {
      let kind: RunStep.Kind = index == 299 ? .approval : .command
      steps.append(RunStep(StepID("s\(index)"), kind: kind))
      steps.append(RunStep(StepID("d\(index)"), kind: .command, isDone: true))
    }
    var run = try Led(steps) { settings in
      settings.agents = 100
      settings.retries = 0
    }
    for index in 0..<20 {
      let step = StepID("s\(index)")
      run.hear(.launched(run.attempt(step), process: "1"))
      run.hear(.ended(run.attempt(step), .failed(Failure(.task, "no")), Usage()))
    }
    let rows = Self.rows(run.state)
    #expect(rows.count == 41)
    #expect(rows.contains("s299"), "it waits for a person")
    #expect(rows.prefix(10) == (0..<10).map { "s\($0)" }[...], "some of what failed")
    #expect(rows.last?.contains("300 completed") == true)
  }
}
