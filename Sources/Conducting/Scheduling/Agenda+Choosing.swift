import Plans

/// What goes next.
enum Choice: Sendable {
  case launch(Int, seat: Seat?, leases: [Quota])
  case review(Int, seat: Seat)
}

extension Agenda {
  /// The most urgent thing that may be begun now and takes a slot, or nothing.
  mutating func choose(_ state: RunState) -> Choice? {
    guard pools[agentPool].free >= 1 else { return nil }
    let mayCall = state.mayCall
    if state.mayLaunch, let reserved = state.reservation,
      let choice = chooseReserved(reserved, mayCall, state)
    {
      return choice
    }
    while let (staffing, turn, seat) = best(mayCall, state) {
      let index = turn.urgency.node
      if turn.isReview, let seat { return .review(index, seat: staffings[staffing].seats[seat]) }
      let demands = demands(index, state)
      if let lack = lack(index, demands, isFirst: false, state) {
        park(turn, at: lack, staffing: staffing, state)
        continue
      }
      return .launch(
        index, seat: seat.map { staffings[staffing].seats[$0] }, leases: leases(demands))
    }
    return nil
  }

  private func leases(_ demands: [(pool: Int, amount: Int)]) -> [Quota] {
    demands.map { Quota(pools[$0.pool].name, $0.amount) }
  }

  private mutating func chooseReserved(
    _ index: Int, _ mayCall: Bool, _ state: RunState
  ) -> Choice? {
    guard state.standings[index].phase.isReady else { return nil }
    let seats = state.seats(index)
    var seat: Seat?
    if !seats.isEmpty {
      guard mayCall, let free = freeSeat(staffing(of: seats), state) else { return nil }
      seat = seats[free]
    }
    let demands = demands(index, state)
    guard lack(index, demands, isFirst: true, state) == nil else { return nil }
    return .launch(index, seat: seat, leases: leases(demands))
  }

  /// Of the staffings that have someone free, the one with the most urgent turn. There are as many as there are ways to
  /// staff a step, which is few however many steps there are.
  private mutating func best(
    _ mayCall: Bool, _ state: RunState
  ) -> (staffing: Int, turn: Turn, seat: Int?)? {
    var best: (staffing: Int, turn: Turn, seat: Int?)?
    for staffing in staffings.indices {
      let isAgent = !staffings[staffing].seats.isEmpty
      if isAgent, !mayCall { continue }
      guard let turn = first(of: staffing), turn.isReview ? mayReview(state) : state.mayLaunch
      else {
        continue
      }
      if let best, !(turn < best.turn) { continue }
      if isAgent {
        guard let seat = freeSeat(staffing, state) else { continue }
        best = (staffing, turn, seat)
      } else {
        best = (staffing, turn, nil)
      }
    }
    return best
  }

  /// Whether work that is done may be reviewed: what was begun is finished, unless all was to stop at once or nothing is
  /// left to spend.
  private func mayReview(_ state: RunState) -> Bool {
    state.phase != .paused(now: true) && pools[costPool].free >= 1 && pools[tokenPool].free >= 1
  }

  /// The first seat of a staffing that could be taken.
  func freeSeat(_ staffing: Int, _ state: RunState) -> Int? {
    staffings[staffing].seats.indices.first { seat in
      staffings[staffing].pools[seat].allSatisfy { pools[$0].free >= 1 }
        && state.mayCall(on: staffings[staffing].seats[seat])
    }
  }

  /// The first thing that a step lacks, or nothing.
  func lack(
    _ index: Int, _ demands: [(pool: Int, amount: Int)], isFirst: Bool, _ state: RunState
  ) -> Constraint? {
    for (pool, amount) in demands where pools[pool].free < amount {
      return .pool(pool, amount: amount)
    }
    let own = wants[Int(state.steps[index].terms)].claims
    for claim in own where rivalsHeld[claim] > 0 { return .claim(claim) }
    if !isFirst, let reserved = state.reservation, reserved != index,
      takesWhatIsKept(demands, own, for: reserved, state)
    {
      return .reserved
    }
    return nil
  }

  /// Whether something of this is what the step that goes first lacks.
  private func takesWhatIsKept(
    _ demands: [(pool: Int, amount: Int)], _ own: [Int], for reserved: Int, _ state: RunState
  ) -> Bool {
    for (pool, amount) in self.demands(reserved, state) where pools[pool].free < amount {
      if demands.contains(where: { $0.pool == pool }) { return true }
    }
    for claim in wants[Int(state.steps[reserved].terms)].claims where rivalsHeld[claim] > 0 {
      if own.contains(where: { claims.rivals[claim].contains($0) }) { return true }
    }
    return false
  }

  /// Whether what a step lacks will be given back by attempts of this run.
  func isDrainable(_ index: Int, _ state: RunState) -> Bool {
    let demands = demands(index, state)
    switch lack(index, demands, isFirst: true, state) {
    case .pool(let pool, let amount):
      return pools[pool].used > 0 && amount <= (pools[pool].capacity ?? .max) - pools[pool].others
    case .claim: return true
    case .reserved, nil: return false
    }
  }
}

extension RunState {
  /// Whether anything new may be begun at all.
  var mayLaunch: Bool { phase == .running && !isStopped && (head != nil || !needsBranch) }

  /// Whether an agent may be launched as far as the pace of all launches goes.
  var mayCall: Bool {
    if let last = lastLaunch, last + settings.spacing > now { return false }
    guard let calls = settings.callsPerHour else { return true }
    return launches.count < calls || launches[launches.count - calls] + .hours(1) <= now
  }

  /// Whether an account, a harness and an agent are fit to be used.
  func mayCall(on seat: Seat) -> Bool {
    if let account = accounts[seat.account] {
      if let until = account.limitedUntil, until > now { return false }
      if account.isRecovering, let last = account.lastLaunch, last + settings.stagger > now {
        return false
      }
    }
    guard !blockers.isEmpty else { return true }
    return !isBarred(Pool.account(seat.account)) && !seat.breakers.contains(where: isBarred)
  }
}
