import Plans

/// How far a run is, and when it will probably be over.
package struct Progress: Hashable, Sendable, Codable {
  /// Steps that count: groups and what was removed do not.
  package var steps: Int
  package var completed: Int
  package var skipped: Int
  package var failed: Int
  package var active: Int
  /// By count, and by estimates, in percent.
  package var percentByCount: Int
  package var percentByWork: Int
  /// Estimated work done for each unit of time, in hundredths; nothing while none is done.
  package var velocity: Int?
  /// Actual time against estimates of what is done, in hundredths: 120 means a fifth longer.
  package var estimateRatio: Int?
  /// The probable end, the earliest and the latest.
  package var end: Instant?
  package var earliestEnd: Instant?
  package var latestEnd: Instant?
  package var criticalPathLeft: Span
  package var due: Instant?
  package var isLate: Bool
}

extension RunState {
  package func progress() -> Progress {
    let outlook = outlook()
    let groups = steps.indices.reduce(into: [Int](repeating: 0, count: 12)) { groups, index in
      if steps[index].kind == .group { groups[standings[index].phase.tally] += 1 }
    }
    func count(_ phase: StepPhase) -> Int { tallies[phase.tally] - groups[phase.tally] }
    let total =
      tallies.reduce(0, +) - groups.reduce(0, +) - count(.removed)
    let completed = count(.completed)
    let skipped = count(.skipped(.notNeeded))
    let forecast = forecast(criticalPath: outlook.criticalPath, work: outlook.work)
    let due = settings.deadline.map { began + $0 }
    return Progress(
      steps: total, completed: completed, skipped: skipped,
      failed: count(.failed) + count(.cancelled), active: count(.active),
      percentByCount: total == 0 ? 100 : 100 * (completed + skipped) / total,
      percentByWork: allWork == 0 ? 100 : Int(100 * endedWork / allWork), velocity: velocity,
      estimateRatio: ratio, end: forecast?.end, earliestEnd: forecast?.earliest,
      latestEnd: forecast?.latest, criticalPathLeft: outlook.criticalPath, due: due,
      isLate: due.map { due in (forecast?.end ?? now) > due } ?? false)
  }

  /// Actual time against estimate of what has been done, in hundredths.
  private var ratio: Int? {
    guard endedWork > 0, actualWork > 0 else { return nil }
    return Int(100 * actualWork / endedWork)
  }

  private var velocity: Int? {
    let elapsed = (now - began).milliseconds
    guard elapsed > 0, endedWork > 0 else { return nil }
    return Int(100 * endedWork / elapsed)
  }

  /// The rest takes at least its critical path and at least its work at the pace so far. The range is as wide as
  /// estimates have been wrong, and narrows as more is known.
  func forecast(
    criticalPath: Span, work: Span
  ) -> (end: Instant, earliest: Instant, latest: Instant)? {
    guard !isEnded else { return nil }
    let scale = Double(ratio ?? 100) / 100
    let pace = max(Double(velocity ?? 100) / 100, 0.01)
    let byPath = Double(criticalPath.milliseconds) * scale
    let byPace = velocity == nil ? 0 : Double(work.milliseconds) / pace
    let rest = max(byPath, byPace)
    let share = allWork == 0 ? 1 : Double(endedWork) / Double(allWork)
    let doubt = max(0.1, 0.5 * (1 - share) + abs(scale - 1) * 0.5)
    func after(_ milliseconds: Double) -> Instant {
      now + Span(milliseconds: Int64(min(milliseconds, 1e15)))
    }
    return (after(rest), after(rest * max(0.3, 1 - doubt)), after(rest * (1 + doubt)))
  }
}

extension Conductor {
  /// A deadline that the critical path alone will miss is told before anything is spent.
  mutating func foreseeAtStart() {
    guard let deadline = state.settings.deadline else { return }
    let path = Span(milliseconds: state.behind.value.max() ?? 0)
    if path > deadline {
      emit(.delayForeseen(end: state.began + path, due: state.began + deadline))
    }
  }

  /// Tells once, as early as the pace so far says it. Cheap enough for every decision: only sums are looked at.
  mutating func foresee() {
    guard let deadline = state.settings.deadline, state.foresawDelay == nil,
      state.endedWork * 20 >= state.allWork,
      let forecast = state.forecast(
        criticalPath: .zero, work: Span(milliseconds: state.allWork - state.endedWork)),
      forecast.end > state.began + deadline
    else { return }
    emit(.delayForeseen(end: forecast.end, due: state.began + deadline))
  }
}
