package import JSONValues
import Plans

extension Diagram {
  // MARK: DOT

  /// The diagram for Graphviz.
  package func dot() -> String {
    var text = "digraph plan {\n  rankdir=LR;\n  compound=true;\n"
    text += "  label=\(quoted(title)); labelloc=t;\n  node [shape=box, style=rounded];\n"
    for (index, node) in nodes.enumerated() where node.group == nil {
      text += "  \(dotNode(index))"
    }
    for (number, group) in groups.enumerated() {
      text += "  subgraph cluster_\(number) {\n    label=\(quoted(group.title));\n"
      // An empty group still needs something for arrows to lead to.
      if group.members.isEmpty { text += "    empty_\(number) [style=invis];\n" }
      for member in group.members { text += "    \(dotNode(member))" }
      text += "  }\n"
    }
    for edge in edges {
      var attributes: [String] = []
      if edge.isCritical { attributes.append("penwidth=2.4, color=\"#8250df\"") }
      if let sharing = edge.sharing {
        attributes.append("style=dashed, constraint=false, tooltip=\(quoted(sharing))")
      }
      if case .group(let number) = edge.from { attributes.append("ltail=cluster_\(number)") }
      if case .group(let number) = edge.to { attributes.append("lhead=cluster_\(number)") }
      text += "  \(dotEnd(edge.from)) -> \(dotEnd(edge.to))"
      text += attributes.isEmpty ? ";\n" : " [\(attributes.joined(separator: ", "))];\n"
    }
    return text + "}\n"
  }

  private func dotNode(_ index: Int) -> String {
    let node = nodes[index]
    let critical = node.isCritical ? ", penwidth=2.2, color=\"#8250df\"" : ""
    let detail = [node.doer, node.estimate].filter { !$0.isEmpty }.joined(separator: ", ")
    let label = quoted("\(node.title)\n\(detail)")
    return "\(quoted(node.id)) [label=\(label), tooltip=\(quoted(node.status.words))\(critical)];\n"
  }

  /// An arrow to a group leads to one of its members and is cut at the frame.
  private func dotEnd(_ end: End) -> String {
    switch end {
    case .node(let index): quoted(nodes[index].id)
    case .group(let number):
      groups[number].members.first.map { quoted(nodes[$0].id) } ?? "empty_\(number)"
    }
  }

  private func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text {
      switch character {
      case "\"", "\\": quoted += "\\\(character)"
      case "\n": quoted += "\\n"
      default: quoted.append(character)
      }
    }
    return quoted + "\""
  }

  // MARK: Mermaid

  /// The diagram for Mermaid. Nodes are called n0, n1 ..., because ids such as `end` have a meaning
  /// there.
  package func mermaid() -> String {
    var text = "flowchart LR\n"
    for (index, node) in nodes.enumerated() where node.group == nil {
      text += "  n\(index)[\"\(mermaidText(label(node)))\"]\n"
    }
    for (number, group) in groups.enumerated() {
      text += "  subgraph g\(number)[\"\(mermaidText(group.title))\"]\n"
      if group.members.isEmpty { text += "    e\(number)[\" \"]\n" }
      for member in group.members {
        text += "    n\(member)[\"\(mermaidText(label(nodes[member])))\"]\n"
      }
      text += "  end\n"
    }
    var critical: [Int] = []
    for (index, edge) in edges.enumerated() {
      if edge.isCritical { critical.append(index) }
      let arrow = edge.sharing == nil ? "-->" : "-.->"
      text += "  \(mermaidEnd(edge.from)) \(arrow) \(mermaidEnd(edge.to))\n"
    }
    if !critical.isEmpty {
      text +=
        "  linkStyle \(critical.map(String.init).joined(separator: ",")) stroke:#8250df,stroke-width:3px\n"
    }
    for (name, style) in Self.mermaidStyles {
      let members = nodes.indices.filter { nodes[$0].status.rawValue == name }
      guard !members.isEmpty else { continue }
      text += "  classDef \(name) \(style)\n"
      text += "  class \(members.map { "n\($0)" }.joined(separator: ",")) \(name)\n"
    }
    return text
  }

  private static let mermaidStyles = [
    ("in_progress", "fill:#ddf4ff,stroke:#0969da"), ("blocked", "fill:#fff8c5,stroke:#9a6700"),
    ("completed", "fill:#dafbe1,stroke:#1a7f37"), ("failed", "fill:#ffebe9,stroke:#cf222e"),
  ]

  private func label(_ node: Node) -> String {
    node.estimate.isEmpty ? node.title : "\(node.title) (\(node.estimate))"
  }

  private func mermaidEnd(_ end: End) -> String {
    switch end {
    case .node(let index): "n\(index)"
    case .group(let number): "g\(number)"
    }
  }

  private func mermaidText(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "#", "&", "<", ">", "`", "\\", "[", "]", "{", "}", "|":
        escaped += "#\(scalar.value);"
      case _ where scalar.value < 0x20: escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  // MARK: JSON

  /// The diagram for programs: `nodes`, `groups`, `edges`, named by the ids of the plan.
  package func json() -> JSON {
    [
      "title": .string(title), "subtitle": .string(subtitle),
      "nodes": .array(
        nodes.map { node in
          [
            "id": .string(node.id), "title": .string(node.title),
            "status": .string(node.status.rawValue), "doer": .string(node.doer),
            "estimate": node.estimate.isEmpty ? .null : .string(node.estimate),
            "critical": .bool(node.isCritical),
            "group": node.group.map { .string(groups[$0].id) } ?? .null,
          ]
        }),
      "groups": .array(
        groups.map { group in
          [
            "id": .string(group.id), "title": .string(group.title),
            "members": .array(group.members.map { .string(nodes[$0].id) }),
          ]
        }),
      "edges": .array(
        edges.map { edge in
          [
            "from": .string(id(edge.from)), "to": .string(id(edge.to)),
            "kind": edge.sharing == nil ? "need" : "serialised",
            "critical": .bool(edge.isCritical),
            "because": edge.sharing.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }

  func id(_ end: End) -> String {
    switch end {
    case .node(let index): nodes[index].id
    case .group(let number): groups[number].id
    }
  }
}
