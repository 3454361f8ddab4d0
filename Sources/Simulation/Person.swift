import Conducting
import Plans

/// A person who looks in now and then: restless as long as things go wrong, and helpful to the end.
struct Person {
  private let scenario: Scenario
  private var looks = 0
  /// How often each blocked step has been tried again for its sake.
  private var retried: [StepID: Int] = [:]

  init(_ scenario: Scenario) { self.scenario = scenario }

  /// What the person does at a look.
  mutating func commands(_ state: RunState, isWild: Bool) -> [Command] {
    looks += 1
    var chance = Chance(seed: scenario.seed, "person \(looks)")
    var commands: [Command] = []
    // Looks are seven minutes apart.
    if isWild, chance.happens(min(1000, scenario.faults.meddling * 7 / 60)) {
      commands.append(whim(state, &chance))
    }
    if isWild, chance.happens(500) { return commands }
    return commands + help(state, &chance)
  }

  /// What keeps the run from going on, and a person can mend.
  private mutating func help(_ state: RunState, _ chance: inout Chance) -> [Command] {
    if case .paused = state.phase { return [.resume] }
    var commands: [Command] = []
    for index in state.active.keys.sorted() {
      guard let attempt = state.active[index] else { continue }
      let step = state.id(index)
      if case .waitingForPerson = attempt.activity, attempt.phase == .running {
        commands.append(.answer(step: step, text: "the first"))
      } else if case .approving = attempt.phase {
        commands.append(
          chance.happens(100) && state.attempts(index) < 2
            ? .reject(step: step, feedback: "not like this") : .approve(step: step))
      } else if attempt.isAwaitingMergedApproval {
        commands.append(.approve(step: step))
      }
    }
    for blocker in state.blockers { commands += mend(blocker, state) }
    for wait in state.blockedBy where wait.kind == .capacity {
      for step in wait.steps { commands.append(.skip(step: step, reason: "there is too little")) }
    }
    return commands
  }

  private mutating func mend(_ blocker: Blocker, _ state: RunState) -> [Command] {
    switch blocker.scope {
    case .step(let step) where blocker.kind == .budget:
      return [.setLimit(limit: .step(step: step, cost: nil, tokens: nil))]
    case .step(let step):
      retried[step, default: 0] += 1
      return retried[step, default: 0] > 3
        ? [.skip(step: step, reason: "it is not worth it")] : [.retry(step: step)]
    case .pool(Pool.cost):
      let spent = state.spent.cost ?? .zero
      return [
        .setLimit(limit: .cost(cost: Money(microdollars: spent.microdollars * 2 + 50_000_000)))
      ]
    case .pool(Pool.tokens):
      return [.setLimit(limit: .tokens(count: (state.spent.tokens ?? 0) * 2 + 5_000_000))]
    case .pool: return [.resolve(blocker: blocker.id, reason: "mended")]
    case .run: return []
    }
  }

  /// Anything that the command line offers, sensible or not.
  private func whim(_ state: RunState, _ chance: inout Chance) -> Command {
    let step = state.id(chance.number(0...state.count - 1))
    switch chance.number(0...19) {
    case 0: return .pause
    case 1: return .pauseNow
    case 2: return .resume
    case 3: return chance.happens(60) ? .cancelRun : .cancel(step: step)
    case 4, 5: return .retry(step: step)
    case 6: return .skip(step: step, reason: "a whim")
    case 7: return .approve(step: step)
    case 8: return .reject(step: step, feedback: "a whim")
    case 9: return .answer(step: step, text: "a whim")
    case 10, 11:
      return .setPriority(step: step, priority: chance.one(of: Priority.allCases))
    case 12...17: return .setLimit(limit: limit(step, &chance))
    case 18: return .resolve(blocker: chance.number(1...5), reason: "a whim")
    default: return .amend(change: amendment(step, state, &chance))
    }
  }

  /// Any limit, wide or narrow.
  private func limit(_ step: StepID, _ chance: inout Chance) -> Limit {
    func dollars(_ most: Int) -> Money {
      Money(microdollars: Int64(chance.number(0...most)) * 1_000_000)
    }
    switch chance.number(0...9) {
    case 0: return .agents(count: chance.number(0...6))
    case 1: return .builds(count: chance.number(1...3))
    case 2: return .spacing(span: .seconds(Int64(chance.one(of: [0, 2, 60, 1200]))))
    case 3: return .callsPerHour(count: chance.happens(300) ? nil : chance.number(2...30))
    case 4, 5:
      let pools = [Pool.ports, Pool.worktrees, Pool.model("opus"), Pool.model("sonnet")]
      return .quota(name: chance.one(of: pools), count: chance.number(0...6))
    case 6: return .cost(cost: chance.happens(300) ? nil : dollars(80))
    case 7: return .tokens(count: chance.happens(300) ? nil : chance.number(0...20) * 100_000)
    default:
      return .step(
        step: step, cost: chance.happens(300) ? nil : dollars(8),
        tokens: chance.happens(500) ? nil : chance.number(0...10) * 100_000)
    }
  }

  private func amendment(
    _ step: StepID, _ state: RunState, _ chance: inout Chance
  ) -> PlanChange {
    switch chance.number(0...2) {
    case 0:
      var added = RunStep(
        StepID("extra-\(looks)"), kind: .command, needs: [step], estimate: .minutes(5))
      added.terms.hasWorkspace = chance.happens(500)
      return PlanChange(added: [added])
    case 1: return PlanChange(removed: [step])
    default:
      guard var changed = scenario.order.steps.first(where: { $0.id == step }) else {
        return PlanChange()
      }
      changed.needs.removeAll { _ in chance.happens(500) }
      changed.estimate = .minutes(Int64(chance.number(1...30)))
      return PlanChange(changed: [changed])
    }
  }
}

extension Playthrough {
  mutating func meetPerson() throws(Violation) {
    let commands = person.commands(conductor.state, isWild: world.isWild(clock))
    for command in commands {
      try receive(.command(command, by: "ada"))
      if case .ended = conductor.state.phase { return }
    }
    world.release(conductor.state)
    schedule(.person, after: .minutes(7))
  }
}
