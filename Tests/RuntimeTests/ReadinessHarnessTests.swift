import Diagnostics
import Foundation
import Plans
import Runtime
import TestSupport
import Testing

/// Harnesses: found, tried without a key, remembered.
@Suite struct ReadinessHarnessTests {
  /// Answers as Claude Code does to a service that refuses it, and notes what it could see.
  private static let agent = """
    if [ "$1" = --version ]; then echo '2.1.999 (Claude Code)'; exit 0; fi
    exec python3 - <<'END'
    import json, os, urllib.request, urllib.error
    with open(os.environ["NOTES"], "w") as notes:
        json.dump({**os.environ, "cwd": os.getcwd()}, notes)
    print(json.dumps({"type": "system", "subtype": "init", "session_id": "s-1", "model": "m"}))
    request = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", b"{}")
    try:
        words = urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as error:
        words = error.read().decode()
    print(json.dumps({"type": "result", "subtype": "success", "is_error": True, "session_id": "s-1",
        "terminal_reason": "api_error", "api_error_status": 400, "result": "API Error: 400 " + words}))
    raise SystemExit(1)
    END
    """

  private let one = plan(step("one", work: .task("do it")))

  private func scene(_ agent: String = agent, key: String? = "secret") throws -> ReadinessScene {
    var scene = try ReadinessScene()
    try scene.install("claude", agent)
    scene.settings = "harnesses: {claude: {environment: {NOTES: \(scene.folder.path)/notes.json}}}"
    scene.environment["ANTHROPIC_API_KEY"] = key
    return scene
  }

  @Test func aProgramIsTriedInAFreshFolderWithoutAKeyAndWithoutAModel() async throws {
    let scene = try scene()
    let report = await scene.check(one)
    #expect(
      report.said("claude") == [
        "ok: 2.1.999, keyed by ANTHROPIC_API_KEY, at \(scene.folder.path)/bin/claude"
      ])
    let text = try scene.folder.read("notes.json")
    #expect(!text.contains("secret"))
    let seen = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
    #expect(seen["ANTHROPIC_BASE_URL"]?.hasPrefix("http://127.0.0.1:") == true)
    #expect(seen["HOME"] == scene.folder.path + "/home")
    for name in ["CLAUDE_CONFIG_DIR", "TMPDIR", "cwd"] {
      #expect(seen[name]?.hasPrefix(scene.folder.path + "/tmp/divisi-probe-") == true, "\(name)")
    }
    #expect(try scene.left() == [])
  }

  @Test func aProgramThatWorkedIsBelievedForSomeHours() async throws {
    var scene = try scene()
    #expect(await scene.check(one).isReady)
    #expect(scene.starts(of: "claude") == 2)
    #expect(await scene.check(one).isReady)
    #expect(scene.starts(of: "claude") == 2, "it was tried a second time")
    // Whoever asks wants to know it anew.
    #expect(await scene.check(one, .everything).isReady)
    #expect(scene.starts(of: "claude") == 4)
    scene.now += 13 * 3_600_000
    #expect(await scene.check(one).isReady)
    #expect(scene.starts(of: "claude") == 6)
    scene.settings = scene.settings.replacing("{claude: {", with: "{claude: {arguments: [-x], ")
    #expect(await scene.check(one).isReady)
    #expect(scene.starts(of: "claude") == 8)
    try scene.install("claude", Self.agent + "\n# another")
    #expect(await scene.check(one).isReady)
    #expect(scene.starts(of: "claude") == 10)
  }

  @Test func whatIsRememberedMayBeRubbish() async throws {
    let scene = try scene()
    for text in ["", "{", "[]", "{\"program\": 3}"] {
      try scene.folder.write("cache/divisi/harnesses/claude.json", text)
      #expect(await scene.check(one).isReady)
    }
    #expect(scene.starts(of: "claude") == 8)
  }

  @Test func aLoginOrKeyIsNeededEachTime() async throws {
    let scene = try scene(key: nil)
    #expect(
      await scene.check(one).said("claude") == [
        "error: 2.1.999, without key or login, at \(scene.folder.path)/bin/claude; needed by one | run `claude` once and log in, or set ANTHROPIC_API_KEY"
      ])
    try scene.folder.write("home/.claude/.credentials.json", "{}")
    let report = await scene.check(one)
    #expect(report.isReady)
    #expect(
      report.said("claude").first?.contains(", logged in (~/.claude/.credentials.json), at ")
        == true)
  }

  @Test(arguments: [
    ("echo 'error: unknown option' >&2; exit 1", "ended with status 1: error: unknown option"),
    ("exit 0", "the program ended with status 0 and without saying that it was done"),
    ("kill -SEGV $$", "ended by signal 11"),
  ])
  func aProgramThatDoesNotGetToTheModelIsNotReady(_ end: String, _ words: String) async throws {
    let scene = try scene("if [ \"$1\" = --version ]; then echo 2.1.0; exit; fi; \(end)")
    let report = await scene.check(one)
    #expect(
      report.said("claude").first?.hasPrefix(
        "error: it does not start in a new folder: \(words)") == true, "\(report.said("claude"))")
    // And it is tried again.
    _ = await scene.check(one)
    #expect(scene.starts(of: "claude") == 4)
  }

  @Test func aProgramThatIsNotThereStopsOnlyWhoNeedsIt() async throws {
    var scene = try ReadinessScene()
    scene.settings = "harnesses: {mine: {command: [mine, '{prompt_file}'], version: [mine, -V]}}"
    try scene.install("mine", "echo mine 0.3.1")
    var other = step("one", work: .task("do it"))
    other.harness = Located("mine")
    let report = await scene.check(plan(other), .everything)
    #expect(report.isReady)
    #expect(report.said("mine") == ["ok: 0.3.1, at \(scene.folder.path)/bin/mine"])
    #expect(
      report.said("claude") == [
        "note: not on the PATH | install Claude Code, or name its place: harnesses: {claude: {program: PATH}}"
      ])
    let needed = await scene.check(one)
    #expect(!needed.isReady)
    #expect(needed.said("claude").first?.hasPrefix("error: not on the PATH; needed by one") == true)
    #expect(needed.said("mine") == [])
  }

  @Test func aProgramOfWhichNothingIsKnownIsNotStartedToFindOut() async throws {
    var scene = try ReadinessScene()
    scene.settings = "harnesses: {mine: {command: [mine, '{prompt_file}']}}"
    try scene.install("mine", "exit 1")
    var one = step("one", work: .task("do it"))
    one.harness = Located("mine")
    #expect(
      await scene.check(plan(one), .everything).said("mine") == [
        "ok: at \(scene.folder.path)/bin/mine"
      ])
    #expect(scene.starts(of: "mine") == 0)
  }

  @Test func aVersionIsAskedOfTheProgramThatIsNamed() async throws {
    var scene = try ReadinessScene()
    scene.settings = "harnesses: {aider: {program: aider-next}}"
    try scene.install("aider-next", "echo aider 0.99.1")
    var one = step("one", work: .task("do it"))
    one.harness = Located("aider")
    #expect(
      await scene.check(plan(one)).said("aider") == [
        "ok: 0.99.1, at \(scene.folder.path)/bin/aider-next"
      ])
  }

  @Test func aHarnessThatNobodyDefinedIsAnError() async throws {
    let scene = try ReadinessScene()
    var step = step("one", work: .task("do it"))
    step.harness = Located("codx")
    #expect(
      await scene.check(plan(step)).said("codx").first?.hasSuffix("| did you mean `codex`?") == true
    )
  }

  @Test func reviewersAndContingenciesNeedTheirHarnessToo() async throws {
    let scene = try ReadinessScene()
    var step = step("one", work: .run("true"))
    step.gates = [Gate(check: Located(.review(agent: "critic")))]
    let needs = scene.needs(plan(step))
    #expect(needs.harnesses.map(\.name) == ["claude"])
    #expect(needs.agents.map(\.name) == ["critic"])
  }

  @Test func anAgentThatIsNotThereIsAWarningAndABrokenFileIsToldOfIt() async throws {
    let scene = try scene()
    var step = step("one", work: .task("do it"))
    step.agent = Located("critic")
    try scene.folder.write(
      "main/.claude/agents/critic.md", "---\nname: critic\nmax_retries: -1\n---\nBe strict.\n")
    try scene.folder.write("main/.claude/agents/other.md", "---\nmax_retries: -1\n---\n")
    let report = await scene.check(plan(step))
    #expect(report.isReady)
    #expect(
      report.said("critic") == [
        "warning: there is no agent `critic`: the harness does it as it is, with the text of .claude/agents/critic.md; asked for by one | define it: .claude/agents/critic.md"
      ])
    #expect(report.said("definition").count == 1)
    #expect(
      report.said("definition").first?.hasPrefix("warning: .claude/agents/critic.md:3:14: ") == true
    )
    #expect(await scene.check(plan(step), .everything).said("definition").count == 2)
  }

  // MARK: Real programs

  private static func real(_ name: String) -> String? {
    ProcessInfo.processInfo.environment["DIVISI_TEST_\(name.uppercased())"]
  }

  @Test(arguments: ["claude", "codex"].filter { real($0) != nil })
  func aRealProgramIsReadyWithoutAToken(_ name: String) async throws {
    var scene = try ReadinessScene()
    scene.settings = "harnesses: {\(name): {program: '\(Self.real(name) ?? name)'}}"
    scene.environment["ANTHROPIC_API_KEY"] = "secret"
    scene.environment["OPENAI_API_KEY"] = "secret"
    var one = step("one", work: .task("do it"))
    one.harness = Located(name)
    let report = await scene.check(plan(one))
    #expect(report.troubles == [])
    #expect(report.said(name).first?.contains(", keyed by ") == true)
    #expect(try scene.left() == [])
  }
}
