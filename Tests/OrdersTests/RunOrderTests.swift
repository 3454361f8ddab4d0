import Conducting
import Configuration
import Diagnostics
import Documents
import Orders
import Plans
import TestSupport
import Testing

/// What a run is told of a plan.
@Suite struct RunOrderTests {
  private func order(
    _ plan: Plan, _ settings: String = "", agents: [AgentDefinition] = []
  ) -> RunOrder {
    let layer = Layer.repositoryFile(SourceText(path: "divisi.yaml", settings))
    let configuration = Configuration(settings.isEmpty ? [] : [layer])
    #expect(configuration.diagnostics.isEmpty)
    return RunOrder(of: plan, settings: configuration, agents: agents, session: "exec-1", cores: 4)
  }

  private func agent(_ name: String, _ change: (inout AgentDefinition) -> Void) -> AgentDefinition {
    var agent = AgentDefinition(name: name, instructions: "", path: "\(name).md")
    change(&agent)
    return agent
  }

  private func single(_ change: (inout Step) -> Void) -> Plan {
    var one = step("one", work: .task("do it"))
    change(&one)
    return plan(one)
  }

  @Test func everyKindOfWorkIsAKindOfStep() {
    let made = order(
      plan(
        step("prompt", work: .prompt("a.md")), step("task", work: .task("do it")),
        step("command", work: .run("make")), step("yes", work: .approve("ada")),
        step("group", work: .group)))
    #expect(made.steps.map(\.kind) == [.agent, .agent, .command, .approval, .group])
    #expect(made.steps.map(\.terms.hasWorkspace) == [true, true, true, false, false])
    #expect(made.steps.map(\.terms.seats.count) == [1, 1, 0, 0, 0])
    #expect(made.session == "exec-1")
    #expect(made.plan == "plan")
    #expect(made.title == "A plan")
  }

  @Test func aReviewerIsRunByItsGatesProgramOrTheStepsOrThePlans() throws {
    let source = SourceText(
      path: "t.yaml",
      """
      id: t
      title: T
      status: planned
      defaults: {harness: codex}
      gates: [{review: last}]
      phases:
        - {id: a, task: Do it., gates: [{review: critic}, {review: other, harness: aider}], contingency: {agent: senior}}
        - {id: b, task: Do it., harness: vibe, gates: [{review: critic}]}
      """)
    let made = order(try #require(PlanDocument.read(source).value))
    func programs(_ gates: [RunGate]) -> [String] {
      gates.flatMap { $0.seats ?? [] }.map(\.harness)
    }
    #expect(programs(made.steps[0].terms.gates) == ["codex", "aider"])
    #expect(programs(made.steps[1].terms.gates) == ["vibe"])
    #expect(programs(made.gates) == ["codex"])
    #expect(
      made.steps[0].terms.contingency == .seats(seats: [Seat(agent: "senior", harness: "codex")]))
  }

  @Test func aGroupAndWhatNeedsItStayByName() throws {
    let made = order(
      plan(
        step("first"), step("group", needs: ["first"], work: .group),
        step("task", needs: ["group", "task", "nobody"], group: 1), step("last", needs: ["group"])))
    #expect(made.steps.map(\.needs) == [[], ["first"], [], ["group"]])
    #expect(made.steps.map(\.group) == [nil, nil, "group", nil])
    // The run core makes the same graph of it as the plan does.
    let (conductor, _) = try Conductor.begin(made, at: Instant(milliseconds: 0))
    let graph = StepGraph(
      plan(
        step("first"), step("group", needs: ["first"], work: .group), step("task", group: 1),
        step("last", needs: ["group"])))
    for node in 0..<4 {
      #expect(Array(conductor.state.needs(node)) == Array(graph.needs(of: node)))
    }
  }

  @Test func whatIsFinishedIsDone() {
    let made = order(
      plan(
        [StepStatus.completed, .skipped, .failed, .inProgress].map { step("s-\($0)", status: $0) }))
    #expect(made.steps.map(\.isDone) == [true, true, false, false])
  }

  @Test func aStepKeepsItsOwnValues() {
    let made = order(
      single { step in
        step.priority = .high
        step.estimate = Located(.seconds(90))
        step.lane = Located("api")
        step.files = ["src/**", "docs/a.md"].compactMap { try? Glob($0) }.map { Located($0) }
        step.resources = [Located(ResourceRequest(name: "licence", count: 2))]
        step.limits = StepLimits(
          cost: Located(Money(microdollars: 5)), tokens: Located(7), turns: Located(3))
        step.retries = Located(4)
      }
    ).steps[0]
    #expect(made.priority == .high)
    #expect(made.estimate == .seconds(90))
    #expect(made.terms.lane == "api")
    #expect(made.terms.files == ["src/**", "docs/a.md"])
    #expect(made.terms.resources == [ResourceRequest(name: "licence", count: 2)])
    #expect(made.terms.cost == Money(microdollars: 5))
    #expect(made.terms.tokens == 7)
    #expect(made.terms.retries == 4)
  }

  @Test func aSeatIsMadeOfTheStepThenOfItsAgentsDefinition() {
    let agents = [
      agent("maker") { agent in
        agent.model = "sonnet"
        agent.maxRetries = 1
      }
    ]
    func made(_ change: (inout Step) -> Void) -> RunStep {
      order(single(change), agents: agents).steps[0]
    }
    #expect(made { _ in }.terms.seats == [Seat(harness: "claude")])
    let usual = made { $0.agent = Located("maker") }
    #expect(usual.terms.seats == [Seat(agent: "maker", harness: "claude", model: "sonnet")])
    #expect(usual.terms.seats[0].account == "claude")
    #expect(usual.terms.retries == 1)
    let own = made { step in
      step.agent = Located("maker")
      step.harness = Located("codex")
      step.model = Located("opus")
      step.retries = Located(0)
    }
    #expect(
      own.terms.seats == [Seat(agent: "maker", harness: "codex", model: "opus", account: "codex")])
    #expect(own.terms.retries == 0)
  }

  @Test func gatesKnowWhatTheyTakeAndArtifactsAreNoGate() {
    let made = order(
      single { step in
        step.gates = [
          Gate(check: Located(.run("make test")), attempts: Located(3)),
          Gate(check: Located(.artifacts(["a"]))),
          Gate(check: Located(.review(agent: "critic")), name: "second look"),
          Gate(check: Located(.approve("ada"))),
        ]
      }, agents: [agent("critic") { $0.model = "opus" }]
    ).steps[0]
    #expect(
      made.terms.gates == [
        RunGate(.command, "make test", rounds: 3),
        RunGate(
          .review, "second look", seats: [Seat(agent: "critic", harness: "claude", model: "opus")]),
        RunGate(.approval, "ada"),
      ])
  }

  @Test func theFirstContingencyThatIsNamedCounts() {
    func made(_ contingency: Contingency) -> Fallback? {
      let one = single { $0.contingency = contingency }.steps[0]
      return order(plan(one, step("other", work: .task("x")))).steps[0].terms.contingency
    }
    #expect(
      made(Contingency(agent: Located("maker"), step: Located("other")))
        == .seats(seats: [Seat(agent: "maker", harness: "claude")]))
    #expect(
      made(Contingency(step: Located("other"), person: Located("ada"))) == .step(step: "other"))
    #expect(made(Contingency(person: Located("ada"))) == .person(name: "ada"))
    #expect(made(Contingency(step: Located("nobody"))) == nil)
  }

  @Test func limitsOfThePlanGoBeforeThoseOfTheConfiguration() {
    let settings = """
      limits: {agents: 3, calls_per_hour: 50, cost: $4, tokens: 900}
      """
    var limited = single { _ in }
    let general = order(limited, settings).settings
    #expect(general.agents == 3)
    #expect(general.callsPerHour == 50)
    #expect(general.cost == Money(microdollars: 4_000_000))
    #expect(general.tokens == 900)
    #expect(general.deadline == nil)
    limited.limits = PlanLimits(
      agents: Located(7), cost: Located(Money(microdollars: 9)), tokens: Located(8),
      callsPerHour: Located(6))
    limited.deadline = Located(.seconds(3600))
    let own = order(limited, settings).settings
    #expect(own.agents == 7)
    #expect(own.callsPerHour == 6)
    #expect(own.cost == Money(microdollars: 9))
    #expect(own.tokens == 8)
    #expect(own.deadline == .hours(1))
  }

  @Test func theConfigurationSettlesPoolsPaceAndRetries() {
    let settings = """
      limits:
        per_model: {opus: 2}
        resources: {licence: 3}
        spacing: 5s
      retries: {task: 1, task_delay: 30s, transient_delay: 90s, transient_time: 2h, breaker: 9}
      """
    let made = order(single { _ in }, settings, agents: [agent("maker") { $0.maxParallel = 2 }])
      .settings
    #expect(made.quota(Pool.model("opus")) == 2)
    #expect(made.quota(Pool.model("sonnet")) == nil)
    #expect(made.quota(Pool.resource("licence")) == 3)
    #expect(made.quota(Pool.agent("maker")) == 2)
    #expect(made.spacing == .seconds(5))
    #expect(made.retries == 1)
    #expect(made.retryDelay == .seconds(30))
    #expect(made.transientDelay == .seconds(90))
    #expect(made.transientTime == .hours(2))
    #expect(made.breaker == 9)
  }

  @Test func withoutAnyWordTheDefaultsOfTheConfigurationHold() {
    let made = order(single { _ in }).settings
    #expect(made.agents == 4)
    #expect(made.callsPerHour == 100)
    #expect(made.spacing == .seconds(2))
    #expect(made.quota(Pool.model("opus")) == 5)
    #expect(made.cost == nil)
  }

  @Test func gatesOfThePlanStandBeforeThoseOfTheConfiguration() {
    var gated = single { _ in }
    gated.gates = [Gate(check: Located(.run("make all")))]
    let made = order(gated, "merge: {gates: [{run: make lint}]}")
    #expect(made.gates == [RunGate(.command, "make all"), RunGate(.command, "make lint")])
  }
}
