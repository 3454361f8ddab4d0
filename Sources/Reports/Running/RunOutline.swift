package import Conducting
package import JSONValues
import Plans
package import Terminal

/// What a run would do, before it does anything: each step, what it waits for and who does it.
package struct RunOutline: Sendable {
  private let order: RunOrder
  private let waves: [Int]

  package init(_ order: RunOrder) {
    self.order = order
    let places = Dictionary(
      order.steps.indices.map { (order.steps[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    var waves = [Int](repeating: 0, count: order.steps.count)
    // Needs point anywhere in a plan: as many rounds as the longest chain has links settle all.
    var isMoving = true
    var rounds = 0
    while isMoving, rounds <= order.steps.count {
      isMoving = false
      rounds += 1
      for (index, step) in order.steps.enumerated() {
        let before = step.needs.compactMap { places[$0] }.map { waves[$0] + 1 }
        let group = step.group.flatMap { places[$0] }.map { waves[$0] } ?? 0
        let wave = max(group, before.max() ?? 0)
        if wave > waves[index] {
          waves[index] = wave
          isMoving = true
        }
      }
    }
    self.waves = waves
  }

  /// Who does a step, in a word.
  private func doer(_ step: RunStep) -> String {
    switch step.kind {
    case .command: return "command"
    case .approval: return "a person"
    case .group: return "group"
    case .agent:
      guard let seat = step.terms.seats.first else { return "agent" }
      return [seat.agent, seat.harness, seat.model].compactMap { $0 }.joined(separator: ", ")
    }
  }

  package func text(on screen: Screen) -> String {
    var table = Table([
      .init("wave"), .init("step"), .init("by"), .init("waits for", mayShrink: true),
    ])
    for index in order.steps.indices.sorted(by: { (waves[$0], $0) < (waves[$1], $1) }) {
      let step = order.steps[index]
      guard !step.isDone, step.kind != .group else { continue }
      table.append([
        .init("\(waves[index] + 1)"), .init(step.id.text), .init(doer(step)),
        .init(step.needs.map(\.text).joined(separator: ", "), .dim),
      ])
    }
    let count = order.steps.count { !$0.isDone && $0.kind != .group }
    let noun = count == 1 ? "step" : "steps"
    return
      "\(order.plan): \(count) \(noun), \(order.settings.agents) at once; nothing was started\n\n"
      + table.text(on: screen)
  }

  package var json: JSON {
    [
      "plan": .string(order.plan.text), "agents": .int(order.settings.agents),
      "steps": .array(
        order.steps.indices.filter { !order.steps[$0].isDone }.map { index in
          let step = order.steps[index]
          return [
            "id": .string(step.id.text), "kind": .string(step.kind.rawValue),
            "wave": .int(waves[index] + 1), "needs": .array(step.needs.map { .string($0.text) }),
            "by": .string(doer(step)),
          ]
        }),
    ]
  }
}
