import Conducting
import Documents
import Plans

/// A run as one YAML file: enough for a person or a program to see where it stands, and what it
/// waits for. Each step is a line, so that plans of any size can be looked through.
struct SavedSession {
  let subject: MirrorSubject
  let state: RunState
  /// When the last event happened.
  let updated: Instant

  var text: String {
    var lines = [
      "# Where the run stands. Made from the journal: `divisi journal mirror` makes it again."
    ]
    for entry in head { lines.append(entry.line) }
    append("blockers", state.blockers.map(value), to: &lines)
    append("waits", state.blockedBy.map(value), to: &lines)
    append("steps", (0..<state.count).map(value), to: &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  private func append(_ name: String, _ items: [YAMLValue], to lines: inout [String]) {
    lines.append(items.isEmpty ? "\(name): []" : "\(name):")
    for item in items { lines.append("  - " + item.written) }
  }

  private var head: [YAMLValue.Entry] {
    let progress = state.progress()
    var entries: [YAMLValue.Entry] = [
      .init("session", .text(subject.session)), .init("plan", .text(subject.plan.text)),
      .init("title", .text(state.title)), .init("kind", .text(subject.kind.rawValue)),
    ]
    if let path = subject.planPath { entries.append(.init("file", .text(subject.shown(path)))) }
    entries += [
      .init("state", .text(word)),
      .init("branch", .text(subject.branch)),
    ]
    if let head = state.head { entries.append(.init("head", .text(head))) }
    if state.began.milliseconds != 0 { entries.append(.init("started_at", time(state.began))) }
    entries += [
      .init("updated_at", time(updated)), .init("events", count(state.sequence)),
      .init(
        "progress",
        .mapping([
          .init("percentage", count(progress.percentByCount)),
          .init("steps", count(progress.tally.steps)),
          .init("completed", count(progress.tally.completed)),
          .init("skipped", count(progress.tally.skipped)),
          .init("failed", count(progress.tally.failed)),
          .init("cancelled", count(progress.tally.cancelled)),
          .init("active", count(progress.active)),
        ])),
      .init("spent", spent),
    ]
    return entries
  }

  private var word: String {
    switch state.phase {
    case .planning: "planned"
    case .running: state.isBlocked ? "blocked" : "running"
    case .paused: "paused"
    case .cancelling: "cancelling"
    case .ended(let result): result.rawValue
    }
  }

  private var spent: YAMLValue {
    var entries: [YAMLValue.Entry] = []
    let told = state.told
    if told.isCostWhole || told.cost > .zero {
      entries.append(.init("cost", .text(dollars(told.cost))))
    }
    if told.areTokensWhole || told.tokens > 0 {
      entries.append(.init("tokens", count(told.tokens)))
    }
    let lacking = (told.isCostWhole ? [] : ["cost"]) + (told.areTokensWhole ? [] : ["tokens"])
    if !lacking.isEmpty {
      // Of some agents it is not known: it is at least what is said above.
      entries.append(.init("partly_unknown", .list(lacking.map { .text($0) })))
    }
    return .mapping(entries)
  }

  private func value(_ index: Int) -> YAMLValue {
    let id = state.id(index)
    var entries: [YAMLValue.Entry] = [
      .init("id", .text(id.text)), .init("status", .text(state.stepStatus(index).rawValue)),
      .init("standing", .text(state.standing(index))),
    ]
    if state.attempts(index) > 0 { entries.append(.init("attempts", count(state.attempts(index)))) }
    let terms = state.terms(index)
    if terms.hasWorkspace {
      entries.append(.init("branch", .text(id.branch(lane: terms.lane))))
    }
    if let attempt = state.active[index] {
      if let agent = attempt.seat.map({ $0.agent ?? $0.harness }) {
        entries.append(.init("agent", .text(agent)))
      }
      if let head = attempt.head { entries.append(.init("head", .text(head))) }
      entries.append(.init("since", time(attempt.since)))
    }
    let times = state.shownTimes(index)
    if let began = times.began { entries.append(.init("started_at", time(began))) }
    if let ended = times.ended { entries.append(.init("completed_at", time(ended))) }
    entries += why(index)
    return .mapping(entries)
  }

  /// What a step that does not go on waits for, or why it is not done.
  private func why(_ index: Int) -> [YAMLValue.Entry] {
    switch state.phase(index) {
    case .pending:
      let open = state.needs(index).lazy.map(Int.init)
        .filter { !state.phase($0).isSatisfying }.map { YAMLValue.text(state.id($0).text) }
      return [.init("waits_for", .list(Array(open)))]
    case .waiting(let until): return [.init("until", time(until))]
    case .blocked(let blocker): return [.init("blocker", count(blocker))]
    case .replaced(let other): return [.init("replaced_by", .text(other.text))]
    case .skipped(.need(let need)): return [.init("because", .text("\(need) is not done"))]
    case .skipped(.person(let name, let reason)):
      return [.init("because", .text("\(name): \(reason)"))]
    case .skipped(.notNeeded): return [.init("because", .text("it is not needed"))]
    case .standby, .ready, .active, .completed, .failed, .cancelled, .removed:
      guard let feedback = state.notes[index]?.feedback else { return [] }
      return [.init("feedback", .text(feedback))]
    }
  }

  private func value(_ blocker: Blocker) -> YAMLValue {
    var entries: [YAMLValue.Entry] = [
      .init("id", count(blocker.id)), .init("kind", .text(blocker.kind.rawValue)),
      .init("severity", .text(blocker.severity.rawValue)),
    ]
    switch blocker.scope {
    case .run: break
    case .step(let step): entries.append(.init("step", .text(step.text)))
    case .pool(let name): entries.append(.init("pool", .text(name)))
    }
    return .mapping(
      entries + [
        .init("since", time(blocker.raised)), .init("message", .text(blocker.message)),
        .init("proposals", .list(blocker.proposals.map { .text($0) })),
      ])
  }

  private func value(_ wait: Wait) -> YAMLValue {
    var entries: [YAMLValue.Entry] = [
      .init("kind", .text(wait.kind.rawValue)), .init("message", .text(wait.message)),
    ]
    if !wait.steps.isEmpty {
      entries.append(.init("steps", .list(wait.steps.map { .text($0.text) })))
    }
    if let until = wait.until { entries.append(.init("until", time(until))) }
    return .mapping(entries)
  }

  /// In cents, rounded up: nothing that cost something looks free.
  private func dollars(_ amount: Money) -> String {
    let cents = (amount.microdollars + 9_999) / 10_000
    return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
  }

  private func time(_ instant: Instant) -> YAMLValue { .plain(Timestamp.whole(instant)) }
  private func count(_ count: Int) -> YAMLValue { .plain(String(count)) }
}

extension YAMLValue.Entry {
  /// The entry as a line of a file.
  fileprivate var line: String { "\(key): \(value.written)" }
}
