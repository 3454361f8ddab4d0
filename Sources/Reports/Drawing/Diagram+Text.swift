package import Plans
package import Terminal

extension Diagram {
  /// The diagram as a tree for a terminal: what could start together stands together, members of a
  /// group below its name, what each waits for at the end of its line.
  ///
  /// - Parameters:
  ///   - waves: the nodes that could start together, in order.
  ///   - isASCII: for terminals and fonts without lines to draw with.
  package func text(waves: [[Int]], on screen: Screen, isASCII: Bool = false) -> String {
    let paint = screen.palette.paint as (TextRole, String) -> String
    var text = paint(.heading, title) + paint(.dim, " (\(subtitle))") + "\n"
    let branches = isASCII ? ("|- ", "`- ", "|  ", "   ") : ("├─ ", "└─ ", "│  ", "   ")
    let widths = (
      id: min(30, nodes.map(\.id.displayWidth).max() ?? 0),
      title: min(40, nodes.map { $0.title == $0.id ? 0 : $0.title.displayWidth }.max() ?? 0),
      estimate: nodes.map(\.estimate.displayWidth).max() ?? 0
    )
    for (number, wave) in waves.enumerated() {
      text += "\n" + paint(.heading, "wave \(number + 1)") + "\n"
      let entries = entries(of: wave)
      for (position, entry) in entries.enumerated() {
        let isLast = position == entries.count - 1
        let branch = isLast ? branches.1 : branches.0
        switch entry {
        case .node(let node):
          text += row(branch, node, widths, screen)
        case .group(let group, let members):
          text += paint(.dim, branch) + groups[group].id + "  " + groups[group].title + "\n"
          let stem = isLast ? branches.3 : branches.2
          for (index, member) in members.enumerated() {
            let inner = index == members.count - 1 ? branches.1 : branches.0
            text += row(stem + inner, member, widths, screen)
          }
        }
      }
    }
    if nodes.contains(where: \.isCritical) {
      text += "\n" + paint(.emphasized, "*") + " on the critical path\n"
    }
    return text
  }

  private enum Entry {
    case node(Int)
    case group(Int, members: [Int])
  }

  /// The nodes of a wave, those of one group together where the first of them stands.
  private func entries(of wave: [Int]) -> [Entry] {
    var entries: [Entry] = []
    var done: Set<Int> = []
    for node in wave {
      guard let group = nodes[node].group else {
        entries.append(.node(node))
        continue
      }
      guard done.insert(group).inserted else { continue }
      entries.append(.group(group, members: wave.filter { nodes[$0].group == group }))
    }
    return entries
  }

  private func row(
    _ branch: String, _ index: Int, _ widths: (id: Int, title: Int, estimate: Int), _ screen: Screen
  ) -> String {
    let node = nodes[index]
    let paint = screen.palette.paint as (TextRole, String) -> String
    let mark = node.isCritical ? paint(.emphasized, "*") + " " : "  "
    var line = paint(.dim, branch) + mark
    var used = branch.displayWidth + 2
    func add(_ text: String, width: Int, _ role: TextRole? = nil) {
      let shown = text.truncated(toWidth: width)
      line += role.map { paint($0, shown) } ?? shown
      line += String(repeating: " ", count: max(0, width - shown.displayWidth) + 2)
      used += max(width, shown.displayWidth) + 2
    }
    add(node.id, width: max(4, widths.id + (4 - min(4, branch.displayWidth - 3))))
    if widths.title > 0 { add(node.title == node.id ? "" : node.title, width: widths.title) }
    if widths.estimate > 0 { add(node.estimate, width: widths.estimate, .dim) }
    if node.status != .pending {
      add(node.status.words, width: node.status.words.count, node.status.role)
    }
    let waits = waits(of: index)
    if !waits.isEmpty {
      line += paint(
        .dim, screen.width.map { waits.truncated(toWidth: max(12, $0 - used)) } ?? waits)
    }
    while line.hasSuffix(" ") { line.removeLast() }
    return line + "\n"
  }

  private func waits(of index: Int) -> String {
    let own = [End.node(index)] + (nodes[index].group.map { [.group($0)] } ?? [])
    let needs = edges.filter { own.contains($0.to) && $0.sharing == nil }.map { id($0.from) }
    var parts = needs.isEmpty ? [] : ["needs " + needs.joined(separator: ", ")]
    for edge in edges where edge.to == .node(index) {
      if let sharing = edge.sharing {
        parts.append("after \(id(edge.from)) (both want \(sharing))")
      }
    }
    return parts.joined(separator: "; ")
  }
}

extension Diagram {
  /// The waves of an analysis in the numbers of a diagram, which counts no groups. What is finished
  /// stands before all of them, what can never start behind.
  package static func waves(_ plan: Plan, _ analysis: PlanAnalysis) -> [[Int]] {
    var numbers: [Int: Int] = [:]
    for (index, step) in plan.steps.enumerated() where !step.isGroup {
      numbers[index] = numbers.count
    }
    let steps = plan.steps.indices.filter { !plan.steps[$0].isGroup }
    let inWaves = Set(analysis.waves.joined())
    let finished = steps.filter { plan.steps[$0].isFinished }
    let others = steps.filter { !plan.steps[$0].isFinished && !inWaves.contains($0) }
    return ([finished] + analysis.waves + [others]).filter { !$0.isEmpty }
      .map { wave in wave.compactMap { numbers[$0] } }
  }
}

extension StepStatus {
  fileprivate var role: TextRole {
    switch self {
    case .pending: .pending
    case .ready: .note
    case .inProgress: .running
    case .blocked: .blocked
    case .completed: .completed
    case .failed, .cancelled: .failed
    case .skipped: .dim
    }
  }
}
