import Agents
import Configuration
import Documents
import Files
import JSONValues
import Plans
import TestSupport
import Testing

@Suite struct LaunchTests {
  private func harness(_ name: String, _ value: String? = nil) throws -> Harness {
    let flags = value.map { [("--set", "harnesses.\(name)", $0)] } ?? []
    let layers = flags.map { Layer.flag($0.0, setting: $0.1, value: $0.2) }
    let configuration = Configuration(layers)
    #expect(configuration.diagnostics == [])
    return try configuration.harness(name)
  }

  private func assignment(_ change: (inout Assignment) -> Void = { _ in }) -> Assignment {
    var assignment = Assignment(
      promptFile: "/run/1/prompt.md", prompt: "Write it.", worktree: "/work tree",
      attemptFolder: "/run/1", account: Account(name: "main", folder: "/accounts/main", home: "/me")
    )
    change(&assignment)
    return assignment
  }

  @Test func claudeIsStartedWithoutADialogAndWithItsOwnSettings() throws {
    let launch = try harness("claude").launch(assignment())
    #expect(
      launch.arguments == [
        "claude", "-p", "--output-format", "stream-json", "--verbose", "--max-turns", "2000",
        "--settings", "/run/1/claude-settings.json", "--strict-mcp-config",
        "--dangerously-skip-permissions",
      ])
    #expect(launch.input == .file("/run/1/prompt.md"))
    #expect(launch.workingFolder == "/work tree")
    #expect(launch.folders == ["/run/1/tmp", "/accounts/main/claude", "/run/1"])
    #expect(
      launch.links == [
        Launch.Link(
          path: "/accounts/main/claude/.credentials.json",
          target: "/me/.claude/.credentials.json")
      ])
    #expect(
      launch.environment == [
        "CLAUDE_CONFIG_DIR": "/accounts/main/claude", "HOME": "/me", "TMPDIR": "/run/1/tmp",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1", "IS_SANDBOX": "1",
      ])
    #expect(launch.inherited.contains("ANTHROPIC_API_KEY"))
    // Nothing is written where the person keeps settings.
    #expect(launch.files.allSatisfy { !$0.path.hasPrefix("/me/") })
  }

  @Test func agentsHaveAHomeOfTheirAccountWhereThatIsAskedFor() throws {
    for name in ["claude", "codex", "vibe"] {
      let launch = try harness(name, "{home: own}").launch(assignment())
      #expect(launch.environment["HOME"] == "/accounts/main/home", "\(name)")
      #expect(launch.environment["GIT_CONFIG_GLOBAL"] == "/me/.gitconfig", "\(name)")
      #expect(launch.folders.contains("/accounts/main/home"), "\(name)")
      // The login is still the person's.
      #expect(launch.links.allSatisfy { $0.target.hasPrefix("/me/") }, "\(name)")
    }
  }

  @Test func whatAgentsMayDoIsConfigured() throws {
    #expect(try harness("claude").permissions == .full)
    #expect(try harness("codex", "{permissions: workspace}").permissions == .workspace)
    #expect(try harness("codex", "{permissions: read-only}").permissions == .readOnly)
  }

  @Test func claudeIsToldEverythingThatIsKnown() throws {
    let launch = try harness(
      "claude", "{arguments: [--fallback-model, sonnet], program: /opt/claude}"
    )
    .launch(
      assignment {
        $0.model = "opus"
        $0.instructions = "You are careful."
        $0.tools = ["Read", "Bash", "mcp__brain__search"]
        $0.servers = [
          ContextServer(name: "brain", command: ["divisi", "mcp"], environment: ["A": "b"]),
          ContextServer(name: "far", address: "http://x/mcp", transport: "sse", headers: [:]),
        ]
        $0.turns = 7
        $0.policy = .workspace
        $0.session = .resume("s-1")
        $0.answerSchema = ["type": "object"]
      })
    #expect(
      launch.arguments == [
        "/opt/claude", "-p", "--output-format", "stream-json", "--verbose", "--max-turns", "7",
        "--settings", "/run/1/claude-settings.json", "--strict-mcp-config", "--model", "opus",
        "--resume", "s-1", "--append-system-prompt-file", "/run/1/instructions.md",
        "--mcp-config", "/run/1/mcp.json", "--tools", "Read,Bash",
        "--permission-mode", "acceptEdits", "--allowedTools",
        "mcp__brain,mcp__far,Read,Bash,mcp__brain__search", "--json-schema", #"{"type":"object"}"#,
        "--fallback-model", "sonnet",
      ])
    #expect(launch.environment["IS_SANDBOX"] == nil)
    let texts = Dictionary(launch.files.map { ($0.path, $0.text) }, uniquingKeysWith: { $1 })
    #expect(texts["/run/1/instructions.md"] == "You are careful.")
    let servers = try JSON.parse(texts["/run/1/mcp.json"] ?? "")
    #expect(
      servers["mcpServers"]?["brain"]
        == ["command": "divisi", "args": ["mcp"], "env": ["A": "b"]])
    #expect(
      servers["mcpServers"]?["far"] == ["type": "sse", "url": "http://x/mcp", "headers": [:]])
    #expect(texts["/run/1/claude-settings.json"] == "{}")
  }

  @Test(arguments: [
    (2_500_000, "2.50"), (20_000_000, "20.00"), (123_456, "0.123456"), (1_000_010, "1.00001"),
  ])
  func claudeIsToldWhatItMaySpend(_ microdollars: Int64, _ text: String) throws {
    let launch = try harness("claude").launch(
      assignment { $0.budget = Money(microdollars: microdollars) })
    let place = try #require(launch.arguments.firstIndex(of: "--max-budget-usd"))
    #expect(launch.arguments[place + 1] == text)
    #expect(try !harness("claude").launch(assignment()).arguments.contains("--max-budget-usd"))
  }

  @Test func codexIsStartedInItsSandboxWithTheGitFoldersOpen() throws {
    let launch = try harness("codex").launch(
      assignment {
        $0.model = "gpt-5"
        $0.instructions = "Say \"yes\".\nAlways."
        $0.servers = [
          ContextServer(name: "my brain", command: ["divisi", "mcp"]),
          ContextServer(
            name: "far", address: "http://x/mcp", transport: "http", headers: ["A": "b"]),
        ]
        $0.policy = .workspace
        $0.gitFolders = ["/main/.git", "/main/.git/worktrees/a"]
        $0.session = .resume("t-1")
      })
    #expect(
      launch.arguments == [
        "codex", "exec", "resume", "t-1", "--json", "--skip-git-repo-check", "--disable", "plugins",
        "-m", "gpt-5", "-c", "analytics.enabled=false", "-c", "check_for_update_on_startup=false",
        "-c", #"approval_policy="never""#,
        "-c", #"developer_instructions="Say \"yes\".\nAlways.""#,
        "-c", #"mcp_servers."my brain"={command="divisi",args=["mcp"],env={}}"#,
        "-c", #"mcp_servers.far={url="http://x/mcp",http_headers={A="b"}}"#,
        "-c", #"sandbox_mode="workspace-write""#,
        "-c",
        #"sandbox_workspace_write={writable_roots=["/main/.git","/main/.git/worktrees/a"],network_access=true,exclude_slash_tmp=true}"#,
        "-",
      ])
    #expect(launch.input == .file("/run/1/prompt.md"))
    #expect(launch.environment["CODEX_HOME"] == "/accounts/main/codex")
  }

  @Test func settingsInTheTemporaryFolderAreRefused() throws {
    let harness = try harness("codex")
    #expect(throws: HarnessFlaw.settingsInTemporaryFolder("/run/1/tmp/account")) {
      try harness.launch(assignment { $0.account.folder = "/run/1/tmp/account" })
    }
  }

  @Test func aCommandIsFilledInOnce() throws {
    let launch = try harness(
      "mine",
      """
      {command: [my-agent, "--do={prompt}", "{worktree}/{attempt_dir}", "{unknown}", "{", "{model}x"], \
      model: [--model, "{model}"], turns: [--turns, "{turns}"], resume: [--go-on, "{session}"], \
      arguments: [-v], environment: {FOLDER: "{attempt_dir}"}, pass: [MY_KEY]}
      """
    ).launch(
      assignment {
        $0.prompt = "write {worktree}"
        $0.model = "m"
        $0.session = .resume("s")
      })
    #expect(
      launch.arguments == [
        "my-agent", "--do=write {worktree}", "/work tree//run/1", "{unknown}", "{", "mx", "--model",
        "m", "--turns", "2000", "--go-on", "s", "-v",
      ])
    #expect(launch.environment["FOLDER"] == "/run/1")
    #expect(launch.inherited.first == "MY_KEY")
    #expect(launch.input == .nothing)
  }

  @Test func aPromptThatIsTooLongForTheSystemIsPointedAt() throws {
    let launch = try harness("mine", "{command: [x, \"{prompt}\"]}").launch(
      assignment { $0.prompt = String(repeating: "x", count: 200_000) })
    #expect(launch.arguments == ["x", "Read and follow: /run/1/prompt.md"])
  }

  @Test func whatCannotResumeSaysSo() throws {
    let harness = try harness("gemini")
    #expect(!harness.canResume)
    #expect(throws: HarnessFlaw.cannotResume("gemini")) {
      try harness.launch(assignment { $0.session = .resume("s") })
    }
  }

  @Test func aHarnessWithoutACommandOrNameIsToldOf() throws {
    #expect(throws: HarnessFlaw.noCommand("mine")) { try harness("mine", "{kind: command}") }
    let flaw = #expect(throws: HarnessFlaw.self) { try Configuration().harness("claud") }
    #expect(
      flaw?.description
        == "there is no harness `claud`; there are claude, codex, aider, gemini, vibe")
  }

  @Test func whatIsBuiltInIsDefinedLikeAnyOther() throws {
    let aider = try harness("aider").launch(assignment { $0.model = "gpt-5" })
    #expect(aider.arguments.prefix(3) == ["aider", "--message-file", "/run/1/prompt.md"])
    #expect(aider.arguments.suffix(2) == ["--model", "gpt-5"])
    #expect(aider.environment["LITELLM_LOCAL_MODEL_COST_MAP"] == "True")
    #expect(try harness("aider").leaves == [".aider*", ".aider*/**"])
    let gemini = try harness("gemini").launch(assignment())
    #expect(gemini.input == .file("/run/1/prompt.md"))
    let vibe = try harness("vibe")
    #expect(vibe.dialect == .entries && vibe.rules.exitStatuses == [3: .turnLimit])
    #expect(try vibe.launch(assignment()).arguments.prefix(3) == ["vibe", "-p", "Write it."])
  }

  @Test func aLaunchIsMadeReadyTwiceWithTheSameOutcome() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("me/.claude/.credentials.json", "secret")
    var assignment = assignment()
    assignment.attemptFolder = folder.path + "/run"
    assignment.temporaryFolder = folder.path + "/run/tmp"
    assignment.account = Account(
      name: "main", folder: folder.path + "/account", home: folder.path + "/me")
    let launch = try harness("claude").launch(assignment)
    try launch.prepare()
    // The program writes on in its own settings; the next attempt must not undo that.
    _ = try folder.write("account/claude/.claude.json", "{\"written\": \"by the program\"}")
    try launch.prepare()
    #expect(try folder.read("account/claude/.claude.json").contains("by the program"))
    #expect(try folder.read("account/claude/.credentials.json") == "secret")
    #expect(try folder.read("run/claude-settings.json").contains("PermissionRequest"))
    #expect(entryKind(folder.path + "/run/tmp") == .folder)
  }

  @Test func silenceIsLongerThanAProgramsOwnRetriesAndLongerWhileACommandRuns() throws {
    let claude = try harness("claude").silence
    let use = ToolUse(id: "1", name: "Bash", kind: .command("make"))
    #expect(claude.limit(during: .thinking, configured: .seconds(60)) == .seconds(420))
    #expect(claude.limit(during: .thinking, configured: .seconds(600)) == .seconds(600))
    #expect(claude.limit(during: .using(use), configured: .seconds(600)) == .seconds(900))
    let retry = RetryNotice(cause: .rateLimit, words: "", delay: .seconds(100))
    #expect(claude.limit(during: .waiting(retry), configured: .zero) == .seconds(520))
    let patient = try harness("codex", "{silence: 1h}").silence
    #expect(patient.limit(during: .thinking, configured: .seconds(600)) == .seconds(3600))
  }
}
