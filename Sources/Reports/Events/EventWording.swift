package import Conducting
package import Plans
package import Terminal

/// Says in plain words what an event is: one sentence for every kind of fact, without the step that it is about.
package struct EventWording: Sendable {
  /// The name of the gate that a check of a step is a trial of, where it is known.
  private let gate: @Sendable (StepID, Check) -> String?
  private let clock: WallClock

  package init(
    clock: WallClock = .utc, gate: @escaping @Sendable (StepID, Check) -> String? = { _, _ in nil }
  ) {
    self.clock = clock
    self.gate = gate
  }

  /// With the names of gates that a run's state knows.
  package init(clock: WallClock, _ state: RunState) {
    self.init(clock: clock) { step, check in
      state.index(of: step).flatMap { state.checkedGate($0, check)?.name }
    }
  }

  package func sentence(_ event: Event) -> String {
    switch event.fact {
    case .runCreated, .stepsPlanned, .runStarted, .runnerOpened, .branchOpened, .headMoved,
      .runPaused, .runResumed, .runCancelling, .runBlocked, .runUnblocked, .runReopened, .runEnded:
      ofRun(event.fact)
    case .attemptBegan, .attemptPrepared, .attemptWithdrawn, .attemptLaunched, .attemptObserved,
      .attemptAnswered, .attemptOverdue, .attemptStopping, .attemptFinished, .attemptInspected,
      .attemptEnded:
      ofAttempt(event)
    case .checkBegan, .checkEnded, .approvalAsked, .approvalGiven: ofJudging(event.fact)
    case .mergeQueued, .mergeBegan, .mergeBuilt, .mergeRefused, .mergeReset, .landingDecided,
      .landed:
      ofTrain(event.fact)
    case .stepCompleted, .stepFailed, .stepSkipped, .stepCancelled, .stepRevived, .stepReleased,
      .stepActivated, .stepReserved, .reservationLifted, .priorityChanged:
      ofStep(event.fact)
    case .accountLimited, .accountRecovered, .sharesSeen, .limitChanged, .blockerRaised,
      .blockerEscalated, .blockerResolved, .commandRefused, .planAmended, .delayForeseen:
      ofScarcity(event)
    }
  }

  private func ofRun(_ fact: Fact) -> String {
    switch fact {
    case .runCreated(_, let plan, let title, _, let gates):
      let name = title.isEmpty ? "" : " (\(title))"
      let judged = gates.isEmpty ? "" : ", merged work judged by \(gates.map(\.name).listed())"
      return "run of \(plan)\(name)\(judged)"
    case .stepsPlanned(let steps):
      return "\(counted(steps.count, "step")) planned: \(steps.map(\.id.text).listed())"
    case .runStarted: return "the run begins"
    case .runnerOpened(let runner): return "taken up by \(runner)"
    case .branchOpened(let head): return "the integration branch is at \(head.shortCommit)"
    case .headMoved(let head):
      return "somebody else moved the integration branch to \(head.shortCommit)"
    case .runPaused(let isNow, let person):
      return "paused by \(person)" + (isNow ? ", what runs is stopped" : ", what runs goes on")
    case .runResumed(let person): return "resumed by \(person)"
    case .runCancelling(let person): return "being cancelled by \(person)"
    case .runBlocked(let waits):
      return "nothing goes on: " + waits.map(\.message).listed()
    case .runUnblocked: return "it goes on"
    case .runReopened(let person): return "opened again by \(person)"
    case .runEnded(let result): return "the run is \(result.rawValue)"
    default: return ""
    }
  }

  private func ofAttempt(_ event: Event) -> String {
    switch event.fact {
    case .attemptBegan(_, _, let seat, _, _):
      return "begins" + (seat.map { ": \($0.words)" } ?? "")
    case .attemptPrepared(_, _, let base):
      return "prepared" + (base.map { " on \($0.shortCommit)" } ?? "")
    case .attemptWithdrawn(_, _, let others):
      return "withdrawn: other runs hold " + others.map { "\($0.count) of \($0.name)" }.listed()
    case .attemptLaunched(_, _, let process):
      return process.isEmpty ? "launched" : "launched: process \(process)"
    case .attemptObserved(_, _, let activity): return words(activity, event.at)
    case .attemptAnswered(_, _, let text, let person): return "answered by \(person): \(text)"
    case .attemptOverdue: return "takes longer than it should"
    case .attemptStopping(_, _, let reason): return "being stopped: \(reason.words)"
    case .attemptFinished(_, _, let summary, let usage, _):
      let used = usage.isNothing ? "" : " (\(usage.words))"
      return "finished\(used)" + (summary.isEmpty ? "" : ": \(summary)")
    case .attemptInspected(_, _, let head, let dropped):
      return (head.map { "its work is \($0.shortCommit)" } ?? "its work is looked at")
        + (dropped ?? []).words
    case .attemptEnded(_, _, let failure, _, _, let fate):
      let fate = words(fate, event.at)
      return failure.map { "ended, \($0.words($0.brief)); \(fate)" } ?? "ended: \(fate)"
    default: return ""
    }
  }

  private func words(_ activity: Activity, _ now: Instant) -> String {
    switch activity {
    case .working: "works"
    case .longCommand(let command): "runs a long command: \(command)"
    case .limited(let until):
      "waits for its limit" + (until.map { " until \(moment($0, now))" } ?? "")
    case .waitingForPerson(let question): "asks: \(question)"
    case .stalled: "has said nothing for too long"
    }
  }

  private func words(_ fate: Fate, _ now: Instant) -> String {
    switch fate {
    case .completed: "the step is completed"
    case .ready: "tried again"
    case .waiting(let until): "tried again in \((until - now).duration.words)"
    case .blocked(let blocker): "blocked by blocker \(blocker)"
    case .failed: "the step has failed"
    case .handed(let seats): "handed to \(seats.map(\.words).listed())"
    case .replaced(let step): "`\(step)` stands in for it"
    case .cancelled: "the step is cancelled"
    case .skipped(let person, let reason): "skipped by \(person): \(reason)"
    }
  }

  private func ofJudging(_ fact: Fact) -> String {
    switch fact {
    case .checkBegan(let step, _, let check, let seat):
      let judge = seat.map { " by \($0.words)" } ?? ""
      return "\(subject(step, check)) begins\(judge)"
    case .checkEnded(let step, _, let check, let verdict):
      let evidence = verdict.evidence.isEmpty ? "" : ": \(verdict.evidence.finding)"
      return "\(subject(step, check)) \(check.words(verdict))\(evidence)"
    case .approvalAsked(let step, _, let gate):
      let asked = gate.map { name(step, Check(gate: $0)) } ?? "it"
      return "waits for a person to approve \(asked)"
    case .approvalGiven(let step, _, let gate, let person):
      return "\(gate.map { name(step, Check(gate: $0)) + " " } ?? "")approved by \(person)"
    default: return ""
    }
  }

  private func name(_ step: StepID, _ check: Check) -> String { check.words(gate(step, check)) }

  /// The same at the beginning of a sentence.
  private func subject(_ step: StepID, _ check: Check) -> String {
    name(step, check) + (check.round > 1 ? "," : "")
  }

  private func ofTrain(_ fact: Fact) -> String {
    switch fact {
    case .mergeQueued: "waits for its merge"
    case .mergeBegan(_, _, let merge, let base):
      "merge \(merge) begins on \(base.shortCommit)"
    case .mergeBuilt(_, _, let merge, let candidate, let dropped):
      "merge \(merge) is \(candidate.shortCommit)" + (dropped ?? []).words
    case .mergeRefused(_, _, let merge, let failure):
      "merge \(merge) refused, \(failure.words(failure.brief))"
    case .mergeReset(_, _, let merge): "merge \(merge) is built again: the branch has moved"
    case .landingDecided(_, _, let merge, let from, let to):
      from == to
        ? "merge \(merge) changes nothing"
        : "merge \(merge) moves the branch from \(from.shortCommit) to \(to.shortCommit)"
    case .landed(_, _, _, _, true): "changed nothing, the branch stays where it is"
    case .landed(_, _, _, let commit, _): "landed as \(commit.shortCommit)"
    default: ""
    }
  }

  private func ofStep(_ fact: Fact) -> String {
    switch fact {
    case .stepCompleted: "completed"
    case .stepFailed(_, let reason): "failed: \(reason)"
    case .stepSkipped(_, let cause):
      if case .person = cause { cause.words } else { "skipped: \(cause.words)" }
    case .stepCancelled(_, let person): "cancelled by \(person)"
    case .stepRevived(_, let person): "to be tried again, by \(person)"
    case .stepReleased: "its wait is over"
    case .stepActivated: "stands in for a step that failed"
    case .stepReserved: "has waited long: what it lacks is kept for it"
    case .reservationLifted: "nothing is kept for it any more"
    case .priorityChanged(_, let priority, let person):
      "priority \(priority.rawValue), by \(person)"
    default: ""
    }
  }

  private func ofScarcity(_ event: Event) -> String {
    switch event.fact {
    case .accountLimited(let account, let until, let strikes):
      let often = strikes > 1 ? ", \(strikes) times in a row" : ""
      return "account \(account) is limited until \(moment(until, event.at))\(often)"
    case .accountRecovered(let account): return "account \(account) works again"
    case .sharesSeen(let others):
      return "other runs hold " + others.map { "\($0.count) of \($0.name)" }.listed()
    case .limitChanged(let limit, let person): return "limit \(limit.words), by \(person)"
    case .blockerRaised(let blocker):
      return "blocker \(blocker.id), \(blocker.kind.rawValue), \(blocker.scope.words): "
        + blocker.message.headline
    case .blockerEscalated(let blocker): return "nobody has resolved blocker \(blocker)"
    case .blockerResolved(let blocker, let how, let person):
      return "blocker \(blocker) resolved by \(person): \(how)"
    case .commandRefused(let command, let person, let reason):
      return "\(person) wanted to \(command.words), refused: \(reason)"
    case .planAmended(let change, let impact, let person): return words(change, impact, person)
    case .delayForeseen(let end, let due):
      return "will probably end at \(moment(end, event.at)), due at \(moment(due, event.at))"
    default: return ""
    }
  }

  private func words(_ change: PlanChange, _ impact: Impact, _ person: String) -> String {
    let changes = [
      ("added", change.added.count), ("changed", change.changed.count),
      ("removed", change.removed.count),
    ]
    .filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    return "plan amended by \(person): \(changes); critical path "
      + "\(impact.criticalPathBefore.duration.words) before, "
      + "\(impact.criticalPathAfter.duration.words) now"
  }

  private func moment(_ instant: Instant, _ now: Instant) -> String {
    clock.moment(instant.milliseconds, on: now.milliseconds)
  }
}
