package import Diagnostics
package import JSONValues
package import Plans

/// A plan file: from bytes to a plan, with everything that is wrong on the way.
package enum PlanDocument {
  /// The plan that a source holds. As much of it as can be read is given, so that validation can go
  /// on and say more; no plan where the text is not YAML or the top is no mapping.
  package static func read(_ source: SourceText) -> Reading<Plan> {
    let tree = YAMLTree.parse(source)
    guard let value = tree.value else { return Reading(nil, diagnostics: tree.diagnostics) }
    let plan = read(value)
    return Reading(plan.value, diagnostics: tree.diagnostics + plan.diagnostics)
  }

  package static func read(_ tree: YAMLTree) -> Reading<Plan> {
    var decoder = PlanDecoder(tree)
    let plan = decoder.decode()
    return Reading(plan, diagnostics: decoder.reader.diagnostics)
  }

  /// A gate in any of its forms, for other documents that have gates.
  package static var gate: ValueType<Gate> { GateShape.type }

  /// A glob, for other documents that name files.
  package static var glob: ValueType<Glob> { StepShape.glob }

  /// The JSON Schema of plan files.
  package static var schema: JSON { PlanShape.schema }
}

private struct PlanDecoder {
  var reader: TreeReader
  private let shape = PlanShape.shared
  private let stepShape = StepShape.shared
  private var steps: [Step] = []
  private var defaults = StepDefaults()

  init(_ tree: YAMLTree) { reader = TreeReader(tree) }

  mutating func decode() -> Plan? {
    guard let root = reader.tree.root, !reader.tree.isNull(root) else {
      let end = reader.tree.source.bytes.count
      reader.report(
        "the file holds no plan", at: reader.tree.source.place(end..<end),
        hint:
          "begin with `id:`, `title:` and `workflow:` or `tasks:`; `divisi init` writes an example")
      return nil
    }
    guard let values = ObjectReader(root, shape.object, &reader) else { return nil }
    let (kind, list) = stepList(of: values)
    defaults = values.value(shape.defaults, &reader) ?? StepDefaults()
    let id = values.value(shape.id, &reader)
    let status = readStatus(values, kind)
    if let list { readSteps(list, kind) }
    var plan = Plan(id: id ?? Located(""), kind: kind, status: status)
    plan.title = values.value(shape.title, &reader) ?? plan.id.value.text
    plan.goal = values.value(shape.goal, &reader)
    plan.requires =
      (values.value(shape.dependencies, &reader) ?? [])
      + (values.value(shape.requires, &reader) ?? [])
    plan.steps = steps
    plan.gates = (values.value(shape.gates, &reader) ?? []).map { gate in
      var gate = gate
      gate.harness = gate.harness ?? defaults.harness
      return gate
    }
    plan.limits = values.value(shape.limits, &reader) ?? PlanLimits()
    plan.base = values.value(shape.base, &reader)
    plan.deadline = values.value(shape.deadline, &reader)
    plan.lastRun = values.value(shape.startedAt, &reader)
    plan.path = reader.tree.source.path
    return plan
  }

  // MARK: Kind and status

  /// The kind of plan, seen from where its steps stand, and the node of their list.
  private mutating func stepList(of values: ObjectReader) -> (PlanKind, YAMLTree.NodeID?) {
    let written = values.value(shape.kind, &reader)
    var places: [(kind: PlanKind, name: String, node: YAMLTree.NodeID)] = []
    if let node = values.node(of: shape.workflow) {
      if let workflow = ObjectReader(node, WorkflowShape.shared.object, &reader) {
        if let phases = workflow.node(of: WorkflowShape.shared.phases) {
          places.append((.orchestration, "workflow.phases", phases))
        } else {
          _ = workflow.value(WorkflowShape.shared.phases, &reader)
          return (.orchestration, nil)
        }
      } else {
        return (.orchestration, nil)
      }
    }
    if let node = values.node(of: shape.phases) { places.append((.orchestration, "phases", node)) }
    if let node = values.node(of: shape.tasks) { places.append((.milestone, "tasks", node)) }
    guard let first = places.first else {
      var place = reader.place(of: values.node)
      place.length = min(place.length, 1)
      reader.report(
        "the plan has no steps", at: place,
        hint: "an orchestration has them under `workflow: phases:`, a milestone under `tasks:`")
      return (written ?? .orchestration, nil)
    }
    if places.count > 1 {
      reader.report(
        "the plan has steps in two places: `\(first.name)` and `\(places[1].name)`",
        at: reader.place(of: places[1].node),
        hint: "an orchestration has them under `workflow: phases:`, a milestone under `tasks:`")
    }
    return (written ?? first.kind, first.node)
  }

  private mutating func readStatus(
    _ values: ObjectReader, _ kind: PlanKind
  ) -> Located<PlanStatus> {
    guard let written = values.value(shape.status, &reader) else { return Located(.planned) }
    let allowed = PlanStatus.words(of: kind)
    if let status = allowed.first(where: { $0.rawValue == written.value }) {
      return Located(status, at: written.place)
    }
    let words = allowed.map(\.rawValue)
    var hint = "it is one of \(words.joined(separator: ", "))"
    if let near = closestMatch(to: written.value, in: words) {
      hint = "did you mean `\(near)`? " + hint
    }
    if let other = PlanStatus(rawValue: written.value) {
      let meant: PlanStatus = kind == .milestone ? .inProgress : .coordinating
      hint = "a running \(kind.rawValue) is `\(meant.rawValue)`"
      reader.report(
        "`status`: `\(written.value)` is not a status of \(kind == .milestone ? "a milestone" : "an orchestration")",
        at: written.place,
        hint: hint)
      return Located(other.isRunning ? meant : other, at: written.place)
    }
    reader.report(
      "`status`: `\(written.value)` is not a status of \(kind == .milestone ? "a milestone" : "an orchestration")",
      at: written.place,
      hint: hint)
    return Located(.planned, at: written.place)
  }

  // MARK: Steps

  private mutating func readSteps(_ list: YAMLTree.NodeID, _ kind: PlanKind) {
    guard isList(list, of: "steps") else { return }
    let items = reader.tree.items(of: list)
    if items.isEmpty {
      reader.report("the plan has no steps", at: reader.place(of: list), hint: "add - id: api")
    }
    steps.reserveCapacity(items.count)
    for item in items { readStep(item, group: nil, mayBeGroup: kind == .orchestration) }
  }

  private mutating func isList(_ node: YAMLTree.NodeID, of what: String) -> Bool {
    if reader.tree[node].kind == .sequence { return true }
    if reader.tree.isNull(node) {
      reader.report(
        "the list of \(what) is empty", at: reader.place(of: node), hint: "add - id: api")
    } else {
      reader.report(
        "\(what) are a list, not \(reader.description(of: node))", at: reader.place(of: node),
        hint: "begin each with a dash: - id: api")
    }
    return false
  }

  private mutating func readStep(_ node: YAMLTree.NodeID, group: Int?, mayBeGroup: Bool) {
    guard let values = ObjectReader(node, stepShape.object, &reader) else { return }
    let id = values.value(stepShape.id, &reader)
    let work = readWork(values, mayBeGroup: mayBeGroup)
    var step = Step(id: id ?? Located(""), work: work, group: group)
    readRest(of: values, into: &step)
    // A step without an id has been told, and nothing can name it.
    if id != nil { steps.append(step) }
    if work.value == .group { readTasks(values, group: id == nil ? nil : steps.count - 1) }
  }

  private mutating func readTasks(_ values: ObjectReader, group: Int?) {
    guard let list = values.node(of: stepShape.tasks), isList(list, of: "tasks") else { return }
    for item in reader.tree.items(of: list) { readStep(item, group: group, mayBeGroup: false) }
  }

  /// What the step does. Where that is wrong it is told, and a step that does something is given
  /// all the same wherever others could name it.
  private mutating func readWork(_ values: ObjectReader, mayBeGroup: Bool) -> Located<StepWork> {
    let written = [
      ("prompt", values.keyPlace(stepShape.prompt, reader)),
      ("task", values.keyPlace(stepShape.task, reader)),
      ("run", values.keyPlace(stepShape.run, reader)),
      ("approve", values.keyPlace(stepShape.approve, reader)),
      ("tasks", values.keyPlace(stepShape.tasks, reader)),
    ].compactMap { name, place in place.map { (name: name, place: $0) } }
    var place = reader.place(of: values.node)
    place.length = min(place.length, 1)
    // Stands for work that was told to be wrong, so that needs on this step stay right.
    let unknown = Located(StepWork.task("unknown"))
    let label = values.label(reader)
    guard let first = written.first else {
      reader.report(
        "\(label) does nothing", at: place,
        hint: "give it one of `prompt`, `task`, `run`, `approve`, or `tasks` for a group")
      return unknown
    }
    if written.count > 1 {
      let names = written.map { "`\($0.name)`" }.joined(separator: " and ")
      reader.report(
        "\(label) has \(names)", at: written[1].place,
        hint: first.name == "tasks" || written[1].name == "tasks"
          ? "a group does nothing itself: make a task of it" : "make a step of each")
      return values.has(stepShape.tasks) && mayBeGroup ? Located(.group, at: first.place) : unknown
    }
    if first.name == "tasks" {
      guard mayBeGroup else {
        reader.report(
          "\(label) is a task and cannot have tasks of its own", at: first.place,
          hint: "only phases of an orchestration are groups; write the tasks side by side")
        return unknown
      }
      return Located(.group, at: first.place)
    }
    if let path = values.value(stepShape.prompt, &reader) {
      return Located(.prompt(path), at: valuePlace(values.node(of: stepShape.prompt)))
    }
    if let text = values.value(stepShape.task, &reader) {
      return Located(.task(text), at: valuePlace(values.node(of: stepShape.task)))
    }
    if let command = values.value(stepShape.run, &reader) {
      return Located(.run(command), at: valuePlace(values.node(of: stepShape.run)))
    }
    if let person = values.value(stepShape.approve, &reader) {
      return Located(.approve(person), at: valuePlace(values.node(of: stepShape.approve)))
    }
    return unknown
  }

  private func valuePlace(_ node: YAMLTree.NodeID?) -> Place? {
    node.map { reader.place(of: $0) }
  }

  /// Reads everything but id and work.
  private mutating func readRest(of values: ObjectReader, into step: inout Step) {
    step.title = values.value(stepShape.title, &reader) ?? step.id.value.text
    step.details = values.value(stepShape.description, &reader)
    if let status = values.value(stepShape.status, &reader) { step.status = status }
    step.needs = values.value(stepShape.needs, &reader) ?? []
    step.agent = values.value(stepShape.agent, &reader)
    step.harness = values.value(stepShape.harness, &reader)
    step.model = values.value(stepShape.model, &reader)
    step.files = values.value(stepShape.files, &reader) ?? []
    let gates = values.value(stepShape.gates, &reader)
    step.gates = gates ?? []
    step.artifacts = values.value(stepShape.artifacts, &reader) ?? []
    step.acceptance = values.value(stepShape.acceptance, &reader) ?? []
    step.timeout = values.value(stepShape.timeout, &reader)
    step.retries = values.value(stepShape.retries, &reader)
    step.estimate = values.value(stepShape.estimate, &reader)
    step.contingency = values.value(stepShape.contingency, &reader)
    step.lane = values.value(stepShape.lane, &reader)
    step.worktree = values.value(stepShape.worktree, &reader)
    step.resources = values.value(stepShape.resources, &reader) ?? []
    step.limits = values.value(stepShape.limits, &reader) ?? StepLimits()
    step.tools = values.value(stepShape.tools, &reader) ?? []
    step.environment = values.value(stepShape.environment, &reader) ?? []
    let priority = values.value(stepShape.priority, &reader)
    step.priority = priority ?? defaults.priority ?? .medium
    if step.isGroup { return }
    step.timeout = step.timeout ?? defaults.timeout
    step.retries = step.retries ?? defaults.retries
    guard step.isForAgent else { return }
    step.agent = step.agent ?? defaults.agent
    step.harness = step.harness ?? defaults.harness
    step.model = step.model ?? defaults.model
    if gates == nil { step.gates = defaults.gates ?? [] }
  }
}

extension PlanStatus {
  fileprivate var isRunning: Bool { self == .coordinating || self == .inProgress }
}
