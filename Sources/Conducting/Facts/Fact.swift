package import Plans

/// What can happen in a run. Each case is a fact: it says what is so from now on, never what should be done.
package enum Fact: Hashable, Sendable, Codable {
  // The run.
  case runCreated(
    session: String, plan: PlanID, title: String, settings: RunSettings, gates: [RunGate])
  /// Part of the plan; a large one comes in many parts.
  case stepsPlanned(steps: [RunStep])
  case runStarted
  /// A runner took the run up, for the first time or again.
  case runnerOpened(runner: String)
  /// The integration branch is there, and this is its head.
  case branchOpened(head: Commit)
  /// Someone else moved it.
  case headMoved(head: Commit)
  case runPaused(now: Bool, by: String)
  case runResumed(by: String)
  case runCancelling(by: String)
  case runBlocked(waits: [Wait])
  case runUnblocked
  case runReopened(by: String)
  case runEnded(result: RunResult)

  // An attempt's life.
  case attemptBegan(step: StepID, attempt: Int, seat: Seat?, ports: Int?, leases: [Quota]?)
  case attemptPrepared(step: StepID, attempt: Int, base: Commit?)
  /// Another run has what it needs. It has done nothing and does not count.
  case attemptWithdrawn(step: StepID, attempt: Int, others: [Quota])
  case attemptLaunched(step: StepID, attempt: Int, process: String)
  case attemptObserved(step: StepID, attempt: Int, activity: Activity)
  case attemptAnswered(step: StepID, attempt: Int, text: String, by: String)
  case attemptOverdue(step: StepID, attempt: Int)
  case attemptStopping(step: StepID, attempt: Int, reason: StopReason)
  /// Its process ended well; whether its work is good is still to be seen.
  case attemptFinished(
    step: StepID, attempt: Int, summary: String, usage: Usage, charged: Usage)
  /// Its work is this commit. Resolving a conflict may have dropped lines in it.
  case attemptInspected(step: StepID, attempt: Int, head: Commit?, dropped: [MissingLines]? = nil)
  case checkBegan(step: StepID, attempt: Int, check: Check, seat: Seat?)
  case checkEnded(step: StepID, attempt: Int, check: Check, verdict: Verdict)
  case approvalAsked(step: StepID, attempt: Int, gate: Int?)
  case approvalGiven(step: StepID, attempt: Int, gate: Int?, by: String)
  case attemptEnded(
    step: StepID, attempt: Int, failure: Failure?, usage: Usage, charged: Usage, fate: Fate)

  // The train.
  case mergeQueued(step: StepID, attempt: Int)
  case mergeBegan(step: StepID, attempt: Int, merge: Int, base: Commit)
  /// Both sides in one commit. A merge driver of the repository may have dropped lines in it.
  case mergeBuilt(
    step: StepID, attempt: Int, merge: Int, candidate: Commit, dropped: [MissingLines]? = nil)
  case mergeRefused(step: StepID, attempt: Int, merge: Int, failure: Failure)
  /// What it was built on is not the head: it is built again.
  case mergeReset(step: StepID, attempt: Int, merge: Int)
  case landingDecided(step: StepID, attempt: Int, merge: Int, from: Commit, to: Commit)
  /// Its work is on the branch, as this commit. Where it changed nothing, the branch stays where others have left it.
  case landed(step: StepID, attempt: Int, merge: Int, commit: Commit, wasEmpty: Bool? = nil)

  // Steps without an attempt.
  case stepCompleted(step: StepID)
  case stepFailed(step: StepID, reason: String)
  case stepSkipped(step: StepID, cause: SkipCause)
  case stepCancelled(step: StepID, by: String)
  /// What kept it from being done is gone: it may run again, with fresh retries.
  case stepRevived(step: StepID, by: String)
  /// Its wait is over.
  case stepReleased(step: StepID)
  /// It is needed to stand in for another.
  case stepActivated(step: StepID)
  /// It has waited long: what it lacks is kept for it.
  case stepReserved(step: StepID)
  case reservationLifted(step: StepID)
  case priorityChanged(step: StepID, priority: Priority, by: String)

  // What is scarce.
  case accountLimited(account: String, until: Instant, strikes: Int)
  /// An attempt succeeded on it again.
  case accountRecovered(account: String)
  /// What other runs hold of what is shared.
  case sharesSeen(others: [Quota])
  case limitChanged(limit: Limit, by: String)

  // What people must know.
  case blockerRaised(blocker: Blocker)
  case blockerEscalated(blocker: Int)
  case blockerResolved(blocker: Int, how: String, by: String)
  case commandRefused(command: Command, by: String, reason: String)
  case planAmended(change: PlanChange, impact: Impact, by: String)
  /// The deadline, or the estimates, will probably be missed.
  case delayForeseen(end: Instant, due: Instant)
}

package enum RunResult: String, Hashable, Sendable, Codable {
  case completed
  case failed
  case cancelled
}

/// One trial of one gate.
package struct Check: Hashable, Sendable, Codable {
  /// Which merge of the run is judged; nothing where it is the step's own worktree.
  package var merge: Int?
  /// Where the gate stands among those of the step, or of the merged tree.
  package var gate: Int
  /// Counts from one.
  package var round: Int

  package init(merge: Int? = nil, gate: Int, round: Int = 1) {
    self.merge = merge
    self.gate = gate
    self.round = round
  }

  /// Whether a pass is one that an earlier trial did not have: nothing was changed between the two.
  package func isFlaky(_ verdict: Verdict) -> Bool { verdict.result == .passed && round > 1 }
}

/// A fact, and when it became one.
package struct Event: Hashable, Sendable {
  package var at: Instant
  package var fact: Fact

  package init(at: Instant, _ fact: Fact) {
    self.at = at
    self.fact = fact
  }
}
