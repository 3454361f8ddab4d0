import Diagnostics
package import Plans
package import Terminal

extension CheckReport {
  /// What the graph means, as a person reads it; empty where there is no graph to speak of.
  package func summary(on screen: Screen) -> String {
    guard let plan, let analysis else { return "" }
    let paint = screen.palette.paint as (TextRole, String) -> String
    var rows: [(String, String)] = [("steps", stepCounts(plan))]
    rows.append(("waves", waves(analysis)))
    rows.append(("critical path", criticalPath(plan, analysis)))
    rows.append(("width", width(analysis.width)))
    if !analysis.bottlenecks.isEmpty {
      rows.append(("all wait for", names(analysis.bottlenecks, plan, atMost: 5)))
    }
    rows.append(("serialised", serialisedCount(analysis)))
    var text = paint(.heading, plan.title) + " (\(plan.kind.rawValue) \(plan.id.value))\n"
    for (name, value) in rows {
      text += "  " + name + String(repeating: " ", count: 15 - name.count) + value + "\n"
    }
    if let prompts { text += promptRows(prompts) }
    for pair in analysis.serialised.prefix(Self.mostPairs) {
      text += "    \(pair.sentence(in: plan))\n"
    }
    if analysis.serialised.count > Self.mostPairs {
      text += "    and \(analysis.serialised.count - Self.mostPairs) more (--json lists them)\n"
    }
    if !analysis.circling.isEmpty { text += circling(plan, analysis, screen) }
    return text + makespans(analysis)
  }

  private func promptRows(_ prompts: PromptPlan) -> String {
    let steps = prompts.plan.steps
    let widest = steps.map(\.id.value.text.displayWidth).max() ?? 0
    return steps.enumerated().map { index, step in
      let id = step.id.value.text
      let blank = String(repeating: " ", count: widest + 2)
      return prompts.sentences(of: index).enumerated().map { row, sentence in
        let name = row == 0 ? id + blank.dropFirst(id.displayWidth) : blank
        return "    \(name)\(sentence)\n"
      }.joined()
    }.joined()
  }

  private func stepCounts(_ plan: Plan) -> String {
    // By index, so that no step is copied: there may be a hundred thousand.
    let steps = plan.steps.indices
    let groups = steps.count { plan.steps[$0].isGroup }
    var words = [String(steps.count - groups)]
    func add(_ count: Int, _ singular: String, _ plural: String) {
      if count > 0 { words.append(counted(count, singular, plural)) }
    }
    add(steps.count { plan.steps[$0].isForAgent }, "for an agent", "for agents")
    add(steps.count { plan.steps[$0].isCommand }, "command", "commands")
    add(steps.count { plan.steps[$0].isApproval }, "approval", "approvals")
    add(groups, "group", "groups")
    add(steps.count { plan.steps[$0].isFinished }, "finished", "finished")
    return words.count == 1 ? words[0] : words[0] + ": " + words.dropFirst().joined(separator: ", ")
  }

  private func waves(_ analysis: PlanAnalysis) -> String {
    let sizes = analysis.waves.map(\.count)
    let shown = sizes.prefix(12).map(String.init).joined(separator: " + ")
    return "\(sizes.count)"
      + (sizes.isEmpty ? "" : " (\(shown)\(sizes.count > 12 ? " + ..." : "") steps)")
  }

  private func criticalPath(_ plan: Plan, _ analysis: PlanAnalysis) -> String {
    let nodes = analysis.criticalPath.nodes.filter {
      !plan.steps[$0].isGroup && !plan.steps[$0].isFinished
    }
    guard !nodes.isEmpty else { return "none" }
    let shown = nodes.count <= 8 ? nodes : Array(nodes.prefix(4))
    var text = shown.map { plan.steps[$0].id.value.text }.joined(separator: " -> ")
    if nodes.count > 8, let last = nodes.last {
      text += " -> ... \(nodes.count - 5) more ... -> \(plan.steps[last].id.value)"
    }
    return "\(analysis.criticalPath.length.brief): \(text)"
  }

  private func width(_ width: Width) -> String {
    width.isExact
      ? "\(counted(width.atLeast, "step")) at once"
      : "between \(width.atLeast) and \(width.atMost) steps at once"
  }

  private func names(_ nodes: [Int], _ plan: Plan, atMost limit: Int) -> String {
    let shown = nodes.prefix(limit).map { plan.steps[$0].id.value.text }.joined(separator: ", ")
    return nodes.count > limit ? shown + " and \(nodes.count - limit) more" : shown
  }

  private func serialisedCount(_ analysis: PlanAnalysis) -> String {
    let count = analysis.serialised.count
    if count == 0, analysis.hasAllSerialised { return "none" }
    return (analysis.hasAllSerialised ? "" : "at least ") + counted(count, "pair")
  }

  private func circling(_ plan: Plan, _ analysis: PlanAnalysis, _ screen: Screen) -> String {
    let shown = analysis.circling.prefix(Self.mostPairs).map { step in
      "    \(plan.steps[step].id.value) waits in a circle\n"
    }
    let more = analysis.circling.count - shown.count
    return "  " + screen.palette.paint(TextRole.warning, "never starts") + "\n" + shown.joined()
      + (more > 0 ? "    and \(more) more\n" : "")
  }

  private func makespans(_ analysis: PlanAnalysis) -> String {
    guard analysis.graph.isAcyclic else { return "" }
    var table = Table([
      .init("  agents", .right), .init("ideal time", .right), .init("speed-up", .right),
    ])
    let alone = analysis.makespan(agents: 1) ?? .zero
    for agents in Self.agentCounts {
      guard let time = analysis.makespan(agents: agents) else { continue }
      let speedUp = time > .zero ? alone / time : 1
      table.append([.init(String(agents)), .init(time.brief), .init("\(oneDecimal(speedUp)) x")])
    }
    return table.text()
  }

  private func oneDecimal(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension PlanAnalysis.Serialised {
  /// `form after api: both may touch src/api/a; more hangs on api`
  package func sentence(in plan: Plan) -> String {
    let (one, two) = (plan.steps[first].id.value, plan.steps[second].id.value)
    let why: String =
      switch reason {
      case .files(let mine, let theirs, let example):
        mine.text == theirs.text
          ? "both may touch \(mine.text)"
          : "both may touch \(example) (\(mine.text) and \(theirs.text))"
      case .lane(let name): "both are in lane \(name)"
      case .resource(let name): "one of them wants all of \(name)"
      }
    let order: String =
      switch self.order {
      case .priority: "\(one) has the higher priority"
      case .criticalPath: "more hangs on \(one)"
      case .planOrder: "\(one) stands first in the plan"
      }
    return "\(two) after \(one): \(why); \(order)"
  }
}
