import Configuration
import JSONValues
import Plans

/// How Claude Code is started.
struct ClaudeRecipe: Sendable {
  let program: String
  let more: [String]
  let environment: [String: String]
  let pass: [String]

  init(program: String, _ definition: HarnessDefinition) {
    self.program = program
    more = definition.arguments ?? []
    environment = definition.environment ?? [:]
    pass = definition.pass ?? []
  }

  func launch(_ assignment: Assignment) -> Launch {
    let folder = assignment.attemptFolder
    let settings = assignment.account.folder + "/claude"
    var arguments = [
      program, "-p", "--output-format", "stream-json", "--verbose",
      "--max-turns", String(assignment.turns), "--settings", folder + "/claude-settings.json",
      // Servers of the person and of the repository would ask to be approved.
      "--strict-mcp-config",
    ]
    var files = [
      Launch.File(folder + "/claude-settings.json", Self.settings(assignment.policy).text()),
      // What it would ask a person at its first start in a new folder of settings.
      Launch.File(
        settings + "/.claude.json",
        JSON.object([
          .init("hasCompletedOnboarding", true), .init("bypassPermissionsModeAccepted", true),
        ]).text(), staysIfThere: true),
    ]
    if let budget = assignment.budget { arguments += ["--max-budget-usd", budget.decimal] }
    if let model = assignment.model { arguments += ["--model", model] }
    switch assignment.session {
    case .new(let name?): arguments += ["--session-id", name]
    case .new(nil): break
    case .resume(let name): arguments += ["--resume", name]
    }
    if let instructions = assignment.instructions, !instructions.allSatisfy(\.isWhitespace) {
      files.append(Launch.File(folder + "/instructions.md", instructions))
      arguments += ["--append-system-prompt-file", folder + "/instructions.md"]
    }
    if !assignment.servers.isEmpty {
      files.append(Launch.File(folder + "/mcp.json", Self.servers(assignment.servers).text()))
      arguments += ["--mcp-config", folder + "/mcp.json"]
    }
    arguments += permissions(assignment)
    if let schema = assignment.answerSchema {
      arguments += ["--json-schema", schema.text(.compact)]
    }
    return Launch(
      arguments: arguments + more,
      environment: Self.standardEnvironment(assignment, settings).merging(environment) { $1 },
      inherited: Self.keys + pass, folders: [settings, folder], files: files,
      links: assignment.account.usesLogin
        ? [
          Launch.Link(
            path: settings + "/.credentials.json",
            target: assignment.account.home + "/.claude/.credentials.json")
        ] : [],
      input: .file(assignment.promptFile), workingFolder: assignment.worktree)
  }

  static let keys = [
    "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "ANTHROPIC_BEDROCK_BASE_URL",
    "ANTHROPIC_VERTEX_PROJECT_ID", "CLOUD_ML_REGION",
  ]

  private static func standardEnvironment(
    _ assignment: Assignment, _ settings: String
  ) -> [String: String] {
    var environment = [
      "CLAUDE_CONFIG_DIR": settings, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
      "DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1",
    ]
    // As root it refuses to go without permissions unless it is told that it has walls around it.
    if assignment.policy == .full { environment["IS_SANDBOX"] = "1" }
    return environment
  }

  private func permissions(_ assignment: Assignment) -> [String] {
    var arguments: [String] = []
    var allowed = assignment.servers.map { "mcp__\($0.name)" }
    if let tools = assignment.tools {
      let own = tools.filter { !$0.hasPrefix("mcp__") }
      arguments += ["--tools", own.joined(separator: ",")]
      allowed += tools
    }
    switch assignment.policy {
    case .full: return arguments + ["--dangerously-skip-permissions"]
    case .workspace:
      arguments += ["--permission-mode", "acceptEdits"]
      if assignment.tools == nil { allowed += ["Bash", "WebFetch", "WebSearch"] }
    case .readOnly:
      arguments += [
        "--permission-mode", "dontAsk", "--disallowedTools", "Edit,MultiEdit,Write,NotebookEdit",
        // Hooks and instructions of the repository are part of what is reviewed.
        "--setting-sources", "user",
      ]
      allowed = allowed.filter { $0.hasPrefix("mcp__") }
      allowed += ["Read", "Grep", "Glob"]
      allowed += ["diff", "log", "show", "status", "blame"].map { "Bash(git \($0):*)" }
    }
    return allowed.isEmpty
      ? arguments : arguments + ["--allowedTools", allowed.joined(separator: ",")]
  }

  /// Rules of a repository that say `ask` hold even where all permissions are skipped, and there is
  /// nobody to ask. This hook answers them; rules that say `deny` still hold.
  private static func settings(_ policy: PermissionPolicy) -> JSON {
    guard policy == .full else { return [:] }
    let answer: JSON = [
      "hookSpecificOutput": [
        "hookEventName": "PermissionRequest", "decision": ["behavior": "allow"],
      ]
    ]
    return [
      "hooks": [
        "PermissionRequest": [
          [
            "matcher": "*",
            "hooks": [
              ["type": "command", "command": .string("echo '\(answer.text(.compact))'")]
            ],
          ]
        ]
      ]
    ]
  }

  private static func servers(_ servers: [ContextServer]) -> JSON {
    ["mcpServers": .object(servers.map { JSON.Member($0.name, entry(of: $0)) })]
  }

  private static func entry(of server: ContextServer) -> JSON {
    func object(_ texts: [String: String]) -> JSON {
      .object(texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }
    switch server.place {
    case .program(let command, let environment):
      return [
        "command": .string(command.first ?? ""),
        "args": .array(command.dropFirst().map { .string($0) }), "env": object(environment),
      ]
    case .remote(let address, let transport, let headers):
      return [
        "type": .string(transport), "url": .string(address), "headers": object(headers),
      ]
    }
  }
}

extension Money {
  /// `1.25`, with no more digits than it takes.
  fileprivate var decimal: String {
    var digits = String(microdollars % 1_000_000 + 1_000_000).dropFirst()
    while digits.last == "0", digits.count > 2 { digits.removeLast() }
    return "\(microdollars / 1_000_000).\(digits)"
  }
}
