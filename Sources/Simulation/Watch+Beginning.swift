import Conducting
import Plans

/// What begins may begin: by its needs, its slot, its leases, and whoever does it.
extension Watch {
  mutating func begin(
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
      let held = held(pool)
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
    for pool in [Pool.ports, Pool.worktrees] where step.terms.hasWorkspace {
      guard let capacity = settings.quota(pool) else { continue }
      let held = held(pool)
      guard opened.leases.contains(where: { $0.name == pool }), held <= capacity else {
        throw Violation(
          promise: "no limit is exceeded", detail: "\(step.id): \(held) of \(capacity) \(pool)")
      }
      guard pool != Pool.ports || opened.ports.map({ $0 < capacity }) ?? false else {
        throw Violation(
          promise: "an attempt has its own ports",
          detail: "\(step.id) has \(opened.ports as Any) of \(capacity)")
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

  mutating func begin(
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
}
