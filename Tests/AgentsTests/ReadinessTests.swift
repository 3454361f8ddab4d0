import Agents
import Configuration
import TestSupport
import Testing

@Suite struct ReadinessTests {
  private func judge(
    _ name: String, status: Int32? = 0, _ output: String, _ environment: [String: String] = [:],
    files: [String] = []
  ) throws -> Readiness.Verdict {
    try Configuration().harness(name).readiness.judge(
      Readiness.Findings(
        status: status, output: output, environment: environment, loginFiles: files))
  }

  @Test func aProgramWithAKeyOrALoginIsReady() throws {
    #expect(
      try judge("claude", "2.1.329 (Claude Code)\n", ["ANTHROPIC_API_KEY": "k"])
        == .ready(version: "2.1.329"))
    #expect(
      try judge("codex", "codex-cli 0.163.0\n", files: [".codex/auth.json"])
        == .ready(version: "0.163.0"))
    #expect(try judge("aider", "aider 0.86.2\n") == .ready(version: "0.86.2"))
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

  @Test func aProbeSaysWhatAPersonCanDo() throws {
    let claude = try Configuration().harness("claude")
    let probe = try Preflight(
      of: claude, worktree: "/w", folder: "/probe",
      account: Account(name: "main", folder: "/accounts/main", home: "/me"))
    #expect(probe.launch.arguments.contains("dontAsk"))
    #expect(probe.launch.files.contains { $0.path == "/probe/prompt.md" })
    func verdict(_ name: String) throws -> Preflight.Verdict {
      let recording = try Recording(name)
      return probe.judge(
        AttemptRemains(
          account: try recording.account(), ending: recording.ending, errors: recording.errors))
    }
    #expect(try verdict("claude-first") == .passed)
    #expect(
      try verdict("claude-authentication")
        == .failed(
          .authentication, words: "Invalid API key · Fix external API key",
          hint: "run `claude` once and log in, or set ANTHROPIC_API_KEY"))
    #expect(
      probe.judge(AttemptRemains(account: StreamAccount(), ending: .stopped(.timeout)))
        == .failed(
          .timeout, words: "stopped: its time was over",
          hint: "it may stand at a dialog: start `claude` by hand in the worktree and look"))
  }
}
