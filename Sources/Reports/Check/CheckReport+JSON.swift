import Diagnostics
package import JSONValues
import Plans

extension CheckReport {
  /// The whole report for programs; its keys are documented in docs/JSON.md and stay.
  package func json(strict: Bool) -> JSON {
    var members: [JSON.Member] = [
      .init("valid", .bool(isValid(strict: strict))),
      .init("files", .array(sources.map { .string($0.path) })),
      .init("diagnostics", .array(diagnostics.map(\.json))),
    ]
    if let plan {
      members.append(.init("plan", planJSON(plan)))
      if let prompts { members.append(.init("prompts", promptsJSON(prompts))) }
      if let analysis { members.append(.init("analysis", analysisJSON(plan, analysis))) }
    }
    return .object(members)
  }

  private func planJSON(_ plan: Plan) -> JSON {
    [
      "id": .string(plan.id.value.text), "title": .string(plan.title),
      "kind": .string(plan.kind.rawValue), "status": .string(plan.status.value.rawValue),
      "steps": .int(plan.steps.count { !$0.isGroup }),
      "groups": .int(plan.steps.count(where: \.isGroup)),
    ]
  }

  private func promptsJSON(_ prompts: PromptPlan) -> JSON {
    .array(
      prompts.plan.steps.enumerated().map { index, step in
        [
          "step": .string(step.id.value.text),
          "files": .array(step.files.map { .string($0.value.text) }),
          "order": .array(prompts.sentences(of: index).map { .string($0) }),
        ]
      })
  }

  private func analysisJSON(_ plan: Plan, _ analysis: PlanAnalysis) -> JSON {
    func id(_ node: Int) -> JSON { .string(plan.steps[node].id.value.text) }
    func seconds(_ duration: Duration) -> JSON { .double(duration / .seconds(1)) }
    var makespans: [JSON] = []
    for agents in Self.agentCounts {
      guard let time = analysis.makespan(agents: agents) else { continue }
      makespans.append(["agents": .int(agents), "seconds": seconds(time)])
    }
    return [
      "waves": .array(analysis.waves.map { .array($0.map(id)) }),
      "critical_path": [
        "seconds": seconds(analysis.criticalPath.length),
        "steps": .array(analysis.criticalPath.nodes.filter { !plan.steps[$0].isGroup }.map(id)),
      ],
      "longest_chain": .int(analysis.longestChain),
      "width": [
        "at_least": .int(analysis.width.atLeast), "at_most": .int(analysis.width.atMost),
      ],
      "bottlenecks": .array(analysis.bottlenecks.map(id)),
      "serialised": .array(
        analysis.serialised.map { pair in
          var members: [JSON.Member] = [
            .init("first", id(pair.first)), .init("second", id(pair.second)),
          ]
          switch pair.reason {
          case .files(let mine, let theirs, let example):
            members.append(.init("because", "files"))
            members.append(.init("globs", [.string(mine.text), .string(theirs.text)]))
            members.append(.init("example", .string(example)))
          case .lane(let name):
            members.append(.init("because", "lane"))
            members.append(.init("name", .string(name)))
          case .resource(let name):
            members.append(.init("because", "resource"))
            members.append(.init("name", .string(name)))
          }
          let order =
            switch pair.order {
            case .priority: "priority"
            case .criticalPath: "critical_path"
            case .planOrder: "plan_order"
            }
          members.append(.init("order", .string(order)))
          return .object(members)
        }),
      "serialised_is_complete": .bool(analysis.hasAllSerialised),
      "unreachable": .array(
        analysis.circling.map { ["step": id($0), "because": "circle"] }),
      "work_seconds": seconds(analysis.criticalPath.work),
      "ideal": .array(makespans),
    ]
  }
}

extension Diagnostic {
  /// The diagnostic for programs.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("severity", .string(severity.rawValue)), .init("message", .string(message)),
      .init("file", .string(file)),
    ]
    members += Self.members(of: place)
    if let hint { members.append(.init("hint", .string(hint))) }
    if !related.isEmpty {
      members.append(
        .init(
          "related",
          .array(
            related.map { other in
              .object(
                [.init("message", .string(other.message)), .init("file", .string(other.file))]
                  + Self.members(of: other.place))
            })))
    }
    return .object(members)
  }

  private static func members(of place: Place?) -> [JSON.Member] {
    guard let place else { return [] }
    return [
      .init("line", .int(Int(place.line))), .init("column", .int(Int(place.column))),
      .init("length", .int(Int(place.length))),
    ]
  }
}
