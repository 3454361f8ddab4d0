import Plans

extension RunState {
  /// All that the run waits for, in words that a person can act on.
  func waits(_ agenda: Agenda) -> [Wait] {
    var waits: [Wait] = blockers.map { blocker in
      var steps: [StepID] = []
      if case .step(let step) = blocker.scope { steps = [step] }
      return Wait(.blocker, blocker.message, steps: steps)
    }
    for index in active.keys.sorted() {
      guard let attempt = active[index] else { continue }
      if case .approving(let gate) = attempt.phase {
        waits.append(.approval(of: steps[index].id, gate.map { terms(index).gates[$0].name }))
      } else if let checking = attempt.checking, !checking.isRunning,
        let gate = gate(index, checking.check)
      {
        switch gate.kind {
        case .approval: waits.append(.approval(of: steps[index].id, gate.name))
        case .review: break
        case .command:
          waits.append(Wait(.capacity, "a build slot is wanted", steps: [steps[index].id]))
        }
      } else if case .waitingForPerson(let question) = attempt.activity, attempt.phase == .running {
        waits.append(Wait(.answer, "it asks: \(question)", steps: [steps[index].id]))
      }
    }
    return waits + agenda.waits(self)
  }
}

extension Agenda {
  /// Why steps that are ready do not start.
  func waits(_ state: RunState) -> [Wait] {
    var waits: [Wait] = []
    for staffing in staffings.indices {
      guard let turn = self.staffings[staffing].turns.first(where: isValid) else { continue }
      waits += self.waits(staffing, turn, state)
    }
    for constraint in parked.keys {
      let turns = (parked[constraint] ?? [:]).values.compactMap { $0.first(where: isValid) }
      guard let turn = turns.min() else { continue }
      let step = state.id(turn.urgency.node)
      switch constraint {
      case .pool(let number, let amount):
        let pool = pools[number]
        // Told with what bars it.
        if state.blockers.contains(where: { $0.scope == .pool(name: pool.name) }) { continue }
        let has = "\(amount) of `\(pool.name)`, of which there are \(pool.capacity ?? 0)"
        if pool.others > 0 {
          waits.append(
            Wait(
              .shares, "it takes \(has); other runs hold \(pool.others)", steps: [step]))
        } else {
          waits.append(Wait(.capacity, "it takes \(has)", steps: [step]))
        }
      case .claim, .reserved:
        waits.append(Wait(.capacity, "what it takes is held by another step", steps: [step]))
      }
    }
    return Wait.gathered(waits)
  }

  private func waits(_ staffing: Int, _ turn: Turn, _ state: RunState) -> [Wait] {
    let steps = [state.id(turn.urgency.node)]
    if pools[agentPool].free < 1 {
      return [Wait(.capacity, "all slots for attempts are taken", steps: steps)]
    }
    let seats = staffings[staffing].seats
    guard !seats.isEmpty else { return [] }
    if !state.mayCall {
      return [
        Wait(.calls, "the pace of launches is limited", steps: steps, until: state.nextCall)
      ]
    }
    var waits: [Wait] = []
    for (number, seat) in seats.enumerated() {
      if let account = state.accounts[seat.account], let until = account.limitedUntil,
        until > state.now
      {
        waits.append(
          Wait(.account, "account `\(seat.account)` is limited", steps: steps, until: until))
      } else if let account = state.accounts[seat.account], account.isRecovering,
        let last = account.lastLaunch, last + state.settings.stagger > state.now
      {
        waits.append(
          Wait(
            .account, "account `\(seat.account)` starts again slowly", steps: steps,
            until: last + state.settings.stagger))
      } else if let pool = staffings[staffing].pools[number].first(where: { pools[$0].free < 1 }) {
        waits.append(
          Wait(
            pools[pool].others > 0 ? .shares : .capacity,
            "`\(pools[pool].name)` is used up", steps: steps))
      }
    }
    return waits
  }
}

extension RunState {
  /// When the pace of launches allows the next.
  var nextCall: Instant? {
    var next = lastLaunch.map { $0 + settings.spacing }
    if let calls = settings.callsPerHour, launches.count >= calls {
      let free = launches[launches.count - calls] + .hours(1)
      next = max(next ?? free, free)
    }
    return next
  }
}

extension Wait {
  /// - Parameter gate: the gate that asks for it, which bears the name of who is to give it, or of what they are to look at.
  fileprivate static func approval(of step: StepID, _ gate: String?) -> Wait {
    Wait(
      .approval, "a person is to approve `\(step)`" + (gate.map { " (\($0))" } ?? ""),
      steps: [step])
  }

  /// How many steps a wait names.
  private static let mostNamed = 5

  /// Waits for the same thing as one, in an order that does not depend on how they were found.
  fileprivate static func gathered(_ waits: [Wait]) -> [Wait] {
    var gathered: [Wait] = []
    for wait in waits.sorted(by: isBefore) {
      if let last = gathered.last, last.kind == wait.kind, last.message == wait.message,
        last.until == wait.until
      {
        if last.steps.count < mostNamed { gathered[gathered.count - 1].steps += wait.steps }
      } else {
        gathered.append(wait)
      }
    }
    return gathered
  }

  private static func isBefore(_ one: Wait, _ other: Wait) -> Bool {
    if one.kind != other.kind { return one.kind.rawValue < other.kind.rawValue }
    if one.message != other.message { return one.message < other.message }
    let (soon, late) = (one.until?.milliseconds ?? 0, other.until?.milliseconds ?? 0)
    if soon != late { return soon < late }
    return (one.steps.first ?? "") < (other.steps.first ?? "")
  }
}
