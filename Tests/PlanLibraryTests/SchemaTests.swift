import Diagnostics
import Documents
import Foundation
import JSONValues
import TestSupport
import Testing

/// What an editor is told of plan files agrees with what the reader takes.
@Suite struct SchemaTests {
  /// A document as the programs that validate by JSON Schema see it.
  private func json(_ text: String) throws -> JSON {
    let tree = try #require(YAMLTree.parse(SourceText(path: "t.yaml", text)).value)
    return try json(tree, #require(tree.root))
  }

  private func json(_ tree: YAMLTree, _ id: YAMLTree.NodeID) throws -> JSON {
    let node = tree[id]
    switch node.kind {
    case .sequence: return .array(try tree.items(of: id).map { try json(tree, $0) })
    case .mapping:
      return .object(
        try tree.entries(of: id).map { .init(tree[$0.key].text, try json(tree, $0.value)) })
    case .scalar:
      guard node.style == .plain else { return .string(node.text) }
      switch node.text {
      case "true": return true
      case "false": return false
      case "", "~", "null": return nil
      default: break
      }
      if let number = Int(node.text) { return .int(number) }
      if let number = Double(node.text) { return .double(number) }
      return .string(node.text)
    }
  }

  @Test func validPlansFitTheSchema() throws {
    let validator = SchemaValidator(PlanDocument.schema)
    let folder = packageRoot() + "/Examples/checkout/"
    for path in [".orchestration/sessions/checkout.yaml", ".milestones/active/accounts.yaml"] {
      let text = try String(contentsOfFile: folder + path, encoding: .utf8)
      #expect(validator.flaws(in: try json(text)) == [], "\(path)")
    }
    #expect(
      validator.flaws(
        in: try json(
          """
          id: a
          x-mine: [1, {b: c}]
          title: ~
          limits: {agents: 4, cost: $20.50, tokens: 1000}
          deadline: 1h30m
          defaults: {gates: make test}
          workflow:
            phases:
              - id: g
                tasks: [{id: t, run: make, needs: a}]
              - id: s
                task: Think.
                gates: [make test, {run: make, expect: {tests: ">0"}, attempts: 2}, {artifacts: a.md}]
                resources: [port, {db: 2}]
                contingency: {person: me}
                priority: high
                files: src/**
          """)) == [])
  }

  @Test(arguments: [
    "worklow: 1", "id: [a]", "tasks: {a: b}", "tasks: [{id: a, prio: 1}]", "tasks: [{run: make}]",
    "tasks: [{id: a, timeout: 30}]", "tasks: [{id: a, timeout: soon}]",
    "tasks: [{id: a, priority: hgh}]",
    "tasks: [{id: 'a b'}]", "limits: {agents: many}", "tasks: [{id: a, resources: [{a: 1, b: 2}]}]",
    "tasks: [{id: a, gates: [{rum: x}]}]", "status: started",
  ])
  func brokenPlansDoNot(text: String) throws {
    let whole = text.contains("id: [") ? text : "id: plan\n" + text
    #expect(SchemaValidator(PlanDocument.schema).flaws(in: try json(whole)) != [], "\(text)")
  }

  @Test func agentHeadersFitTheirSchema() throws {
    let validator = SchemaValidator(AgentDocument.schema)
    #expect(
      validator.flaws(
        in: try json(
          "name: a\ntools: [Read]\ntimeout_seconds: 5\ncolor: red\norchestration: {max_parallel: 2}\n"
        ))
        == [])
    #expect(validator.flaws(in: try json("max_retries: -1\n")) != [])
  }
}
