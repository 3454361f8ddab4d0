import Conducting

extension Playthrough {
  mutating func carryOn(_ happening: Happening) throws(Violation) {
    switch happening {
    case .answer(let effect, let input):
      guard isWanted(effect) else { return }
      try deliver(effect, input)
    case .sighting(let attempt, let input):
      guard isWanted(.run(attempt)), world.living.contains(attempt) else { return }
      if case .observed(_, .waitingForPerson) = input {
        world.processes[attempt]?.wants =
          (conductor.state.attempt(attempt)?.answers.count ?? 0) + 1
      }
      if case .observed(_, let activity) = input { world.processes[attempt]?.activity = activity }
      if case .observed(_, .stalled) = input { world.processes[attempt]?.ends = .distantFuture }
      try receive(input)
    case .seenAgain(let attempt):
      guard isWanted(.run(attempt)), let process = world.processes[attempt],
        world.living.contains(attempt), let activity = process.activity
      else { return }
      if case .waitingForPerson = activity, process.wants == 0 {
        try receive(.observed(attempt, .working))
      } else {
        try receive(.observed(attempt, activity))
      }
    case .processEnds(let attempt):
      guard let process = world.processes[attempt], process.ends <= clock, process.wants == 0
      else { return }
      world.hasEnded(attempt)
      guard isWanted(.run(attempt)) else { return }
      if conductor.state.attempt(attempt)?.phase == .launching {
        try receive(.launched(attempt, process: "pid of \(attempt)"))
      }
      let runner = restarts
      try receive(.ended(attempt, process.ending, process.usage))
      if runner == restarts, case .failed(let failure) = process.ending,
        failure.kind == .rateLimit, let until = failure.resetAt, let seat = process.seat
      {
        watch.hear(seat.account, isLimitedUntil: until)
      }
    case .person: try meetPerson()
    case .hour(let hour): try passHour(hour)
    }
    if let violation = pending { throw violation }
  }

  private mutating func deliver(_ effect: Effect, _ input: Input) throws(Violation) {
    switch effect {
    case .stop(let attempt):
      let (ending, usage) = world.stop(attempt, clock)
      try receive(.ended(attempt, ending, usage))
    case .land(let attempt, let merge, let from, let to):
      world.moveBranch("\(attempt) \(merge)", clock)
      try receive(.landed(attempt, merge: merge, world.land(attempt, from: from, to: to)))
    case .probe:
      if world.isDiskFull {
        try receive(.probed(fault: .disk, message: "2% of the disk is free"))
        schedule(.answer(effect, .clock), after: .minutes(5))
      } else {
        try receive(.probed(fault: nil, message: "40% of the disk is free"))
      }
    case .prepare(let attempt):
      if case .ended = input { world.shares[attempt] = nil }
      try receive(input)
    default: try receive(input)
    }
    world.release(conductor.state)
  }

  /// What befalls the machine in an hour.
  mutating func passHour(_ hour: Int) throws(Violation) {
    guard world.isWild(clock) else {
      world.isDiskFull = false
      if !world.others.isEmpty {
        let freed = world.others.keys.sorted().map { Quota($0, 0) }
        world.others = [:]
        try receive(.sharesChanged(others: freed))
      }
      return
    }
    var chance = world.chance("hour \(hour)")
    if chance.happens(scenario.faults.fullDisk) {
      world.isDiskFull = true
      try receive(.probed(fault: .disk, message: "2% of the disk is free"))
    } else {
      world.isDiskFull = false
    }
    if chance.happens(scenario.faults.otherRun) {
      let pools = scenario.order.settings.quotas.filter { Pool.isShared($0.name) }
      if !pools.isEmpty {
        let pool = chance.one(of: pools)
        // The other run takes what is free, as the ledger allows, and tells when it gives it back.
        let ours = world.shares.values.reduce(0) { $0 + $1.count { $0 == pool.name } }
        let held = chance.number(0...max(0, pool.count - ours))
        let isMore = held > world.others[pool.name] ?? 0
        world.others[pool.name] = held == 0 ? nil : held
        if !isMore { try receive(.sharesChanged(others: [Quota(pool.name, held)])) }
      }
    }
    if chance.happens(scenario.faults.reboot) {
      world.reboot()
      try restart()
    }
    schedule(.hour(hour + 1), after: .minutes(30))
  }
}
