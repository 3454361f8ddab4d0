package import Conducting
import Plans

extension Watch {
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

  func held(_ pool: String) -> Int {
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
