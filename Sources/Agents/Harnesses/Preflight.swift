/// A cheap attempt in a fresh worktree, before a run spends anything: it shows that a program starts there,
/// is let in, answers, and ends by itself, without a dialog that nobody would answer.
package struct Preflight: Sendable {
  package let launch: Launch
  /// After this it hangs: at a dialog, or for a server that does not answer.
  package let timeout: Duration
  private let harness: Harness

  static let prompt = "Answer with the one word: ready. Use no tools and change nothing.\n"

  /// - Parameters:
  ///   - worktree: a worktree like those that steps will have.
  ///   - folder: a folder for the probe alone.
  package init(
    of harness: Harness, worktree: String, folder: String, account: Account, model: String? = nil
  ) throws(HarnessFlaw) {
    self.harness = harness
    var launch = try harness.launch(
      Assignment(
        promptFile: folder + "/prompt.md", prompt: Self.prompt, worktree: worktree,
        attemptFolder: folder, account: account, model: model, turns: 1, policy: .readOnly))
    launch.files.append(Launch.File(folder + "/prompt.md", Self.prompt))
    self.launch = launch
    timeout = .seconds(120)
  }

  package enum Verdict: Sendable, Equatable {
    case passed
    /// What is wrong, and what a person can do.
    case failed(FailureKind, words: String, hint: String)
  }

  package func judge(_ remains: AttemptRemains) -> Verdict {
    let result = AttemptResult(remains, by: harness.rules)
    guard let failure = result.failure else { return .passed }
    return .failed(failure.kind, words: failure.words, hint: hint(failure.kind))
  }

  private func hint(_ kind: FailureKind) -> String {
    switch kind {
    case .missing: harness.readiness.installHint
    case .authentication: harness.readiness.loginHint
    case .rateLimit: "wait until the limit resets, or use another account"
    case .overload, .network: "look whether the model's service can be reached from here"
    case .timeout, .silence:
      "it may stand at a dialog: start `\(harness.program)` by hand in the worktree and look"
    case .usage: "look at the model's name, and at `arguments` of `\(harness.name)` in divisi.yaml"
    default: "start `\(harness.program)` by hand in the worktree and look"
    }
  }
}
