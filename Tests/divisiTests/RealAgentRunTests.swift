import Foundation
import JSONValues
import TestSupport
import Testing

/// Whole runs with the real programs and the scripted model server. They run where DIVISI_TEST_CLAUDE and
/// DIVISI_TEST_CODEX name the programs.
@Suite(.serialized, .timeLimit(.minutes(20))) struct RealAgentRunTests {
  private static let names = ["claude", "codex"].filter { realProgram($0) != nil }

  /// Six steps: one whose tests are its gate, two at once that conflict, one that meets a limit, one that is put right
  /// with feedback, and one that ends it.
  @Test(.enabled(if: !names.isEmpty), arguments: names)
  func aPlanOfSixStepsIsCompleted(_ name: String) throws {
    let scene = try AgentScene(name, try ScriptedModel(conversations: AgentScene.library(name)))
    try scene.plan(
      [
        """
        id: core, task: "Write the core of the library.", gates: [{run: "python3 -m unittest discover -s tests -t ."}]
        """,
        "id: add, needs: [core], task: \"Teach it to add.\"",
        "id: mul, needs: [core], task: \"Teach it to multiply.\"",
        "id: notes, needs: [core], task: \"Write the notes.\"",
        """
        id: report, needs: [core], task: "Write the report.", gates: [{run: "sh tests/report.sh"}]
        """,
        """
        id: docs, needs: [add, mul, notes, report], task: "Write the documents.", artifacts: [docs/index.md],
             gates: [{run: "python3 -m unittest discover -s tests -t .", expect: {tests: ">=3"}}]
        """,
      ])
    let home = try scene.listing("home")
    let checkout = try scene.scratch.shell("git status --porcelain; git rev-parse HEAD")
    let run = try scene.run()
    #expect(run.status == 0, "\(run.output)\(run.errors)")

    // What is on the branch, and by whom.
    #expect(
      try scene.scratch.shell("git ls-tree -r --name-only orchestration/t").split(separator: "\n")
        == [
          "calc/__init__.py", "calc/core.py", "calc/ops.py", "docs/index.md", "notes.txt",
          "report.txt", "tests/__init__.py", "tests/report.sh", "tests/test_add.py",
          "tests/test_core.py", "tests/test_mul.py",
        ])
    let ops = try scene.scratch.shell("git show orchestration/t:calc/ops.py")
    #expect(ops.contains("def add") && ops.contains("def mul"))
    #expect(try scene.scratch.shell("git show orchestration/t:report.txt") == "the final report\n")
    #expect(
      try scene.trailers("Step").sorted() == ["add", "core", "docs", "mul", "notes", "report"])
    #expect(try scene.trailers("Step").first == "core")
    #expect(try scene.trailers("Step").last == "docs")
    #expect(Set(try scene.trailers("Session")) == [scene.session(run)])
    let attempts = Dictionary(
      uniqueKeysWithValues: zip(try scene.trailers("Step"), try scene.trailers("Attempt")))
    #expect(
      attempts == ["core": "1", "add": "1", "mul": "2", "notes": "2", "report": "2", "docs": "1"])

    // The conflict, the limit and the gate were each met once, and each was gone on from in the program's own session.
    #expect(run.failures("mul") == ["conflict"])
    #expect(run.failures("notes") == ["rateLimit"])
    #expect(run.failures("report") == ["task"])
    for step in ["mul", "notes", "report"] {
      let first = try scene.result(run, step, 1)
      let second = try scene.result(run, step, 2)
      let session = try #require(first["session"]?.text)
      #expect(second["session"]?.text == session, "\(step)")
      let words = try scene.arguments(run, step, 2)
      let flag = name == "claude" ? "--resume" : "resume"
      #expect(words.firstIndex(of: flag).map { words[$0 + 1] } == session, "\(step)")
    }
    #expect(try scene.attempt(run, "report", 2, "prompt.md").contains("wanted: a final one"))
    #expect(try !scene.attempt(run, "report", 2, "prompt.md").contains("Write the report."))

    // Nobody of the account was launched while it was limited.
    let limit = try #require(run.facts("accountLimited").first)
    #expect(limit["account"]?.text == name)
    let until = try #require(limit["until"]?.count)
    let told = try #require(run.times("accountLimited").first)
    #expect(until >= told + 1000)
    #expect(run.times("attemptBegan").filter { $0 > told && $0 < until } == [])
    let again = run.facts("attemptBegan").firstIndex {
      $0["step"]?.text == "notes" && $0["attempt"]?.count == 2
    }
    #expect(run.times("attemptBegan")[try #require(again)] >= until)

    // What it used. A resumed session counts on, and each attempt is charged what it added.
    for (step, number) in [("core", 1), ("add", 1), ("report", 1), ("report", 2), ("docs", 1)] {
      let result = try scene.result(run, step, number)
      #expect(result["output"]?.count == AgentScene.spoken[step]?[number - 1], "\(step) \(number)")
      #expect((result["cost"]?.count ?? 0 > 0) == (name == "claude"), "\(step) \(number)")
    }
    let charged = run.facts("attemptFinished").compactMap { $0["usage"]?["tokens"]?.count }
    #expect(charged.count == 8 && charged.allSatisfy { $0 > 0 })

    // Two worked at once: neither would have gone on without the other.
    #expect(try scene.scratch.shell("ls meeting").split(separator: "\n") == ["add", "mul"])

    // The counted tests are evidence.
    let proof = try #require(run.facts("checkEnded").first?["verdict"]?["proof"])
    #expect(proof["tests"]?["passed"]?.count ?? proof["tests"]?["ran"]?.count == 1, "\(proof)")

    // Nothing was left behind: no setting outside the account's folder, no process, no change of the checkout.
    #expect(try scene.listing("home") == home)
    #expect(try scene.listing("data/divisi/accounts/\(name)").contains("./\(name)"))
    #expect(try scene.scratch.shell("git status --porcelain; git rev-parse HEAD") == checkout)
    #expect(scene.processes() == [])
    #expect(try scene.scratch.divisi("journal check").status == 0)
  }

  /// A reviewer that says nothing of use is asked once more, rejects, and accepts what was put right.
  @Test(.enabled(if: !names.isEmpty), arguments: names)
  func aReviewerRejectsAndThenAccepts(_ name: String) throws {
    func verdict(_ word: String, _ findings: JSON) -> JSON {
      let answer: JSON = ["verdict": .string(word), "findings": findings]
      return name == "claude"
        ? ["call": ["tool": "StructuredOutput", "input": answer]]
        : ["say": .string(answer.text(.compact))]
    }
    let finding: JSON = [
      "message": "it greets nobody", "severity": "high", "file": "hello.txt", "line": 1,
    ]
    let scene = try AgentScene(
      name,
      try ScriptedModel(conversations: [
        ["when": "Say hello.", "turns": [["shell": "echo hello > hello.txt"], ["say": "Said."]]],
        [
          "when": "it greets nobody",
          "turns": [["shell": "echo hello world > hello.txt"], ["say": "Mended."]],
        ],
        ["when": "Judge a change", "turns": [verdict("reject", [finding]), ["say": "Judged."]]],
        ["when": "+hello world", "turns": [verdict("accept", []), ["say": "Judged."]]],
      ]))
    try scene.scratch.folder.write(
      ".claude/agents/critic.md",
      "---\nname: critic\ndescription: judges\n---\nYou are hard to please.\n")
    try scene.plan(["id: hello, task: Say hello., gates: [{review: critic}]"])
    let run = try scene.run()
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(try scene.scratch.shell("git show orchestration/t:hello.txt") == "hello world\n")
    #expect(try scene.attempt(run, "hello", 2, "prompt.md").contains("it greets nobody"))
    let verdicts = run.facts("checkEnded").compactMap { $0["verdict"] }
    #expect(verdicts.map { $0["result"]?.text } == ["failed", "passed"])
    #expect(verdicts.allSatisfy { $0["usage"]?["tokens"]?.count ?? 0 > 0 })
    let told = try scene.attempt(run, "hello", 1, "checks/gate-0-1/1/launch.json")
    #expect(told.contains("You are hard to please.") || told.contains("instructions.md"))
    #expect(scene.processes() == [])
  }
}
