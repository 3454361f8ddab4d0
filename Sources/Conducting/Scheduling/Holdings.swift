import Plans

/// How much there is of something scarce, and how much of it is taken.
struct PoolLevel: Sendable {
  let name: String
  /// Nothing where there is no limit.
  var capacity: Int?
  /// What attempts of this run hold.
  var used = 0
  /// What other runs hold.
  var others = 0

  init(name: String) { self.name = name }

  var free: Int { capacity.map { $0 - used - others } ?? .max }

  /// Reads its limit from a state.
  mutating func level(_ state: RunState) {
    others = state.others[name] ?? 0
    let settings = state.settings
    capacity =
      switch name {
      case Pool.agents: settings.agents
      case Pool.builds: settings.builds
      case Pool.cost:
        settings.cost.map { Int($0.microdollars - (state.spent.cost ?? .zero).microdollars) }
      case Pool.tokens: settings.tokens.map { $0 - (state.spent.tokens ?? 0) }
      default: settings.quota(name) ?? Self.usual(name)
      }
  }

  /// A lane is one workspace, a resource is one unless more are declared; all else has no limit of its own.
  private static func usual(_ name: String) -> Int? {
    name.hasPrefix("lane:") || name.hasPrefix("resource:") ? 1 : nil
  }
}

/// What an attempt takes from its beginning to its end, all of it together or nothing.
struct Wants: Sendable {
  /// By number of the pool.
  var pools: [(pool: Int, amount: Int)] = []
  /// Resources that are wanted whole, however much there is of them.
  var whole: [Int] = []
  var claims: [Int] = []
}

/// What an attempt holds at a moment.
struct Holding: Equatable, Sendable {
  var pools: [(pool: Int, amount: Int)] = []
  var claims: [Int] = []

  static func == (one: Holding, other: Holding) -> Bool {
    one.claims == other.claims && one.pools.elementsEqual(other.pools, by: ==)
  }
}

extension Agenda {
  mutating func wants(of terms: Terms, _ settings: RunSettings, _ claims: [Int]) -> Wants {
    var wants = Wants()
    wants.claims = claims
    if let lane = terms.lane { wants.pools.append((number(of: Pool.lane(lane)), 1)) }
    for resource in terms.resources {
      let pool = number(of: Pool.resource(resource.name))
      if let count = resource.count {
        wants.pools.append((pool, count))
      } else {
        wants.whole.append(pool)
      }
    }
    if terms.hasWorkspace {
      if settings.quota(Pool.worktrees) != nil {
        wants.pools.append((number(of: Pool.worktrees), 1))
      }
      if settings.quota(Pool.ports) != nil {
        wants.pools.append((number(of: Pool.ports), 1))
      }
    }
    return wants
  }

  /// All that a step takes while an attempt lasts, by now: what is wanted whole is as much as there is.
  func demands(_ index: Int, _ state: RunState) -> [(pool: Int, amount: Int)] {
    let wants = wants[Int(state.steps[index].terms)]
    var demands = wants.pools
    for pool in wants.whole { demands.append((pool, max(1, pools[pool].capacity ?? 1))) }
    guard !state.seats(index).isEmpty else { return demands }
    let terms = state.terms(index)
    let spent = state.notes[index]?.spent ?? Usage(cost: .zero, tokens: 0)
    if state.settings.cost != nil {
      let left = terms.cost.map { ($0 - (spent.cost ?? .zero)).microdollars }
      demands.append((costPool, max(1, Int(left ?? terms.expectedCost?.microdollars ?? 1))))
    }
    if state.settings.tokens != nil {
      demands.append((tokenPool, max(1, terms.tokens.map { $0 - (spent.tokens ?? 0) } ?? 1)))
    }
    return demands
  }

  var agentPool: Int { 0 }
  var buildPool: Int { 1 }
  var costPool: Int { 2 }
  var tokenPool: Int { 3 }

  /// What an attempt holds, from what it does.
  mutating func holding(_ index: Int, _ attempt: Attempt, _ state: RunState) -> Holding {
    var holding = Holding()
    guard state.steps[index].kind != .approval else { return holding }
    holding.claims = wants[Int(state.steps[index].terms)].claims
    for lease in attempt.leases { holding.pools.append((number(of: lease.name), lease.count)) }
    switch attempt.occupation {
    case .process: occupy(attempt.seat, &holding)
    case .review(let seat): occupy(seat, &holding)
    case .build: holding.pools.append((buildPool, 1))
    case .nothing: break
    }
    return holding
  }

  private mutating func occupy(_ seat: Seat?, _ holding: inout Holding) {
    holding.pools.append((agentPool, 1))
    guard let seat else { return }
    let staffing = staffing(of: [seat])
    for pool in staffings[staffing].pools[0] { holding.pools.append((pool, 1)) }
  }
}
