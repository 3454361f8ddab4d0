import Plans

/// Why no more is under way in a run than is.
package enum Lack: Hashable, Sendable {
  /// Nothing more is ready: the plan itself holds it up.
  case readiness
  /// Gates and merges: no step can be worked at before they are through.
  case judging
  /// A person's yes.
  case person
  /// The wait before a step is tried again.
  case retry
  /// So much of a pool, by its name in `Pool`.
  case pool(String)
  /// The least time between two launches.
  case spacing
  case callsPerHour
  /// An account or an agent that may not be used now.
  case account(String)
  /// Files that another step may touch.
  case files
  /// What is kept for a step that has waited long.
  case reserved
}

extension Conductor {
  /// Attempts and reviews whose process takes a slot.
  package var slotsInUse: Int { agenda.pools[agenda.agentPool].used }

  /// What the most urgent step that is ready, and does not start, lacks; what is gone on with where no step is ready.
  ///
  /// Looks at the state only. It is mutating because turns that are out of date are dropped on the way.
  package mutating func lack() -> Lack {
    if let lack = agenda.lackInQueues(state) ?? agenda.lackOfParked(state) { return lack }
    if slotsInUse > 0 { return .readiness }
    if state.active.isEmpty { return state.hasWaiting ? .retry : .readiness }
    let waitsForPeople = state.train.isEmpty && state.active.values.allSatisfy(\.isApproving)
    return waitsForPeople ? .person : .judging
  }
}

extension Agenda {
  /// Steps that stand in a queue lack a slot, the pace, or somebody to do them.
  fileprivate mutating func lackInQueues(_ state: RunState) -> Lack? {
    var best: (staffing: Int, turn: Turn)?
    for staffing in staffings.indices {
      guard let turn = first(of: staffing) else { continue }
      if let best, !(turn < best.turn) { continue }
      best = (staffing, turn)
    }
    guard let best else { return nil }
    if pools[agentPool].free < 1 { return .pool(Pool.agents) }
    let staffing = staffings[best.staffing]
    guard let seat = staffing.seats.first else { return nil }
    if !state.mayCall {
      let isPaced = state.lastLaunch.map { $0 + state.settings.spacing > state.now } ?? false
      return isPaced ? .spacing : .callsPerHour
    }
    let full = staffing.pools.lazy.joined().first { pools[$0].free < 1 }
    return full.map { .pool(pools[$0].name) } ?? .account(seat.account)
  }

  fileprivate func lackOfParked(_ state: RunState) -> Lack? {
    var best: (constraint: Constraint, turn: Turn)?
    for (constraint, queues) in parked {
      for turn in queues.values.lazy.compactMap({ $0.first(where: isValid) }) {
        if let best, !(turn < best.turn) { continue }
        best = (constraint, turn)
      }
    }
    return best.map { best in
      switch best.constraint {
      case .pool(let pool, _): .pool(pools[pool].name)
      case .claim: .files
      case .reserved: .reserved
      }
    }
  }
}

extension Attempt {
  fileprivate var isApproving: Bool { if case .approving = phase { true } else { false } }
}
