import Evidence

/// How the end of a program is read.
package struct ResultRules: Sendable, Equatable {
  /// Whether a program that succeeds always says so in its stream. Then one that ends without a word on
  /// its end has failed, whatever its exit status: each of the two alone lies.
  package var needsConclusion: Bool
  /// What exit statuses mean, where one means more than failure. Status 0 is success.
  package var exitStatuses: [Int32: FailureKind]
  package var usageOver: CountedOver
  package var costOver: CountedOver

  package init(
    needsConclusion: Bool, exitStatuses: [Int32: FailureKind] = [:],
    usageOver: CountedOver = .run, costOver: CountedOver = .run
  ) {
    self.needsConclusion = needsConclusion
    self.exitStatuses = exitStatuses
    self.usageOver = usageOver
    self.costOver = costOver
  }
}

/// Everything that an attempt left for judging it.
package struct AttemptRemains: Sendable {
  /// The stream, read to its end.
  package var account: StreamAccount
  package var ending: ProcessEnding
  /// The tail of what the program wrote to standard error.
  package var errors: String
  /// Whether the work is there: commits or changed files. Nothing where none is expected, as of a reviewer.
  package var hasWork: Bool?
  /// What the session had used before this attempt, where it was resumed.
  package var earlier: SessionTotals?

  package init(
    account: StreamAccount, ending: ProcessEnding, errors: String = "", hasWork: Bool? = nil,
    earlier: SessionTotals? = nil
  ) {
    self.account = account
    self.ending = ending
    self.errors = errors
    self.hasWork = hasWork
    self.earlier = earlier
  }
}

extension StreamAccount {
  /// What this run of a program used, also while it runs.
  ///
  /// - Parameter earlier: what its session had used before, where it was resumed.
  package func used(since earlier: SessionTotals?, by rules: ResultRules) -> Usage? {
    rules.usageOver == .session ? usage?.since(counted(earlier)?.usage) : usage
  }

  /// Counts of another session say nothing of this one.
  fileprivate func counted(_ earlier: SessionTotals?) -> SessionTotals? {
    earlier.flatMap { $0.session == session ? $0 : nil }
  }
}

extension AttemptResult {
  /// Judges an attempt. Success needs the exit status, the program's last line, its error flag and the
  /// work all to say so.
  package init(_ remains: AttemptRemains, by rules: ResultRules) {
    let account = remains.account
    let conclusion = account.conclusion
    self.init(failure: Self.failure(remains, rules))
    summary = conclusion?.text ?? account.lastWords
    answer = conclusion?.answer
    // A session that could not be gone on with is none to go on with, and one in which the model has refused would only
    // have it refuse again.
    let isOver = failure?.kind == .session || failure?.kind == .refusal
    session = isOver ? nil : account.session
    turns = account.turns
    tools = account.tools
    questions = account.questions
    let earlier = account.counted(remains.earlier)
    let (used, spent) = (account.usage, conclusion?.cost)
    usage = account.used(since: remains.earlier, by: rules)
    cost = rules.costOver == .session ? spent?.since(earlier?.cost) : spent
    totals = session.map {
      // A run that was killed says nothing: then what was there before still stands.
      SessionTotals(session: $0, usage: used ?? earlier?.usage, cost: spent ?? earlier?.cost)
    }
  }

  private static func failure(_ remains: AttemptRemains, _ rules: ResultRules) -> Failure? {
    let account = remains.account
    if let failure = stopped(remains) { return failure }
    if case .exited(0) = remains.ending {
      if let conclusion = account.conclusion {
        guard !conclusion.isError else { return concluded(conclusion, remains, rules) }
      } else if rules.needsConclusion {
        let words = "the program ended with status 0 and without saying that it was done"
        return Failure(account.wasInterrupted ? .interrupted : .crash, tail(words, remains.errors))
      }
      if remains.hasWork == false {
        if let failure = admitted(account, rules) { return failure }
        return Failure(
          .noWork, "the agent says that it is done, but it changed and committed nothing")
      }
      return nil
    }
    if let conclusion = account.conclusion, conclusion.isError {
      return concluded(conclusion, remains, rules)
    }
    return unconcluded(remains, rules)
  }

  /// Programs that print text may end with status 0 whatever befell them, and tell of it in their last line.
  private static func admitted(_ account: StreamAccount, _ rules: ResultRules) -> Failure? {
    guard !rules.needsConclusion, account.conclusion == nil, let words = account.lastWords,
      ["error", "exception", "failed"].contains(where: words.lowercased().contains),
      let kind = FailureWords.kind(ofLastWords: words)
    else { return nil }
    return Failure(kind, words, reset: kind == .rateLimit ? .named(in: words) : nil)
  }

  /// What was ended from here, or never began.
  private static func stopped(_ remains: AttemptRemains) -> Failure? {
    switch remains.ending {
    case .notStarted(let words): return Failure(.missing, words)
    case .stopped(let reason):
      let account = remains.account
      // Who sat in retries of a broken service did not use up its own time.
      if reason == .timeout || reason == .silence {
        if let limit = account.standingLimit {
          return Failure(.rateLimit, "stopped while it waited for a limit", reset: limit.reset)
        }
        if let retry = account.retry {
          return Failure(retry.cause, "stopped while it tried again: \(retry.words)")
        }
      }
      switch reason {
      case .timeout: return Failure(.timeout, "stopped: its time was over")
      case .silence: return Failure(.silence, "stopped: nothing was heard of it")
      case .output: return Failure(.output, "stopped: it wrote more than it may")
      case .memory: return Failure(.memory, "it was ended: it took more memory than it may")
      case .cancelled: return Failure(.interrupted, "stopped")
      case .lost: return Failure(.killed, "it was lost: what watched it ended before it did")
      }
    case .exited, .signalled: return nil
    }
  }

  private static func concluded(
    _ conclusion: Conclusion, _ remains: AttemptRemains, _ rules: ResultRules
  ) -> Failure {
    let words = conclusion.text ?? "the program says that it failed"
    if let limit = remains.account.standingLimit, conclusion.failure == .rateLimit {
      return Failure(.rateLimit, words, reset: limit.reset ?? .named(in: words))
    }
    var told: FailureKind?
    if case .exited(let status) = remains.ending { told = rules.exitStatuses[status] }
    let kind =
      conclusion.failure ?? told ?? FailureWords.kind(of: words)
      ?? FailureWords.kind(of: remains.errors) ?? remains.account.retry?.cause ?? .failed
    return Failure(kind, words, reset: kind == .rateLimit ? .named(in: words) : nil)
  }

  /// The program ended badly and said nothing of it in its stream.
  private static func unconcluded(_ remains: AttemptRemains, _ rules: ResultRules) -> Failure {
    let account = remains.account
    switch remains.ending {
    case .signalled(let signal):
      // 1 hang-up, 2 interrupt, 9 kill, 15 terminate come from outside; others are faults of its own.
      let isFromOutside = [1, 2, 9, 15].contains(signal)
      let words = "ended by signal \(signal)\(signal == 9 ? ", by the system or a person" : "")"
      return Failure(isFromOutside ? .killed : .crash, tail(words, remains.errors))
    case .exited(let status):
      if let kind = rules.exitStatuses[status] {
        return spoken(kind, status, remains)
      }
      if status == 126 || status == 127 { return spoken(.missing, status, remains) }
      // A shell's way to tell of a signal.
      if [129, 130, 137, 143].contains(status) { return spoken(.killed, status, remains) }
      if account.wasInterrupted { return spoken(.interrupted, status, remains) }
      let said = FailureWords.kind(of: remains.errors)
      // Text that the agent wrote is no message of failure, but the last line before a bad end may be.
      let words =
        rules.needsConclusion ? nil : account.lastWords.flatMap(FailureWords.kind(ofLastWords:))
      let kind = said ?? words ?? account.retry?.cause
      if let kind { return spoken(kind, status, remains) }
      return spoken(rules.needsConclusion ? .crash : .failed, status, remains)
    case .stopped, .notStarted:
      preconditionFailure("what was stopped or never started is judged before")
    }
  }

  private static func spoken(
    _ kind: FailureKind, _ status: Int32, _ remains: AttemptRemains
  ) -> Failure {
    let said = remains.errors.isEmpty ? remains.account.lastWords ?? "" : remains.errors
    let words = tail("ended with status \(status)", said)
    return Failure(kind, words, reset: kind == .rateLimit ? .named(in: words) : nil)
  }

  private static func tail(_ words: String, _ errors: String) -> String {
    let lines = errors.withoutTerminalCodes.split(separator: "\n").suffix(8)
      .filter { !$0.allSatisfy(\.isWhitespace) && $0 != "Reading additional input from stdin..." }
    return lines.isEmpty ? words : words + ": " + lines.joined(separator: "\n")
  }
}
