import Configuration
import Evidence

/// What must be there before a harness's program can be started, and what to tell a person where it is not.
package struct HarnessReadiness: Sendable, Equatable {
  /// A command that ends at once and prints a version; nothing where none is known, and then the program must not
  /// be started to find out: it could take anything for its task.
  package var version: [String]?
  /// A command that runs nothing inside the program's own walls, where it has such: it ends with status 0
  /// where they can be put up.
  package var sandbox: [String]?
  /// Variables and files of which any one means that there is a key or a login. None where that cannot
  /// be told from outside. Files are below the home folder.
  package var keys: [String]
  package var loginFiles: [String]
  package var installHint: String
  package var loginHint: String

  init(_ kind: HarnessDefinition.Kind, program: String, _ definition: HarnessDefinition) {
    switch kind {
    case .claude, .codex: version = definition.version ?? [program, "--version"]
    case .command:
      version = definition.version
      // The same program under another path.
      if let name = version?.first, name == definition.command?.first { version?[0] = program }
    }
    switch kind {
    case .claude:
      keys = [
        "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX",
      ]
      loginFiles = [".claude/.credentials.json"]
      installHint = "install Claude Code, or name its place: harnesses: {claude: {program: PATH}}"
      loginHint = "run `claude` once and log in, or set ANTHROPIC_API_KEY"
    case .codex:
      keys = ["OPENAI_API_KEY", "CODEX_API_KEY"]
      loginFiles = [".codex/auth.json"]
      installHint = "install Codex, or name its place: harnesses: {codex: {program: PATH}}"
      loginHint = "run `codex login`, or set OPENAI_API_KEY"
      sandbox = [
        program, "sandbox", "-c", "sandbox_mode=\"workspace-write\"", "--", "/bin/true",
      ]
      if Self.namesProvider(definition.arguments ?? []) { (keys, loginFiles) = ([], []) }
    case .command:
      keys = []
      loginFiles = []
      installHint = "install `\(program)`, or name its place in divisi.yaml: program: PATH"
      loginHint = "look whether `\(program)` has its key; `pass: [NAME]` hands it one"
    }
    // A key that a configuration hands on is one that the program uses.
    if !keys.isEmpty { keys += definition.pass ?? [] }
  }

  /// Whether Codex is sent to another service than its own, whose key or none is its own affair.
  private static func namesProvider(_ arguments: [String]) -> Bool {
    arguments.contains { word in
      word == "--oss" || word.hasPrefix("model_provider=") || word.hasPrefix("model_provider =")
    }
  }

  /// What was found, to be judged.
  package struct Findings: Sendable {
    /// How the version command ended; nothing where it could not be started.
    package var status: Int32?
    package var output: String
    package var environment: [String: String]
    /// Which of `loginFiles` are there.
    package var loginFiles: [String]

    package init(
      status: Int32?, output: String, environment: [String: String], loginFiles: [String]
    ) {
      self.status = status
      self.output = output
      self.environment = environment
      self.loginFiles = loginFiles
    }
  }

  /// By what a program is let in at its model's service.
  package enum Access: Sendable, Hashable {
    case variable(String)
    /// A file below the home folder.
    case login(String)
    /// That cannot be told from outside.
    case unknown
  }

  package enum Verdict: Sendable, Equatable {
    case ready(version: String, Access)
    case missing(hint: String)
    case broken(words: String, hint: String)
    case notLoggedIn(version: String, hint: String)
  }

  package func judge(_ findings: Findings) -> Verdict {
    guard let status = findings.status, status != 127 else { return .missing(hint: installHint) }
    let text = findings.output.withoutTerminalCodes
    let line = String(text.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) } ?? "")
    guard status == 0 else {
      return .broken(
        words:
          "`\((version ?? []).joined(separator: " "))` ended with status \(status): \(line.prefix(200))",
        hint: installHint)
    }
    // A program that was given up may say so, and end well, whatever it is asked.
    if line.lowercased().contains("no longer maintained") {
      return .broken(words: String(line.prefix(200)), hint: installHint)
    }
    let number = Self.versionNumber(in: line) ?? String(line.prefix(60))
    guard let access = access(findings.environment, findings.loginFiles) else {
      return .notLoggedIn(version: number, hint: loginHint)
    }
    return .ready(version: number, access)
  }

  /// By what the program is let in, or nothing where it has neither key nor login.
  package func access(_ environment: [String: String], _ files: [String]) -> Access? {
    if keys.isEmpty && loginFiles.isEmpty { return .unknown }
    if let key = keys.first(where: { !(environment[$0] ?? "").isEmpty }) { return .variable(key) }
    return files.first.map { .login($0) }
  }

  /// `2.1.329` of `2.1.329 (Claude Code)`, `0.163.0` of `codex-cli 0.163.0`.
  private static func versionNumber(in line: String) -> String? {
    line.split { !($0.isLetter || $0.isNumber || ".-+".contains($0)) }
      .first { $0.first?.isNumber == true && $0.contains(".") }.map(String.init)
  }
}
