package import Plans

extension Conductor {
  /// An attempt that spends more than its step, or the run, has left is ended.
  mutating func used(_ id: AttemptID, _ usage: Usage) {
    guard let (index, attempt) = living(id), attempt.phase == .running,
      let excess = excess(index, usage)
    else { return }
    emit(
      .attemptStopping(
        step: id.step, attempt: id.number,
        reason: .failed(failure: Failure(.budget, excess))))
  }

  private func excess(_ index: Int, _ usage: Usage) -> String? {
    if let words = state.terms(index).ceiling.words(for: state.spent(on: index) + usage, >) {
      return "it " + words
    }
    return state.settings.ceiling.words(for: state.spent + usage, >).map { "the run " + $0 }
  }

  /// What becomes of a step if it has nothing left for another attempt: it does not begin one.
  mutating func affordable(_ fate: Fate, _ index: Int, _ charged: Usage) -> Fate {
    switch fate {
    case .ready, .waiting, .handed:
      guard let words = state.exhaustion(of: index, after: charged) else { return fate }
      return block(
        index, .budget, "it " + words,
        [state.raisingCeiling(of: index), "divisi skip \(state.id(index)) --why ..."])
    case .completed, .blocked, .failed, .replaced, .cancelled, .skipped: return fate
    }
  }

  /// Whether the run has nothing left for another attempt.
  func isRunSpent(after charged: Usage) -> Bool {
    state.settings.ceiling.words(for: state.spent + charged, >=) != nil
  }

  /// What the end of an attempt is charged: nothing where that has been done, or where nothing can have been used.
  func charge(forEnding attempt: Attempt, of index: Int, _ usage: Usage) -> Usage {
    if attempt.isCharged { return .none }
    return charge(index, attempt.phase == .preparing ? nil : attempt.seat, usage)
  }

  /// What is not known is charged as all that it might have been: a ceiling that unknown costs do not count against
  /// would hold nobody back.
  func charge(_ index: Int, _ seat: Seat?, _ usage: Usage) -> Usage {
    guard seat != nil else {
      return Usage(cost: usage.cost ?? .zero, tokens: usage.tokens ?? 0)
    }
    let left = state.terms(index).ceiling.left(of: state.spent(on: index))
    let leftOfRun = state.settings.ceiling.left(of: state.spent)
    return Usage(
      cost: usage.cost ?? left.cost ?? leftOfRun.cost ?? .zero,
      tokens: usage.tokens ?? left.tokens ?? leftOfRun.tokens ?? 0)
  }

  private static let counted = ", what is not known counted as spent"

  /// A budget that is spent is told as soon as it is.
  mutating func weighBudget() {
    if let ceiling = state.settings.cost, let spent = state.spent.cost, spent >= ceiling {
      bar(
        Pool.cost, .budget,
        "\(spent.words) of \(ceiling.words) are spent\(state.told.isCostWhole ? "" : Self.counted)",
        ["divisi limit cost AMOUNT", "cancel what is not needed"])
    }
    if let ceiling = state.settings.tokens, let spent = state.spent.tokens, spent >= ceiling {
      bar(
        Pool.tokens, .budget,
        "\(spent) of \(ceiling) tokens are used\(state.told.areTokensWhole ? "" : Self.counted)",
        ["divisi limit tokens COUNT", "cancel what is not needed"])
    }
  }
}

extension RunState {
  /// What attempts at a step, and those who reviewed them, have been charged.
  func spent(on index: Int) -> Usage { notes[index]?.spent ?? .none }

  /// The command that raises what a step may spend.
  func raisingCeiling(of index: Int) -> String {
    let value = terms(index).cost == nil ? "tokens COUNT" : "cost AMOUNT"
    return "divisi limit --step \(id(index)) \(value)"
  }

  /// How a step has used up its ceiling, as words for behind its name; nothing where it may have another attempt.
  func exhaustion(of index: Int, after charged: Usage = .none) -> String? {
    guard !seats(index).isEmpty else { return nil }
    return terms(index).ceiling.words(for: spent(on: index) + charged, >=)
  }
}

/// How much may be spent; nothing where there is no limit.
struct Ceiling {
  var cost: Money?
  var tokens: Int?

  /// Says how much of it has been spent where that is over it, by whatever "over" means.
  func words(for spent: Usage, _ isOver: (Int64, Int64) -> Bool) -> String? {
    if let cost, let spent = spent.cost, isOver(spent.microdollars, cost.microdollars) {
      return "spent \(spent.words) of the \(cost.words) that it may"
    }
    if let tokens, let used = spent.tokens, isOver(Int64(used), Int64(tokens)) {
      return "used \(used) of the \(tokens) tokens that it may"
    }
    return nil
  }

  func left(of spent: Usage) -> Usage {
    Usage(
      cost: cost.map { max(.zero, $0 - (spent.cost ?? .zero)) },
      tokens: tokens.map { max(0, $0 - (spent.tokens ?? 0)) })
  }
}

extension Terms {
  var ceiling: Ceiling { Ceiling(cost: cost, tokens: tokens) }
}

extension RunSettings {
  var ceiling: Ceiling { Ceiling(cost: cost, tokens: tokens) }
}

extension Usage {
  static let none = Usage(cost: .zero, tokens: 0)

  /// Both together; what is not known of one counts as nothing.
  static func + (one: Usage, other: Usage) -> Usage {
    Usage(
      cost: (one.cost ?? .zero) + (other.cost ?? .zero),
      tokens: (one.tokens ?? 0) + (other.tokens ?? 0))
  }

  static func += (one: inout Usage, other: Usage) { one = one + other }
}

extension Money {
  /// `$1.20`, as people write it.
  package var words: String {
    let cents = (microdollars + 5_000) / 10_000
    let rest = cents % 100
    return "$\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
