import Diagnostics
import Documents
import Plans
import TestSupport
import Testing

@Suite struct YAMLTreeTests {
  private func tree(_ text: String) throws -> YAMLTree {
    let reading = YAMLTree.parse(SourceText(path: "t.yaml", text))
    #expect(reading.diagnostics == [])
    return try #require(reading.value)
  }

  /// What was written at each place of a tree, scalars only, in order.
  private func scalars(_ tree: YAMLTree) -> [String] {
    var found: [String] = []
    func visit(_ id: YAMLTree.NodeID) {
      if tree[id].kind == .scalar {
        found.append(String(decoding: tree.source.bytes[tree[id].place.bytes], as: UTF8.self))
      }
      for item in tree.items(of: id) { visit(item) }
      for (key, value) in tree.pairs(of: id) {
        visit(key)
        visit(value)
      }
    }
    if let root = tree.root { visit(root) }
    return found
  }

  @Test func everyScalarKnowsItsBytes() throws {
    #expect(
      scalars(
        try tree(
          "a: plain text # why\n'b': \"x \\n y\"\n\u{E4}: [1, {c: 'it''s'}]\nd: &n !!str  z\n"))
        == ["a", "plain text", "'b'", "\"x \\n y\"", "\u{E4}", "1", "c", "'it''s'", "d", "z"])
    #expect(
      scalars(try tree("\u{FEFF}a: b\r\nc:\r\n- \u{1F600}\r\n- e\r\n")) == [
        "a", "b", "c", "\u{1F600}", "e",
      ])
    #expect(scalars(try tree("a:\nb: ~\n")) == ["a", "", "b", "~"])
  }

  @Test func linesAndColumnsCountCharacters() throws {
    let tree = try tree("\u{E4}\u{F6}: x\n- : y\n".replacing("- : y\n", with: "b: y\n"))
    let values = tree.root.map { Array(tree.pairs(of: $0)) } ?? []
    #expect(tree[values[0].value].place.column == 5)
    #expect(tree[values[0].value].place.offset == 6)
    #expect(tree[values[1].value].place.line == 2)
  }

  @Test(arguments: ["\r", "\u{85}", "\u{2028}"])
  func linesAreCountedAsEditorsCountThem(lineEnd: String) throws {
    let tree = try tree("a: 'x\(lineEnd)y'\nb: z\n")
    let values = tree.root.map { Array(tree.pairs(of: $0)) } ?? []
    #expect(tree[values[1].key].place.line == 2)
    #expect(tree[values[1].key].place.column == 1)
    #expect(scalars(tree).last == "z")
  }

  @Test func mergeKeysFillInWhatIsMissing() throws {
    let tree = try tree(
      "base: &b {a: 1, b: 2}\nmore: &m {b: 3, c: 4}\nx:\n  <<: [*b, *m]\n  a: 0\n")
    #expect(
      tree.value
        == .mapping([
          .init("base", .mapping([.init("a", .plain("1")), .init("b", .plain("2"))])),
          .init("more", .mapping([.init("b", .plain("3")), .init("c", .plain("4"))])),
          .init(
            "x",
            .mapping([.init("a", .plain("0")), .init("b", .plain("2")), .init("c", .plain("4"))])),
        ]))
  }

  @Test func anAliasBombOfMergeKeysIsRefused() {
    var text = "x0: &x0 {a: 1}\n"
    for level in 1...40 {
      text += "x\(level): &x\(level)\n  <<: [*x\(level - 1), *x\(level - 1), *x\(level - 1)]\n"
    }
    let reading = YAMLTree.parse(SourceText(path: "t.yaml", text))
    #expect(reading.value == nil)
    #expect(reading.diagnostics.first?.message.contains("aliases here stand for more than") == true)
  }

  @Test func sizesAreBounded() {
    var limits = YAMLLimits()
    limits.bytes = 1 << 20
    limits.nodes = 100
    let many = SourceText(path: "t.yaml", String(repeating: "- a\n", count: 200))
    #expect(
      YAMLTree.parse(many, limits: limits).diagnostics.first?.message
        == "the file holds more than 100 values")
    let large = SourceText(path: "t.yaml", String(repeating: "#", count: 2 << 20))
    #expect(
      YAMLTree.parse(large, limits: limits).diagnostics.first?.message
        == "the file has more than 1 MiB")
  }

  @Test(arguments: [
    "", "a", "null", "~", "yes", "1.10", "0x1", "2026-01-31", "- a", "a: b", "a #b", " a", "a ",
    "'", "\"", "\\",
    "*a", "&a", "!a", "|", ">", "@a", "`a`", "%a", "[a", "{a", "a,b", "a]b", "line\nbreak", "tab\t",
    "\u{85}",
    "\u{2028}", "\u{FEFF}x", "\u{1F600}", "=", "<<", "-", "---", "...", "?", "? a", ":", "a:",
    "# c", "-1", "+1", ".5", "é", "+.'\u{301}", "'\u{FE0F} 'x", ",\u{301}a", "a:\u{301} b",
  ])
  func everyTextIsWrittenSoThatItReadsBack(text: String) throws {
    for document in [YAMLScalar.written(text), "[\(YAMLScalar.written(text, inFlow: true))]"] {
      let tree = try tree("k: \(document)\n")
      guard case .mapping(let entries) = tree.value else {
        Issue.record("no mapping")
        return
      }
      #expect([.text(text), .list([.text(text)])].contains(entries[0].value), "\(document)")
    }
  }
}

@Suite struct PlanDocumentTests {
  private func plan(_ text: String) throws -> (Reading<Plan>) {
    PlanDocument.read(SourceText(path: "plan.yaml", text))
  }

  @Test func defaultsReachTheStepsThatSayNothing() throws {
    let plan = try #require(
      try plan(
        """
        id: a
        defaults: {agent: writer, timeout: 1h, gates: [make test]}
        tasks:
          - {id: b, task: Think.}
          - {id: c, task: Think., agent: other, timeout: 5m, gates: []}
          - {id: d, run: make}
        """
      ).value)
    #expect(plan.steps.map { $0.agent?.value } == ["writer", "other", nil])
    #expect(
      plan.steps.map { $0.timeout?.value } == [.seconds(3600), .seconds(300), .seconds(3600)])
    #expect(plan.steps.map(\.gates.count) == [1, 0, 0])
  }

  @Test func bothKindsAreReadIntoOneModel() throws {
    let orchestration = try #require(
      try plan(
        "id: a\nstatus: coordinating\nworkflow:\n  phases:\n    - id: g\n      tasks:\n        - {id: x, run: make}\n    - {id: y, run: make, needs: g}\n"
      ).value)
    #expect(orchestration.kind == .orchestration)
    #expect(orchestration.steps.map(\.id.value.text) == ["g", "x", "y"])
    #expect(orchestration.steps[1].group == 0)
    #expect(orchestration.steps[2].needs.map(\.value) == ["g"])
    let milestone = try #require(
      try plan("id: b\nstatus: in_progress\ntasks: [{id: x, approve: me}]\n").value)
    #expect(milestone.kind == .milestone)
    #expect(milestone.steps[0].work.value == .approve("me"))
  }

  @Test func whatDivisiWritesBackIsReadPast() throws {
    let reading = try plan(
      """
      id: a
      x-own: {anything: [1]}
      execution: {session: exec-a, attempts: 3}
      coordination: {percentage: 5, last_update: 2026-01-31}
      blockers: [{step: b}]
      started_at: 2026-01-31T09:00:00Z
      tasks: [{id: b, run: make, started_at: x, completed_at: ~, title: null, x-b: 1}]
      """)
    #expect(reading.diagnostics == [])
    #expect(reading.value?.lastRun == "2026-01-31T09:00:00Z")
    #expect(reading.value?.steps.first?.title == "b")
  }

  @Test(arguments: ["on", "no", "1.10", "007", "null-value", "1e3", "true"])
  func idsThatLookLikeSomethingElseStayTexts(id: String) throws {
    let plan = try #require(try plan("id: \(id)\ntasks: [{id: \(id), run: make}]\n").value)
    #expect(plan.id.value.text == id)
    #expect(plan.steps.first?.id.value.text == id)
  }

  @Test(arguments: [
    ("90s", 90.0), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800), ("250ms", 0.25),
    ("1w", 604_800),
  ])
  func durationsAreRead(text: String, seconds: Double) throws {
    #expect(try Quantities.duration(text) == .milliseconds(Int(seconds * 1000)))
    #expect(try Quantities.duration(Quantities.duration(text).brief) == Quantities.duration(text))
  }

  @Test(arguments: [
    "", "5", "-5m", "m", "5 m", "30m1h", "1h1h", "1.5h", "5x", "99999999999999999999s", "\u{0665}m",
  ])
  func whatIsNoDurationIsRefused(text: String) {
    #expect(throws: QuantityFlaw.self) { try Quantities.duration(text) }
  }

  @Test func moneyAndSizesAreExact() throws {
    #expect(try Quantities.money("$0.10") + Quantities.money("0.20") == Quantities.money("0.3"))
    #expect(try Quantities.money("2.000001").microdollars == 2_000_001)
    #expect(try Quantities.size("5GB") == 5_000_000_000)
    #expect(try Quantities.size("1 KiB") == 1024)
    #expect(try Quantities.percentage("12.5%") == 12.5)
    for text in ["1.2.3", "", ".", "1.0000001", "$", "1,5"] {
      #expect(throws: QuantityFlaw.self) { try Quantities.money(text) }
    }
    for text in ["101%", "-1%", "%"] {
      #expect(throws: QuantityFlaw.self) { try Quantities.percentage(text) }
    }
    #expect(throws: QuantityFlaw.self) { try Quantities.size("99999999999TB") }
  }
}
