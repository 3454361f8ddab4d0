import Diagnostics
package import Plans
import Terminal

/// A plan as something to draw: what stands where is not yet known, only what is to be seen.
package struct Diagram: Sendable {
  package struct Node: Sendable {
    package var id: String
    package var title: String
    package var status: StepStatus
    /// Who or what does it: an agent, `command`, `approval`.
    package var doer: String
    package var estimate: String
    package var isCritical: Bool
    /// Where its group stands in `groups`.
    package var group: Int?
  }

  package struct Group: Sendable {
    package var id: String
    package var title: String
    package var members: [Int]
  }

  /// What an arrow begins or ends at.
  package enum End: Hashable, Sendable {
    case node(Int)
    case group(Int)
  }

  package struct Edge: Sendable {
    package var from: End
    package var to: End
    package var isCritical: Bool
    /// For steps that only something shared keeps apart: what it is.
    package var sharing: String?
  }

  package var title: String
  package var subtitle: String
  package var nodes: [Node]
  package var groups: [Group]
  package var edges: [Edge]
  /// Pairs that share something but are not drawn, because there are too many.
  package var hiddenPairs = 0

  /// How many dashed arrows a picture has at the most.
  static let mostPairs = 40

  package init(_ plan: Plan, _ analysis: PlanAnalysis) {
    title = plan.title
    let path = analysis.criticalPath
    let onPath = Set(path.length > .zero ? path.nodes.filter { !plan.steps[$0].isFinished } : [])
    nodes = []
    groups = []
    edges = []
    var ends: [End] = []
    for (index, step) in plan.steps.enumerated() {
      if step.isGroup {
        ends.append(.group(groups.count))
        groups.append(Group(id: step.id.value.text, title: step.title, members: []))
        continue
      }
      ends.append(.node(nodes.count))
      var group: Int?
      if let own = step.group, case .group(let number) = ends[own] {
        group = number
        groups[number].members.append(nodes.count)
      }
      nodes.append(
        Node(
          id: step.id.value.text, title: step.title, status: step.status.value, doer: step.doer,
          estimate: step.estimate?.value.brief ?? "", isCritical: onPath.contains(index),
          group: group))
    }
    let steps = plan.steps.count { !$0.isGroup }
    subtitle =
      counted(steps, "step")
      + (analysis.graph.isAcyclic ? ", critical path \(path.length.brief)" : "")
    addNeeds(plan, ends, onPath: onPath)
    addPairs(plan, analysis, ends)
  }

  private mutating func addNeeds(_ plan: Plan, _ ends: [End], onPath: Set<Int>) {
    var steps: [StepID: Int] = [:]
    for (index, step) in plan.steps.enumerated() where steps[step.id.value] == nil {
      steps[step.id.value] = index
    }
    for (index, step) in plan.steps.enumerated() {
      for need in step.needs {
        guard let needed = steps[need.value], needed != index, needed != step.group,
          plan.steps[needed].group != index || !step.isGroup
        else { continue }
        edges.append(
          Edge(
            from: ends[needed], to: ends[index],
            isCritical: onPath.contains(index) && onPath.contains(needed)
              || step.isGroup && onPath.contains(needed)
                && plan.steps.indices.contains {
                  plan.steps[$0].group == index && onPath.contains($0)
                }
          ))
      }
    }
  }

  private mutating func addPairs(_ plan: Plan, _ analysis: PlanAnalysis, _ ends: [End]) {
    var reach = ArrowReach(self)
    for pair in analysis.serialised {
      let (from, to) = (ends[pair.first], ends[pair.second])
      // What arrows say already, or what would run against them, is not said again.
      if reach.leads(from: from, to: to) || reach.leads(from: to, to: from) { continue }
      guard edges.count(where: { $0.sharing != nil }) < Self.mostPairs else {
        hiddenPairs += 1
        continue
      }
      let sharing =
        switch pair.reason {
        case .files(_, _, let example): example
        case .lane(let name): "lane \(name)"
        case .resource(let name): name
        }
      edges.append(Edge(from: from, to: to, isCritical: false, sharing: sharing))
      reach.add(from: from, to: to)
    }
  }
}

/// What can be reached along the arrows of a diagram. An arrow to a group leads to all in it, and
/// from all in it an arrow from the group leads on; but its members do not lead to each other.
private struct ArrowReach {
  private enum Stop: Hashable {
    case node(Int)
    case entry(Int)
    case exit(Int)
  }

  private var following: [Stop: [Stop]] = [:]

  init(_ diagram: Diagram) {
    for edge in diagram.edges { add(from: edge.from, to: edge.to) }
    for (number, group) in diagram.groups.enumerated() {
      for member in group.members {
        following[.entry(number), default: []].append(.node(member))
        following[.node(member), default: []].append(.exit(number))
      }
    }
  }

  private func start(_ end: Diagram.End) -> Stop {
    switch end {
    case .node(let node): .node(node)
    case .group(let group): .exit(group)
    }
  }

  private func goal(_ end: Diagram.End) -> Stop {
    switch end {
    case .node(let node): .node(node)
    case .group(let group): .entry(group)
    }
  }

  mutating func add(from: Diagram.End, to: Diagram.End) {
    following[start(from), default: []].append(goal(to))
  }

  func leads(from: Diagram.End, to: Diagram.End) -> Bool {
    var seen: Set<Stop> = [start(from)]
    var waiting = [start(from)]
    while let next = waiting.popLast() {
      for stop in following[next] ?? [] where seen.insert(stop).inserted {
        if stop == goal(to) { return true }
        waiting.append(stop)
      }
    }
    return false
  }
}

extension Step {
  fileprivate var doer: String {
    switch work.value {
    case .run: "command"
    case .approve(let person): person.isEmpty ? "approval" : "approval by \(person)"
    case .prompt, .task, .group: agent?.value ?? "any agent"
    }
  }
}
