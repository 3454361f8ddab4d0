import Plans

/// What a conductor looks at to find what goes next: an index of a state, and nothing that the state does not say.
///
/// A step that may start stands in the queue of its *staffing* (who may do it). One that lacks something is parked at the
/// first thing that it lacks, and comes back when that is free again; so nothing is looked at that cannot have changed.
struct Agenda: Sendable {
  /// Something that can be lacking.
  enum Constraint: Hashable, Sendable {
    /// So much of a pool.
    case pool(Int, amount: Int)
    /// A claim on files that no running step may rival.
    case claim(Int)
    /// What is kept for a step that has waited long.
    case reserved
  }

  /// A place in a queue. It is out of date when its step has been given another since.
  struct Turn: Comparable, Sendable {
    /// Reviews go before launches: they finish what has been begun.
    let isReview: Bool
    let urgency: Urgency
    let stamp: UInt32

    static func < (one: Turn, other: Turn) -> Bool {
      if one.isReview != other.isReview { return one.isReview }
      if one.urgency < other.urgency { return true }
      if other.urgency < one.urgency { return false }
      return one.stamp < other.stamp
    }
  }

  /// Steps that the same may do, and their turns.
  struct Staffing: Sendable {
    let seats: [Seat]
    /// The pools that each seat draws on.
    let pools: [[Int]]
    var turns = Heap<Turn>()
  }

  var pools: [PoolLevel] = []
  var poolNumbers: [String: Int] = [:]
  /// What steps with the same terms take as long as an attempt lasts.
  var wants: [Wants] = []
  var claims = FileClaims([])
  /// How many attempts hold a rival of each claim.
  var rivalsHeld: [Int] = []
  var staffings: [Staffing] = []
  private var staffingNumbers: [[Seat]: Int] = [:]
  var held: [Int: Holding] = [:]
  private var stamps: [UInt32] = []
  /// Whether a step has its place among those that have waited.
  private var isAging: [Bool] = []
  /// By what they lack, then by staffing.
  var parked: [Constraint: [Int: Heap<Turn>]] = [:]
  /// The amounts of each pool that something is parked for.
  private var parkedAmounts: [Int: Set<Int>] = [:]
  /// Where steps in a queue came from: whoever leaves makes room for the next from there.
  private var origins: [Int: Constraint] = [:]
  /// Groups and approvals that are ready.
  var joins: [Int] = []
  /// Steps with a command gate that waits for a build slot.
  var builds = Heap<Turn>()
  var timers = Heap<Timer>()
  var aging = AgingQueue()
  /// Attempts of which something will be heard without a person's doing.
  private var movers: Set<Int> = []
  var moving: Int { movers.count }
  /// How many pools know their limits.
  private var leveled = 0

  init(_ state: RunState) {
    stamps = Array(repeating: 0, count: state.count)
    isAging = Array(repeating: false, count: state.count)
    for pool in [Pool.agents, Pool.builds, Pool.cost, Pool.tokens] { _ = number(of: pool) }
    learn(state)
    levelNewPools(state)
    for index in state.active.keys.sorted() { refresh(index, state) }
    for index in state.steps.indices where !state.standings[index].phase.isEnd {
      refresh(index, state)
    }
    setTimers(state)
  }

  /// Takes in terms that are new.
  private mutating func learn(_ state: RunState) {
    // Many terms differ in something else than their files.
    var globs: [String: Glob] = [:]
    claims = FileClaims(
      state.terms.map { terms in
        terms.files.compactMap { file in
          if let known = globs[file] { return known }
          globs[file] = try? Glob(file)
          return globs[file]
        }
      })
    rivalsHeld = Array(repeating: 0, count: claims.rivals.count)
    wants = state.terms.enumerated().map { number, terms in
      wants(of: terms, state.settings, claims.claims[number])
    }
  }

  // MARK: Following a state

  /// A step, or its attempt, is not as it was.
  mutating func refresh(_ index: Int, _ state: RunState) {
    while stamps.count < state.count {
      stamps.append(0)
      isAging.append(false)
    }
    defer { levelNewPools(state) }
    hold(index, state)
    // Whatever place it had in a queue is out of date.
    stamps[index] += 1
    leave(index)
    if let attempt = state.active[index], attempt.isMoving(state, index) {
      movers.insert(index)
    } else {
      movers.remove(index)
    }
    switch state.standings[index].phase {
    case .ready: enlist(index, state)
    case .waiting(let until): timers.push(Timer(at: until, kind: .step(index)))
    case .active: if let attempt = state.active[index] { attend(index, attempt, state) }
    default: break
    }
  }

  private mutating func enlist(_ index: Int, _ state: RunState) {
    switch state.steps[index].kind {
    case .group, .approval: joins.append(index)
    case .agent, .command:
      isAging[index] = false
      push(index, isReview: false, to: staffing(of: state.seats(index)), state)
    }
  }

  /// An attempt that waits for a gate's place, or for a time.
  private mutating func attend(_ index: Int, _ attempt: Attempt, _ state: RunState) {
    if let due = state.attention(index, attempt) {
      timers.push(Timer(at: due, kind: .attempt(index)))
    }
    guard let checking = attempt.checking, !checking.isRunning,
      let gate = state.gate(index, checking.check)
    else { return }
    switch gate.kind {
    case .command:
      guard checking.check.merge == nil else { return }
      builds.push(
        Turn(isReview: false, urgency: state.urgency(index), stamp: stamps[index]))
    case .review: push(index, isReview: true, to: staffing(of: gate.seats ?? []), state)
    case .approval: break
    }
  }

  private mutating func push(_ index: Int, isReview: Bool, to staffing: Int, _ state: RunState) {
    staffings[staffing].turns.push(
      Turn(isReview: isReview, urgency: state.urgency(index), stamp: stamps[index]))
  }

  func isValid(_ turn: Turn) -> Bool { stamps[turn.urgency.node] == turn.stamp }

  /// The first turn of a staffing that is not out of date.
  mutating func first(of staffing: Int) -> Turn? {
    while let turn = staffings[staffing].turns.first {
      if isValid(turn) { return turn }
      _ = staffings[staffing].turns.pop()
    }
    return nil
  }

  mutating func firstBuild() -> Turn? {
    while let turn = builds.first {
      if isValid(turn) { return turn }
      _ = builds.pop()
    }
    return nil
  }

  /// The step lacks something: it waits there.
  mutating func park(
    _ turn: Turn, at constraint: Constraint, staffing: Int, _ state: RunState
  ) {
    _ = staffings[staffing].turns.pop()
    parked[constraint, default: [:]][staffing, default: Heap()].push(turn)
    if case .pool(let pool, let amount) = constraint {
      parkedAmounts[pool, default: []].insert(amount)
    }
    let index = turn.urgency.node
    if !isAging[index], case .ready(let since) = state.standings[index].phase {
      isAging[index] = true
      aging.add(index, since: since)
    }
    if origins[index] != constraint { leave(index) } else { origins[index] = nil }
  }

  /// Whoever leaves a queue lets the next from the same place try, if what they lacked is still free.
  private mutating func leave(_ index: Int) {
    guard let origin = origins.removeValue(forKey: index) else { return }
    for staffing in (parked[origin] ?? [:]).keys.sorted() { pull(origin, staffing) }
  }

  /// Something is free again: of each staffing that waits for it, the most urgent step may try.
  mutating func wake(_ constraint: Constraint) {
    for staffing in (parked[constraint] ?? [:]).keys.sorted() { pull(constraint, staffing) }
  }

  private mutating func pull(_ constraint: Constraint, _ staffing: Int) {
    guard isFree(constraint) else { return }
    while let turn = parked[constraint]?[staffing]?.pop() {
      guard isValid(turn) else { continue }
      staffings[staffing].turns.push(turn)
      origins[turn.urgency.node] = constraint
      break
    }
    if parked[constraint]?[staffing]?.isEmpty ?? true {
      parked[constraint]?[staffing] = nil
      if parked[constraint]?.isEmpty ?? true {
        parked[constraint] = nil
        if case .pool(let pool, let amount) = constraint { parkedAmounts[pool]?.remove(amount) }
      }
    }
  }

  func isFree(_ constraint: Constraint) -> Bool {
    switch constraint {
    case .pool(let pool, let amount): pools[pool].free >= amount
    case .claim(let claim): rivalsHeld[claim] == 0
    case .reserved: !isReserving
    }
  }

  /// What an attempt holds is not what it held.
  private mutating func hold(_ index: Int, _ state: RunState) {
    let new = state.active[index].map { holding(index, $0, state) }
    let old = held[index]
    guard new != old else { return }
    held[index] = new
    for (pool, amount) in new?.pools ?? [] { pools[pool].used += amount }
    for claim in new?.claims ?? [] {
      for rival in claims.rivals[claim] { rivalsHeld[rival] += 1 }
    }
    for (pool, amount) in old?.pools ?? [] { pools[pool].used -= amount }
    for claim in old?.claims ?? [] {
      for rival in claims.rivals[claim] { rivalsHeld[rival] -= 1 }
    }
    for (pool, _) in old?.pools ?? [] { wakePool(pool) }
    for claim in old?.claims ?? [] {
      for rival in claims.rivals[claim] where rivalsHeld[rival] == 0 { wake(.claim(rival)) }
    }
  }

  /// There may be more of a pool than before.
  mutating func wakePool(_ pool: Int) {
    guard let amounts = parkedAmounts[pool] else { return }
    for amount in amounts.sorted() where pools[pool].free >= amount {
      wake(.pool(pool, amount: amount))
    }
  }

  private mutating func levelNewPools(_ state: RunState) {
    while leveled < pools.count {
      pools[leveled].level(state)
      leveled += 1
    }
  }

  /// Something was charged.
  mutating func relevelBudgets(_ state: RunState) {
    for pool in [costPool, tokenPool] where pools[pool].capacity != nil {
      let free = pools[pool].free
      pools[pool].level(state)
      if pools[pool].free > free { wakePool(pool) }
    }
  }

  /// Limits are not what they were.
  mutating func relevel(_ state: RunState) {
    for pool in pools.indices { relevel(pool, state) }
  }

  /// What other runs hold is not what it was.
  mutating func relevel(_ others: [Quota], _ state: RunState) {
    for quota in others {
      if let pool = poolNumbers[quota.name] { relevel(pool, state) }
    }
  }

  private mutating func relevel(_ pool: Int, _ state: RunState) {
    let free = pools[pool].free
    pools[pool].level(state)
    if pools[pool].free > free { wakePool(pool) }
  }

  /// Whether this run holds more of a pool than there is besides what others hold.
  func isFull(_ name: String, besides others: Int) -> Bool {
    guard let pool = poolNumbers[name], let capacity = pools[pool].capacity else { return false }
    return pools[pool].used + others > capacity
  }

  /// Nobody is waited for any more, or somebody else.
  var isReserving = false {
    didSet { if oldValue, !isReserving { wake(.reserved) } }
  }

  // MARK: Names

  mutating func staffing(of seats: [Seat]) -> Int {
    if let known = staffingNumbers[seats] { return known }
    let pools = seats.map { seat in
      [
        seat.agent.map { number(of: Pool.agent($0)) },
        seat.model.map { number(of: Pool.model($0)) }, number(of: Pool.account(seat.account)),
      ].compactMap(\.self)
    }
    staffings.append(Staffing(seats: seats, pools: pools))
    staffingNumbers[seats] = staffings.count - 1
    return staffings.count - 1
  }

  mutating func number(of pool: String) -> Int {
    if let known = poolNumbers[pool] { return known }
    pools.append(PoolLevel(name: pool))
    poolNumbers[pool] = pools.count - 1
    return pools.count - 1
  }
}
