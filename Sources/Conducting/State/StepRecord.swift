package import Plans

/// What a run was told of a step, its terms as a number: a plan may have a million.
struct StepRecord: Equatable, Sendable {
  var id: StepID
  var kind: RunStep.Kind
  var priority: Priority
  var group: StepID?
  /// Where its terms stand in `RunState.terms`.
  var terms: Int32
  /// In milliseconds; -1 where it has none.
  var estimate: Int64
  var needs: [StepID]
}

/// Where a step stands.
package enum StepPhase: Hashable, Sendable {
  /// Something that it needs is not satisfied.
  case pending
  /// It runs only if the step that it stands in for fails.
  case standby
  /// It may start as soon as nothing that it takes is lacking.
  case ready(since: Instant)
  /// It starts again then.
  case waiting(until: Instant)
  /// An attempt lives.
  case active
  case blocked(blocker: Int)
  /// It has failed, and another stands in for it.
  case replaced(by: StepID)
  case completed
  case failed
  case skipped(SkipCause)
  case cancelled
  /// Taken out of the plan.
  case removed

  /// Whether what needs it may go on.
  package var isSatisfying: Bool {
    switch self {
    case .completed: true
    case .skipped(let cause): cause.isSatisfying
    default: false
    }
  }

  /// Whether what needs it waits in vain.
  package var isHopeless: Bool {
    switch self {
    case .failed, .cancelled: true
    case .skipped(let cause): !cause.isSatisfying
    default: false
    }
  }

  /// Whether nothing more happens to it by itself.
  package var isEnd: Bool {
    switch self {
    case .completed, .failed, .skipped, .cancelled, .removed: true
    default: false
    }
  }

  package var isReady: Bool { if case .ready = self { true } else { false } }

  var tally: Int {
    switch self {
    case .pending: 0
    case .standby: 1
    case .ready: 2
    case .waiting: 3
    case .active: 4
    case .blocked: 5
    case .replaced: 6
    case .completed: 7
    case .failed: 8
    case .skipped: 9
    case .cancelled: 10
    case .removed: 11
    }
  }
}

/// What has happened to a step so far.
struct StepStanding: Equatable, Sendable {
  var phase = StepPhase.pending
  /// How many of its needs are not satisfied.
  var open: Int32 = 0
  /// Attempts begun, those withdrawn among them, so that no number is used twice.
  var attempts: Int32 = 0
  /// When the first attempt began and when the step ended; zero where that has not happened.
  var began = Instant(milliseconds: 0)
  var ended = Instant(milliseconds: 0)
}

/// What few steps have to remember between attempts.
package struct StepNote: Hashable, Sendable, Codable {
  /// Failures that count against its retries.
  package var failures = 0
  package var losses = 0
  package var conflicts = 0
  /// Limits, overloads and lost networks since a process of it finished well.
  package var transients = 0
  /// For how long they have kept it from being tried again, in all.
  package var transientWait = Span.zero
  /// The wait that has not been counted yet.
  var limitWait: TransientWait?
  /// What attempts before have been charged for.
  package var spent = Usage(cost: .zero, tokens: 0)
  /// What was last found wrong with its work.
  var finding: String?
  /// How the last attempt ended, where it left no work to judge: what was found before still holds.
  var mishap: String?
  /// What the next attempt is told.
  package var feedback: String? {
    let parts = [mishap, finding].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
  }
  /// Who takes it instead of those whom its terms name.
  package var seats: [Seat]?
  package var hasUsedFallback = false
  /// The step that it stands in for.
  package var standsInFor: StepID?

  package init() {}
}

/// A gate that did not pass at its first trial, and passed at a later one.
package struct FlakyGate: Hashable, Sendable, Codable {
  package var step: StepID
  /// The trial that passed.
  package var check: Check
}

/// A wait for the end of a limit.
struct TransientWait: Hashable, Sendable, Codable {
  var since: Instant
  var until: Instant

  /// How much of it had passed at a time.
  func passed(by now: Instant) -> Span { max(.zero, min(now, until) - since) }
}

/// An attempt that lives.
package struct Attempt: Hashable, Sendable, Codable {
  package enum Phase: Hashable, Sendable, Codable {
    case preparing
    /// Its process may have been started, or not yet.
    case launching
    case running
    case stopping(StopReason, from: Occupation)
    /// Its result is read, leftovers committed, files and artifacts looked at.
    case inspecting
    case checking(Checking)
    /// Waits for a person; nothing where the step itself is the approval.
    case approving(gate: Int?)
    case queued
    case merging(Merge)
  }

  package var number: Int
  package var began: Instant
  package var seat: Seat?
  /// Which range of ports is its own.
  package var ports: Int?
  /// What it took when it began, by the names of pools, and gives back when it ends.
  package var leases: [Quota]
  package var base: Commit?
  package var head: Commit?
  package var usage = Usage()
  var isCharged = false
  package var activity = Activity.working
  /// Since when its activity, or its phase, is what it is.
  package var since: Instant
  package var isOverdue = false
  /// Answers of people to its questions, in order.
  package var answers: [String] = []
  package var phase = Phase.preparing

  init(number: Int, began: Instant, seat: Seat?, ports: Int?, leases: [Quota]) {
    self.number = number
    self.began = began
    self.seat = seat
    self.ports = ports
    self.leases = leases
    since = began
  }
}

/// What of the machine an attempt takes up.
package enum Occupation: Hashable, Sendable, Codable {
  /// A slot, and its seat where it has one.
  case process
  case build
  /// A slot, and the reviewer's seat.
  case review(Seat)
  case nothing
}

/// A gate that is due, or being tried.
package struct Checking: Hashable, Sendable, Codable {
  package var check: Check
  /// It waits for a build slot, or a reviewer's seat, until it runs.
  package var isRunning: Bool
  package var seat: Seat?
}

/// How far a merge has come.
package struct Merge: Hashable, Sendable, Codable {
  package enum Stage: Hashable, Sendable, Codable {
    case building
    case testing(candidate: Commit, Checking)
    case tested(candidate: Commit)
    /// It cannot be merged into what it was built on.
    case refused(Failure)
    /// The branch is being moved: there is no way back.
    case landing(to: Commit)
    /// The branch has moved.
    case landed(commit: Commit)
  }

  /// Counts over the run, so that what was said of another merge is not taken for this one.
  package var number: Int
  package var base: Commit
  package var stage = Stage.building

  package var candidate: Commit? {
    switch stage {
    case .testing(let candidate, _), .tested(let candidate), .landing(let candidate): candidate
    case .landed(let commit): commit
    case .building, .refused: nil
    }
  }
}

/// How a pool of credentials stands.
package struct AccountState: Hashable, Sendable, Codable {
  package var limitedUntil: Instant?
  /// Limits met in a row without a success between.
  package var strikes = 0
  package var lastLaunch: Instant?

  package init() {}

  /// Launches are spread until one has succeeded again.
  package var isRecovering: Bool { strikes > 0 }
}
