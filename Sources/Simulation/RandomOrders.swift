package import Conducting
import Plans

extension RunOrder {
  /// A plan of any shape: chains, fans, groups, lanes, stand-ins, gates of every kind.
  package static func random(seed: UInt64, steps most: Int) -> RunOrder {
    var maker = OrderMaker(seed: seed)
    return maker.make(steps: most)
  }
}

private struct OrderMaker {
  private var chance: Chance
  private let seed: UInt64
  private var steps: [RunStep] = []
  private let agents = ["implementer", "tester", "architect"]
  private let models = ["opus", "sonnet", "haiku"]
  private let globs = [
    "src/api/**", "src/ui/**", "src/**", "docs/*.md", "src/api/pay.swift", "tests/**", "lib/a.c",
  ]

  init(seed: UInt64) {
    self.seed = seed
    chance = Chance(seed: seed, "order")
  }

  mutating func make(steps most: Int) -> RunOrder {
    let count = chance.number(1...most)
    let width = chance.number(1...8)
    var group: StepID?
    while steps.count < count {
      if group == nil, chance.happens(60), count - steps.count > 3 {
        let id = StepID("group-\(steps.count)")
        steps.append(RunStep(id, kind: .group, needs: needs(width)))
        group = id
      }
      var step = step(width)
      step.group = group
      if let group { step.needs.removeAll { $0 == group } }
      steps.append(step)
      if chance.happens(300) { group = nil }
    }
    addStandIns()
    return RunOrder(
      session: "exec-random-20260101-\(seed)", plan: "random", settings: settings(), steps: steps,
      gates: gates(most: 2))
  }

  private mutating func needs(_ width: Int) -> [StepID] {
    guard !steps.isEmpty else { return [] }
    var needs: Set<StepID> = []
    for _ in 0..<chance.number(0...3) {
      let near = max(0, steps.count - 2 * width)
      needs.insert(steps[chance.number(near...steps.count - 1)].id)
    }
    return needs.sorted()
  }

  private mutating func step(_ width: Int) -> RunStep {
    let kind = chance.one(of: [RunStep.Kind.agent, .agent, .agent, .command, .command, .approval])
    let isApproval = kind == .approval && chance.happens(300)
    var step = RunStep(
      StepID("step-\(steps.count)"), kind: kind == .approval && !isApproval ? .agent : kind,
      needs: needs(width), priority: chance.one(of: Priority.allCases))
    if chance.happens(700) { step.estimate = .minutes(Int64(chance.number(1...40))) }
    if chance.happens(20) { step.isDone = step.needs.isEmpty }
    guard step.kind != .approval else { return step }
    if step.kind == .agent {
      step.terms.seats = (0..<chance.number(1...2)).map { _ in seat() }
      step.terms.expectedCost = Money(microdollars: Int64(chance.number(1...2_000_000)))
      // Some leave enough for one attempt or two.
      if chance.happens(200) {
        step.terms.cost = Money(microdollars: Int64(chance.number(1...5)) * 1_000_000)
      }
      if chance.happens(100) { step.terms.tokens = chance.number(1...10) * 100_000 }
    }
    step.terms.hasWorkspace = chance.happens(700)
    if chance.happens(100) { step.terms.lane = chance.one(of: ["api", "ui"]) }
    if chance.happens(400) { step.terms.files = [chance.one(of: globs)] }
    if chance.happens(200) {
      let count = chance.happens(500) ? nil : Optional(chance.number(1...2))
      step.terms.resources = [
        ResourceRequest(name: chance.one(of: ["database", "licence"]), count: count)
      ]
    }
    step.terms.gates = gates(most: 3)
    if chance.happens(200) { step.terms.retries = chance.number(0...3) }
    if chance.happens(150) {
      step.terms.contingency =
        chance.happens(500) ? .seats(seats: [seat()]) : .person(name: "ada")
    }
    return step
  }

  private mutating func seat() -> Seat {
    let harness = chance.one(of: ["claude", "claude", "codex"])
    return Seat(
      agent: chance.happens(800) ? chance.one(of: agents) : nil, harness: harness,
      model: chance.happens(700) ? chance.one(of: models) : nil,
      account: chance.happens(800) ? harness : harness + "-2")
  }

  private mutating func gates(most: Int) -> [RunGate] {
    (0..<chance.number(0...most)).map { number in
      switch chance.number(0...9) {
      case 0: RunGate(.approval, "maintainer")
      case 1, 2: RunGate(.review, "review-\(number)", seats: [seat()])
      default: RunGate(.command, "test-\(number)", rounds: chance.number(1...2))
      }
    }
  }

  /// Some steps stand in for others: they are needed by nobody who comes before.
  private mutating func addStandIns() {
    for place in steps.indices where chance.happens(60) {
      guard steps[place].kind == .agent, steps[place].terms.contingency == nil, steps.count < 200
      else { continue }
      var standIn = step(1)
      standIn.id = StepID("stand-in-\(steps.count)")
      standIn.needs = []
      standIn.isDone = false
      standIn.terms.contingency = nil
      steps[place].terms.contingency = .step(step: standIn.id)
      steps.append(standIn)
    }
  }

  private mutating func settings() -> RunSettings {
    var settings = RunSettings()
    settings.agents = chance.number(1...8)
    settings.builds = chance.number(1...3)
    settings.quotas = [
      Quota(Pool.model("opus"), chance.number(1...5)), Quota(Pool.model("sonnet"), 10),
      Quota(Pool.resource("licence"), chance.number(2...3)),
    ]
    if chance.happens(400) {
      settings.quotas.append(Quota(Pool.agent("tester"), chance.number(1...2)))
    }
    if chance.happens(300) {
      settings.quotas.append(Quota(Pool.account("codex"), chance.number(1...3)))
    }
    if chance.happens(300) { settings.quotas.append(Quota(Pool.ports, chance.number(1...6))) }
    if chance.happens(200) { settings.quotas.append(Quota(Pool.worktrees, chance.number(1...6))) }
    settings.callsPerHour = chance.happens(300) ? chance.number(4...30) : nil
    if chance.happens(250) {
      settings.cost = Money(microdollars: Int64(chance.number(1...60)) * 1_000_000)
    }
    if chance.happens(100) { settings.tokens = chance.number(1...20) * 100_000 }
    settings.retries = chance.number(0...3)
    settings.speculates = chance.happens(800)
    if chance.happens(300) { settings.deadline = .hours(Int64(chance.number(1...20))) }
    return settings
  }
}
