package import Configuration

/// A program that can run an agent, as a value: how it is started, read, judged, and found to be there.
package struct Harness: Sendable {
  package let name: String
  /// Where the program lies, or its name on the PATH.
  package let program: String
  /// The form of what it prints on standard output.
  package let dialect: StreamDialect
  package let rules: ResultRules
  package let silence: SilenceLimits
  /// Whether an attempt can go on in the session of the one before.
  package let canResume: Bool
  /// Whether it takes an agent's instructions apart from the prompt; otherwise the prompt must hold them.
  package let takesInstructions: Bool
  /// Globs of what the program leaves lying in the worktree. It is no work: a program that fails and ends
  /// with status 0 would otherwise seem to have done some.
  package let leaves: [String]
  package let readiness: HarnessReadiness
  /// What its agents may do; reviewers only read, whatever it is.
  package let permissions: PermissionPolicy
  /// Whether agents see a home folder of their account instead of the person's.
  let hasOwnHome: Bool
  let recipe: Recipe

  /// How arguments are put together. What a configuration adds to them is part of the values.
  enum Recipe: Sendable {
    case claude(ClaudeRecipe)
    case codex(CodexRecipe)
    case command(CommandRecipe)
  }

  /// The harness that a configuration defines under a name.
  package init(_ name: String, _ definition: HarnessDefinition) throws(HarnessFlaw) {
    let kind = definition.kind ?? .command
    self.name = name
    switch kind {
    case .claude:
      program = definition.program ?? "claude"
      dialect = .claude
      rules = ResultRules(needsConclusion: true, usageOver: .session, costOver: .session)
      // It retries for 198 s, and waits 360 s for a first byte; its own commands may take 10 minutes.
      silence = SilenceLimits(model: .seconds(420), command: .seconds(900), definition.silence)
      canResume = true
      recipe = .claude(ClaudeRecipe(program: program, definition))
    case .codex:
      program = definition.program ?? "codex"
      dialect = .codex
      rules = ResultRules(needsConclusion: true, usageOver: .session)
      // It gives a silent stream up after 300 s, and a server that never answers not at all.
      silence = SilenceLimits(model: .seconds(360), command: .seconds(1800), definition.silence)
      canResume = true
      recipe = .codex(CodexRecipe(program: program, definition))
    case .command:
      guard let command = definition.command, let first = command.first else {
        throw HarnessFlaw.noCommand(name)
      }
      program = definition.program ?? first
      dialect = (definition.output ?? .text).dialect
      rules = ResultRules(
        needsConclusion: dialect == .claude || dialect == .codex,
        exitStatuses: (definition.exitStatuses ?? [:]).compactMapValues(\.failure),
        usageOver: dialect == .claude || dialect == .codex ? .session : .run,
        costOver: dialect == .claude ? .session : .run)
      // Nobody knows the program better than whoever configured it.
      silence = SilenceLimits(
        model: definition.silence ?? .seconds(600), command: definition.silence ?? .seconds(1800))
      canResume = definition.resume?.isEmpty == false
      recipe = .command(CommandRecipe(program: program, Array(command.dropFirst()), definition))
    }
    leaves = definition.leaves ?? []
    permissions = definition.permissions ?? .full
    hasOwnHome = definition.home == .own
    takesInstructions = kind != .command
    readiness = HarnessReadiness(kind, program: program, definition)
  }

  /// How the program is started for an attempt.
  package func launch(_ assignment: Assignment) throws(HarnessFlaw) -> Launch {
    if assignment.resumedSession != nil, !canResume { throw .cannotResume(name) }
    let temporary = assignment.temporaryFolder + "/"
    if (assignment.account.folder + "/").hasPrefix(temporary) {
      throw .settingsInTemporaryFolder(assignment.account.folder)
    }
    var launch =
      switch recipe {
      case .claude(let recipe): recipe.launch(assignment)
      case .codex(let recipe): recipe.launch(assignment)
      case .command(let recipe): recipe.launch(assignment)
      }
    launch.folders.insert(assignment.temporaryFolder, at: 0)
    var surroundings = [
      "TMPDIR": assignment.temporaryFolder, "HOME": assignment.account.home,
    ]
    if hasOwnHome {
      surroundings["HOME"] = assignment.ownHome
      // Who somebody is for git does not change with where their agent lives.
      surroundings["GIT_CONFIG_GLOBAL"] = assignment.account.home + "/.gitconfig"
      launch.folders.append(assignment.ownHome)
    }
    launch.environment.merge(surroundings) { said, _ in said }
    launch.inherited += Self.forEveryProgram.filter { !launch.inherited.contains($0) }
    return launch
  }

  /// How a network is reached; of no use to anybody else.
  static let forEveryProgram = [
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
  ]
}

extension Configuration {
  /// The harness of a name.
  package func harness(_ name: String) throws(HarnessFlaw) -> Harness {
    let all = harnesses
    guard let found = all.first(where: { $0.name == name }) else {
      throw .unknown(name, known: all.map(\.name))
    }
    return try Harness(name, found.definition)
  }
}

/// Why a harness cannot be used as it is written.
package enum HarnessFlaw: Error, Sendable, Equatable, CustomStringConvertible {
  case unknown(String, known: [String])
  case noCommand(String)
  case cannotResume(String)
  case settingsInTemporaryFolder(String)

  package var description: String {
    switch self {
    case .unknown(let name, let known):
      "there is no harness `\(name)`; there are \(known.joined(separator: ", "))"
    case .noCommand(let name):
      "the harness `\(name)` has no command; write harnesses: {\(name): {command: [...]}}"
    case .cannotResume(let name):
      "the harness `\(name)` cannot resume a session; give it `resume: [...]`"
    case .settingsInTemporaryFolder(let folder):
      "the settings of an account may not lie in an attempt's temporary folder: \(folder)"
    }
  }
}

extension HarnessDefinition.Output {
  fileprivate var dialect: StreamDialect {
    switch self {
    case .text: .text
    case .entries: .entries
    case .claude: .claude
    case .codex: .codex
    }
  }
}

extension HarnessDefinition.Meaning {
  /// The words are the same in both.
  fileprivate var failure: FailureKind? { FailureKind(rawValue: rawValue) }
}
