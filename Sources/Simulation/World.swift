import Conducting
import Plans

/// What is really there: processes, a branch, a disk, other runs. It knows nothing of the conductor's mind; it does what
/// effects ask for, and remembers what it did.
struct World {
  /// The process of an attempt, as long as anyone may ask about it.
  struct Process {
    var began: Instant
    var ends: Instant
    var ending: Ending
    var usage: Usage
    var seat: Seat?
    /// It waits for an answer until it gets this many.
    var wants = 0
    /// What it was last seen to do: whoever takes it up again sees that, too.
    var activity: Activity?
  }

  struct Branch {
    var head: Commit = "base"
    /// What was merged, in order: the commit, and whose it is; nobody's where someone else moved the branch.
    var log: [(commit: Commit, attempt: AttemptID?)] = []
  }

  let scenario: Scenario
  let start: Instant
  var steps: [StepID: RunStep]
  var processes: [AttemptID: Process] = [:]
  /// The attempts whose processes live.
  private(set) var living: Set<AttemptID> = []
  var branch = Branch()
  /// Attempts whose shared leases are taken, with what they took.
  var shares: [AttemptID: [String]] = [:]
  /// What another run holds.
  var others: [String: Int] = [:]
  var accountLimits: [String: Instant] = [:]
  var isDiskFull = false

  init(_ scenario: Scenario, start: Instant) {
    self.scenario = scenario
    self.start = start
    steps = Dictionary(uniqueKeysWithValues: scenario.order.steps.map { ($0.id, $0) })
  }

  func chance(_ name: String) -> Chance { Chance(seed: scenario.seed, name) }

  /// Whether things still go wrong.
  func isWild(_ now: Instant) -> Bool { now - start < scenario.faults.until }

  private func fault(_ permille: Int, _ name: String, _ now: Instant) -> Bool {
    guard permille > 0, isWild(now) else { return false }
    var chance = chance(name)
    return chance.happens(permille)
  }

  /// A short while, for what is not an agent's work.
  private func moment(_ name: String, _ range: ClosedRange<Int> = 5...2000) -> Span {
    if scenario.pace == .exact { return .zero }
    var chance = chance(name)
    return Span(milliseconds: Int64(chance.number(range)))
  }

  // MARK: Preparing

  /// When a workspace is there, and what is then heard.
  mutating func prepare(_ attempt: AttemptID, _ holder: Attempt, _ now: Instant) -> (Span, Input) {
    let name = "\(attempt)"
    let pools = Self.sharedPools(of: holder)
    if let denied = takeShares(attempt, pools) {
      return (moment("deny " + name), .denied(attempt, others: denied))
    }
    if fault(scenario.faults.preparing, "prepare! " + name, now) {
      let failure = Failure(.environment, "no space left on device")
      return (moment("prepare " + name), .ended(attempt, .failed(failure), Usage()))
    }
    return (
      moment("prepare " + name),
      .prepared(attempt, base: steps[attempt.step]?.terms.hasWorkspace == true ? branch.head : nil)
    )
  }

  static func sharedPools(of attempt: Attempt) -> [String] {
    var pools: [String] = []
    for lease in attempt.leases where Pool.isShared(lease.name) {
      pools += Array(repeating: lease.name, count: lease.count)
    }
    if let seat = attempt.seat {
      pools.append(Pool.account(seat.account))
      if let model = seat.model { pools.append(Pool.model(model)) }
    }
    return pools
  }

  /// All or nothing; what others hold is told where something is lacking.
  private mutating func takeShares(_ attempt: AttemptID, _ pools: [String]) -> [Quota]? {
    if shares[attempt] != nil { return nil }
    var denied: [Quota] = []
    for pool in Set(pools).sorted() {
      guard let capacity = capacity(pool), let held = others[pool], held > 0 else { continue }
      let ours = shares.values.reduce(0) { $0 + $1.count { $0 == pool } }
      if ours + held + pools.count(where: { $0 == pool }) > capacity {
        denied.append(Quota(pool, held))
      }
    }
    if denied.isEmpty { shares[attempt] = pools }
    return denied.isEmpty ? nil : denied
  }

  func capacity(_ pool: String) -> Int? {
    scenario.order.settings.quota(pool) ?? (pool.hasPrefix("resource:") ? 1 : nil)
  }

  // MARK: Processes

  /// Starts a process, or finds the one that was started.
  mutating func start(_ attempt: AttemptID, _ seat: Seat?, _ now: Instant) -> Process {
    if let process = processes[attempt] { return process }
    let process = newProcess(attempt, seat, now)
    processes[attempt] = process
    living.insert(attempt)
    return process
  }

  private mutating func newProcess(
    _ attempt: AttemptID, _ seat: Seat?, _ now: Instant
  ) -> Process {
    let faults = scenario.faults
    let name = "\(attempt)"
    var chance = chance("work " + name)
    let estimate = steps[attempt.step]?.estimate ?? scenario.order.settings.usualEstimate
    let permille = scenario.pace == .exact ? 1000 : Int64(chance.number(300...1800))
    let whole = Span(milliseconds: max(1, estimate.milliseconds * permille / 1000))
    let part = Span(milliseconds: whole.milliseconds * Int64(chance.number(10...90)) / 100)
    var usage = Usage(cost: .zero, tokens: 0)
    if seat != nil {
      usage.cost = steps[attempt.step]?.terms.expectedCost ?? Money(microdollars: 250_000)
      usage.tokens = 1000 * chance.number(5...200)
      if fault(faults.unknownCost, "cost! " + name, now) { usage = Usage() }
    }
    func process(_ span: Span, _ ending: Ending) -> Process {
      Process(began: now, ends: now + span, ending: ending, usage: usage, seat: seat)
    }
    func failed(_ kind: Failure.Kind, _ text: String, after: Span) -> Process {
      process(after, .failed(Failure(kind, text, jitter: chance.number(0...250))))
    }
    if let seat, let until = accountLimits[seat.account], until > now {
      return process(.seconds(2), Self.limit(until))
    }
    if let seat, fault(faults.rateLimit, "limit! " + name, now) {
      let until = now + .minutes(Int64(chance.number(2...90)))
      accountLimits[seat.account] = until
      // All of the account meet the limit, each a little later.
      for other in living {
        guard let running = processes[other], running.seat?.account == seat.account else {
          continue
        }
        let soon = now + moment("hit \(other)", 100...20_000)
        if running.ends > soon {
          processes[other]?.ends = soon
          processes[other]?.ending = Self.limit(until)
        }
      }
      return process(.seconds(2), Self.limit(until))
    }
    if seat != nil, fault(faults.network, "network! " + name, now) {
      return chance.happens(500)
        ? failed(.network, "connection reset", after: part)
        : failed(.overload, "the service is overloaded", after: part)
    }
    if seat != nil, fault(faults.authentication, "login! " + name, now) {
      return failed(.authentication, "not logged in", after: .seconds(1))
    }
    if fault(faults.environment, "environment! " + name, now) {
      return failed(.environment, "command not found", after: .seconds(1))
    }
    if fault(faults.task, "task! " + name, now) {
      return failed(.task, "the tests fail", after: whole)
    }
    if fault(faults.crash, "crash! " + name, now) {
      return failed(.crash, "it ended with signal 11", after: part)
    }
    if fault(faults.timeout, "timeout! " + name, now) {
      return failed(.timeout, "it took longer than 30m", after: whole + whole)
    }
    return process(whole, .succeeded(summary: "done"))
  }

  private static func limit(_ until: Instant) -> Ending {
    .failed(Failure(.rateLimit, "usage limit reached", resetAt: until, jitter: 100))
  }

  /// What an attempt is seen to do on the way, and when.
  func sightings(_ attempt: AttemptID, _ process: Process, _ now: Instant) -> [(Instant, Input)] {
    guard process.seat != nil, isWild(process.began) else { return [] }
    let name = "\(attempt)"
    let faults = scenario.faults
    let third = Span(milliseconds: (process.ends - process.began).milliseconds / 3)
    if fault(faults.hang, "hang! " + name, process.began) {
      return [(process.began + third, .observed(attempt, .stalled))]
    }
    if fault(faults.question, "ask! " + name, process.began) {
      return [
        (
          process.began + third,
          .observed(attempt, .waitingForPerson(question: "which of the two?"))
        )
      ]
    }
    if fault(faults.longCommand, "long! " + name, process.began) {
      return [
        (process.began + third, .observed(attempt, .longCommand(command: "make test"))),
        (process.began + third + third, .observed(attempt, .working)),
      ]
    }
    if fault(faults.patientAgent, "patient! " + name, process.began) {
      return [
        (process.began + third, .observed(attempt, .limited(until: process.ends))),
        (process.ends, .observed(attempt, .working)),
      ]
    }
    if fault(faults.overspending, "spend! " + name, process.began) {
      let usage = Usage(cost: Money(microdollars: 900_000_000), tokens: 900_000_000)
      return [(process.began + third, .used(attempt, usage))]
    }
    return []
  }

  /// Ends a process, unless it has ended by itself.
  mutating func stop(_ attempt: AttemptID, _ now: Instant) -> (Ending, Usage) {
    guard let process = processes[attempt] else { return (.stopped, Usage(cost: .zero, tokens: 0)) }
    if living.remove(attempt) == nil || (process.ends <= now && process.wants == 0) {
      return (process.ending, process.usage)
    }
    processes[attempt]?.ending = .stopped
    return (.stopped, process.usage)
  }

  /// The machine starts again: no process is left.
  mutating func reboot() {
    for attempt in living {
      processes[attempt]?.ending = .failed(Failure(.lost, "the machine was started again"))
      processes[attempt]?.usage = Usage()
    }
    living.removeAll()
  }

  mutating func hasEnded(_ attempt: AttemptID) { living.remove(attempt) }

  // MARK: Judging and merging

  func inspect(_ attempt: AttemptID, _ now: Instant) -> (Span, Input) {
    let name = "\(attempt)"
    if fault(scenario.faults.inspection, "inspect! " + name, now) {
      let failure = Failure(.task, "it wrote outside its files")
      return (moment("inspect " + name), .inspected(attempt, .refused(failure)))
    }
    return (moment("inspect " + name), .inspected(attempt, .accepted(head: "head of \(name)")))
  }

  func check(_ attempt: AttemptID, _ check: Check, _ now: Instant) -> (Span, Input) {
    let name = "\(attempt) \(check.merge ?? 0) \(check.gate) \(check.round)"
    let permille = check.merge == nil ? scenario.faults.gate : scenario.faults.mergedGate
    var verdict: Verdict
    if fault(scenario.faults.brokenGate, "broken! " + name, now) {
      verdict = Verdict(.broken, "make: command not found")
    } else if fault(permille, "gate! " + name, now) {
      verdict = Verdict(.failed, "2 of 40 tests failed")
    } else {
      verdict = Verdict(.passed, "40 tests")
    }
    verdict.usage = Usage(cost: Money(microdollars: 80_000), tokens: 4_000)
    return (moment("check " + name, 100...120_000), .checked(attempt, check, verdict))
  }

  func merge(_ attempt: AttemptID, _ number: Int, _ base: Commit, _ now: Instant) -> (Span, Input) {
    let name = "\(attempt) onto \(base)"
    if fault(scenario.faults.conflict, "conflict! " + name, now) {
      let failure = Failure(.conflict, "src/pay.swift changed on both sides")
      return (moment("merge " + name), .merged(attempt, merge: number, .refused(failure)))
    }
    // The same attempt on the same base is the same commit, and on another base another.
    var mark = chance(name)
    let candidate = "\(attempt) \(mark.number(0...65_535))"
    return (moment("merge " + name), .merged(attempt, merge: number, .built(candidate: candidate)))
  }

  /// Moves the branch if it is where it should be: comparing and moving are one.
  mutating func land(_ attempt: AttemptID, from: Commit, to: Commit) -> LandingOutcome {
    if branch.log.contains(where: { $0.commit == to && $0.attempt == attempt }) {
      return .done(commit: to)
    }
    guard branch.head == from else { return .moved(head: branch.head) }
    branch.head = to
    branch.log.append((to, attempt))
    return .done(commit: to)
  }

  /// Someone else commits to the branch.
  mutating func moveBranch(_ name: String, _ now: Instant) {
    guard fault(scenario.faults.movedHead, "moved! " + name, now) else { return }
    branch.head = "strange-\(branch.log.count)"
    branch.log.append((branch.head, nil))
  }
}

extension World {
  /// Nobody waits for an effect any more. A process goes on all the same.
  mutating func abandon(_ effect: Effect, _ now: Instant) {
    // The runner died while it moved the branch: it had, or it had not.
    if case .land(let attempt, _, let from, let to) = effect {
      var chance = chance("torn \(attempt) \(to)")
      if chance.happens(500) { _ = land(attempt, from: from, to: to) }
    }
  }

  /// How long a process takes to end when it is asked to.
  func grace(_ attempt: AttemptID) -> Int64 {
    if scenario.pace == .exact { return 0 }
    var chance = chance("grace \(attempt)")
    return Int64(chance.number(1...10_000))
  }

  /// Shared leases go back with the commit that says so: a seat with the end of the process, the rest with the attempt.
  mutating func release(_ state: RunState) {
    for attempt in shares.keys {
      guard let holder = state.attempt(attempt) else {
        shares[attempt] = nil
        continue
      }
      if holder.occupation != .process {
        shares[attempt]?.removeAll { $0.hasPrefix("account:") || $0.hasPrefix("model:") }
      }
    }
  }
}
