package import Conducting
import Plans

/// What has happened in one attempt.
package struct AttemptHistory: Sendable {
  /// One trial of one gate.
  package struct Trial: Sendable {
    package let check: Check
    package let seat: Seat?
    package let began: Instant?
    package internal(set) var ended: Instant?
    package internal(set) var verdict: Verdict?
  }

  /// A person's yes.
  package struct Approval: Sendable {
    /// Which gate asked; nothing where the step itself is the approval.
    package let gate: Int?
    package let asked: Instant
    package internal(set) var given: Instant?
    package internal(set) var by: String?
  }

  /// One merge of its work.
  package struct Merging: Sendable {
    package let number: Int
    /// What it was built on.
    package let base: Commit
    package let began: Instant
    package internal(set) var candidate: Commit?
    /// Lines that one of its sides had added and that it lacks.
    package internal(set) var dropped: [MissingLines] = []
    package internal(set) var refusal: Failure?
    package internal(set) var wasReset = false
    /// Where the branch is since it landed.
    package internal(set) var landed: Commit?

    /// Whether it landed and changed nothing: the branch is where others have left it.
    package var wasEmpty: Bool { landed == base }
  }

  package struct End: Sendable {
    package let at: Instant
    package let failure: Failure?
    package let fate: Fate
  }

  package let number: Int
  package let began: Instant
  package let seat: Seat?
  package private(set) var base: Commit?
  /// Whether what it needs to be started was made ready.
  package private(set) var wasPrepared = false
  package private(set) var launched: Instant?
  package private(set) var process: String?
  /// When its process ended well, and what the agent said last.
  package private(set) var finished: Instant?
  package private(set) var summary: String?
  /// What it used by its own account; what is not known is nothing.
  package private(set) var usage: Usage?
  /// The commit that holds its work.
  package private(set) var head: Commit?
  /// Lines that it lost where it resolved a conflict.
  private var resolvedAway: [MissingLines] = []
  package private(set) var trials: [Trial] = []
  package private(set) var approvals: [Approval] = []
  package private(set) var merges: [Merging] = []
  package private(set) var answers: [String] = []
  package private(set) var isOverdue = false
  package private(set) var stop: StopReason?
  /// It had done nothing when another run was found to hold what it needs.
  package private(set) var wasWithdrawn = false
  package private(set) var ended: End?

  init(number: Int, began: Instant, seat: Seat?) {
    self.number = number
    self.began = began
    self.seat = seat
  }

  package var isOver: Bool { ended != nil || wasWithdrawn }
  /// The commit that is its own on the branch.
  package var landed: Commit? { changedNothing ? nil : merges.last?.landed }
  /// Whether it landed without a commit, because there was nothing to merge.
  package var changedNothing: Bool { merges.last?.wasEmpty ?? false }
  /// Lines of either side that its work, or the merge of it, lacks.
  package var dropped: [MissingLines] { resolvedAway + (merges.last?.dropped ?? []) }

  mutating func take(_ event: NumberedEvent) {
    let at = event.at
    switch event.fact {
    case .attemptPrepared(_, _, let base):
      self.base = base
      wasPrepared = true
    case .attemptWithdrawn: wasWithdrawn = true
    case .attemptLaunched(_, _, let process):
      launched = at
      self.process = process
    case .attemptAnswered(_, _, let text, _): answers.append(text)
    case .attemptOverdue: isOverdue = true
    case .attemptStopping(_, _, let reason): stop = reason
    case .attemptFinished(_, _, let summary, let usage, _):
      finished = at
      self.summary = summary
      self.usage = usage
    case .attemptInspected(_, _, let head, let dropped):
      self.head = head
      resolvedAway = dropped ?? []
    case .checkBegan(_, _, let check, let seat):
      trials.append(Trial(check: check, seat: seat, began: at))
    case .checkEnded(_, _, let check, let verdict): conclude(check, verdict, at)
    case .approvalAsked(_, _, let gate): approvals.append(Approval(gate: gate, asked: at))
    case .approvalGiven(_, _, let gate, let person):
      guard let place = approvals.lastIndex(where: { $0.gate == gate }) else { return }
      approvals[place].given = at
      approvals[place].by = person
    case .attemptEnded(_, _, let failure, let usage, _, let fate):
      if self.usage == nil, seat == nil || wasPrepared { self.usage = usage }
      ended = End(at: at, failure: failure, fate: fate)
    default: takeMerge(event)
    }
  }

  /// A gate of the merged tree that a person judged never began.
  private mutating func conclude(_ check: Check, _ verdict: Verdict, _ at: Instant) {
    let place = trials.lastIndex { $0.check == check && $0.verdict == nil }
    if let place {
      trials[place].ended = at
      trials[place].verdict = verdict
    } else {
      trials.append(Trial(check: check, seat: nil, began: nil, ended: at, verdict: verdict))
    }
  }

  private mutating func takeMerge(_ event: NumberedEvent) {
    switch event.fact {
    case .mergeBegan(_, _, let number, let base):
      merges.append(Merging(number: number, base: base, began: event.at))
    case .mergeBuilt(_, _, let number, let candidate, let dropped):
      change(number) { merge in
        merge.candidate = candidate
        merge.dropped = dropped ?? []
      }
    case .mergeRefused(_, _, let number, let failure):
      change(number) { $0.refusal = failure }
    case .mergeReset(_, _, let number): change(number) { $0.wasReset = true }
    case .landed(_, _, let number, let commit, _): change(number) { $0.landed = commit }
    default: break
    }
  }

  private mutating func change(_ number: Int, _ body: (inout Merging) -> Void) {
    guard let place = merges.lastIndex(where: { $0.number == number }) else { return }
    body(&merges[place])
  }
}
