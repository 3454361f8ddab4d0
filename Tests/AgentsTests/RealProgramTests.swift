import Configuration
import Agents
import JSONValues
import TestSupport
import Testing

/// The real programs, started as an attempt starts them, against the scripted model server. They run where
/// DIVISI_TEST_CLAUDE and DIVISI_TEST_CODEX name them.
@Suite(.serialized) struct RealProgramTests {
  private static let names = ["claude", "codex"].filter { RealProgram.path($0) != nil }

  private static let writing: [JSON] = [
    ["say": "I write.", "write": ["hello.txt": "hello\n"]],
    ["shell": "git add -A && git commit -qm 'Say hello'"], ["say": "All done."],
  ]

  @Test(arguments: names, [PermissionPolicy.full, .workspace])
  func anAgentWritesAndCommitsInAWorktree(_ name: String, _ policy: PermissionPolicy) throws {
    let program = try RealProgram(name, Self.writing)
    let result = try program.attempt(program.assignment { $0.policy = policy })
    #expect(result.failure == nil)
    #expect(result.summary == "All done.")
    #expect(result.usage?.output == 30)
    #expect(result.session != nil)
    #expect(program.hasFile("hello.txt"))
    #expect(try program.log() == ["Say hello", "Begin"])
  }

  @Test(arguments: names)
  func aReviewerCannotWrite(_ name: String) throws {
    let program = try RealProgram(
      name,
      [
        ["shell": "touch by-shell.txt"], ["shell": "git log --oneline"],
        ["say": "{\"verdict\": \"accept\", \"findings\": []}"],
      ])
    let result = try program.attempt(program.assignment { $0.policy = .readOnly })
    #expect(result.failure == nil)
    #expect(!program.hasFile("by-shell.txt"))
  }

  @Test(arguments: names)
  func aSessionIsGoneOnWithAndChargedWhatItAdds(_ name: String) throws {
    let program = try RealProgram(name, [["say": "Begun."]])
    let instructed = { (assignment: inout Assignment) in
      assignment.instructions = "You are \"careful\".\nAlways."
      assignment.policy = .workspace
    }
    let first = try program.attempt(program.assignment(1, instructed))
    let session = try #require(first.session)
    let second = try program.attempt(
      program.assignment(2) {
        instructed(&$0)
        $0.session = .resume(session)
        $0.prompt = "It is not accepted yet."
      }, earlier: first.totals)
    #expect(second.failure == nil)
    #expect(second.session == session)
    #expect(second.usage == first.usage)
    #expect(second.cost == first.cost)
  }

  /// Rules of a repository that ask hold even where all permissions are skipped; nobody is there to answer.
  @Test(.enabled(if: RealProgram.path("claude") != nil))
  func aRuleOfTheRepositoryThatAsksDoesNotStopAnAgentAndOneThatDeniesDoes() throws {
    let rules: JSON = ["permissions": ["ask": ["Bash(touch:*)"], "deny": ["Bash(mkdir:*)"]]]
    let program = try RealProgram(
      "claude", [["shell": "touch asked"], ["shell": "mkdir denied"], ["say": "Done."]],
      files: [".claude/settings.json": rules.text()])
    let result = try program.attempt(program.assignment())
    #expect(result.failure == nil)
    #expect(program.hasFile("asked"))
    #expect(!program.hasFile("denied"))
    #expect(result.questions.count == 1)
  }

  @Test(arguments: names)
  func aProbePassesAndTellsWhatIsWrong(_ name: String) throws {
    func probe(_ program: RealProgram, _ depth: Preflight.Depth) throws -> Preflight.Verdict {
      let probe = try #require(
        try Preflight(
          depth, of: program.harness, worktree: program.worktree,
          folder: program.folder.path + "/probe", account: program.account))
      return probe.judge(try program.run(probe.launch))
    }
    let good = try RealProgram(name, [["say": "ready"]])
    #expect(try probe(good, .answer) == .passed)

    let refusal: JSON = [["fault": ["status": 400, "message": "the model is gone"]]]
    let bad = try RealProgram(name, refusal.items)
    guard case .failed(_, let words, _) = try probe(bad, .answer) else {
      Issue.record("the probe should fail")
      return
    }
    #expect(words.contains("the model is gone"))

    let service = try ScriptedModel(refusal.items)
    let start = Preflight.Depth.start(
      service: "http://127.0.0.1:\(service.port)", words: "the model is gone")
    #expect(try probe(try RealProgram(name, []), start) == .passed)
  }

  @Test(arguments: names)
  func aLimitStopsAnAgentAtOnce(_ name: String) throws {
    let fault: JSON =
      name == "claude" ? ["status": 429, "retry_after": 90] : ["status": 429, "resets_in": 5000]
    let program = try RealProgram(name, [["fault": fault]])
    let result = try program.attempt(program.assignment())
    #expect(result.failure?.kind == .rateLimit)
    // Claude Code tells a reset only of a subscription.
    #expect(name == "claude" || result.failure?.reset != nil)
  }

  /// Aider has no tools: it reads edits out of the answer.
  @Test(.enabled(if: RealProgram.path("aider") != nil))
  func aProgramThatIsDefinedByItsCommandWritesAndEnds() throws {
    let program = try RealProgram(
      "aider", [["say": "I write.", "write": ["hello.txt": "hello\n"]]])
    let result = try program.attempt(program.assignment())
    #expect(result.failure == nil)
    #expect(program.hasFile("hello.txt"))
    #expect(try program.log() == ["Begin"])
    let state = try program.git("status", "--short")
    #expect(state.filter { !$0.contains(".aider") }.map { $0.suffix(9) } == ["hello.txt"])
  }
}

extension JSON {
  fileprivate var items: [JSON] { if case .array(let items) = self { items } else { [] } }
}
