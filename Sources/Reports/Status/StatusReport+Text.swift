import Conducting
import Plans
package import Terminal

extension StatusReport {
  package func text(on screen: Screen) -> String {
    [
      header(screen), stepTable(screen), waits(screen), blockers(screen), accounts(screen),
    ].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  // MARK: Header

  private func header(_ screen: Screen) -> String {
    let palette = screen.palette
    let title = state.title.isEmpty ? "" : ": " + state.title
    var lines = [palette.paint(.heading, state.plan.text + title.printable)]
    func add(_ name: String, _ text: String, _ role: TextRole? = nil) {
      let label = name + String(repeating: " ", count: max(1, 10 - name.count))
      let wrapped = screen.width.map { text.wrapped(toWidth: max(20, $0 - 10)) } ?? [text]
      for (place, line) in wrapped.enumerated() {
        let head = place == 0 ? palette.paint(.dim, label) : String(repeating: " ", count: 10)
        lines.append(head + (role.map { palette.paint($0, line) } ?? line))
      }
    }
    add("session", state.session)
    add("state", stateWords, standing.role)
    add("progress", progressWords)
    if let words = endWords { add("end", words, progress.isLate ? .warning : nil) }
    add("spent", spentWords)
    if !state.flaky.isEmpty { add("flaky", state.flakyWords.listed(), .warning) }
    let waiting = surroundings.waitingCommands.map { "\($0.command.words) (\($0.by))" }
    if !waiting.isEmpty { add("inbox", waiting.listed() + ", not taken up yet") }
    if let archive = surroundings.archive { add("archive", archive) }
    if !surroundings.others.isEmpty {
      add("others", surroundings.others.listed() + ": not ended either; divisi status RUN")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var stateWords: String {
    let began = state.began.milliseconds
    var words = standing.rawValue
    if case .paused(let isNow) = state.phase, !isNow, !state.active.isEmpty {
      words += ", what runs goes on"
    }
    if let result = state.result {
      let took = (state.now - state.began).duration.words
      words += " after \(took), at \(moment(state.now))"
      return result == .failed ? words + "; divisi retry STEP tries a step again" : words
    }
    if began > 0 { words += ", began \(moment(state.began)), \(ago(state.began)) ago" }
    guard let runner = surroundings.runner else {
      return words + "; nobody runs it: divisi resume \(state.session)"
    }
    return words + "; run by \(runner.name)"
      + (runner.since == state.began ? "" : " since \(moment(runner.since))")
  }

  private var progressWords: String {
    let tally = progress.tally
    var words = [tally.words]
    if progress.percentByWork != progress.percentByCount || tally.steps > 9 {
      words.append("\(progress.percentByWork)% of the work")
    }
    if progress.active > 0 { words.append("\(grouped(progress.active)) under way") }
    return (words + tally.restWords).joined(separator: ", ")
  }

  private var endWords: String? {
    guard state.result == nil, let end = progress.end else { return nil }
    // A run that stands still moves its end with every minute.
    let now = surroundings.now
    let shift = max(.zero, now - state.now)
    func rest(_ instant: Instant?) -> String {
      max(.zero, (instant ?? end) - state.now).duration.words
    }
    var words = "in \(rest(end)), at \(moment(end + shift))"
    if rest(progress.earliestEnd) != rest(progress.latestEnd) {
      words += " (between \(rest(progress.earliestEnd)) and \(rest(progress.latestEnd)))"
    }
    if standing != .running { words += ", once it goes on" }
    guard let due = progress.due else { return words }
    return words + (progress.isLate ? "; late: it is due at " : "; due at ") + moment(due)
  }

  private var spentWords: String {
    state.told.words(
      charged: state.spent, cost: state.settings.cost, tokens: state.settings.tokens)
  }

  // MARK: Steps

  private func stepTable(_ screen: Screen) -> String {
    let lines = layout.rows.map(cells)
    let hasDoers = lines.contains { !$0[2].text.isEmpty }
    let hasCosts = lines.contains { !$0[4].text.isEmpty }
    var columns: [Table.Column] = [
      .init("state"), .init("step"), .init("agent", mayShrink: true), .init("attempt", .right),
      .init("cost", .right), .init("for", .right), .init("doing", mayShrink: true),
    ]
    let left = columns.indices.filter { ($0 != 2 || hasDoers) && ($0 != 4 || hasCosts) }
    columns = left.map { columns[$0] }
    var table = Table(columns)
    for line in lines { table.append(left.map { line[$0] }) }
    return table.text(on: screen)
  }

  private func cells(_ row: StatusLayout.Row) -> [Table.Cell] {
    switch row {
    case .step(let index, let isTask): return cells(index, isTask: isTask)
    case .several(let steps, let group):
      let phase = state.phase(group ?? steps[0])
      let names = steps.map { state.id($0).text }.listed()
      return [
        .init(phase.word, phase.role),
        .init(group.map { state.id($0).text } ?? counted(steps.count, "step")), "", "", "", "",
        .init(group == nil ? names : "\(counted(steps.count, "task")): \(names)", .dim),
      ]
    case .rest(let tallies):
      let words = tallies.map { "\(grouped($0.count)) \($0.word)" }.joined(separator: ", ")
      return [
        .init("...", .dim), .init(counted(tallies.reduce(0) { $0 + $1.count }, "step")), "", "", "",
        "", .init("\(words); --all shows them", .dim),
      ]
    }
  }

  private func cells(_ index: Int, isTask: Bool) -> [Table.Cell] {
    let id = (isTask ? "  " : "") + state.id(index).text
    if state.kind(index) == .group {
      let group = standing(ofGroup: index)
      return [
        .init(group.word, group.role), .init(id), "", "", "", "",
        .init("\(group.done) of \(counted(group.all, "task"))", .dim),
      ]
    }
    let standing = StepStanding(of: index, state, surroundings)
    return [
      .init(standing.word, standing.role), .init(id), .init(doer(index), .dim),
      .init(attemptWords(index)), .init(costWords(index)), .init(timeWords(index, standing)),
      .init(doing(standing)),
    ]
  }

  private func doing(_ standing: StepStanding) -> String {
    guard let until = standing.until, until > surroundings.now else { return standing.doing }
    return "in \((until - surroundings.now).duration.words): \(standing.doing)"
  }

  private func attemptWords(_ index: Int) -> String {
    let attempts = state.attempts(index)
    guard attempts > 0, state.kind(index) != .approval else { return "" }
    let allowed = state.allowedAttempts(index)
    return attempts <= allowed ? "\(attempts) of \(allowed)" : String(attempts)
  }

  private func costWords(_ index: Int) -> String {
    guard let told = surroundings.histories[state.id(index)]?.told else { return "" }
    guard told.cost > .zero else { return told.isCostWhole ? "" : "unknown" }
    return told.cost.words + (told.isCostWhole ? "" : "+")
  }

  /// How long it has been at it; of what is over, how long it took.
  private func timeWords(_ index: Int, _ standing: StepStanding) -> String {
    let (began, ended) = state.times(index)
    if let ended { return began.map { (ended - $0).briefWords } ?? "" }
    return standing.since.map { max(.zero, surroundings.now - $0).briefWords } ?? ""
  }

  // MARK: What a person must know

  private func waits(_ screen: Screen) -> String {
    let waits = (state.isBlocked ? state.blockedBy : surroundings.waits).filter(\.isForPeople)
    guard !waits.isEmpty, state.result == nil else { return "" }
    var table = Table([.init("waits for"), .init("steps", mayShrink: true), .init("next")])
    for wait in waits {
      let step = wait.steps.first.map { " \($0)" } ?? " STEP"
      let next =
        switch wait.kind {
        case .approval: "divisi approve\(step)"
        case .answer: "divisi answer\(step) TEXT"
        default: ""
        }
      table.append([
        .init(wait.message, .waiting), .init(wait.steps.map(\.text).listed()), .init(next, .hint),
      ])
    }
    return table.text(on: screen)
  }

  private func blockers(_ screen: Screen) -> String {
    // A run that has come to its end waits for nothing.
    guard !state.blockers.isEmpty, state.result != .completed else { return "" }
    let palette = screen.palette
    var lines: [String] = []
    for blocker in state.blockers {
      let role: TextRole = blocker.severity == .warning ? .warning : .error
      let head = "blocker \(blocker.id), \(blocker.scope.words), \(blocker.kind.rawValue)"
      let told = blocker.isEscalated ? ", nobody has resolved it" : ""
      lines.append(
        palette.paint(role, head) + palette.paint(.dim, ", since \(ago(blocker.raised))\(told)"))
      let width = (screen.width ?? .max) - 2
      for text in blocker.message.printable.wrapped(toWidth: max(20, width)) {
        lines.append("  " + text)
      }
      for proposal in blocker.proposals {
        lines.append("  " + palette.paint(.hint, proposal.printable))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func accounts(_ screen: Screen) -> String {
    let limited = state.accounts.filter {
      $0.value.limitedUntil.map { $0 > surroundings.now } ?? false
    }
    guard state.result == nil, !limited.isEmpty else { return "" }
    return limited.sorted { $0.key < $1.key }.map { name, account in
      let until = account.limitedUntil ?? surroundings.now
      let often = account.strikes > 1 ? ", \(account.strikes) limits in a row" : ""
      return screen.palette.paint(.waiting, "account \(name)") + " is limited until "
        + "\(moment(until)), in \((until - surroundings.now).duration.words)\(often)\n"
    }.joined()
  }

  private func ago(_ instant: Instant) -> String {
    max(.zero, surroundings.now - instant).duration.words
  }

  private func moment(_ instant: Instant) -> String {
    surroundings.clock.moment(instant.milliseconds, on: surroundings.now.milliseconds)
  }
}

extension Wait {
  /// Whether somebody has to do something; what ends by itself is told by the steps' own lines, blockers by themselves.
  fileprivate var isForPeople: Bool {
    switch kind {
    case .approval, .answer: true
    case .paused, .blocker, .branch, .account, .calls, .capacity, .shares, .retry, .attempts: false
    }
  }
}

extension Span {
  /// As `words`, without the seconds of what takes long: there is little room in a line.
  fileprivate var briefWords: String {
    let isLong = self >= .minutes(10) && self < .hours(1)
    return isLong ? "\(milliseconds / 60_000)m" : duration.words
  }
}

extension StepPhase {
  var role: TextRole {
    switch self {
    case .pending, .standby, .ready: .pending
    case .waiting, .replaced: .waiting
    case .active: .running
    case .blocked: .blocked
    case .completed: .completed
    case .failed: .failed
    case .skipped, .cancelled, .removed: .dim
    }
  }
}
