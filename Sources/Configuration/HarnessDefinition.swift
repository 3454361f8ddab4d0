import Diagnostics
package import Documents

/// A program that can run agents, as a configuration defines or changes it. What is not said comes from
/// the definition that Divisi has under the same name, where it has one.
package struct HarnessDefinition: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Claude Code, started and read as Divisi knows it.
    case claude
    /// Codex, the same.
    case codex
    /// Any program, by its command.
    case command
  }

  /// How the program is given its prompt.
  package enum PromptPassing: String, Sendable, CaseIterable {
    /// The command names it: `{prompt_file}` or `{prompt}`.
    case command
    case stdin
  }

  /// What the program prints.
  package enum Output: String, Sendable, CaseIterable {
    case text
    case entries
    case claude
    case codex
  }

  /// Whose home folder its agents see.
  package enum Home: String, Sendable, CaseIterable {
    case yours
    /// One of the account's own.
    case own
  }

  /// What an exit status can mean beside success and failure.
  package enum Meaning: String, Sendable, CaseIterable {
    case turnLimit = "turn limit"
    case budget
    case rateLimit = "rate limit"
    case overload
    case authentication
    case network
    case refusal
    case usage
    case interrupted
  }

  package var kind: Kind?
  package var command: [String]?
  package var program: String?
  package var arguments: [String]?
  package var model: [String]?
  package var turns: [String]?
  package var resume: [String]?
  package var prompt: PromptPassing?
  package var output: Output?
  package var exitStatuses: [Int32: Meaning]?
  package var environment: [String: String]?
  package var pass: [String]?
  package var permissions: PermissionPolicy?
  package var home: Home?
  package var leaves: [String]?
  package var silence: Duration?
  package var version: [String]?

  package init() {}

  /// This definition, with what it does not say taken from another.
  package func over(_ other: HarnessDefinition?) -> HarnessDefinition {
    guard let other else { return self }
    var whole = self
    whole.kind = kind ?? other.kind
    whole.command = command ?? other.command
    whole.program = program ?? other.program
    whole.arguments = arguments ?? other.arguments
    whole.model = model ?? other.model
    whole.turns = turns ?? other.turns
    whole.resume = resume ?? other.resume
    whole.prompt = prompt ?? other.prompt
    whole.output = output ?? other.output
    whole.exitStatuses = exitStatuses ?? other.exitStatuses
    whole.environment = environment ?? other.environment
    whole.pass = pass ?? other.pass
    whole.permissions = permissions ?? other.permissions
    whole.home = home ?? other.home
    whole.leaves = leaves ?? other.leaves
    whole.silence = silence ?? other.silence
    whole.version = version ?? other.version
    return whole
  }

  package static let type = ValueType<HarnessDefinition>.object(Shape.shared.object) {
    values, reader in Shape.shared.read(values, &reader)
  }

  /// The same, not yet read: its schema, for the section that holds many.
  static let node = ValueType<YAMLTree.NodeID>.object(Shape.shared.object)

  /// The table of its keys, for docs/CONFIG.md.
  static var keyTable: String { KeyTables.table(Shape.shared.object) }
}

private struct Shape: Sendable {
  static let shared = Shape()

  private(set) var object = ObjectShape(
    "harness", help: "A program that can run agents.")
  let kind: Key<HarnessDefinition.Kind>
  let command: Key<[String]>
  let program: Key<String>
  let arguments: Key<[String]>
  let model: Key<[String]>
  let turns: Key<[String]>
  let resume: Key<[String]>
  let prompt: Key<HarnessDefinition.PromptPassing>
  let output: Key<HarnessDefinition.Output>
  let exitStatuses: Key<[(name: Located<String>, value: HarnessDefinition.Meaning)]>
  let environment: Key<[(name: Located<String>, value: String)]>
  let pass: Key<[String]>
  let permissions: Key<PermissionPolicy>
  let home: Key<HarnessDefinition.Home>
  let leaves: Key<[String]>
  let silence: Key<Duration>
  let version: Key<[String]>

  private init() {
    let words = ValueType<String>.text.list(of: "texts")
    kind = object.key(
      "kind", type: ValueType<HarnessDefinition.Kind>.word("kind"), default: "command",
      help: "how it is started and read", example: "claude")
    command = object.key(
      "command", type: words,
      help:
        "the program and its arguments; `{prompt_file}`, `{prompt}`, `{worktree}`, `{attempt_dir}` and `{model}` are filled in",
      example: "[my-agent, --task, \"{prompt_file}\"]")
    program = object.key(
      "program", type: .path, help: "where the program lies, if not on the PATH",
      example: "/opt/claude/bin/claude")
    arguments = object.key(
      "arguments", type: words, default: "none", help: "arguments behind all others",
      example: "[--fallback-model, sonnet]")
    model = object.key(
      "model", type: words, default: "none", help: "arguments added where a model is named",
      example: "[--model, \"{model}\"]")
    turns = object.key(
      "turns", type: words, default: "none", help: "arguments that bound the turns",
      example: "[--max-turns, \"{turns}\"]")
    resume = object.key(
      "resume", type: words, default: "it cannot resume",
      help: "arguments that resume a session", example: "[--resume, \"{session}\"]")
    prompt = object.key(
      "prompt", type: ValueType<HarnessDefinition.PromptPassing>.word("way"), default: "command",
      help: "how it is given its prompt: by a place in the command, or on standard input",
      example: "stdin")
    output = object.key(
      "output", type: ValueType<HarnessDefinition.Output>.word("form"), default: "text",
      help:
        "what it prints: text, of which the last line may be a JSON object with the result; entries, a line of JSON for each entry of the conversation; or as claude or codex do",
      example: "entries")
    exitStatuses = object.key(
      "exit_statuses",
      type: ValueType<HarnessDefinition.Meaning>.word("meaning").byName("statuses to meanings"),
      default: "none", help: "what exit statuses mean, beside 0 for success",
      example: "{3: turn limit}")
    environment = object.key(
      "environment", type: ValueType<String>.anyText.byName("names to values"), default: "none",
      help: "variables that are set for it", example: "{NO_COLOR: \"1\"}")
    pass = object.key(
      "pass", type: ValueType<String>.text.list(of: "names"), default: "none",
      help: "variables of your environment that reach it, such as keys",
      example: "[MY_AGENT_KEY]")
    permissions = object.key(
      "permissions", type: ValueType<PermissionPolicy>.word("policy"), default: "full",
      help:
        "what claude or codex may do without asking: anything; write in the worktree, what else they ask for being denied; or only read",
      example: "workspace")
    home = object.key(
      "home", type: ValueType<HarnessDefinition.Home>.word("home"), default: "yours",
      help:
        "what HOME is for its agents: your home folder, with your tools and caches, or an own one for each account",
      example: "own")
    leaves = object.key(
      "leaves", type: ValueType<String>.text.list(of: "globs"), default: "none",
      help: "files of its own that it leaves in the worktree; they are neither work nor committed",
      example: "[\".my-agent/**\"]")
    silence = object.key(
      "silence", type: .duration, default: "10m",
      help: "the least time of silence after which it counts as hanging", example: "15m")
    version = object.key(
      "version", type: words, default: "of claude and codex --version; others are only looked for",
      help: "a command that prints its version, and so shows that it starts",
      example: "[my-agent, version]")
  }

  func read(_ values: ObjectReader, _ reader: inout TreeReader) -> HarnessDefinition? {
    var harness = HarnessDefinition()
    harness.kind = values.value(kind, &reader)
    harness.command = values.value(command, &reader)
    harness.program = values.value(program, &reader)
    harness.arguments = values.value(arguments, &reader)
    harness.model = values.value(model, &reader)
    harness.turns = values.value(turns, &reader)
    harness.resume = values.value(resume, &reader)
    harness.prompt = values.value(prompt, &reader)
    harness.output = values.value(output, &reader)
    harness.environment = values.value(environment, &reader).map { entries in
      Dictionary(entries.map { ($0.name.value, $0.value) }) { _, last in last }
    }
    harness.pass = values.value(pass, &reader)
    harness.permissions = values.value(permissions, &reader)
    harness.home = values.value(home, &reader)
    harness.leaves = values.value(leaves, &reader)
    harness.silence = values.value(silence, &reader)
    harness.version = values.value(version, &reader)
    if let meanings = values.value(exitStatuses, &reader) {
      var statuses: [Int32: HarnessDefinition.Meaning] = [:]
      for (name, meaning) in meanings {
        guard let status = Int32(name.value), (1...255).contains(status) else {
          reader.report(
            "`\(name.value)` is no exit status that can mean failure", at: name.place,
            hint: "write a number from 1 to 255")
          continue
        }
        statuses[status] = meaning
      }
      harness.exitStatuses = statuses
    }
    if harness.command?.isEmpty == true {
      reader.report(
        "`command` names no program", at: values.keyPlace(command, reader),
        hint: "write it like this: command: [my-agent, \"{prompt_file}\"]")
      return nil
    }
    return harness
  }
}
