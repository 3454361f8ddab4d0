import Configuration
import Evidence

/// What must be there before a program can be started, and what to tell a person where it is not.
package struct Readiness: Sendable, Equatable {
  /// A command that ends at once and prints a version.
  package var version: [String]
  /// Variables and files of which any one means that there is a key or a login. None where that cannot
  /// be told from outside. Files are below the home folder.
  package var keys: [String]
  package var loginFiles: [String]
  package var installHint: String
  package var loginHint: String

  init(_ kind: HarnessDefinition.Kind, program: String, _ definition: HarnessDefinition) {
    version = definition.version ?? [program, "--version"]
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
    case .command:
      keys = []
      loginFiles = []
      installHint = "install `\(program)`, or name its place in divisi.yaml: program: PATH"
      loginHint = "look whether `\(program)` has its key; `pass: [NAME]` hands it one"
    }
    // A key that a configuration hands on is one that the program uses.
    if !keys.isEmpty { keys += definition.pass ?? [] }
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

  package enum Verdict: Sendable, Equatable {
    case ready(version: String)
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
          "`\(version.joined(separator: " "))` ended with status \(status): \(line.prefix(200))",
        hint: installHint)
    }
    // A program that was given up may say so, and end well, whatever it is asked.
    if line.lowercased().contains("no longer maintained") {
      return .broken(words: String(line.prefix(200)), hint: installHint)
    }
    let number = Self.versionNumber(in: line) ?? line
    let hasKey =
      keys.isEmpty && loginFiles.isEmpty
      || keys.contains { !(findings.environment[$0] ?? "").isEmpty }
      || !findings.loginFiles.isEmpty
    return hasKey ? .ready(version: number) : .notLoggedIn(version: number, hint: loginHint)
  }

  /// `2.1.329` of `2.1.329 (Claude Code)`, `0.163.0` of `codex-cli 0.163.0`.
  private static func versionNumber(in line: String) -> String? {
    line.split { !($0.isLetter || $0.isNumber || ".-+".contains($0)) }
      .first { $0.first?.isNumber == true && $0.contains(".") }.map(String.init)
  }
}
