import Plans

/// How far a run is, and when it will probably be over.
package struct Progress: Hashable, Sendable, Codable {
  /// Steps that count: groups and what was removed do not.
  package var tally: Tally
  package var active: Int
  /// By count, and by estimates, in percent: of what is completed, and of nothing else that is over.
  package var percentByCount: Int
  package var percentByWork: Int
  /// Estimated work that the run has completed for each unit of time, in hundredths; nothing while there is none.
  package var velocity: Int?
  /// Actual time against estimates of what the run has completed, in hundredths: 120 means a fifth longer.
  package var estimateRatio: Int?
  /// The probable end, the earliest and the latest.
  package var end: Instant?
  package var earliestEnd: Instant?
  package var latestEnd: Instant?
  package var criticalPathLeft: Span
  package var due: Instant?
  package var isLate: Bool
}

/// How many steps came to what.
package struct Tally: Hashable, Sendable, Codable {
  package var steps = 0
  package var completed = 0
  package var skipped = 0
  package var failed = 0
  package var cancelled = 0
  /// Those of the skipped that stand in for steps which did not need it: nothing is lacking without them.
  package var unneeded = 0

  package init() {}

  /// How much of what is to be done is completed; all of it only when nothing is left.
  package var percent: Int { Self.percent(Int64(completed), of: Int64(steps - unneeded)) }

  static func percent(_ part: Int64, of whole: Int64) -> Int {
    whole == 0 ? 100 : Int(100 * part / whole)
  }

  /// Takes in a step that has come to this.
  package mutating func take(_ phase: StepPhase) {
    steps += 1
    switch phase {
    case .completed: completed += 1
    case .failed: failed += 1
    case .cancelled: cancelled += 1
    case .skipped(let cause):
      skipped += 1
      if cause == .notNeeded { unneeded += 1 }
    case .removed: steps -= 1
    case .pending, .standby, .ready, .waiting, .active, .blocked, .replaced: break
    }
  }
}

extension RunState {
  package func progress() -> Progress {
    let outlook = outlook()
    var tally = Tally()
    var active = 0
    var completedWork: Int64 = 0
    var unneededWork: Int64 = 0
    for index in steps.indices where steps[index].kind != .group {
      let phase = standings[index].phase
      tally.take(phase)
      switch phase {
      case .active: active += 1
      case .completed: completedWork += estimate(index)
      case .skipped(.notNeeded): unneededWork += estimate(index)
      default: break
      }
    }
    let byWork = Tally.percent(completedWork, of: allWork - unneededWork)
    let forecast = forecast(criticalPath: outlook.criticalPath, work: outlook.work)
    let due = settings.deadline.map { began + $0 }
    return Progress(
      tally: tally, active: active, percentByCount: tally.percent,
      // What is left may have no estimate.
      percentByWork: tally.percent < 100 ? min(99, byWork) : byWork, velocity: velocity,
      estimateRatio: ratio, end: forecast?.end, earliestEnd: forecast?.earliest,
      latestEnd: forecast?.latest, criticalPathLeft: outlook.criticalPath, due: due,
      isLate: due.map { due in (forecast?.end ?? now) > due } ?? false)
  }

  /// Actual time against estimate of what has been done, in hundredths.
  private var ratio: Int? {
    guard timedWork > 0, actualWork > 0 else { return nil }
    return Int(100 * actualWork / timedWork)
  }

  private var velocity: Int? {
    let elapsed = (now - began).milliseconds
    guard elapsed > 0, timedWork > 0 else { return nil }
    return Int(100 * timedWork / elapsed)
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
