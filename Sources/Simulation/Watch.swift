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
  private var steps: [StepID: RunStep]
  private let globs: [StepID: [Glob]]
  private var settings: RunSettings
  /// Attempts between their beginning and their end, by events.
  private var open: [StepID: Opened] = [:]
  /// Steps whose needs may go on.
  private var satisfied: Set<StepID> = []
  private var completed: Set<StepID> = []
  private var removed: Set<StepID> = []
  private var numbers: [StepID: Int] = [:]
  private var failures: [StepID: Int] = [:]
  private var allowance: [StepID: Int] = [:]
  private var launches: [Instant] = []
  private var limitedUntil: [String: Instant] = [:]
  private var barred: [Int: String] = [:]
  private var runBlockers: Set<Int> = []
  /// Some step works in a worktree, or did before the plan was changed.
  private var needsBranch: Bool
  private var isPaused = false
  private var isCancelling = false
  private var isEnded = false
  private var spent = Spent()
  private var spentOn: [StepID: Spent] = [:]
  /// Gates of merged trees that have passed, by merge.
  private var passed: [Int: Int] = [:]
  private var landings: [StepID: Int] = [:]
  private var now = Instant(milliseconds: 0)

  private struct Spent: Sendable {
    var cost = Money.zero
    var tokens = 0

    /// Whether a ceiling leaves nothing.
    func reaches(_ cost: Money?, _ tokens: Int?) -> Bool {
      (cost.map { self.cost >= $0 } ?? false) || (tokens.map { self.tokens >= $0 } ?? false)
    }
  }

  private struct Opened: Sendable {
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
    case .landed(let step, _, _, _):
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

  // MARK: Beginning

  private mutating func begin(
    _ id: StepID, _ number: Int, _ seat: Seat?, _ ports: Int?, _ leases: [Quota]
  ) throws(Violation) {
    guard open[id] == nil else {
      throw Violation(promise: "no two live attempts of one step", detail: "\(id) #\(number)")
    }
    guard let step = steps[id], !removed.contains(id) else {
      throw Violation(promise: "only steps of the plan run", detail: "\(id)")
    }
    guard !completed.contains(id) else {
      throw Violation(promise: "no finished work is done again", detail: "\(id) #\(number)")
    }
    guard number > numbers[id, default: 0] else {
      throw Violation(promise: "no attempt is begun twice", detail: "\(id) #\(number)")
    }
    numbers[id] = number
    guard !isPaused, !isCancelling, !isEnded, runBlockers.isEmpty else {
      throw Violation(promise: "a run that is stopped starts nothing", detail: "\(id)")
    }
    for need in needs(of: step) where !satisfied.contains(need) {
      throw Violation(promise: "no step before what it needs", detail: "\(id) before \(need)")
    }
    let opened = Opened(number: number, seat: seat, leases: leases, ports: ports)
    open[id] = opened
    guard step.kind != .approval else { return }
    try weighSlots(id)
    try weighFiles(id)
    try weighLeases(step, opened)
    guard let seat else { return }
    try weighSeat(seat, of: id)
    if let spent = spentOn[id], spent.reaches(step.terms.cost, step.terms.tokens) {
      throw Violation(
        promise: "no ceiling is exceeded", detail: "\(id) with nothing left of its own")
    }
  }

  private func needs(of step: RunStep) -> [StepID] {
    var needs = step.needs
    if let group = step.group { needs += steps[group]?.needs ?? [] }
    return needs.filter { !removed.contains($0) }
  }

  private func weighSlots(_ id: StepID) throws(Violation) {
    let slots = open.values.count { $0.isProcess || $0.reviewer != nil }
    guard slots <= settings.agents else {
      throw Violation(
        promise: "no limit is exceeded", detail: "\(id) is number \(slots) of \(settings.agents)")
    }
  }

  private func weighFiles(_ id: StepID) throws(Violation) {
    guard let own = globs[id] else { return }
    for other in open.keys where other != id {
      for theirs in globs[other] ?? [] {
        for mine in own where mine.commonPath(with: theirs) != nil {
          throw Violation(
            promise: "no two steps write the same files",
            detail: "\(id) (\(mine.text)) beside \(other) (\(theirs.text))")
        }
      }
    }
  }

  private func weighLeases(_ step: RunStep, _ opened: Opened) throws(Violation) {
    for request in step.terms.resources {
      let pool = Pool.resource(request.name)
      let capacity = settings.quota(pool) ?? 1
      let held = open.values.reduce(0) { sum, other in
        sum + other.leases.filter { $0.name == pool }.reduce(0) { $0 + $1.count }
      }
      guard opened.leases.contains(where: { $0.name == pool }), held <= max(1, capacity) else {
        throw Violation(
          promise: "no limit is exceeded", detail: "\(step.id): \(held) of \(capacity) \(pool)")
      }
    }
    if let lane = step.terms.lane {
      let others = open.keys.filter { $0 != step.id && steps[$0]?.terms.lane == lane }
      guard others.isEmpty else {
        throw Violation(promise: "a lane is used by one", detail: "\(step.id) beside \(others)")
      }
    }
    if let ports = opened.ports {
      guard !open.contains(where: { $0.key != step.id && $0.value.ports == ports }) else {
        throw Violation(promise: "a range of ports is used by one", detail: "\(step.id) \(ports)")
      }
    }
  }

  private mutating func weighSeat(_ seat: Seat, of id: StepID) throws(Violation) {
    let used = open.values.flatMap { one in
      (one.isProcess ? [one.seat] : []) + [one.reviewer]
    }.compactMap(\.self)
    func weigh(_ pool: String, _ count: Int) throws(Violation) {
      guard let capacity = settings.quota(pool), count > capacity else { return }
      throw Violation(
        promise: "no limit is exceeded", detail: "\(id) is number \(count) of \(capacity) \(pool)")
    }
    if let agent = seat.agent {
      try weigh(Pool.agent(agent), used.count { $0.agent == agent })
    }
    if let model = seat.model {
      try weigh(Pool.model(model), used.count { $0.model == model })
    }
    try weigh(Pool.account(seat.account), used.count { $0.account == seat.account })
    if let until = limitedUntil[seat.account], until > now {
      throw Violation(
        promise: "a limit is met once", detail: "\(id) on \(seat.account) before its reset")
    }
    let closed = [
      Pool.account(seat.account), Pool.harness(seat.harness), seat.agent.map(Pool.agent) ?? "",
    ]
    if let name = barred.values.first(where: closed.contains) {
      throw Violation(promise: "what is blocked is not used", detail: "\(id) on \(name)")
    }
    if spent.reaches(settings.cost, settings.tokens) {
      throw Violation(promise: "no ceiling is exceeded", detail: "\(id) with nothing left")
    }
    if let last = launches.last, now - last < settings.spacing {
      throw Violation(promise: "launches keep their distance", detail: "\(id)")
    }
    if let calls = settings.callsPerHour {
      let recent = launches.suffix(calls).filter { now - $0 < .hours(1) }
      guard recent.count < calls else {
        throw Violation(promise: "no limit is exceeded", detail: "\(id): calls of an hour")
      }
    }
    launches.append(now)
  }

  private mutating func begin(
    _ check: Check, of step: StepID, _ seat: Seat?
  ) throws(Violation) {
    guard open[step] != nil, open[step]?.check == nil else {
      throw Violation(promise: "a gate is tried once at a time", detail: "\(step)")
    }
    open[step]?.check = check
    open[step]?.reviewer = seat
    if let seat {
      try weighSlots(step)
      try weighSeat(seat, of: step)
    } else {
      let builds = open.values.count { $0.check != nil && $0.reviewer == nil }
      guard builds <= settings.builds else {
        throw Violation(
          promise: "no limit is exceeded", detail: "\(builds) builds of \(settings.builds)")
      }
    }
  }

  // MARK: Ending

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

  // MARK: Processes

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

  // MARK: Idleness

  /// Whether a slot is idle though a step could have it, by a plain look at everything.
  package func weighIdleness(of state: RunState) throws(Violation) {
    guard state.phase == .running, runBlockers.isEmpty, state.reservation == nil else { return }
    let slots = open.values.count { $0.isProcess || $0.reviewer != nil }
    guard slots < settings.agents else { return }
    for index in 0..<state.count where state.phase(index).isReady {
      let step = state.id(index)
      guard let spec = steps[step] else { continue }
      if spec.kind == .group || spec.kind == .approval {
        throw Violation(promise: "nothing idles", detail: "\(step) is ready")
      }
      if couldRun(spec, state.seats(index), state) {
        throw Violation(
          promise: "nothing idles", detail: "\(step) could run, \(slots) slots are taken")
      }
    }
  }

  private func couldRun(_ step: RunStep, _ seats: [Seat], _ state: RunState) -> Bool {
    if state.head == nil, needsBranch { return false }
    for other in open.keys {
      if let lane = step.terms.lane, steps[other]?.terms.lane == lane { return false }
      for theirs in globs[other] ?? [] {
        for mine in globs[step.id] ?? [] where mine.commonPath(with: theirs) != nil {
          return false
        }
      }
    }
    for request in step.terms.resources {
      let pool = Pool.resource(request.name)
      let capacity = settings.quota(pool) ?? 1
      let free = capacity - held(pool) - (state.others[pool] ?? 0)
      if free < request.count ?? max(1, capacity) { return false }
    }
    if step.terms.hasWorkspace {
      for pool in [Pool.ports, Pool.worktrees] {
        if let capacity = settings.quota(pool), held(pool) >= capacity { return false }
      }
    }
    guard !seats.isEmpty else { return true }
    // Budgets depend on what is left of each step's ceiling: where there is one, others judge it.
    if settings.cost != nil || settings.tokens != nil { return false }
    if let last = launches.last, now - last < settings.spacing { return false }
    if let calls = settings.callsPerHour,
      launches.suffix(calls).filter({ now - $0 < .hours(1) }).count >= calls
    {
      return false
    }
    return seats.contains { isFree($0, state) }
  }

  private func held(_ pool: String) -> Int {
    open.values.reduce(0) { sum, one in
      sum + one.leases.filter { $0.name == pool }.reduce(0) { $0 + $1.count }
    }
  }

  private func isFree(_ seat: Seat, _ state: RunState) -> Bool {
    let used = open.values.flatMap { one in
      (one.isProcess ? [one.seat] : []) + [one.reviewer]
    }.compactMap(\.self)
    func isFull(_ pool: String, _ count: Int) -> Bool {
      settings.quota(pool).map { count + (state.others[pool] ?? 0) >= $0 } ?? false
    }
    if let agent = seat.agent, isFull(Pool.agent(agent), used.count { $0.agent == agent }) {
      return false
    }
    if let model = seat.model, isFull(Pool.model(model), used.count { $0.model == model }) {
      return false
    }
    if isFull(Pool.account(seat.account), used.count { $0.account == seat.account }) {
      return false
    }
    if let account = state.accounts[seat.account] {
      if let until = account.limitedUntil, until > now { return false }
      if account.isRecovering, let last = account.lastLaunch, now - last < settings.stagger {
        return false
      }
    }
    let closed = [
      Pool.account(seat.account), Pool.harness(seat.harness), seat.agent.map(Pool.agent) ?? "",
    ]
    return !barred.values.contains(where: closed.contains)
  }
}
