import Conducting
import Diagnostics
import Documents
import Plans

/// The text of a plan file with the status of a run in it.
struct PlanFileText {
  /// Another plan lies there.
  struct Foreign: Error { let id: String }

  let subject: MirrorSubject
  let state: RunState
  /// When the last event happened: a mirror says nothing that its events do not.
  let updated: Instant

  struct Written {
    let bytes: [UInt8]
    /// The ids of steps whose text is used elsewhere too.
    let shared: [String]
    /// Whether steps of the plan that were not part of the run are still to be done.
    let isPartial: Bool
    /// Whether the file lacks steps of the run: a person has removed them, or is about to write them.
    let lacksSteps: Bool
  }

  /// The same plan, with the status of now.
  func written(into bytes: [UInt8]) throws -> Written {
    let reading = YAMLTree.parse(SourceText(path: "", bytes: bytes))
    guard let tree = reading.value, !reading.hasErrors, let root = tree.root,
      tree[root].kind == .mapping
    else {
      throw YAMLEditError.notYAML(reading.diagnostics.first?.message ?? "it holds no plan")
    }
    let id = tree.text(of: "id", in: root)
    guard id == subject.plan.text else { throw Foreign(id: id ?? "") }
    let steps = tree.stepNodes(of: root)
    let others = steps.values.filter { state.index(of: StepID($0.id)) == nil && !$0.isGroup }
    let isPartial = others.contains { !tree.isFinished($0.node) }
    let tally = tally(of: tree, steps, besides: others)
    let ofPlan = MappingChange(of: root, behind: "id", planKeys(tally, isPartial: isPartial))
    let openGroups = Set(others.filter { !tree.isFinished($0.node) }.compactMap(\.group))
    // Each is made when it is its turn: a large plan has tens of thousands.
    let changes = (-1..<state.count).lazy.compactMap { index -> MappingChange? in
      if index < 0 { return ofPlan }
      let name = state.id(index).text
      guard let step = steps[name] else { return nil }
      // What was done before the run stands as it was told then.
      if state.wasDoneBefore(index), tree.isFinished(step.node) { return nil }
      let keys = stepKeys(index, isOpen: openGroups.contains(name))
      return MappingChange(of: step.node, behind: "id", keys)
    }
    let changed = try tree.changing(changes)
    let shared = changed.shared.map { node in
      steps.values.first { $0.node == node }?.id ?? subject.plan.text
    }
    let lacksSteps = (0..<state.count).contains { steps[state.id($0).text] == nil }
    return Written(
      bytes: changed.bytes, shared: shared, isPartial: isPartial, lacksSteps: lacksSteps)
  }

  /// The steps of the whole plan, those that the run leaves out among them, as the file has them.
  private func tally(
    of tree: YAMLTree, _ steps: [String: WrittenStep], besides others: [WrittenStep]
  ) -> Tally {
    var tally = Tally()
    for index in 0..<state.count where state.kind(index) != .group {
      var phase = state.phase(index)
      if state.wasDoneBefore(index), let step = steps[state.id(index).text],
        tree.isFinished(step.node), let status = tree.status(of: step.node)
      {
        phase = status.phase
      }
      // In the file it is still to be done.
      if case .skipped(.need) = phase { phase = .pending }
      tally.take(phase)
    }
    for step in others { tally.take(tree.status(of: step.node)?.phase ?? .pending) }
    return tally
  }

  private typealias Keys = [(name: String, change: MappingChange.KeyChange)]

  /// A plan of which only a part was run rests until the next run: it may be started again.
  private func planKeys(_ tally: Tally, isPartial: Bool) -> Keys {
    var execution: [YAMLValue.Entry] = [
      .init("session", .text(subject.session)),
      .init("branch", .text(subject.branch)),
    ]
    if let head = state.head { execution.append(.init("head", .text(head))) }
    let isMilestone = subject.kind == .milestone
    let word = isMilestone ? "tasks" : "steps"
    func count(_ count: Int) -> YAMLValue { .plain(String(count)) }
    let rests = isPartial && isCompleted
    return [
      ("status", .set(.text((rests ? .paused : state.planStatus(subject.kind)).rawValue))),
      ("started_at", time(state.began.milliseconds == 0 ? nil : state.began)),
      ("completed_at", time(isEnded && !rests ? updated : nil)),
      ("execution", .update(execution)),
      (
        isMilestone ? "progress" : "coordination",
        .update([
          .init("percentage", count(tally.percent)),
          .init("\(word)_completed", count(tally.completed)),
          .init("\(word)_skipped", count(tally.skipped)),
          .init("\(word)_failed", count(tally.failed)),
          .init("\(word)_cancelled", count(tally.cancelled)),
          .init("\(word)_total", count(tally.steps)),
          .init("last_update", .plain(Timestamp.whole(updated))),
        ])
      ),
      ("blockers", blockers(of: nil)),
    ]
  }

  /// - Parameter isOpen: whether it is a group with tasks that the run leaves out and that are still to be done.
  private func stepKeys(_ index: Int, isOpen: Bool) -> Keys {
    let times = state.shownTimes(index)
    let status = state.stepStatus(index)
    let rests = isOpen && status == .completed
    return [
      ("status", .set(.text((rests ? .inProgress : status).rawValue))),
      ("started_at", time(times.began)),
      ("completed_at", time(rests || status == .pending ? nil : times.ended)),
      ("blockers", blockers(of: state.id(index))),
    ]
  }

  private var isCompleted: Bool {
    if case .ended(.completed) = state.phase { true } else { false }
  }

  private var isEnded: Bool { if case .ended = state.phase { true } else { false } }

  private func time(_ instant: Instant?) -> MappingChange.KeyChange {
    instant.map { .set(.plain(Timestamp.whole($0))) } ?? .remove
  }

  private func blockers(of step: StepID?) -> MappingChange.KeyChange {
    let blockers = state.blockers(of: step)
    guard !blockers.isEmpty else { return .remove }
    return .set(
      .list(
        blockers.map { blocker in
          .mapping([
            .init("id", .plain(String(blocker.id))), .init("kind", .text(blocker.kind.rawValue)),
            .init("message", .text(blocker.message)),
          ])
        }))
  }
}

/// A step as it stands in a plan file.
private struct WrittenStep {
  let id: String
  let node: YAMLTree.NodeID
  let group: String?
  let isGroup: Bool
}

extension RunState {
  /// Whether it was completed when the run began: nothing of it happened in the run.
  fileprivate func wasDoneBefore(_ index: Int) -> Bool {
    phase(index) == .completed && times(index).began == nil && times(index).ended == nil
  }
}

extension StepStatus {
  /// What it comes to in a tally.
  fileprivate var phase: StepPhase {
    switch self {
    case .completed: .completed
    case .failed: .failed
    case .cancelled: .cancelled
    case .skipped: .skipped(.person(name: "", reason: ""))
    case .pending, .ready, .inProgress, .blocked: .pending
    }
  }
}

extension YAMLTree {
  /// The mappings of all steps by their ids: in `workflow.phases`, `phases` and `tasks`, and in the
  /// `tasks` of those.
  fileprivate func stepNodes(of root: NodeID) -> [String: WrittenStep] {
    var found: [String: WrittenStep] = [:]
    var lists = [child("phases", of: root), child("tasks", of: root)].map { (list: $0, of: "") }
    if let workflow = child("workflow", of: root) {
      lists.append((child("phases", of: workflow), ""))
    }
    while let (list, group) = lists.popLast() {
      guard let list else { continue }
      for item in items(of: list) {
        let id = text(of: "id", in: item)
        let tasks = child("tasks", of: item)
        if let id, found[id] == nil {
          found[id] = WrittenStep(
            id: id, node: item, group: group.isEmpty ? nil : group, isGroup: tasks != nil)
        }
        if let tasks { lists.append((tasks, id ?? "")) }
      }
    }
    return found
  }

  /// How a step stands in the file; nothing where that is not said.
  fileprivate func status(of step: NodeID) -> StepStatus? {
    text(of: "status", in: step).flatMap(StepStatus.init(rawValue:))
  }

  fileprivate func isFinished(_ step: NodeID) -> Bool {
    status(of: step) == .completed || status(of: step) == .skipped
  }

  private func child(_ name: String, of node: NodeID) -> NodeID? {
    for (key, value) in pairs(of: node) where self[key].text == name { return value }
    return nil
  }

  /// The text of a key, or nothing where it has none.
  func text(of name: String, in node: NodeID) -> String? {
    guard let value = child(name, of: node), self[value].kind == .scalar else { return nil }
    return self[value].text
  }

  /// Which run has written its status into a plan.
  static func session(inPlan bytes: [UInt8]) -> String? {
    guard let tree = YAMLTree.parse(SourceText(path: "", bytes: bytes)).value, let root = tree.root,
      let execution = tree.child("execution", of: root)
    else { return nil }
    return tree.text(of: "session", in: execution)
  }
}
