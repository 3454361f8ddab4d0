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
    let done = Set([StepStatus.completed, .skipped].map(\.rawValue))
    let isPartial = steps.contains { name, node in
      state.index(of: StepID(name)) == nil
        && !done.contains(tree.text(of: "status", in: node) ?? "")
    }
    var changes = [MappingChange(of: root, behind: "id", planKeys(isPartial: isPartial))]
    var names: [YAMLTree.NodeID: String] = [:]
    for index in 0..<state.count {
      let name = state.id(index).text
      guard let node = steps[name] else { continue }
      names[node] = name
      changes.append(MappingChange(of: node, behind: "id", stepKeys(index)))
    }
    let changed = try tree.changing(changes)
    return Written(
      bytes: changed.bytes, shared: changed.shared.map { names[$0] ?? subject.plan.text },
      isPartial: isPartial)
  }

  private typealias Keys = [(name: String, change: MappingChange.KeyChange)]

  /// A plan of which only a part was run rests until the next run: it may be started again.
  private func planKeys(isPartial: Bool) -> Keys {
    let progress = state.progress()
    var execution: [YAMLValue.Entry] = [
      .init("session", .text(subject.session)),
      .init("branch", .text(subject.branch)),
    ]
    if let head = state.head { execution.append(.init("head", .text(head))) }
    let isMilestone = subject.kind == .milestone
    let word = isMilestone ? "tasks" : "steps"
    func count(_ count: Int) -> YAMLValue { .plain(String(count)) }
    return [
      (
        "status",
        .set(.text((isPartial && isCompleted ? .paused : state.planStatus(subject.kind)).rawValue))
      ),
      ("started_at", time(state.began.milliseconds == 0 ? nil : state.began)),
      ("completed_at", time(isEnded ? updated : nil)),
      ("execution", .update(execution)),
      (
        isMilestone ? "progress" : "coordination",
        .update([
          .init("percentage", count(progress.percentByCount)),
          .init("\(word)_completed", count(progress.completed)),
          .init("\(word)_skipped", count(progress.skipped)),
          .init("\(word)_failed", count(progress.failed)),
          .init("\(word)_total", count(progress.steps)),
          .init("last_update", .plain(Timestamp.whole(updated))),
        ])
      ),
      ("blockers", blockers(of: nil)),
    ]
  }

  private func stepKeys(_ index: Int) -> Keys {
    let times = state.shownTimes(index)
    return [
      ("status", .set(.text(state.stepStatus(index).rawValue))),
      ("started_at", time(times.began)),
      ("completed_at", time(times.ended)), ("blockers", blockers(of: state.id(index))),
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

extension YAMLTree {
  /// The mappings of all steps by their ids: in `workflow.phases`, `phases` and `tasks`, and in the
  /// `tasks` of those.
  fileprivate func stepNodes(of root: NodeID) -> [String: NodeID] {
    var nodes: [String: NodeID] = [:]
    var lists = [child("phases", of: root), child("tasks", of: root)]
    if let workflow = child("workflow", of: root) { lists.append(child("phases", of: workflow)) }
    while let list = lists.popLast() {
      guard let list else { continue }
      for item in items(of: list) {
        if let id = text(of: "id", in: item), nodes[id] == nil { nodes[id] = item }
        if let tasks = child("tasks", of: item) { lists.append(tasks) }
      }
    }
    return nodes
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
