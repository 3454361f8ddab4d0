import Conducting
import Plans
import Testing

@Suite struct ProgressTests {
  private func steps() -> [RunStep] {
    [
      command("a") { $0.estimate = .minutes(10) },
      command("b", needs: ["a"]) { $0.estimate = .minutes(30) }, RunStep("g", kind: .group),
      command("c") {
        $0.estimate = .minutes(40)
        $0.group = "g"
      },
    ]
  }

  @Test func progressIsWeighedByCountAndByWork() throws {
    var run = try Playing(steps()) { $0.agents = 1 }
    var progress = run.state.progress()
    #expect(progress.tally.steps == 3)
    #expect(progress.percentByCount == 0)
    #expect(progress.criticalPathLeft == .minutes(40))
    #expect(progress.velocity == nil)
    // Of two ways that are as long, the one that stands first in the plan is taken.
    run.now = run.now + .minutes(20)
    run.complete("a")
    progress = run.state.progress()
    #expect(progress.tally.completed == 1)
    #expect(progress.percentByCount == 33)
    #expect(progress.percentByWork == 12)
    // It took twice as long as was thought, so what is left will, too.
    #expect(progress.estimateRatio == 200)
    #expect(progress.velocity == 50)
    let end = try #require(progress.end)
    #expect(end == run.now + .minutes(140))
    #expect(try #require(progress.earliestEnd) < end)
    #expect(try #require(progress.latestEnd) > end)
  }

  @Test func onlyWhatIsCompletedIsWorkDone() throws {
    var run = try Playing([
      command("a") { $0.estimate = .minutes(10) }, command("b") { $0.estimate = .minutes(30) },
      command("c", needs: ["b"]) { $0.estimate = .minutes(40) },
      command("d", needs: ["c"]) { $0.estimate = .minutes(20) },
    ]) { $0.retries = 0 }
    run.now = run.now + .minutes(10)
    run.complete("a")
    run.fail("b", .task)
    let progress = run.state.progress()
    var tally = Tally()
    (tally.steps, tally.completed, tally.failed, tally.skipped) = (4, 1, 1, 2)
    #expect(progress.tally == tally)
    #expect(progress.percentByCount == 25)
    #expect(progress.percentByWork == 10)
    // What failed or was skipped says nothing of how long things take.
    #expect(progress.estimateRatio == 100)
    #expect(progress.velocity == 100)
  }

  @Test func nothingLacksWhereAStandInWasNotNeeded() throws {
    var run = try Playing([
      command("a") { $0.terms.contingency = .step(step: "b") }, command("b"),
    ])
    run.complete("a")
    #expect(run.state.result == .completed)
    let progress = run.state.progress()
    #expect(progress.tally.steps == 2)
    #expect(progress.tally.skipped == 1)
    #expect(progress.tally.unneeded == 1)
    #expect(progress.percentByCount == 100)
    #expect(progress.percentByWork == 100)
  }

  @Test func whatWasDoneBeforeTheRunIsNoMeasureOfItsPace() throws {
    var run = try Playing([
      command("a") {
        $0.estimate = .minutes(30)
        $0.isDone = true
      }, command("b") { $0.estimate = .minutes(10) }, command("c", needs: ["b"]),
    ])
    run.now = run.now + .minutes(20)
    run.complete("b")
    #expect(run.state.progress().velocity == 50)
    #expect(run.state.progress().estimateRatio == 200)
  }

  @Test func theRangeNarrowsAsMoreIsKnown() throws {
    var run = try Playing(steps()) { $0.agents = 1 }
    func width() throws -> Int64 {
      let progress = run.state.progress()
      return (try #require(progress.latestEnd) - (try #require(progress.earliestEnd))).milliseconds
    }
    let before = try width()
    for id in ["a", "b"] as [StepID] {
      while run.active.first != id.text {
        run.now = run.now + .minutes(40)
        run.complete(StepID(try #require(run.active.first)))
      }
      run.now = run.now + (id == "a" ? .minutes(10) : .minutes(30))
      if id == "b" { break }
      run.complete(id)
    }
    #expect(try width() < before)
  }

  @Test func aDeadlineThatThePathAloneMissesIsToldAtOnce() throws {
    let run = try Playing(steps()) { $0.deadline = .minutes(30) }
    let foreseen = run.events.compactMap { event -> Span? in
      if case .delayForeseen(let end, let due) = event.fact { end - due } else { nil }
    }
    #expect(foreseen == [.minutes(10)])
  }

  @Test func aDeadlineThatThePaceMissesIsToldEarlyAndOnce() throws {
    var run = try Playing(steps()) {
      $0.agents = 1
      $0.deadline = .minutes(100)
    }
    run.now = run.now + .minutes(30)
    run.complete("a")
    run.wait(.minutes(1))
    let count = run.events.count { if case .delayForeseen = $0.fact { true } else { false } }
    #expect(count == 1)
    #expect(run.state.progress().isLate)
  }

  @Test func anAttemptThatTakesLongerThanThoughtIsTold() throws {
    var run = try Playing(steps())
    run.run("a")
    run.wait(.minutes(14))
    #expect(run.state.active[0]?.isOverdue == false)
    run.wait(.minutes(1))
    #expect(run.state.active[0]?.isOverdue == true)
  }
}
