import Configuration
/// A cheap attempt in a fresh folder, before a run spends anything: it shows that a program starts there,
/// understands how it is started, and ends by itself, without a dialog that nobody would answer.
package struct Preflight: Sendable {
  package enum Depth: Sendable, Hashable {
    /// The program is sent, without any key, to a service that refuses whatever it is asked: no token is spent,
    /// and the program must get so far, tell of the refusal and end.
    ///
    /// - Parameters:
    ///   - service: the address of that service.
    ///   - words: what its refusal says.
    case start(service: String, words: String)
    /// The model is asked for one word: shows that its key or login is let in, for a few tokens.
    case answer
  }

  package let depth: Depth
  package let launch: Launch
  /// After this it hangs: at a dialog, or for a server that does not answer.
  package let timeout: Duration
  private let harness: Harness

  static let prompt = "Answer with the one word: ready. Use no tools and change nothing.\n"

  /// Nothing where only the model can tell: of programs that are known by their command alone nobody knows
  /// how to keep them from it.
  ///
  /// - Parameters:
  ///   - worktree: a folder like those that steps will have.
  ///   - folder: a folder for the probe alone.
  package init?(
    _ depth: Depth, of harness: Harness, worktree: String, folder: String, account: Account,
    model: String? = nil
  ) throws(HarnessFlaw) {
    var account = account
    // What is sent nowhere must not hold a login either.
    if case .start = depth { account.usesLogin = false }
    var launch = try harness.launch(
      Assignment(
        promptFile: folder + "/prompt.md", prompt: Self.prompt, worktree: worktree,
        attemptFolder: folder, account: account, model: model, turns: 1,
        policy: depth == .answer ? .readOnly : harness.permissions))
    launch.files.append(Launch.File(folder + "/prompt.md", Self.prompt))
    if case .start(let service, _) = depth {
      switch harness.recipe {
      case .claude: ClaudeRecipe.send(&launch, to: service)
      case .codex: CodexRecipe.send(&launch, to: service)
      case .command: return nil
      }
    }
    self.depth = depth
    self.launch = launch
    self.harness = harness
    timeout = depth == .answer ? .seconds(120) : .seconds(30)
  }

  package enum Verdict: Sendable, Equatable {
    case passed
    /// What is wrong, and what a person can do.
    case failed(FailureKind, words: String, hint: String)
  }

  package func judge(_ remains: AttemptRemains) -> Verdict {
    let result = AttemptResult(remains, by: harness.rules)
    guard let failure = result.failure else { return .passed }
    // It got as far as the model, was refused as it was meant to be, and ended: all that was asked of it.
    if case .start(_, let words) = depth, case .exited = remains.ending, result.session != nil,
      failure.words.contains(words)
    {
      return .passed
    }
    return .failed(failure.kind, words: failure.words, hint: hint(failure.kind))
  }

  private func hint(_ kind: FailureKind) -> String {
    switch kind {
    case .missing: harness.readiness.installHint
    case .authentication: harness.readiness.loginHint
    case .rateLimit: "wait until the limit resets, or use another account"
    case .overload, .network: "look whether the model's service can be reached from here"
    case .timeout, .silence:
      "it may stand at a dialog: start `\(harness.program)` by hand in a new folder and look"
    case .usage where depth == .answer:
      "look at the model's name, and at `arguments` of `\(harness.name)` in divisi.yaml"
    case .usage:
      "look at `arguments` of `\(harness.name)` in divisi.yaml, and whether its version is too old"
    default: "start `\(harness.program)` by hand in a new folder and look"
    }
  }
}

extension ClaudeRecipe {
  /// Changes a launch so that it goes to another service, and holds no key.
  fileprivate static func send(_ launch: inout Launch, to service: String) {
    launch.inherited = []
    for key in keys { launch.environment[key] = nil }
    launch.environment.merge([
      "ANTHROPIC_BASE_URL": service, "ANTHROPIC_API_KEY": "none", "CLAUDE_CODE_MAX_RETRIES": "0",
      "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
    ]) { $1 }
  }
}

extension CodexRecipe {
  /// The same.
  fileprivate static func send(_ launch: inout Launch, to service: String) {
    launch.inherited = []
    for key in keys { launch.environment[key] = nil }
    launch.environment.merge([
      "DIVISI_PROBE_KEY": "none", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
    ]) { $1 }
    let provider = """
      model_providers.divisi={name="divisi",base_url="\(service)/v1",env_key="DIVISI_PROBE_KEY",\
      wire_api="responses",request_max_retries=0,stream_max_retries=0}
      """
    // Behind what a configuration adds, and before the word for standard input.
    launch.arguments.insert(
      contentsOf: ["-c", "model_provider=\"divisi\"", "-c", provider],
      at: launch.arguments.count - 1)
  }
}
