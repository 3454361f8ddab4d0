import Conducting
import Plans
import Simulation
import Terminal

extension RehearsalReport {
  /// How many reasons for waiting are named.
  private static let mostReasons = 4
  private static let mostWaits = 10

  /// What the time table means, in plain words.
  func summary(on screen: Screen) -> String {
    var text = ""
    let width = screen.width ?? Self.usualWidth
    let label = 16
    for (name, value) in summaryRows {
      let lines = value.wrapped(toWidth: max(30, width - label - 2))
      for (number, line) in lines.enumerated() {
        let head = number == 0 ? name : ""
        text += "  " + head + String(repeating: " ", count: label - head.count) + line + "\n"
      }
    }
    return text
  }

  private var summaryRows: [(String, String)] {
    var rows: [(String, String)] = []
    if finishedBefore > 0 { rows.append(("before", counted(finishedBefore, "step") + " finished")) }
    guard !self.rows.isEmpty || !ends else { return rows }
    if case .blocked(let waits) = rehearsal.shown.ending { rows += waitRows(waits) }
    rows.append(("length", length))
    if let likely { rows.append(("likely", likely)) }
    if let failures { rows.append(("failures", failures)) }
    rows.append(("critical path", pathWords))
    rows.append(("agents", agentWords))
    rows.append(("held up by", reasons))
    if ends {
      if let variant = rehearsal.oneMore { rows.append(("one agent more", gain(variant))) }
      if let variant = rehearsal.unlimited { rows.append(("without limit", gain(variant))) }
    }
    rows.append(("cost", cost))
    rows.append(("tokens", tokens))
    rows.append(("taken for", assumptions))
    return rows
  }

  private func waitRows(_ waits: [Wait]) -> [(String, String)] {
    var rows = waits.prefix(Self.mostWaits).enumerated().map { number, wait in
      let steps = wait.steps.map(\.text).joined(separator: ", ")
      return (
        number == 0 ? "waits for" : "", steps.isEmpty ? wait.message : "\(steps): \(wait.message)"
      )
    }
    if waits.count > Self.mostWaits {
      rows.append(("", "and \(waits.count - Self.mostWaits) more (--json lists them)"))
    }
    return rows
  }

  private var length: String {
    let said = rehearsal.shown.length.said
    if !ends { return "\(said), then nothing goes on" }
    return "\(said) where every estimate holds"
  }

  private var likely: String? {
    let spread = rehearsal.spread
    guard let shortest = spread.shortest, let longest = spread.longest,
      let median = spread.median, let most = spread.share(90)
    else { return nil }
    if spread.lengths.count == 1 { return "\(median.roughly) at another try" }
    return
      "\(median.roughly); \(shortest.roughly) to \(longest.roughly), 9 of 10 within \(most.roughly) "
      + "(\(counted(spread.seeds, "seed")))"
  }

  private var failures: String? {
    let spread = rehearsal.spread
    var words: [String] = []
    if rehearsal.shown.failedAttempts > 0 {
      words.append(counted(rehearsal.shown.failedAttempts, "attempt") + " failed")
    }
    if spread.failed > 0 {
      words.append("\(spread.failed) of \(spread.seeds) plays ended with a step that failed")
    }
    if spread.blocked > 0, ends {
      words.append("\(spread.blocked) of \(spread.seeds) plays stopped and waited for a person")
    }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }

  private var pathWords: String {
    let path = path
    guard path.count > 8 else { return path.isEmpty ? "none" : path.joined(separator: " -> ") }
    return path.prefix(4).joined(separator: " -> ")
      + " -> ... \(path.count - 5) more ... -> \(path[path.count - 1])"
  }

  private var agentWords: String {
    "\(rehearsal.order.settings.agents) at once, "
      + "\(percent(rehearsal.utilisation)) of their time at work"
  }

  private var reasons: String {
    let all = Double(rehearsal.shown.length.milliseconds)
    guard all > 0 else { return "nothing" }
    let shares = rehearsal.lacks.map { (lack: $0.lack, share: Double($0.time.milliseconds) / all) }
    let named = shares.filter { $0.share >= 0.005 }.prefix(Self.mostReasons)
    return named.map { "\($0.lack.words(rehearsal.order.settings)) \(percent($0.share))" }
      .joined(separator: ", ")
  }

  private func gain(_ variant: Rehearsal.Variant) -> String {
    let saved = rehearsal.shown.length - variant.length
    if saved == .zero { return "changes nothing" }
    if saved < .zero { return "is \((.zero - saved).said) slower: \(variant.length.said)" }
    var words = "saves \(saved.said): \(variant.length.said)"
    if let median = variant.median { words += " (likely \(median.roughly))" }
    return words
  }

  private var cost: String {
    if let cost = rehearsal.expectedCost { return cost.words }
    if !rehearsal.hasAgents { return "none: no agent has a part in it" }
    let ceiling = rehearsal.order.settings.cost.map { "; at most \($0.words)" } ?? ""
    return "unknown, as no history says what steps cost" + ceiling
  }

  private var tokens: String {
    if !rehearsal.hasAgents { return "none" }
    let ceiling = rehearsal.order.settings.tokens.map { "; at most \($0)" } ?? ""
    return "unknown" + ceiling
  }

  private var assumptions: String {
    let terms = rehearsal.terms
    var words: [String] = []
    func time(_ span: Span, _ what: String) { words.append("\(span.said) for \(what)") }
    let order = rehearsal.order
    if order.steps.contains(where: { $0.isWork && $0.estimate == nil && !$0.isDone }) {
      time(order.settings.usualEstimate, "a step without an estimate")
    }
    let gates = order.gates + order.steps.lazy.filter { !$0.isDone }.flatMap(\.terms.gates)
    if gates.contains(where: { $0.kind == .command }) {
      time(terms.scaled(terms.gateTime), "a command gate")
    }
    if gates.contains(where: { $0.kind == .review }) {
      time(terms.scaled(terms.reviewTime), "a review")
    }
    let asks =
      gates.contains { $0.kind == .approval } || order.steps.contains { $0.kind == .approval }
    if asks {
      words.append(
        terms.approvalDelay == .zero
          ? "nothing for an approval" : "\(terms.approvalDelay.said) for an approval")
    }
    return words.isEmpty ? "nothing but estimates" : words.joined(separator: ", ")
  }

  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}

extension RunStep {
  fileprivate var isWork: Bool { kind == .agent || kind == .command }
}

extension Rehearsal {
  /// Whether an agent does or reviews something of what is left.
  fileprivate var hasAgents: Bool {
    (order.gates + order.steps.lazy.filter { !$0.isDone }.flatMap(\.terms.gates))
      .contains { $0.kind == .review } || order.steps.contains { $0.kind == .agent && !$0.isDone }
  }
}

extension Lack {
  /// What it is, as it continues "held up by".
  func words(_ settings: RunSettings) -> String {
    switch self {
    case .readiness: "what steps need"
    case .judging: "gates and merges"
    case .person: "approvals"
    case .retry: "waits before retries"
    case .pool(Pool.agents): "agents at once (\(settings.agents))"
    case .pool(Pool.cost): "the cost that is left"
    case .pool(Pool.tokens): "the tokens that are left"
    case .pool(let name):
      settings.quota(name).map { "\(poolWords(name)) (\($0))" } ?? poolWords(name)
    case .spacing: "the pause between launches"
    case .callsPerHour:
      settings.callsPerHour.map { "calls per hour (\($0))" } ?? "calls per hour"
    case .account(let name): "account \(name)"
    case .files: "shared files"
    case .reserved: "what is kept for a step that waited long"
    }
  }

  private func poolWords(_ name: String) -> String {
    name.split(separator: ":", maxSplits: 1).joined(separator: " ")
  }

  /// The same as one word for programs, with the name behind a colon where it has one.
  var key: String {
    switch self {
    case .readiness: "needs"
    case .judging: "judging"
    case .person: "approval"
    case .retry: "retry"
    case .pool(let name): name
    case .spacing: "spacing"
    case .callsPerHour: "calls_per_hour"
    case .account(let name): Pool.account(name)
    case .files: "files"
    case .reserved: "reserved"
    }
  }
}
