package import Conducting
package import Plans

/// A run played ahead of time, with what it teaches: how long it would take, what determines that, and what would make it
/// shorter.
package struct Rehearsal: Sendable {
  /// Lengths over many seeds, in which durations lie around their estimates.
  package struct Spread: Hashable, Sendable {
    package let seeds: Int
    /// Of the plays that were completed, the shortest first.
    package let lengths: [Span]
    /// Plays that ended with a step that is not done, and plays that would wait for a person.
    package let failed: Int
    package let blocked: Int

    package var shortest: Span? { lengths.first }
    package var median: Span? { share(50) }
    package var longest: Span? { lengths.last }

    /// So many of a hundred plays took no longer.
    package func share(_ percent: Int) -> Span? {
      guard !lengths.isEmpty else { return nil }
      return lengths[max(0, (lengths.count * percent + 99) / 100 - 1)]
    }
  }

  /// The same with another number of agents.
  package struct Variant: Hashable, Sendable {
    package let agents: Int
    package let length: Span
    package let median: Span?
  }

  /// The order as it was played: at the speed that was asked for.
  package let order: RunOrder
  package let terms: RehearsalTerms
  /// With every estimate kept exactly.
  package let shown: Performance
  package let spread: Spread
  /// Nothing where the plan is so large that nobody would wait for it.
  package let oneMore: Variant?
  package let unlimited: Variant?

  package init(_ order: RunOrder, _ terms: RehearsalTerms = RehearsalTerms()) throws(OrderFlaw) {
    let order = terms.scaled(order)
    let shown = try Stage.play(
      order, seed: terms.seed, pace: .exact, terms, isRecorded: true)
    let spread = try Self.spread(order, terms)
    let agents = order.settings.agents
    // Where no step ever lacked a slot, more of them change nothing.
    let lacksSlots = shown.lacks[.pool(Pool.agents)] != nil
    func variant(_ agents: Int) throws(OrderFlaw) -> Variant? {
      guard lacksSlots else {
        return Variant(agents: agents, length: shown.length, median: spread.median)
      }
      guard RehearsalTerms.mayVary(steps: order.steps.count) else { return nil }
      var other = order
      other.settings.agents = agents
      let length = try Stage.play(other, seed: terms.seed, pace: .exact, terms).length
      return Variant(
        agents: agents, length: length, median: try Self.spread(other, terms).median)
    }
    self.order = order
    self.terms = terms
    self.shown = shown
    self.spread = spread
    oneMore = try variant(agents + 1)
    unlimited = try variant(max(agents + 1, order.steps.count))
  }

  private static func spread(
    _ order: RunOrder, _ terms: RehearsalTerms
  ) throws(OrderFlaw) -> Spread {
    let seeds = terms.seeds(steps: order.steps.count)
    var lengths: [Span] = []
    var failed = 0
    var blocked = 0
    for number in 0..<seeds {
      let seed = terms.seed &+ UInt64(number)
      let play = try Stage.play(order, seed: seed, pace: .byEstimate, terms)
      switch play.ending {
      case .completed: lengths.append(play.length)
      case .failed: failed += 1
      case .blocked: blocked += 1
      }
    }
    return Spread(seeds: seeds, lengths: lengths.sorted(), failed: failed, blocked: blocked)
  }
}

extension Rehearsal {
  /// The share of all slots that was taken, from 0 to 1.
  package var utilisation: Double {
    let all = Double(shown.length.milliseconds) * Double(order.settings.agents)
    return all > 0 ? Double(shown.slotTime.milliseconds) / all : 0
  }

  /// What held the run up, the longest first.
  package var lacks: [(lack: Lack, time: Span)] {
    shown.lacks.map { (lack: $0.key, time: $0.value) }.sorted { one, other in
      one.time == other.time
        ? "\(one.lack)" < "\(other.lack)" : other.time < one.time
    }
  }

  /// What the run is expected to cost; nothing where it is not known of every step for agents that is left.
  package var expectedCost: Money? {
    isCostKnown ? shown.spent.cost : nil
  }

  private var isCostKnown: Bool {
    let left = order.steps.lazy.filter { $0.kind == .agent && !$0.isDone }
    return left.allSatisfy { $0.terms.expectedCost != nil } && !left.isEmpty
  }
}
