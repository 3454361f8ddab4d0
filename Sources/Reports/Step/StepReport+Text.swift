import Conducting
import Plans
package import Terminal

extension StepReport {
  /// So much of a prompt is shown; the rest is in its file.
  private static let linesOfPrompt = 12
  private static let filesShown = 30
  private static let linesDropped = 10
  private static let linesOfEvidence = 8

  package func text(on screen: Screen) -> String {
    var page = LabelledLines(screen)
    addHead(to: &page)
    addOrder(to: &page)
    addPrompt(to: &page)
    for attempt in history.attempts { add(attempt, to: &page) }
    addChanges(to: &page)
    addBlockers(to: &page)
    return page.text
  }

  private func addHead(to page: inout LabelledLines) {
    let standing = standing
    let (began, ended) = state.times(index)
    var words = standing.word
    if !standing.doing.isEmpty { words += ": \(standing.doing)" }
    page.heading(id.text)
    page.add("state", words, standing.role)
    page.add("run", "\(state.session), plan \(state.plan)")
    if let began {
      let end = ended.map { ", ended \(moment($0)) after \(($0 - began).duration.words)" }
      page.add("time", "began \(moment(began))\(end ?? "")")
    }
    if state.kind(index) == .agent || history.told.hasUsed {
      let terms = state.terms(index)
      page.add(
        "spent",
        history.told.words(charged: history.spent, cost: terms.cost, tokens: terms.tokens))
    }
  }

  private func addOrder(to page: inout LabelledLines) {
    let terms = state.terms(index)
    page.add("work", work)
    if let group = state.group(index) { page.add("group", group.text) }
    page.add(
      state.kind(index) == .group ? "tasks" : "needs", steps(Array(state.needs(index))))
    page.add("needed by", steps(Array(state.dependents(index))))
    page.add("files", terms.files.joined(separator: ", "))
    page.add("gates", terms.gates.map(\.words).joined(separator: ", "))
    if terms.hasWorkspace {
      page.add("merged", state.gates.map(\.words).joined(separator: ", "))
    }
    if let lane = terms.lane { page.add("lane", lane) }
    page.add("takes", terms.resources.map { "\($0.count ?? 1) of \($0.name)" }.listed())
    page.add("terms", bounds.joined(separator: ", "))
  }

  private var work: String {
    switch state.kind(index) {
    case .group: "a group of tasks"
    case .approval: "a person's yes"
    case .command: "a command"
    case .agent: state.seats(index).map(\.words).joined(separator: ", else ")
    }
  }

  private var bounds: [String] {
    let terms = state.terms(index)
    var words = ["priority \(state.priority(index).rawValue)"]
    guard state.kind(index) == .agent || state.kind(index) == .command else { return words }
    words.append("estimate \(Span(milliseconds: state.estimate(index)).duration.words)")
    words.append(counted(state.allowedAttempts(index), "attempt"))
    if let cost = terms.cost { words.append("at most \(cost.words)") }
    if let tokens = terms.tokens { words.append("at most \(grouped(tokens)) tokens") }
    switch terms.contingency {
    case .seats(let seats): words.append("then \(seats.map(\.words).listed())")
    case .step(let step): words.append("then step `\(step)`")
    case .person(let name): words.append("then \(name) decides")
    case nil: break
    }
    return words
  }

  private func steps(_ indices: [Int32]) -> String {
    indices.map { "\(state.id(Int($0))) (\(state.phase(Int($0)).word))" }.listed(8)
  }

  private func addPrompt(to page: inout LabelledLines) {
    guard let prompt = surroundings.prompt else { return }
    let lines = prompt.text.harmlessLines
    page.section("prompt", prompt.path)
    for line in lines.prefix(Self.linesOfPrompt) { page.line("  " + line) }
    let more = lines.count - Self.linesOfPrompt
    if more > 0 { page.line("  ... \(counted(more, "line")) more", .dim) }
  }

  // MARK: Attempts

  private func add(_ attempt: AttemptHistory, to page: inout LabelledLines) {
    page.section("attempt \(attempt.number)", outcome(of: attempt))
    page.add("time", times(of: attempt))
    page.add("by", attempt.seat.map { $0.words + ", account \($0.account)" } ?? "")
    page.add("base", attempt.base?.shortCommit ?? "")
    page.add("work", attempt.head?.shortCommit ?? "")
    page.add("process", attempt.process ?? "")
    page.add(
      "ports",
      surroundings.ports[attempt.number].map { "\($0.lowerBound) to \($0.upperBound)" } ?? "")
    if attempt.seat != nil, let usage = attempt.usage, !usage.isNothing {
      page.add("used", usage.words)
    }
    page.add("said", attempt.summary ?? "")
    for answer in attempt.answers { page.add("told", answer) }
    for trial in attempt.trials { add(trial, of: attempt, to: &page) }
    for approval in attempt.approvals { add(approval, of: attempt, to: &page) }
    for merge in attempt.merges { add(merge, of: attempt, to: &page) }
  }

  private func outcome(of attempt: AttemptHistory) -> String {
    if attempt.wasWithdrawn { return "withdrawn: another run held what it needs" }
    guard let end = attempt.ended else {
      return attempt.stop.map { "being stopped: \($0.words)" } ?? "under way"
    }
    if let failure = end.failure {
      let words = isTold(failure, in: attempt) ? failure.brief : failure.message
      return failure.words(words)
    }
    switch end.fate {
    case .completed: return "completed"
    case .cancelled: return "cancelled"
    case .skipped(let person, let reason): return "skipped by \(person): \(reason)"
    default: return attempt.stop.map { "stopped: \($0.words)" } ?? "ended"
    }
  }

  /// Whether a gate or a merge of the attempt says the same.
  private func isTold(_ failure: Failure, in attempt: AttemptHistory) -> Bool {
    attempt.merges.contains { $0.refusal == failure }
      || attempt.trials.contains { trial in
        trial.verdict.map { $0.result != .passed && failure.message.hasSuffix($0.evidence) }
          ?? false
      }
  }

  /// Of a long evidence its beginning and its end: all of it is in a file.
  private func shown(_ evidence: String) -> String {
    let lines = evidence.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > Self.linesOfEvidence + 3 else { return evidence }
    return (lines.prefix(1) + ["..."] + lines.suffix(Self.linesOfEvidence)).joined(separator: "\n")
  }

  private func times(of attempt: AttemptHistory) -> String {
    guard let end = attempt.ended else { return "began \(moment(attempt.began))" }
    var words = "\((end.at - attempt.began).duration.words) from \(moment(attempt.began))"
    if let launched = attempt.launched {
      let until = attempt.finished ?? end.at
      words += ", \((until - launched).duration.words) of it working"
    }
    return words + (attempt.isOverdue ? ", longer than it should" : "")
  }

  private func add(
    _ trial: AttemptHistory.Trial, of attempt: AttemptHistory, to page: inout LabelledLines
  ) {
    // The label says what it is.
    var words = String(trial.check.words(name(trial.check)).dropFirst("gate ".count))
    defer { page.add("output", surroundings.outputs[attempt.number]?[trial.check] ?? "") }
    guard let verdict = trial.verdict else {
      page.add("gate", words + " is being tried", .running)
      return
    }
    words += " " + trial.check.words(verdict)
    if let began = trial.began, let ended = trial.ended {
      words += " in \((ended - began).duration.words)"
    }
    if let seat = trial.seat { words += " by \(seat.words)" }
    if !verdict.evidence.isEmpty { words += ": \(shown(verdict.evidence))" }
    let isFlaky = trial.check.isFlaky(verdict)
    page.add("gate", words, verdict.result == .passed ? isFlaky ? .warning : nil : .failed)
  }

  private func add(
    _ approval: AttemptHistory.Approval, of attempt: AttemptHistory, to page: inout LabelledLines
  ) {
    let check = approval.gate.map { Check(gate: $0) }
    let name = check.map { $0.words(self.name($0)) } ?? "the step"
    if let given = approval.given {
      page.add("approval", "\(name) approved by \(approval.by ?? "a person") at \(moment(given))")
    } else {
      let end = attempt.isOver ? ", not given" : ""
      page.add(
        "approval", "of \(name) asked at \(moment(approval.asked))\(end)",
        attempt.isOver ? nil : .waiting)
    }
  }

  private func add(
    _ merge: AttemptHistory.Merging, of attempt: AttemptHistory, to page: inout LabelledLines
  ) {
    var words = "\(merge.number) on \(merge.base.shortCommit)"
    if let landed = merge.landed {
      words += merge.wasEmpty ? ", changed nothing" : ", landed as \(landed.shortCommit)"
    } else if let refusal = merge.refusal {
      words += " refused, \(refusal.kindWords)"
      // The attempt's own line says why.
      if attempt.ended?.failure != refusal { words += ": \(refusal.brief)" }
    } else if merge.wasReset {
      words += " built again: the branch had moved"
    } else if let candidate = merge.candidate {
      words += " is \(candidate.shortCommit)"
    }
    page.add("merge", words, merge.refusal == nil ? nil : .failed)
  }

  // MARK: What it left

  private func addChanges(to page: inout LabelledLines) {
    if let files = surroundings.files {
      let added = files.reduce(0) { $0 + ($1.added ?? 0) }
      let removed = files.reduce(0) { $0 + ($1.removed ?? 0) }
      let name = history.landed.map { " by \($0.shortCommit)" } ?? ""
      page.section(
        "changes",
        files.isEmpty
          ? "nothing" : "\(counted(files.count, "file"))\(name), +\(added) -\(removed)")
      for file in files.prefix(Self.filesShown) {
        let lines = file.added.map { "  +\($0) -\(file.removed ?? 0)" } ?? "  not text"
        page.line("  \(file.kind) \(file.path)\(lines)")
      }
      let more = files.count - Self.filesShown
      if more > 0 { page.line("  ... \(counted(more, "file")) more", .dim) }
    }
    for missing in dropped {
      page.section("dropped", missing.words, .warning)
      for line in missing.lines.prefix(Self.linesDropped) { page.line("  - \(line)") }
      let more = missing.count - Self.linesDropped
      if more > 0 { page.line("  ... \(counted(more, "line")) more", .dim) }
    }
  }

  private func addBlockers(to page: inout LabelledLines) {
    for known in history.blockers {
      let blocker = known.blocker
      page.section("blocker \(blocker.id)", "\(blocker.kind.rawValue): \(blocker.message)")
      page.add("raised", moment(blocker.raised))
      if let resolved = known.resolved {
        page.add("resolved", "\(moment(resolved.at)) by \(resolved.by): \(resolved.how)")
      } else {
        for proposal in blocker.proposals { page.add("next", proposal, .hint) }
      }
    }
    page.section("events", history.events.ranges)
    if let folder = surroundings.folder { page.add("folder", folder) }
  }

  private func moment(_ instant: Instant) -> String {
    surroundings.status.clock.moment(
      instant.milliseconds, on: surroundings.status.now.milliseconds)
  }
}

extension [Int] {
  /// `3, 7-12, 20`.
  var ranges: String {
    var words: [String] = []
    var start = 0
    while start < count {
      var end = start
      while end + 1 < count, self[end + 1] == self[end] + 1 { end += 1 }
      words.append(start == end ? "\(self[start])" : "\(self[start])-\(self[end])")
      start = end + 1
    }
    return words.joined(separator: ", ")
  }
}
