/// What a conductor is told.
package enum Input: Hashable, Sendable {
  /// A runner took the run up.
  case opened(runner: String)
  case branchOpened(head: Commit)
  case prepared(AttemptID, base: Commit?)
  /// Other runs have what the attempt needs; this is how much they hold.
  case denied(AttemptID, others: [Quota])
  case launched(AttemptID, process: String)
  case observed(AttemptID, Activity)
  /// What the attempt has used so far.
  case used(AttemptID, Usage)
  /// The attempt lives no more, or could not be begun: nothing of it runs. What its usage leaves open counts as all that
  /// it might have used, so that an attempt of which nothing was ever started has used nothing, not "unknown".
  case ended(AttemptID, Ending, Usage)
  case inspected(AttemptID, Inspection)
  /// A reviewer has met a limit, and asks again by itself.
  case delayed(AttemptID, Check, Failure)
  case checked(AttemptID, Check, Verdict)
  case merged(AttemptID, merge: Int, MergeOutcome)
  case landed(AttemptID, merge: Int, LandingOutcome)
  /// Whether the machine and the branch are fit for something new, and if not, what kind of fault keeps them from it.
  case probed(fault: Blocker.Kind?, message: String)
  case sharesChanged(others: [Quota])
  case command(Command, by: String)
  /// Time has passed.
  case clock
}

/// What a finished attempt left.
package enum Inspection: Hashable, Sendable {
  case accepted(head: Commit?)
  case refused(Failure)
}

package enum MergeOutcome: Hashable, Sendable {
  case built(candidate: Commit)
  /// It conflicts, or something of one side would be lost.
  case refused(Failure)
}

package enum LandingOutcome: Hashable, Sendable {
  case done(commit: Commit)
  /// The branch is not where it was: nothing was changed.
  case moved(head: Commit)
}
