package import Conducting
import Plans

/// A promise that was broken.
package struct Violation: Error, Sendable, CustomStringConvertible {
  package let promise: String
  package let detail: String
  package var description: String { "\(promise): \(detail)" }
}

/// Looks at every event and every process with eyes of its own: it keeps its own books from what it is shown, asks the
/// plan and nobody else what is allowed, and throws what breaks a promise.
package struct Watch: Sendable {
  private let order: RunOrder
  var steps: [StepID: RunStep]
  let globs: [StepID: [Glob]]
  var settings: RunSettings
  /// Attempts between their beginning and their end, by events.
  var open: [StepID: Opened] = [:]
  /// Steps whose needs may go on.
  var satisfied: Set<StepID> = []
  var completed: Set<StepID> = []
  var removed: Set<StepID> = []
  var numbers: [StepID: Int] = [:]
  private var failures: [StepID: Int] = [:]
  private var allowance: [StepID: Int] = [:]
  var launches: [Instant] = []
  var limitedUntil: [String: Instant] = [:]
  var barred: [Int: String] = [:]
  var runBlockers: Set<Int> = []
  /// Some step works in a worktree, or did before the plan was changed.
  var needsBranch: Bool
  var isPaused = false
  var isCancelling = false
  var isEnded = false
  var spent = Spent()
  var spentOn: [StepID: Spent] = [:]
  /// Gates of merged trees that have passed, by merge.
  private var passed: [Int: Int] = [:]
  private var landings: [StepID: Int] = [:]
  var now = Instant(milliseconds: 0)

  struct Spent: Sendable {
    var cost = Money.zero
    var tokens = 0

    /// Whether a ceiling leaves nothing.
    func reaches(_ cost: Money?, _ tokens: Int?) -> Bool {
      (cost.map { self.cost >= $0 } ?? false) || (tokens.map { self.tokens >= $0 } ?? false)
    }
  }

  struct Opened: Sendable {
    var number: Int
    var seat: Seat?
    var leases: [Quota]
    var ports: Int?
    /// Its process may live.
    var isProcess = true
    var check: Check?
    var reviewer: Seat?
  }

  package init(_ order: RunOrder) {
    self.order = order
    settings = order.settings
    needsBranch = order.steps.contains { $0.terms.hasWorkspace }
    steps = Dictionary(uniqueKeysWithValues: order.steps.map { ($0.id, $0) })
    globs = steps.compactMapValues { step in
      step.terms.files.isEmpty ? nil : step.terms.files.compactMap { try? Glob($0) }
    }
    for step in order.steps where step.isDone {
      satisfied.insert(step.id)
      completed.insert(step.id)
    }
  }

  package mutating func see(_ events: [Event]) throws(Violation) {
    for event in events { try see(event) }
  }

  private mutating func see(_ event: Event) throws(Violation) {
    guard event.at >= now else {
      throw Violation(promise: "time does not go back", detail: "\(event)")
    }
    now = event.at
    switch event.fact {
    case .attemptBegan(let step, let number, let seat, let ports, let leases):
      try begin(step, number, seat, ports, leases ?? [])
    case .attemptWithdrawn(let step, _, _): open[step] = nil
    case .attemptFinished(let step, _, _, _, let charged):
      open[step]?.isProcess = false
      open[step]?.leases.removeAll { $0.name == Pool.cost || $0.name == Pool.tokens }
      charge(charged, to: step)
    case .approvalAsked(let step, _, _): open[step]?.isProcess = false
    case .checkBegan(let step, _, let check, let seat): try begin(check, of: step, seat)
    case .checkEnded(let step, _, let check, let verdict):
      open[step]?.check = nil
      open[step]?.reviewer = nil
      if let usage = verdict.usage { charge(usage, to: step) }
      if let merge = check.merge, verdict.result == .passed { passed[merge, default: 0] += 1 }
    case .mergeReset(let step, _, _), .mergeRefused(let step, _, _, _):
      open[step]?.check = nil
      open[step]?.reviewer = nil
    case .landingDecided(let step, _, let merge, _, _):
      guard passed[merge, default: 0] >= order.gates.count else {
        throw Violation(promise: "what is merged has passed its gates", detail: "\(step)")
      }
    case .landed(let step, _, _, _, _):
      landings[step, default: 0] += 1
      guard landings[step] == 1 else {
        throw Violation(promise: "nothing is merged twice", detail: "\(step)")
      }
    case .attemptEnded(let step, let number, let failure, _, let charged, let fate):
      try end(step, number, failure, charged, fate)
    case .stepCompleted(let step): try complete(step)
    case .stepSkipped(let step, let cause): if cause.isSatisfying { satisfied.insert(step) }
    case .stepRevived(let step, _):
      failures[step] = 0
      allowance[step] = nil
    default: try seeRun(event.fact)
    }
  }

  private mutating func seeRun(_ fact: Fact) throws(Violation) {
    switch fact {
    case .runPaused: isPaused = true
    case .runResumed: isPaused = false
    case .runCancelling: isCancelling = true
    case .runReopened: isEnded = false
    case .runEnded(let result):
      isEnded = true
      guard open.isEmpty else {
        throw Violation(promise: "a run ends with nothing alive", detail: "\(open.keys)")
      }
      let left = steps.keys.filter { !satisfied.contains($0) && !removed.contains($0) }
      if result == .completed, !left.isEmpty {
        throw Violation(promise: "done means done", detail: "\(left.sorted())")
      }
    case .accountLimited(let account, let until, _):
      limitedUntil[account] = max(limitedUntil[account] ?? until, until)
    case .accountRecovered(let account): limitedUntil[account] = nil
    case .limitChanged(let limit, _): change(limit)
    case .blockerRaised(let blocker):
      switch blocker.scope {
      case .run: if blocker.kind != .deadlock { runBlockers.insert(blocker.id) }
      case .pool(let name): barred[blocker.id] = name
      case .step: break
      }
    case .blockerResolved(let id, _, _):
      runBlockers.remove(id)
      barred[id] = nil
    case .planAmended(let change, _, _):
      for step in change.added + change.changed {
        steps[step.id] = step
        if step.terms.hasWorkspace { needsBranch = true }
      }
      removed.formUnion(change.removed)
    default: break
    }
  }

  private mutating func change(_ limit: Limit) {
    switch limit {
    case .agents(let count): settings.agents = count
    case .builds(let count): settings.builds = count
    case .quota(let name, let count):
      settings.quotas.removeAll { $0.name == name }
      settings.quotas.append(Quota(name, count))
    case .spacing(let span): settings.spacing = span
    case .callsPerHour(let count): settings.callsPerHour = count
    case .cost(let cost): settings.cost = cost
    case .tokens(let count): settings.tokens = count
    case .step(let step, let cost, let tokens):
      steps[step]?.terms.cost = cost
      steps[step]?.terms.tokens = tokens
    }
  }

  private mutating func charge(_ usage: Usage, to step: StepID) {
    spent.cost = spent.cost + (usage.cost ?? .zero)
    spent.tokens += usage.tokens ?? 0
    spentOn[step, default: Spent()].cost = (spentOn[step]?.cost ?? .zero) + (usage.cost ?? .zero)
    spentOn[step]?.tokens += usage.tokens ?? 0
  }

  private mutating func end(
    _ step: StepID, _ number: Int, _ failure: Failure?, _ charged: Usage, _ fate: Fate
  ) throws(Violation) {
    guard open[step]?.number == number else {
      throw Violation(promise: "only what has begun ends", detail: "\(step) #\(number)")
    }
    open[step] = nil
    charge(charged, to: step)
    switch fate {
    case .completed:
      if steps[step]?.terms.hasWorkspace == true, landings[step] != 1 {
        throw Violation(promise: "done means merged, once", detail: "\(step)")
      }
      try complete(step)
    case .skipped: satisfied.insert(step)
    case .handed: allowance[step, default: 0] += steps[step]?.terms.retries ?? settings.retries
    default: break
    }
    if let failure, !failure.isTransient {
      switch failure.kind {
      case .task, .rejected, .timeout, .stalled, .crash:
        failures[step, default: 0] += 1
        let most =
          (steps[step]?.terms.retries ?? settings.retries) + allowance[step, default: 0] + 2
        guard failures[step, default: 0] <= most else {
          throw Violation(promise: "retries are bounded", detail: "\(step)")
        }
      default: break
      }
    }
  }

  private mutating func complete(_ step: StepID) throws(Violation) {
    guard completed.insert(step).inserted else {
      throw Violation(promise: "a step completes once", detail: "\(step)")
    }
    satisfied.insert(step)
  }

  /// A process of an attempt is about to start.
  package func allowStart(
    _ attempt: AttemptID, besides living: Set<AttemptID>
  ) throws(Violation) {
    if let twin = living.first(where: { $0.step == attempt.step }) {
      throw Violation(
        promise: "no two live attempts of one step", detail: "\(attempt) beside \(twin)")
    }
    guard open[attempt.step]?.number == attempt.number else {
      throw Violation(
        promise: "nothing starts before it is written down", detail: "\(attempt)")
    }
  }

  /// The answer of an account was heard and written down: from now on it is known.
  package mutating func hear(_ account: String, isLimitedUntil until: Instant) {
    limitedUntil[account] = max(limitedUntil[account] ?? until, until)
  }
}
