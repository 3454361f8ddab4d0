import Diagnostics
import JSONValues
import Plans

/// The keys of a plan file, of either kind.
struct PlanShape: Sendable {
  static let shared = PlanShape()

  private(set) var object = ObjectShape(
    "plan", help: "A graph of steps, and how it is run and judged.")
  let id: Key<Located<PlanID>>
  let title: Key<String>
  let status: Key<Located<String>>
  let kind: Key<PlanKind>
  let goal: Key<String>
  let dependencies: Key<[Located<PlanID>]>
  let requires: Key<[Located<PlanID>]>
  let workflow: Key<JSON>
  let phases: Key<JSON>
  let tasks: Key<JSON>
  let gates: Key<[Gate]>
  let limits: Key<PlanLimits>
  let base: Key<Located<String>>
  let deadline: Key<Located<Duration>>
  let defaults: Key<StepDefaults>
  let startedAt: Key<String>

  private init() {
    id = object.key(
      "id", type: ValueType<PlanID>.identifier("id") { PlanID($0) }.located, isRequired: true,
      help: "its name in the repository, in branches and on the command line", example: "checkout")
    title = object.key(
      "title", "name", type: .text, default: "the id", help: "what people read",
      example: "Checkout flow")
    status = object.key(
      "status", type: Self.anyStatus.located, default: "planned",
      help: "where it stands; a run starts from `planned` or `paused`, and writes the rest back",
      example: "planned")
    kind = object.key(
      "kind", type: ValueType<PlanKind>.word("kind", of: [.orchestration, .milestone]),
      default: "seen from the shape", help: "what kind of plan the file is", example: "milestone")
    goal = object.key(
      "goal", "description", type: .anyText, help: "what is reached when it is completed",
      example: "Customers can pay by card")
    let plans = ValueType<PlanID>.reference("id") { PlanID($0) }.located.list(of: "ids")
    dependencies = object.key(
      "dependencies", type: RequiresShape.type(plans), default: "none",
      help: "`requires`: plans that must be completed before this one starts",
      example: "{requires: [accounts]}")
    requires = object.key(
      "requires", type: plans, default: "none", help: "the same, in short", example: "[accounts]")
    workflow = object.key(
      "workflow", type: WorkflowShape.type, help: "`phases`: the steps of an orchestration",
      example: "{phases: [{id: api, run: make}]}", nullIsAbsent: false)
    phases = object.key(
      "phases", type: Self.steps, help: "the same, in short", example: "[{id: api, run: make}]",
      nullIsAbsent: false)
    tasks = object.key(
      "tasks", type: Self.steps, help: "the steps of a milestone",
      example: "[{id: login, run: make}]", nullIsAbsent: false)
    gates = object.key(
      "gates", type: GateShape.type.list(of: "gates"), default: "none",
      help: "what the merged tree must pass for every step that is merged",
      example: "[{run: make test}]")
    limits = object.key(
      "limits", type: PlanLimitsShape.type, default: "the configuration's",
      help: "ceilings of one run", example: "{agents: 4, cost: $20}")
    base = object.key(
      "base", type: ValueType<String>.text.located, default: "the checkout's head",
      help: "the branch or commit that a run starts from", example: "main")
    deadline = object.key(
      "deadline", type: ValueType<Duration>.duration.located, default: "none",
      help: "when it should be done, from the start of a run", example: "8h")
    defaults = object.key(
      "defaults", type: DefaultsShape.type, default: "none",
      help: "what steps have that do not say otherwise", example: "{agent: backend-implementer}")
    for (name, example) in [
      ("execution", "{}"), ("coordination", "{percentage: 0}"), ("progress", "{percentage: 0}"),
      ("blockers", "[]"), ("created_at", "2026-01-31"), ("updated_at", "2026-01-31"),
      ("completed_at", "2026-01-31T12:00:00Z"),
    ] {
      _ = object.key(name, type: .anything, help: "written back by Divisi", example: example)
    }
    startedAt = object.key(
      "started_at", type: .anyText, help: "written back by Divisi: when it was last started",
      example: "2026-01-31T09:30:00Z")
  }

  /// Read once the kind of plan is known, because its words differ by kind.
  private static let anyStatus = ValueType<String>(
    PlanStatus.allCases.map(\.rawValue).joined(separator: ", "), expectation: "a status",
    schema: { _ in ["enum": .array(PlanStatus.allCases.map { .string($0.rawValue) })] },
    read: { reader, node in ValueType<String>.text.read(&reader, node) })

  /// Read by the plan decoder, which knows where groups end.
  fileprivate static let steps = ValueType<JSON>(
    "list of steps", expectation: "a list of steps",
    schema: { ["type": "array", "items": $0.reference(to: StepShape.shared.object)] },
    read: { _, _ in JSON.null })

  /// The objects that stand inside of plans and steps, for documentation.
  static var innerObjects: [ObjectShape] {
    [
      WorkflowShape.shared.object, PlanLimitsShape.shared.object, StepLimitsShape.shared.object,
      DefaultsShape.shared.object, ContingencyShape.shared.object,
    ]
  }

  static var schema: JSON {
    SchemaWriter.document(shared.object, title: "Divisi plan")
  }
}

/// `workflow: {phases: [...]}`.
struct WorkflowShape: Sendable {
  static let shared = WorkflowShape()

  private(set) var object = ObjectShape("workflow", help: "The steps of an orchestration.")
  let phases: Key<JSON>

  private init() {
    phases = object.key(
      "phases", type: PlanShape.steps, isRequired: true, help: "steps, or groups of tasks",
      example: "[{id: api, run: make}]")
    _ = object.key(
      "type", "strategy", type: .anything, help: "read past: the graph says what runs when",
      example: "parallel")
  }

  static let type = ValueType<JSON>(
    "workflow", expectation: "a mapping with `phases`", acceptsMappings: true,
    schema: { $0.reference(to: shared.object) }, read: { _, _ in JSON.null })
}

/// `dependencies: {requires: [...]}` of a plan.
private struct RequiresShape: Sendable {
  private(set) var object = ObjectShape("plan dependencies", help: "What a plan waits for.")
  let requires: Key<[Located<PlanID>]>

  private init(_ plans: ValueType<[Located<PlanID>]>) {
    requires = object.key(
      "requires", type: plans, default: "none",
      help: "plans that must be completed before this one starts", example: "[accounts]")
  }

  static func type(_ plans: ValueType<[Located<PlanID>]>) -> ValueType<[Located<PlanID>]> {
    let shape = RequiresShape(plans)
    return ValueType(
      "plan dependencies", expectation: "a mapping, such as {requires: [accounts]}",
      acceptsMappings: true, schema: { $0.reference(to: shape.object) },
      read: { reader, node in
        // An empty list is how many files say that a plan depends on nothing.
        if reader.tree[node].kind == .sequence { return plans.read(&reader, node) }
        guard let values = ObjectReader(node, shape.object, &reader) else { return nil }
        return values.value(shape.requires, &reader) ?? []
      })
  }
}

/// The keys of a plan's limits.
private struct PlanLimitsShape: Sendable {
  static let shared = PlanLimitsShape()

  private(set) var object = ObjectShape("plan limits", help: "Ceilings of one run of a plan.")
  let agents: Key<Located<Int>>
  let cost: Key<Located<Money>>
  let tokens: Key<Located<Int>>
  let callsPerHour: Key<Located<Int>>

  private init() {
    agents = object.key(
      "agents", type: ValueType<Int>.integer.located, default: "the configuration's",
      help: "agents at once",
      example: "4")
    cost = object.key(
      "cost", type: ValueType<Money>.money.located, default: "the configuration's",
      help: "US dollars",
      example: "$20")
    tokens = object.key(
      "tokens", type: ValueType<Int>.integer.located, default: "the configuration's",
      help: "tokens in and out",
      example: "5_000_000")
    callsPerHour = object.key(
      "calls_per_hour", type: ValueType<Int>.integer.located, default: "the configuration's",
      help: "attempts started in any hour", example: "60")
  }

  static let type = ValueType<PlanLimits>(
    "limits", expectation: "limits, such as {agents: 4}", acceptsMappings: true,
    schema: { $0.reference(to: shared.object) },
    read: { reader, node in
      guard let values = ObjectReader(node, shared.object, &reader) else { return nil }
      return PlanLimits(
        agents: values.value(shared.agents, &reader), cost: values.value(shared.cost, &reader),
        tokens: values.value(shared.tokens, &reader),
        callsPerHour: values.value(shared.callsPerHour, &reader))
    })
}

/// What steps have that do not say otherwise.
struct StepDefaults: Sendable {
  var agent: Located<String>?
  var harness: Located<String>?
  var model: Located<String>?
  var timeout: Located<Duration>?
  var retries: Located<Int>?
  var priority: Priority?
  var gates: [Gate]?
}

/// The keys of a plan's defaults.
private struct DefaultsShape: Sendable {
  static let shared = DefaultsShape()

  private(set) var object = ObjectShape(
    "defaults", help: "What steps have that do not say otherwise.")
  let agent: Key<Located<String>>
  let harness: Key<Located<String>>
  let model: Key<Located<String>>
  let timeout: Key<Located<Duration>>
  let retries: Key<Located<Int>>
  let priority: Key<Priority>
  let gates: Key<[Gate]>

  private init() {
    agent = object.key(
      "agent", type: ValueType<String>.text.located, help: "the agent of prompts and tasks",
      example: "backend-implementer")
    harness = object.key(
      "harness", type: ValueType<String>.text.located, help: "the program that runs it",
      example: "codex")
    model = object.key(
      "model", type: ValueType<String>.text.located, help: "the model", example: "sonnet")
    timeout = object.key(
      "timeout", type: ValueType<Duration>.duration.located,
      help: "after this an attempt is stopped", example: "1h")
    retries = object.key(
      "retries", type: ValueType<Int>.integer.located, help: "tries after the first", example: "1")
    priority = object.key(
      "priority", type: ValueType<Priority>.word("priority"), help: "what goes first",
      example: "low")
    gates = object.key(
      "gates", type: GateShape.type.list(of: "gates"), help: "gates of steps that name none",
      example: "[{run: make test}]")
  }

  static let type = ValueType<StepDefaults>(
    "defaults", expectation: "a mapping, such as {agent: backend-implementer}",
    acceptsMappings: true, schema: { $0.reference(to: shared.object) },
    read: { reader, node in
      guard let values = ObjectReader(node, shared.object, &reader) else { return nil }
      return StepDefaults(
        agent: values.value(shared.agent, &reader), harness: values.value(shared.harness, &reader),
        model: values.value(shared.model, &reader), timeout: values.value(shared.timeout, &reader),
        retries: values.value(shared.retries, &reader),
        priority: values.value(shared.priority, &reader),
        gates: values.value(shared.gates, &reader))
    })
}
