import Conducting
import Plans
import Testing

@Suite struct SchedulingTests {
  @Test func aStepStartsWhenWhatItNeedsIsDone() throws {
    var run = try Playing([agent("a"), agent("b", needs: ["a"])])
    #expect(run.active == ["a"])
    run.complete("a")
    #expect(run.active == ["b"])
    run.complete("b")
    #expect(run.state.phase == .ended(.completed))
  }

  @Test func theMostUrgentStepGoesFirst() throws {
    var run = try Playing([
      command("plain"), command("long") { $0.estimate = .hours(1) },
      command("critical") { $0.priority = .critical }, command("low") { $0.priority = .low },
    ]) { $0.agents = 1 }
    var order: [String] = []
    while let next = run.active.first {
      order.append(next)
      run.complete(StepID(next))
    }
    #expect(order == ["critical", "long", "plain", "low"])
  }

  @Test func whatHangsBehindAStepMakesItUrgent() throws {
    let run = try Playing([
      command("short") { $0.estimate = .minutes(20) },
      command("first") { $0.estimate = .minutes(5) },
      command("second", needs: ["first"]) { $0.estimate = .minutes(30) },
    ]) { $0.agents = 1 }
    #expect(run.active == ["first"])
  }

  @Test func stepsWithOverlappingFilesTakeTurns() throws {
    var run = try Playing([
      agent("api") { $0.terms.files = ["src/api/**"] },
      agent("all") { $0.terms.files = ["src/**"] }, agent("docs") { $0.terms.files = ["docs"] },
    ])
    #expect(run.active == ["api", "docs"])
    run.complete("api")
    #expect(run.active == ["all", "docs"])
  }

  @Test func aLaneIsOneWorkspace() throws {
    var run = try Playing([
      command("a") { $0.terms.lane = "x" }, command("b") { $0.terms.lane = "x" },
    ])
    #expect(run.active == ["a"])
    run.complete("a")
    #expect(run.active == ["b"])
  }

  @Test func resourcesAreCounted() throws {
    func takes(_ id: StepID, _ count: Int?) -> RunStep {
      command(id) { $0.terms.resources = [ResourceRequest(name: "licence", count: count)] }
    }
    var run = try Playing([
      takes("one", 1), takes("two", 2), takes("three", 1), takes("whole", nil),
    ]) { $0.quotas = [Quota(Pool.resource("licence"), 3)] }
    #expect(run.active == ["one", "two"])
    run.complete("two")
    #expect(run.active == ["one", "three"])
    run.complete("one")
    #expect(run.active == ["three"])
    run.complete("three")
    #expect(run.active == ["whole"])
  }

  @Test func limitsOfAgentsAndModelsCompose() throws {
    let opus = Seat(agent: "architect", harness: "claude", model: "opus")
    var run = try Playing([
      agent("a") { $0.terms.seats = [opus] }, agent("b") { $0.terms.seats = [opus] },
      agent("c"), agent("d"), agent("e"),
    ]) {
      $0.agents = 4
      $0.quotas = [Quota(Pool.model("opus"), 1), Quota(Pool.agent("implementer"), 2)]
    }
    #expect(run.active == ["a", "c", "d"])
    run.complete("c")
    #expect(run.active == ["a", "d", "e"])
  }

  @Test func workMovesToASeatThatIsFree() throws {
    let run = try Playing([
      agent("a"),
      agent("b") {
        $0.terms.seats.append(Seat(agent: "implementer", harness: "codex"))
      },
    ]) { $0.quotas = [Quota(Pool.account("claude"), 1)] }
    #expect(run.active == ["a", "b"])
    #expect(run.state.active[1]?.seat?.harness == "codex")
  }

  @Test func launchesOfAgentsKeepTheirDistance() throws {
    var run = try Playing([agent("a"), agent("b"), command("c")]) { $0.spacing = .seconds(2) }
    #expect(run.active == ["a", "c"])
    #expect(run.conductor.nextWake() == run.now + .seconds(2))
    run.wait(.seconds(2))
    #expect(run.active == ["a", "b", "c"])
  }

  @Test func callsOfAnHourAreCounted() throws {
    var run = try Playing([agent("a"), agent("b"), agent("c")]) { $0.callsPerHour = 2 }
    #expect(run.active == ["a", "b"])
    run.complete("a")
    run.wait(.minutes(59))
    #expect(run.active == ["b"])
    run.wait(.minutes(1))
    #expect(run.active == ["b", "c"])
  }

  @Test func aStepThatHasWaitedLongIsKeptWhatItLacks() throws {
    func takes(_ id: StepID, _ count: Int) -> RunStep {
      command(id) {
        $0.terms.resources = [ResourceRequest(name: "memory", count: count)]
        $0.priority = id == "a" ? .critical : id == "big" ? .high : .low
      }
    }
    var run = try Playing([
      takes("big", 4), takes("a", 1), takes("b", 1), takes("c", 1), takes("d", 1),
    ]) {
      $0.quotas = [Quota(Pool.resource("memory"), 4)]
      $0.agents = 3
    }
    #expect(run.active == ["a", "b", "c"])
    run.wait(.minutes(10))
    run.complete("a")
    // The small one would fit, but the big one has waited for ten minutes.
    #expect(run.active == ["b", "c"])
    run.complete("b")
    run.complete("c")
    #expect(run.active == ["big"])
  }

  @Test func groupsCompleteWithTheirTasks() throws {
    var run = try Playing([
      command("setup"), RunStep("build", kind: .group, needs: ["setup"]),
      command("one") { $0.group = "build" }, command("two") { $0.group = "build" },
      command("after", needs: ["build"]),
    ])
    #expect(run.active == ["setup"])
    run.complete("setup")
    #expect(run.active == ["one", "two"])
    run.complete("one")
    #expect(run.phase("build") == .pending)
    run.complete("two")
    #expect(run.phase("build") == .completed)
    #expect(run.active == ["after"])
  }

  @Test(arguments: [
    ([], "the plan has no steps"),
    ([command("a"), command("a")], "there are two steps `a`"),
    ([command("a", needs: ["b"])], "step `a` names `b`, which is not in the plan"),
    (
      [command("a", needs: ["b"]), command("b", needs: ["a"])],
      "steps wait for each other in a circle"
    ),
    ([RunStep("a")], "step `a`: nobody is named to do it"),
  ])
  func aPlanThatCannotEndIsRefused(_ steps: [RunStep], _ reason: String) {
    #expect(throws: OrderFlaw.self) { try Playing(steps) }
    do { _ = try Playing(steps) } catch { #expect("\(error)" == reason) }
  }
}
