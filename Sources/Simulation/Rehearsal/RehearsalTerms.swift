package import Conducting

/// How a run is rehearsed.
package struct RehearsalTerms: Hashable, Sendable {
  /// The seed of the play that is shown; the range is played over it and those behind it.
  package var seed: UInt64 = 1
  /// Over how many seeds the range is played; nothing means as many as are quick.
  package var seeds: Int?
  /// Of a thousand attempts so many fail at their end.
  package var failures = 0
  /// Everything takes so many times less than was estimated.
  package var speed = 1.0
  /// How long a person takes to approve.
  package var approvalDelay = Span.zero

  // Nobody estimates these: what they are taken to need is told with the result.
  package var gateTime = Span.minutes(1)
  package var reviewTime = Span.minutes(3)

  package init() {}

  /// Over how many seeds a plan of so many steps is played: a person waits for it.
  func seeds(steps: Int) -> Int {
    if let seeds { return seeds }
    return min(20, 10_000 / max(1, steps))
  }

  /// Whether a plan of so many steps is also played with other numbers of agents.
  static func mayVary(steps: Int) -> Bool { steps <= 30_000 }

  package func scaled(_ span: Span) -> Span {
    Span(milliseconds: Int64((Double(span.milliseconds) / speed).rounded()))
  }

  /// The order with the estimates that this speed makes of its own.
  func scaled(_ order: RunOrder) -> RunOrder {
    guard speed != 1 else { return order }
    var order = order
    order.settings.usualEstimate = scaled(order.settings.usualEstimate)
    for index in order.steps.indices {
      order.steps[index].estimate = order.steps[index].estimate.map(scaled)
    }
    return order
  }
}
