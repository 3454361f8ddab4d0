import Diagnostics

extension PlanValidation {
  mutating func checkLimits() {
    positive(plan.limits.agents, "limits.agents", .plan)
    positive(plan.limits.cost, "limits.cost", .plan)
    positive(plan.limits.tokens, "limits.tokens", .plan)
    positive(plan.limits.callsPerHour, "limits.calls_per_hour", .plan)
    positive(plan.deadline, "deadline", .plan)
    checkGates(plan.gates, .plan)
    for step in plan.steps {
      let id = step.id.value
      positive(step.timeout, "timeout", .step(id))
      positive(step.estimate, "estimate", .step(id))
      positive(step.limits.cost, "limits.cost", .step(id))
      positive(step.limits.tokens, "limits.tokens", .step(id))
      positive(step.limits.turns, "limits.turns", .step(id))
      if let retries = step.retries, retries.value < 0 {
        report(
          .impossibleLimit(.step(id), key: "retries", mustBe: "0 or more"), at: retries.place)
      }
      checkGates(step.gates, .step(id))
      checkWorktree(step)
      if let cost = step.limits.cost, let ceiling = plan.limits.cost, cost.value > ceiling.value {
        report(.ceilingAbovePlan(id, key: "money"), at: cost.place)
      }
      if let tokens = step.limits.tokens, let ceiling = plan.limits.tokens,
        tokens.value > ceiling.value
      {
        report(.ceilingAbovePlan(id, key: "tokens"), at: tokens.place)
      }
      if let estimate = step.estimate, let timeout = step.timeout, timeout.value > .zero,
        estimate.value > timeout.value
      {
        report(
          .estimateAboveTimeout(id, estimate: estimate.value, timeout: timeout.value),
          at: estimate.place)
      }
    }
    checkDeadline()
  }

  private mutating func checkWorktree(_ step: Step) {
    guard let worktree = step.worktree, !worktree.value else { return }
    let reason: String? =
      if !step.isCommand {
        "only a command can do without"
      } else if step.lane != nil {
        "it is in a lane"
      } else if !step.files.isEmpty {
        "it says which files it may touch"
      } else if !step.artifacts.isEmpty {
        "it leaves artifacts"
      } else {
        nil
      }
    if let reason { report(.needsWorktree(step.id.value, because: reason), at: worktree.place) }
  }

  private mutating func checkGates(_ gates: [Gate], _ owner: PlanFlaw.Owner) {
    for gate in gates {
      positive(gate.attempts, "attempts", owner)
      if case .approve = gate.check.value, let attempts = gate.attempts, attempts.value > 1 {
        report(
          .impossibleLimit(owner, key: "attempts", mustBe: "1 where a person approves"),
          at: attempts.place)
      }
      positive(gate.timeout, "timeout", owner)
    }
  }

  private mutating func positive<Value: Comparable & AdditiveArithmetic>(
    _ value: Located<Value>?, _ key: String, _ owner: PlanFlaw.Owner
  ) {
    guard let value, value.value <= .zero else { return }
    report(.impossibleLimit(owner, key: key, mustBe: "more than 0"), at: value.place)
  }

  private mutating func checkDeadline() {
    guard let deadline = plan.deadline, deadline.value > .zero, graph.isAcyclic else { return }
    let path = CriticalPath(plan, graph).length
    if path > deadline.value {
      report(
        .deadlineBelowCriticalPath(deadline: deadline.value, criticalPath: path),
        at: deadline.place)
    }
  }

  mutating func checkContingencies() {
    var pairs: [(from: Int, to: Int)] = []
    for (index, step) in plan.steps.enumerated() {
      guard let target = step.contingency?.step else { continue }
      let id = step.id.value
      guard let found = steps[target.value] else {
        let others = plan.steps.lazy.map(\.id.value).filter { $0 != id }.map(\.text)
        report(
          .unknownContingency(
            id, target: target.value, suggestion: closestMatch(to: target.value.text, in: others)),
          at: target.place)
        continue
      }
      if found == index {
        report(.contingencyIsItself(id), at: target.place)
      } else if plan.steps[found].isGroup {
        report(.contingencyIsGroup(id, target: target.value), at: target.place)
      } else {
        pairs.append((index, found))
      }
    }
    for (pair, waits) in zip(pairs, graph.reachability(of: pairs)) where waits {
      let step = plan.steps[pair.from]
      let target = plan.steps[pair.to].id.value
      report(
        .contingencyWaitsForStep(step.id.value, target: target), at: step.contingency?.step?.place)
    }
  }

  mutating func checkResources() {
    var isCounted: Set<String> = []
    for step in plan.steps {
      for resource in step.resources {
        guard let count = resource.value.count else { continue }
        isCounted.insert(resource.value.name)
        if count <= 0 {
          report(
            .impossibleLimit(
              .step(step.id.value), key: resource.value.name, mustBe: "more than 0"),
            at: resource.place)
        }
      }
    }
    var told: Set<String> = []
    for step in plan.steps {
      for resource in step.resources
      where resource.value.count == nil && isCounted.contains(resource.value.name)
        && told.insert(resource.value.name).inserted
      {
        report(.resourceSharedBothWays(resource.value.name), at: resource.place)
      }
    }
  }
}
