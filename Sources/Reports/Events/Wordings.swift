package import Conducting
import Plans
import Terminal

// The words of what facts and states are made of, the same in every report.

extension Seat {
  /// `implementer with claude (sonnet)`, or `claude` where no agent is named.
  package var words: String {
    let program = harness + (model.map { " (\($0))" } ?? "")
    return agent.map { "\($0) with \(program)" } ?? program
  }

  /// Who it is, as short as it can be said.
  package var name: String { agent ?? harness }
}

extension Usage {
  /// `$1.20, 12,000 tokens`; what is not known is said to be so.
  package var words: String {
    let money = cost.map(\.words) ?? "cost not known"
    return tokens.map { "\(money), \(grouped($0)) tokens" } ?? money
  }

  /// Whether nothing was used.
  package var isNothing: Bool { cost == .zero && tokens ?? 0 == 0 }
}

extension ToldUsage {
  /// Nothing where it is not known at all.
  var knownCost: Money? { isCostWhole || cost > .zero ? cost : nil }
  var knownTokens: Int? { areTokensWhole || tokens > 0 ? tokens : nil }

  /// Whether nothing was used, or nothing that costs.
  var isNothing: Bool { isCostWhole && cost == .zero }
  /// Whether anything was, as far as it is known.
  var hasUsed: Bool { !isNothing || !areTokensWhole || tokens > 0 }

  /// `$1.20`, `at least $1.20`, `cost not known`
  var costWords: String {
    guard let knownCost else { return "cost not known" }
    return (isCostWhole ? "" : "at least ") + knownCost.words
  }

  private var tokenWords: String {
    guard let knownTokens else { return "tokens not known" }
    return "\(areTokensWhole ? "" : "at least ")\(grouped(knownTokens)) tokens"
  }

  /// The same beside ceilings, against which what is not known counts as spent.
  func words(charged: Usage, cost ceiling: Money?, tokens mostTokens: Int?) -> String {
    var money = costWords
    if let ceiling {
      let counted = "\((charged.cost ?? .zero).words) of \(ceiling.words)"
      money = isCostWhole ? counted : "\(money) (counted as \(counted))"
    }
    var tokens = tokenWords
    if let mostTokens {
      let counted = "\(grouped(charged.tokens ?? 0)) of \(grouped(mostTokens)) tokens"
      tokens = areTokensWhole ? counted : "\(tokens) (counted as \(counted))"
    }
    return "\(money), \(tokens)"
  }
}

/// A whole number with its digits in threes: `12,000`.
package func grouped(_ number: Int) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (place, digit) in digits.enumerated() {
    if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return (number < 0 ? "-" : "") + text
}

extension String {
  /// The name of a commit as short as people write it.
  package var shortCommit: String {
    utf8.count >= 40 && utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
      ? String(prefix(10)) : self
  }
}

extension Failure {
  /// What kind of failure it is, as a person says it.
  package var kindWords: String {
    switch kind {
    case .rateLimit: "rate limit"
    case .overload: "overloaded"
    case .network: "network"
    case .task: "not good enough"
    case .rejected: "rejected"
    case .timeout: "out of time"
    case .stalled: "stalled"
    case .crash: "crashed"
    case .conflict: "conflict"
    case .environment: "environment"
    case .authentication: "not logged in"
    case .budget: "budget"
    case .lost: "lost"
    }
  }
}

extension Tally {
  /// `3 of 5 steps completed`
  var words: String {
    "\(grouped(completed)) of \(grouped(steps)) \(steps == 1 ? "step" : "steps") completed"
  }

  /// What became of others that are over: `1 failed`, `2 skipped`.
  var restWords: [String] {
    [
      (failed, "failed"), (skipped - unneeded, "skipped"), (unneeded, "not needed"),
      (cancelled, "cancelled"),
    ].filter { $0.0 > 0 }.map { "\(grouped($0.0)) \($0.1)" }
  }
}

extension MissingLines {
  /// `2 lines of others in src/a.swift`
  package var words: String {
    let owner = of == .branch ? "others" : "its own"
    return "\(count == 0 ? "content" : counted(count, "line")) of \(owner) in \(path)"
  }
}

extension [MissingLines] {
  /// Behind a sentence about what they are missing in; nothing where nothing is.
  var words: String { isEmpty ? "" : "; dropped: " + map(\.words).listed() }
}

extension String {
  /// What a text comes to in a line: its first, with the list that it announces, and without what was printed.
  package var headline: String {
    let lines = split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("```") }
    guard let first = lines.first else { return "" }
    for end in [". The end of its output:", ". It printed nothing."] where first.hasSuffix(end) {
      return String(first.dropLast(end.count))
    }
    guard first.hasSuffix(":") else { return String(first) }
    let items = lines.dropFirst().prefix { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }
    return "\(first) "
      + (items.isEmpty ? Array(lines.dropFirst().prefix(1)) : items).joined(separator: ", ")
  }

  /// The same of what a gate found, with the last line of what was printed, which mostly says why.
  package var finding: String {
    let lines = split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("```") }
    let head = headline
    guard let first = lines.first, let last = lines.last, first.count > head.count, lines.count > 1
    else { return head }
    return "\(head): \(last)"
  }
}

extension Failure {
  /// What happened, in a line for people; the whole is meant for the next attempt.
  package var brief: String {
    let own = "Your work"
    let line = message.headline
    return kind == .conflict && line.hasPrefix(own) ? "its work" + line.dropFirst(own.count) : line
  }

  /// The same with the last line of what a program said before it ended, where that stands below.
  var briefWithLastWords: String {
    let parts = message.split(separator: "\n\n", maxSplits: 1)
    guard [.task, .environment, .crash].contains(kind), parts.count == 2,
      let last = parts[1].split(separator: "\n").last
    else { return brief }
    return "\(brief): \(last)"
  }

  /// Of which kind it is, and what happened; who rejects work says so by themselves.
  package func words(_ text: String) -> String {
    kind == .rejected ? text : "\(kindWords): \(text)"
  }
}

extension StopReason {
  package var words: String {
    switch self {
    case .paused: "the run is paused"
    case .cancelled(let person): "cancelled by \(person)"
    case .skipped(let person, let reason): "skipped by \(person): \(reason)"
    case .failed(let failure): failure.words(failure.brief)
    }
  }
}

extension Check {
  /// The gate that it is a trial of: `gate `make test` of the merged tree, trial 2`.
  ///
  /// - Parameter name: the gate's, where it is known.
  package func words(_ name: String?) -> String {
    gateWords(name) + (round > 1 ? ", trial \(round)" : "")
  }

  /// The same without saying which trial.
  func gateWords(_ name: String?) -> String {
    let gate = name.map { "gate `\($0)`" } ?? "gate \(gate + 1)"
    return gate + (merge == nil ? "" : " of the merged tree")
  }

  /// What the trial came to, in a word.
  package func words(_ verdict: Verdict) -> String {
    verdict.result.word + (isFlaky(verdict) ? " (flaky)" : "")
  }
}

extension RunState {
  /// The gates that cannot be relied upon, each in words.
  var flakyWords: [String] {
    flaky.map { gate in
      let name = index(of: gate.step).flatMap { checkedGate($0, gate.check)?.name }
      return "\(gate.check.gateWords(name)) for \(gate.step) passed at trial \(gate.check.round)"
    }
  }
}

extension Verdict.Result {
  package var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .broken: "could not be judged"
    }
  }
}

extension Limit {
  /// What it now is: `agents 3`, `cost $10.00`.
  package var words: String {
    switch self {
    case .agents(let count): "agents \(count)"
    case .builds(let count): "builds \(count)"
    case .quota(let name, let count): "\(name) \(count)"
    case .spacing(let span): "spacing \(span.duration.words)"
    case .callsPerHour(let count): "calls_per_hour \(count.map(String.init) ?? "none")"
    case .cost(let cost): "cost \(cost.map(\.words) ?? "none")"
    case .tokens(let count): "tokens \(count.map(grouped) ?? "none")"
    case .step(let step, let cost, let tokens):
      "of `\(step)`: cost \(cost.map(\.words) ?? "none"), tokens \(tokens.map(grouped) ?? "none")"
    }
  }
}

extension Command {
  /// What is wanted, as a person says it.
  package var words: String {
    switch self {
    case .pause: "pause"
    case .pauseNow: "pause now"
    case .resume: "resume"
    case .cancelRun: "cancel the run"
    case .cancel(let step): "cancel `\(step)`"
    case .retry(let step): "retry `\(step)`"
    case .skip(let step, _): "skip `\(step)`"
    case .approve(let step): "approve `\(step)`"
    case .reject(let step, _): "reject `\(step)`"
    case .answer(let step, _): "answer `\(step)`"
    case .setPriority(let step, let priority): "priority of `\(step)` \(priority.rawValue)"
    case .setLimit(let limit): "limit \(limit.words)"
    case .resolve(let blocker, _): "resolve blocker \(blocker)"
    case .amend: "amend the plan"
    }
  }
}

extension Blocker.Scope {
  /// What it stops: `run`, a step, or a pool such as `agent tester`.
  package var words: String {
    switch self {
    case .run: "run"
    case .step(let step): step.text
    case .pool(let name): name.replacing(":", with: " ", maxReplacements: 1)
    }
  }
}

extension RunGate.Kind {
  package var word: String { rawValue }
}

extension Array<String> {
  /// `a, b and 3 more`, with so many named.
  package func listed(_ most: Int = 3) -> String {
    guard count > most else { return joined(separator: ", ") }
    return prefix(most).joined(separator: ", ") + " and \(count - most) more"
  }
}
