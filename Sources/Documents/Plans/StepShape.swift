import Diagnostics
import JSONValues
import Plans

/// The keys of a step: a phase of an orchestration, or a task.
struct StepShape: Sendable {
  static let shared = StepShape()

  private(set) var object = ObjectShape(
    "step", help: "One unit of work: a prompt, a command, an approval, or a group of tasks.")
  let id: Key<Located<StepID>>
  let title: Key<String>
  let description: Key<String>
  let status: Key<Located<StepStatus>>
  let prompt: Key<String>
  let task: Key<String>
  let run: Key<String>
  let approve: Key<String>
  let tasks: Key<JSON>
  let needs: Key<[Located<StepID>]>
  let agent: Key<Located<String>>
  let harness: Key<Located<String>>
  let model: Key<Located<String>>
  let files: Key<[Located<Glob>]>
  let gates: Key<[Gate]>
  let artifacts: Key<[Located<String>]>
  let acceptance: Key<[String]>
  let timeout: Key<Located<Duration>>
  let retries: Key<Located<Int>>
  let priority: Key<Priority>
  let estimate: Key<Located<Duration>>
  let contingency: Key<Contingency>
  let lane: Key<Located<String>>
  let worktree: Key<Located<Bool>>
  let resources: Key<[Located<ResourceRequest>]>
  let limits: Key<StepLimits>
  let tools: Key<[Located<String>]>
  let environment: Key<[Located<String>]>

  private init() {
    id = object.key(
      "id", type: StepShape.newID.located, isRequired: true,
      help: "its name in the plan, in branches and on the command line", example: "api")
    title = object.key(
      "title", "name", type: .text, default: "the id", help: "what people read",
      example: "Payment API")
    description = object.key(
      "description", type: .anyText, help: "more about it, for people and for the agent",
      example: "Create, capture and refund")
    status = object.key(
      "status", type: ValueType<StepStatus>.word("status of a step").located, default: "pending",
      help: "where it stands; written back while the plan runs", example: "pending")
    prompt = object.key(
      "prompt", type: .path, help: "a file with the prompt, relative to the repository's root",
      example: "prompts/api.md", nullIsAbsent: false)
    task = object.key(
      "task", type: .text, help: "the prompt itself", example: "Write the endpoints.",
      nullIsAbsent: false)
    run = object.key(
      "run", type: .text, help: "a command for the shell instead of an agent",
      example: "make generate", nullIsAbsent: false)
    approve = object.key(
      "approve", type: .text, help: "a person who must say yes before what needs this step goes on",
      example: "maintainer", nullIsAbsent: false)
    tasks = object.key(
      "tasks", type: Self.nestedSteps, help: "makes the phase a group of these tasks",
      example: "[{id: login, run: make login}]", nullIsAbsent: false)
    needs = object.key(
      "dependencies", "needs", type: StepShape.needed.located.list(of: "ids"), default: "none",
      help: "steps or groups that must be completed and merged first", example: "[schema]")
    agent = object.key(
      "agent", type: ValueType<String>.text.located, default: "routed",
      help: "the agent that does it",
      example: "backend-implementer")
    harness = object.key(
      "harness", type: ValueType<String>.text.located, default: "the agent's",
      help: "the program that runs the agent", example: "claude")
    model = object.key(
      "model", type: ValueType<String>.text.located, default: "the agent's",
      help: "the model that it runs with",
      example: "sonnet")
    files = object.key(
      "files", type: StepShape.glob.located.list(of: "globs"), default: "not said",
      help: "what it may touch; steps whose files could overlap do not run at the same time",
      example: "[src/api/**]")
    gates = object.key(
      "gates", type: GateShape.type.list(of: "gates"), default: "none",
      help: "what an attempt must pass before it is merged", example: "[{run: make test}]")
    artifacts = object.key(
      "artifacts", type: ValueType<String>.path.located.list(of: "paths"), default: "none",
      help: "files that must exist and be non-empty afterwards", example: "[docs/api.md]")
    acceptance = object.key(
      "acceptance", type: ValueType<String>.text.list(of: "texts"), default: "none",
      help: "criteria that the agent and its reviewers are given",
      example: "[refunds are idempotent]")
    timeout = object.key(
      "timeout", type: ValueType<Duration>.duration.located, default: "30m",
      help: "after this an attempt is stopped and has failed", example: "30m")
    retries = object.key(
      "retries", type: ValueType<Int>.integer.located, default: "2",
      help: "how often it is tried again after its gates failed", example: "2")
    priority = object.key(
      "priority", type: ValueType<Priority>.word("priority"), default: "medium",
      help: "what goes first where several steps could", example: "high")
    estimate = object.key(
      "estimate", type: ValueType<Duration>.duration.located, default: "from history, else 10m",
      help: "how long it will probably take", example: "20m")
    contingency = object.key(
      "contingency", type: ContingencyShape.type, default: "the step fails",
      help: "what happens when its retries are used up", example: "{agent: general-purpose}")
    lane = object.key(
      "lane", type: ValueType<String>.identifier("lane") { $0 }.located,
      default: "a workspace of its own",
      help: "steps of one lane share a workspace, one after the other", example: "database")
    worktree = object.key(
      "worktree", type: ValueType<Bool>.bool.located, default: "true",
      help: "false runs a command in the repository itself; nothing of it is merged",
      example: "false")
    resources = object.key(
      "resources", type: ResourceType.type.located.list(of: "resources"), default: "none",
      help: "named things that it needs for itself, or so many units of them",
      example: "[port-5432, {licence: 1}]")
    limits = object.key(
      "limits", type: StepLimitsShape.type, default: "the run's",
      help: "what it may cost and take of the machine", example: "{cost: $2}")
    tools = object.key(
      "tools", type: ValueType<String>.text.located.list(of: "tools"), default: "none",
      help: "tools that an attempt must have and must have used", example: "[Bash]")
    environment = object.key(
      "env", type: ValueType<String>.text.located.list(of: "names"), default: "none",
      help: "variables of the environment that reach the attempt", example: "[DATABASE_URL]")
    StepShape.addMirroredKeys(&object)
  }

  /// What Divisi writes back while a plan runs, and nobody needs to write.
  private static func addMirroredKeys(_ object: inout ObjectShape) {
    for (name, example) in [
      ("started_at", "2026-01-31T09:30:00Z"), ("completed_at", "2026-01-31T09:50:00Z"),
    ] {
      _ = object.key(
        name, type: .anything, help: "written back by Divisi", example: example)
    }
    _ = object.key(
      "blockers", type: .anything, help: "written back by Divisi: what holds it up", example: "[]")
  }

  private static let newID = ValueType<StepID>.identifier("id") { StepID($0) }
  private static let needed = ValueType<StepID>.reference("id") { StepID($0) }
  static let glob = ValueType<Glob>(
    "glob", expectation: "a glob", schema: { _ in ["type": "string", "minLength": 1] },
    read: { reader, node in
      guard let text = ValueType<String>.text.read(&reader, node) else { return nil }
      do throws(GlobFlaw) {
        return try Glob(text)
      } catch {
        reader.reportFlaw(node, error.message, hint: error.hint)
        return nil
      }
    })

  /// Tasks are read by the plan decoder, which puts them behind their group.
  private static let nestedSteps = ValueType<JSON>(
    "list of steps", expectation: "a list of steps",
    schema: { ["type": "array", "items": $0.reference(to: shared.object)] },
    read: { _, _ in JSON.null })
}

/// The keys of a contingency.
struct ContingencyShape: Sendable {
  static let shared = ContingencyShape()

  private(set) var object = ObjectShape(
    "contingency", help: "What happens when a step's retries are used up. Exactly one key.")
  let agent: Key<Located<String>>
  let step: Key<Located<StepID>>
  let person: Key<Located<String>>

  private init() {
    agent = object.key(
      "agent", type: ValueType<String>.text.located, help: "another agent takes the step",
      example: "general-purpose",
      nullIsAbsent: false)
    step = object.key(
      "step", type: ValueType<StepID>.reference("id") { StepID($0) }.located,
      help: "another step, which runs only in this case, stands in for it", example: "by-hand",
      nullIsAbsent: false)
    person = object.key(
      "person", type: ValueType<String>.text.located, help: "a person decides",
      example: "maintainer",
      nullIsAbsent: false)
  }

  static let type = ValueType<Contingency>(
    "contingency", expectation: "a contingency, such as {agent: general-purpose}",
    acceptsMappings: true, schema: { $0.reference(to: shared.object) },
    read: { reader, node in
      guard let values = ObjectReader(node, shared.object, &reader) else { return nil }
      let written = [
        values.has(shared.agent), values.has(shared.step), values.has(shared.person),
      ].filter { $0 }.count
      guard written == 1 else {
        reader.report(
          written == 0 ? "a contingency names nobody" : "a contingency names \(written) ways out",
          at: reader.place(of: node), hint: "give it exactly one of `agent`, `step`, `person`")
        return nil
      }
      return Contingency(
        agent: values.value(shared.agent, &reader), step: values.value(shared.step, &reader),
        person: values.value(shared.person, &reader))
    })
}

/// The keys of a step's limits.
struct StepLimitsShape: Sendable {
  static let shared = StepLimitsShape()

  private(set) var object = ObjectShape(
    "step limits",
    help: "Ceilings of one step: `cost` and `tokens` over all its attempts, the others in each.")
  let cost: Key<Located<Money>>
  let tokens: Key<Located<Int>>
  let turns: Key<Located<Int>>
  let memory: Key<Located<Int>>
  let processes: Key<Located<Int>>
  let cpus: Key<Located<Double>>

  private init() {
    cost = object.key(
      "cost", type: ValueType<Money>.money.located, default: "the run's", help: "US dollars",
      example: "$2.50")
    tokens = object.key(
      "tokens", type: ValueType<Int>.integer.located, default: "the run's",
      help: "tokens in and out",
      example: "500_000")
    turns = object.key(
      "turns", type: ValueType<Int>.integer.located, default: "2000",
      help: "turns of the agent in one attempt",
      example: "200")
    memory = object.key(
      "memory", type: ValueType<Int>.size.atLeastOne.located, default: "limits.memory",
      help: "memory that an attempt, or a gate, may take with all that it starts", example: "4GiB")
    processes = object.key(
      "processes", type: ValueType<Int>.integer.atLeastOne.located, default: "limits.processes",
      help: "processes and threads that it may have at once", example: "500")
    cpus = object.key(
      "cpus", type: ValueType<Double>.number.located, default: "limits.cpus",
      help: "cores that it may keep busy, where a cgroup is delegated", example: "1.5")
  }

  static let type = ValueType<StepLimits>(
    "limits", expectation: "limits, such as {cost: $2}", acceptsMappings: true,
    schema: { $0.reference(to: shared.object) },
    read: { reader, node in
      guard let values = ObjectReader(node, shared.object, &reader) else { return nil }
      return StepLimits(
        cost: values.value(shared.cost, &reader), tokens: values.value(shared.tokens, &reader),
        turns: values.value(shared.turns, &reader), memory: values.value(shared.memory, &reader),
        processes: values.value(shared.processes, &reader),
        cpus: values.value(shared.cpus, &reader))
    })
}

/// `port-5432`, or `{licence: 2}`.
private enum ResourceType {
  static let type = ValueType<ResourceRequest>(
    "resource", expectation: "a name, or a mapping of one name to a number", acceptsMappings: true,
    schema: { _ in
      [
        "anyOf": [
          ["type": "string", "minLength": 1],
          [
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "additionalProperties": ["type": "integer", "minimum": 1],
          ],
        ]
      ]
    },
    read: { reader, node in
      if reader.tree[node].kind == .scalar {
        return ValueType<String>.text.read(&reader, node).map { ResourceRequest(name: $0) }
      }
      let entries = reader.tree.entries(of: node)
      guard reader.tree[node].kind == .mapping, entries.count == 1, let entry = entries.first else {
        reader.reportMismatch(node, expected: "names, or mappings of one name to a number")
        return nil
      }
      return ValueType<Int>.integer.read(&reader, entry.value).map {
        ResourceRequest(name: reader.tree[entry.key].text, count: $0)
      }
    })
}
