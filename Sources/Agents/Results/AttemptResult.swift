package import Plans

/// How the program of an attempt ended, as whoever ran it saw it.
package enum ProcessEnding: Sendable, Hashable {
  case exited(Int32)
  case signalled(Int32)
  /// It could not be started at all.
  case notStarted(String)
  /// It was ended from here, for a reason.
  case stopped(StopReason)

  package enum StopReason: String, Sendable, Hashable, CaseIterable {
    case timeout
    case silence
    case output
    /// The system ended it because it took more memory than it may.
    case memory
    /// A person or the run wanted it so.
    case cancelled
    /// Whoever watched it is gone, and so is it.
    case lost
  }
}

/// What came of an attempt, in the same terms for every program.
package struct AttemptResult: Sendable, Equatable {
  /// What went wrong.
  package struct Failure: Sendable, Equatable {
    package var kind: FailureKind
    /// What the program, or the system, said: shown to the person and fed back to the next attempt.
    package var words: String
    /// For a limit: when it ends, where that was said.
    package var reset: ResetTime?

    package init(_ kind: FailureKind, _ words: String, reset: ResetTime? = nil) {
      self.kind = kind
      self.words = words
      self.reset = reset
    }
  }

  /// Nothing where the attempt succeeded.
  package var failure: Failure?
  /// The agent's last words. A summary, never evidence.
  package var summary: String?
  /// An answer in the shape that was asked for, as JSON text.
  package var answer: String?
  /// The session by which the next attempt can go on from here.
  package var session: String?
  package var turns: Int?
  /// Tokens and dollars of this attempt alone; nothing where they are not known, which is not zero.
  package var usage: Usage?
  package var cost: Money?
  /// Counts of the whole session, to be handed to the attempt that resumes it.
  package var totals: SessionTotals?
  package var tools: [String] = []
  /// What the agent wanted of a person and did not get.
  package var questions: [Question] = []

  package init(failure: Failure? = nil) { self.failure = failure }

  package var hasSucceeded: Bool { failure == nil }
}
