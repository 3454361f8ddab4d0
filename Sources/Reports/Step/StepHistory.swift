package import Conducting
package import Plans

/// What has happened to one step: the attempts at it, what judged them, what merged them, what they cost.
///
/// A fold over events, as `RunState` is; but a state forgets what is over.
package struct StepHistory: Sendable {
  package let step: StepID
  package private(set) var attempts: [AttemptHistory] = []
  package private(set) var blockers: [BlockerHistory] = []
  /// What was charged for all attempts and their reviewers.
  package private(set) var spent = Usage(cost: .zero, tokens: 0)
  /// What they told that they used.
  package private(set) var told = ToldUsage()
  /// Why it is not done, in a line, where that is said.
  package private(set) var reason: String?
  /// The numbers of the events that are about it.
  package private(set) var events: [Int] = []

  package init(of step: StepID) { self.step = step }

  /// The commit by which it came to the integration branch.
  package var landed: Commit? { attempts.reversed().lazy.compactMap(\.landed).first }

  /// Whether it is done without a commit, because there was nothing to merge.
  package var changedNothing: Bool { attempts.last?.changedNothing ?? false }

  package func attempt(_ number: Int) -> AttemptHistory? {
    attempts.last { $0.number == number }
  }

  /// Takes an event in; what is not about the step is passed over.
  package mutating func take(_ event: NumberedEvent) {
    switch event.fact {
    case .blockerEscalated(let id): escalate(id, event)
    case .blockerResolved(let id, let how, let person): resolve(id, how, person, event)
    default:
      guard event.fact.subject?.step == step else { return }
      events.append(event.sequence)
      takeOwn(event)
    }
  }

  private mutating func escalate(_ id: Int, _ event: NumberedEvent) {
    guard let place = blockers.firstIndex(where: { $0.blocker.id == id }) else { return }
    blockers[place].blocker.isEscalated = true
    events.append(event.sequence)
  }

  private mutating func resolve(_ id: Int, _ how: String, _ person: String, _ event: NumberedEvent)
  {
    guard let place = blockers.firstIndex(where: { $0.blocker.id == id }) else { return }
    blockers[place].resolved = BlockerHistory.Resolution(at: event.at, how: how, by: person)
    events.append(event.sequence)
  }

  private mutating func takeOwn(_ event: NumberedEvent) {
    switch event.fact {
    case .blockerRaised(let blocker): blockers.append(BlockerHistory(blocker: blocker))
    case .stepFailed(_, let why): reason = why
    case .stepSkipped(_, let cause): reason = cause.words
    case .stepCancelled(_, let person): reason = "cancelled by \(person)"
    case .stepCompleted, .stepRevived: reason = nil
    case .attemptBegan(_, let number, let seat, _, _):
      reason = nil
      attempts.append(AttemptHistory(number: number, began: event.at, seat: seat))
    case .attemptFinished(_, let number, _, let usage, let charged):
      charge(charged)
      if attempt(number)?.seat != nil { told.take(usage) }
    case .checkEnded(_, _, _, let verdict):
      if let usage = verdict.usage {
        charge(usage)
        told.take(verdict.told ?? usage)
      }
    case .attemptEnded(_, let number, let failure, let usage, let charged, let fate):
      charge(charged)
      if let attempt = attempt(number), attempt.seat != nil, attempt.wasPrepared,
        attempt.finished == nil
      {
        told.take(usage)
      }
      reason = Self.reason(failure, fate)
    default: break
    }
    guard let number = event.fact.subject?.attempt,
      let place = attempts.lastIndex(where: { $0.number == number })
    else { return }
    attempts[place].take(event)
  }

  private mutating func charge(_ usage: Usage) {
    spent.cost = (spent.cost ?? .zero) + (usage.cost ?? .zero)
    spent.tokens = (spent.tokens ?? 0) + (usage.tokens ?? 0)
  }

  private static func reason(_ failure: Failure?, _ fate: Fate) -> String? {
    switch fate {
    case .completed: nil
    case .skipped(let person, let why): "skipped by \(person): \(why)"
    case .ready, .waiting, .blocked, .failed, .handed, .replaced, .cancelled: failure?.brief
    }
  }
}

/// A blocker of a step, and how it was resolved.
package struct BlockerHistory: Sendable {
  package struct Resolution: Sendable {
    package let at: Instant
    package let how: String
    package let by: String
  }

  package internal(set) var blocker: Blocker
  package internal(set) var resolved: Resolution?
}

extension SkipCause {
  /// Why, as a person reads it.
  package var words: String {
    switch self {
    case .person(let name, let reason): "skipped by \(name): \(reason)"
    case .need(let step): "it needs `\(step)`, which is not done"
    case .notNeeded: "the step that it stands in for did not need it"
    }
  }
}
