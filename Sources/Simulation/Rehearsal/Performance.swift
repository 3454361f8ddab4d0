package import Conducting
import Plans

/// What one play of an order came to.
package struct Performance: Sendable {
  package enum Ending: Hashable, Sendable {
    case completed
    /// It ended, and some step is not done.
    case failed
    /// It would wait for this, for ever or for a person.
    case blocked([Wait])
  }

  package internal(set) var ending = Ending.completed
  /// From its begin to its end, or to where nothing went on.
  package internal(set) var length = Span.zero
  /// What steps did, in the order in which it ended. Empty where it was played for its length alone, as all below.
  package internal(set) var bars: [Bar] = []
  /// The steps that determined the end, each of which waited for the one before: for its work, or for what it held.
  package internal(set) var path: [Int] = []
  /// The sum over all slots of the time in which they were taken.
  package internal(set) var slotTime = Span.zero
  /// For how long what held the run up.
  package internal(set) var lacks: [Lack: Span] = [:]
  package internal(set) var failedAttempts = 0
  package internal(set) var spent = Usage(cost: .zero, tokens: 0)
}

/// What an attempt at a step did for a while. Times count from the begin of the run.
package struct Bar: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// It could start but for something that it lacked.
    case ready
    /// Its agent or command was at work.
    case working
    /// The work was inspected, or a gate tried it, or it waited for a gate's place.
    case verifying
    case approving
    /// It waited for others to be merged.
    case queued
    case merging
  }

  /// Where the step stands in the order.
  package var step: Int
  package var attempt: Int
  package var kind: Kind
  package var from: Span
  package var to: Span
  /// It was the last of an attempt that failed.
  package var hasFailed = false
}
