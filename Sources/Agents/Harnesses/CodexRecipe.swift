import Configuration
import JSONValues

/// How Codex is started. Everything is said by `-c`, because `exec resume` has no other flags for it.
struct CodexRecipe: Sendable {
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
    let settings = assignment.account.folder + "/codex"
    var arguments = [program, "exec"]
    if let session = assignment.resumedSession { arguments += ["resume", session] }
    // Without the first two it looks names up and hangs 5 s at its end where there is no network.
    arguments += ["--json", "--skip-git-repo-check", "--disable", "plugins"]
    var values = [
      "analytics.enabled=false", "check_for_update_on_startup=false", "approval_policy=\"never\"",
    ]
    var files: [Launch.File] = []
    if let model = assignment.model { arguments += ["-m", model] }
    if let instructions = assignment.instructions, !instructions.allSatisfy(\.isWhitespace) {
      var said = instructions
      if instructions.utf8.count > CommandRecipe.longestArgument {
        files.append(Launch.File(folder + "/instructions.md", instructions))
        said = "Before anything else, read \(folder)/instructions.md and follow it throughout."
      }
      values.append("developer_instructions=\(TOML.text(said))")
    }
    values += assignment.servers.map { server in
      "mcp_servers.\(TOML.key(server.name))=\(Self.table(of: server))"
    }
    switch assignment.policy {
    case .full: arguments.append("--dangerously-bypass-approvals-and-sandbox")
    case .workspace:
      values.append("sandbox_mode=\"workspace-write\"")
      values.append("sandbox_workspace_write=\(Self.walls(assignment))")
    case .readOnly:
      // The instructions of the repository are part of what is reviewed.
      values += ["sandbox_mode=\"read-only\"", "project_doc_max_bytes=0"]
    }
    if let schema = assignment.answerSchema {
      files.append(Launch.File(folder + "/answer-schema.json", schema.text()))
      arguments += ["--output-schema", folder + "/answer-schema.json"]
    }
    arguments += values.flatMap { ["-c", $0] }
    return Launch(
      // The prompt comes on standard input.
      arguments: arguments + more + ["-"],
      environment: ["CODEX_HOME": settings].merging(environment) { $1 },
      inherited: Self.keys + pass, folders: [settings, folder], files: files,
      links: assignment.account.usesLogin
        ? [
          Launch.Link(
            path: settings + "/auth.json", target: assignment.account.home + "/.codex/auth.json")
        ] : [],
      input: .file(assignment.promptFile), workingFolder: assignment.worktree)
  }

  static let keys = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "CODEX_API_KEY"]

  /// What stays writable in its sandbox: the worktree, the temporary folder, and the git folders, without
  /// which it cannot commit.
  private static func walls(_ assignment: Assignment) -> String {
    let roots = assignment.gitFolders.map { TOML.text($0) }.joined(separator: ",")
    return "{writable_roots=[\(roots)],network_access=true,exclude_slash_tmp=true}"
  }

  private static func table(of server: ContextServer) -> String {
    func table(_ texts: [String: String]) -> String {
      let entries = texts.sorted { $0.key < $1.key }
        .map { "\(TOML.key($0.key))=\(TOML.text($0.value))" }
      return "{\(entries.joined(separator: ","))}"
    }
    switch server.place {
    case .program(let command, let environment):
      let arguments = command.dropFirst().map { TOML.text($0) }.joined(separator: ",")
      return
        "{command=\(TOML.text(command.first ?? "")),args=[\(arguments)],env=\(table(environment))}"
    case .remote(let address, _, let headers):
      return "{url=\(TOML.text(address)),http_headers=\(table(headers))}"
    }
  }
}

/// As much of TOML as values on a command line need.
private enum TOML {
  /// JSON writes no escape in a text that TOML does not know.
  static func text(_ text: String) -> String { JSON.string(text).text(.compact) }

  static func key(_ name: String) -> String {
    let isBare = name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
    }
    return isBare && !name.isEmpty ? name : text(name)
  }
}
