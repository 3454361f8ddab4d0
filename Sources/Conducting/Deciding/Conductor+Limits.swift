import Plans

extension Conductor {
  /// Changes a limit, and lets go on what only the old one held back.
  mutating func set(_ limit: Limit, by person: String) -> String? {
    if let flaw = limit.flaw ?? flaw(of: limit) { return flaw }
    emit(.limitChanged(limit: limit, by: person))
    if let scope = limit.scope, !isOver(limit) {
      for blocker in state.blockers where blocker.kind == .budget && blocker.scope == scope {
        emit(.blockerResolved(blocker: blocker.id, how: "the limit was raised", by: person))
        if case .step(let step) = scope { emit(.stepRevived(step: step, by: person)) }
      }
    }
    weighBudget()
    return nil
  }

  /// Why a limit cannot be that of a step.
  private func flaw(of limit: Limit) -> String? {
    guard case .step(let step, let cost, let tokens) = limit else { return nil }
    guard let index = state.index(of: step), state.phase(index) != .removed else {
      return "there is no step `\(step)`"
    }
    if state.seats(index).isEmpty { return "no agent works at `\(step)`: it spends nothing" }
    if state.phase(index).isSatisfying { return "`\(step)` is \(state.phase(index).word)" }
    // What has begun cannot be undone: a step that would have nothing left is for a person to end.
    let words = Ceiling(cost: cost, tokens: tokens).words(for: state.spent(on: index), >=)
    return words.map { "`\(step)` \($0) then: give it more, or cancel it" }
  }

  /// Whether what was to be spent is used up all the same.
  private func isOver(_ limit: Limit) -> Bool {
    switch limit {
    case .cost(let most): most.map { state.spent.cost ?? .zero >= $0 } ?? false
    case .tokens(let most): most.map { state.spent.tokens ?? 0 >= $0 } ?? false
    case .step(let step, _, _): state.index(of: step).flatMap { state.exhaustion(of: $0) } != nil
    case .agents, .builds, .quota, .spacing, .callsPerHour: false
    }
  }
}

extension Limit {
  /// What is blocked where it is used up.
  fileprivate var scope: Blocker.Scope? {
    switch self {
    case .cost: .pool(name: Pool.cost)
    case .tokens: .pool(name: Pool.tokens)
    case .step(let step, _, _): .step(step: step)
    case .agents, .builds, .quota, .spacing, .callsPerHour: nil
    }
  }
}
