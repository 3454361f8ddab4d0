import Plans

extension Conductor {
  /// Changes a limit, and lets go on what only the old one held back.
  mutating func set(_ limit: Limit, by person: String) -> String? {
    if let flaw = limit.flaw ?? flaw(of: limit) { return flaw }
    emit(.limitChanged(limit: limit, by: person))
    for blocker in state.blockers where blocker.kind == .budget && !isOver(blocker.scope) {
      emit(.blockerResolved(blocker: blocker.id, how: "the limit was raised", by: person))
      if case .step(let step) = blocker.scope { emit(.stepRevived(step: step, by: person)) }
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

  /// Whether what was to be spent is still used up.
  private func isOver(_ scope: Blocker.Scope) -> Bool {
    let spent = state.spent
    switch scope {
    case .pool(Pool.cost): return state.settings.cost.map { spent.cost ?? .zero >= $0 } ?? false
    case .pool(Pool.tokens): return state.settings.tokens.map { spent.tokens ?? 0 >= $0 } ?? false
    case .step(let step):
      return state.index(of: step).map { state.exhaustion(of: $0) != nil } ?? true
    case .run, .pool: return true
    }
  }
}
