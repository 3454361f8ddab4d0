import Agents
import Configuration
import TestSupport
import Testing

@Suite struct ReadinessTests {
  private func judge(
    _ name: String, status: Int32? = 0, _ output: String, _ environment: [String: String] = [:],
    files: [String] = []
  ) throws -> HarnessReadiness.Verdict {
    try Configuration().harness(name).readiness.judge(
      HarnessReadiness.Findings(
        status: status, output: output, environment: environment, loginFiles: files))
  }

  @Test func aProgramWithAKeyOrALoginIsReady() throws {
    #expect(
      try judge("claude", "2.1.329 (Claude Code)\n", ["ANTHROPIC_API_KEY": "k"])
        == .ready(version: "2.1.329", .variable("ANTHROPIC_API_KEY")))
    #expect(
      try judge("codex", "codex-cli 0.163.0\n", files: [".codex/auth.json"])
        == .ready(version: "0.163.0", .login(".codex/auth.json")))
    #expect(try judge("aider", "aider 0.86.2\n") == .ready(version: "0.86.2", .unknown))
  }

  @Test func codexAtAnotherServiceNeedsNoKeyOfItsOwn() throws {
    for arguments in ["--oss", "-c, 'model_provider=\"lab\"'"] {
      let configuration = Configuration([
        .flag("--set", setting: "harnesses.codex", value: "{arguments: [\(arguments)]}")
      ])
      #expect(try configuration.harness("codex").readiness.access([:], []) == .unknown)
    }
    #expect(try Configuration().harness("codex").readiness.access([:], []) == nil)
  }

  @Test func whatIsWrongIsToldWithWhatToDo() throws {
    #expect(
      try judge("claude", "2.1.329 (Claude Code)", ["ANTHROPIC_API_KEY": ""])
        == .notLoggedIn(
          version: "2.1.329", hint: "run `claude` once and log in, or set ANTHROPIC_API_KEY"))
    #expect(
      try judge("vibe", status: nil, "")
        == .missing(hint: "install `vibe`, or name its place in divisi.yaml: program: PATH"))
    #expect(
      try judge("codex", status: 1, "\u{1B}[31mlibssl missing\u{1B}[0m")
        == .broken(
          words: "`codex --version` ended with status 1: libssl missing",
          hint: "install Codex, or name its place: harnesses: {codex: {program: PATH}}"))
    guard case .broken = try judge("aider", "This tool is no longer maintained.") else {
      Issue.record("a program that was given up is not ready")
      return
    }
  }

  private func preflight(_ depth: Preflight.Depth, _ settings: String = "{}") throws -> Preflight? {
    let configuration = Configuration([
      .flag("--set", setting: "harnesses.claude", value: settings)
    ])
    return try Preflight(
      depth, of: try configuration.harness("claude"), worktree: "/w", folder: "/probe",
      account: Account(name: "main", folder: "/accounts/main", home: "/me"))
  }

  private func verdict(_ probe: Preflight, _ name: String) throws -> Preflight.Verdict {
    let recording = try Recording(name)
    return probe.judge(
      AttemptRemains(
        account: try recording.account(), ending: recording.ending, errors: recording.errors))
  }

  @Test func aQuestionToTheModelSaysWhatAPersonCanDo() throws {
    let probe = try #require(try preflight(.answer))
    #expect(probe.launch.arguments.contains("dontAsk"))
    #expect(probe.launch.files.contains { $0.path == "/probe/prompt.md" })
    #expect(try verdict(probe, "claude-first") == .passed)
    #expect(
      try verdict(probe, "claude-authentication")
        == .failed(
          .authentication, words: "Invalid API key · Fix external API key",
          hint: "run `claude` once and log in, or set ANTHROPIC_API_KEY"))
    #expect(
      probe.judge(AttemptRemains(account: StreamAccount(), ending: .stopped(.timeout)))
        == .failed(
          .timeout, words: "stopped: its time was over",
          hint: "it may stand at a dialog: start `claude` by hand in a new folder and look"))
  }

  @Test func aStartReachesNoModelAndHoldsNoKey() throws {
    let start = Preflight.Depth.start(service: "http://127.0.0.1:9", words: "Invalid API key")
    let probe = try #require(
      try preflight(
        start, "{environment: {ANTHROPIC_AUTH_TOKEN: secret, CLAUDE_CODE_USE_BEDROCK: '1'}}"))
    #expect(probe.launch.inherited == [])
    #expect(probe.launch.links == [])
    #expect(probe.launch.environment["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:9")
    #expect(probe.launch.environment["ANTHROPIC_API_KEY"] == "none")
    #expect(probe.launch.environment["ANTHROPIC_AUTH_TOKEN"] == nil)
    #expect(probe.launch.environment["CLAUDE_CODE_USE_BEDROCK"] == nil)
    // To be refused in the right words is what it is for, and any other end is none.
    #expect(try verdict(probe, "claude-authentication") == .passed)
    #expect(try verdict(probe, "claude-bad-model") != .passed)
    #expect(try verdict(probe, "claude-unknown-session") != .passed)
    #expect(
      try Preflight(
        start, of: try Configuration().harness("aider"), worktree: "/w", folder: "/probe",
        account: Account(name: "main", folder: "/accounts/main", home: "/me")) == nil)
  }
}
