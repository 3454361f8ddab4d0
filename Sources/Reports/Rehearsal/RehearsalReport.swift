import Conducting
import Diagnostics
package import Plans
package import Simulation
import Terminal

/// What `divisi rehearse` shows: who would do what when, and what that means.
package struct RehearsalReport: Sendable {
  /// What a step did, from its first moment to its last.
  struct Row: Sendable {
    let step: Int
    let id: String
    let title: String
    let isCritical: Bool
    let isApproval: Bool
    /// In the order of time.
    let bars: [Bar]

    /// When its first attempt began, and when it was over.
    var began: Span { bars.first { $0.kind != .ready }?.from ?? bars[0].from }
    var ended: Span { bars[bars.count - 1].to }
    var length: Span { ended - began }
  }

  let rehearsal: Rehearsal
  let id: String
  let title: String
  /// Steps that did something, the first to begin first.
  let rows: [Row]
  let finishedBefore: Int

  package init(_ plan: Plan, _ rehearsal: Rehearsal) {
    self.rehearsal = rehearsal
    id = plan.id.value.text
    title = plan.title.isEmpty ? plan.id.value.text : plan.title
    let critical = Set(rehearsal.shown.path)
    var bars: [Int: [Bar]] = [:]
    for bar in rehearsal.shown.bars { bars[bar.step, default: []].append(bar) }
    rows = bars.map { step, bars in
      Row(
        step: step, id: plan.steps[step].id.value.text, title: plan.steps[step].title,
        isCritical: critical.contains(step), isApproval: plan.steps[step].isApproval, bars: bars)
    }.sorted { one, other in
      one.began == other.began ? one.step < other.step : one.began < other.began
    }
    finishedBefore = plan.steps.indices.count {
      plan.steps[$0].isFinished && !plan.steps[$0].isGroup
    }
  }

  /// At most so many rows, in order: those of the critical path, then those that take longest.
  func rows(atMost limit: Int) -> [Row] {
    guard rows.count > limit else { return rows }
    let wanted = rows.indices.sorted { one, other in
      let (mine, theirs) = (rows[one], rows[other])
      if mine.isCritical != theirs.isCritical { return mine.isCritical }
      return mine.length == theirs.length ? one < other : theirs.length < mine.length
    }
    return wanted.prefix(limit).sorted().map { rows[$0] }
  }

  /// `Checkout flow: 1h 02m with 4 agents`, without the title.
  var headline: String {
    let length = rehearsal.shown.length.said
    let agents = counted(rehearsal.order.settings.agents, "agent")
    return switch rehearsal.shown.ending {
    case .completed: rows.isEmpty ? "nothing is left to do" : "\(length) with \(agents)"
    case .failed: "fails after \(length) with \(agents)"
    case .blocked: "stops after \(length) with \(agents), and is not done"
    }
  }

  /// Whether the run comes to an end by itself.
  package var ends: Bool {
    if case .blocked = rehearsal.shown.ending { false } else { true }
  }

  /// The steps of the critical path, in order.
  var path: [String] {
    rehearsal.shown.path.map { rehearsal.order.steps[$0].id.text }
  }
}

extension Span {
  /// The time in words, without a last unit that is zero: `2h 13m`, `25m`, `1h`.
  var said: String {
    let words = duration.words
    return words.hasSuffix(" 00s") || words.hasSuffix(" 00m") || words.hasSuffix(" 00h")
      ? String(words.dropLast(4)) : words
  }

  /// The same where an exact time would say more than is known.
  var roughly: String {
    guard self >= .minutes(10) else { return Span.seconds((milliseconds + 500) / 1000).said }
    return Span.minutes((milliseconds + 30_000) / 60_000).said
  }
}
