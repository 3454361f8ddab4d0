package import Conducting
package import Configuration
import Diagnostics
package import Documents
package import Plans

extension RunOrder {
  /// The order to run a plan that is valid. Needs that name no step, the step itself or its own group are left out, as in
  /// the plan's graph: validation tells them.
  ///
  /// - Parameters:
  ///   - configuration: what the plan does not say itself.
  ///   - agents: the definitions that steps name; of equal names the first counts.
  ///   - cores: of the machine; half as many command gates run at once where nothing is said.
  package init(
    of plan: Plan, settings configuration: Configuration, agents: [AgentDefinition] = [],
    session: String, cores: Int
  ) {
    let staff = Staff(agents)
    let known = Set(plan.steps.lazy.map(\.id.value))
    self.init(
      session: session, plan: plan.id.value, title: plan.title,
      settings: RunSettings(of: plan, configuration, agents, cores: cores),
      steps: plan.steps.indices.map { RunStep(of: $0, in: plan, known, staff) },
      gates: (plan.gates + (configuration.value(Settings.shared.mergeGates) ?? []))
        .compactMap { RunGate(of: $0, staff, harness: nil) })
  }
}

extension RunStep {
  fileprivate init(of index: Int, in plan: Plan, _ known: Set<StepID>, _ staff: Staff) {
    let step = plan.steps[index]
    let id = step.id.value
    let group = step.group.map { plan.steps[$0].id.value }
    self.init(
      id, kind: Kind(step.work.value),
      needs: step.needs.lazy.map(\.value).filter { $0 != id && $0 != group && known.contains($0) },
      group: group, priority: step.priority, estimate: step.estimate.map { Span($0.value) },
      isDone: step.isFinished, terms: Terms(of: step, known, staff))
  }
}

extension RunStep.Kind {
  fileprivate init(_ work: StepWork) {
    self =
      switch work {
      case .prompt, .task: .agent
      case .run: .command
      case .approve: .approval
      case .group: .group
      }
  }
}

extension Terms {
  fileprivate init(of step: Step, _ known: Set<StepID>, _ staff: Staff) {
    self.init()
    if step.isForAgent {
      seats = [
        staff.seat(
          of: step.agent?.value, harness: step.harness?.value, model: step.model?.value)
      ]
    }
    // A command may write, too, and what it writes is judged and merged like an agent's work.
    hasWorkspace = step.hasWorktree
    lane = step.lane?.value
    files = step.files.map(\.value.text)
    resources = step.resources.map(\.value)
    let harness = step.harness?.value
    gates = step.gates.compactMap { RunGate(of: $0, staff, harness: harness) }
    retries = step.retries?.value ?? step.agent.flatMap { staff[$0.value]?.maxRetries }
    cost = step.limits.cost?.value
    tokens = step.limits.tokens?.value
    contingency = step.contingency.flatMap { Fallback($0, known, staff, harness: harness) }
  }
}

extension Fallback {
  /// The first that is named counts.
  fileprivate init?(
    _ contingency: Contingency, _ known: Set<StepID>, _ staff: Staff, harness: String?
  ) {
    if let agent = contingency.agent?.value {
      self = .seats(seats: [staff.seat(of: agent, harness: harness)])
    } else if let step = contingency.step?.value, known.contains(step) {
      self = .step(step: step)
    } else if let person = contingency.person?.value {
      self = .person(name: person)
    } else {
      return nil
    }
  }
}

extension RunGate {
  /// Nothing for artifacts: whether they are there is seen when an attempt is inspected.
  ///
  /// - Parameter harness: what runs a reviewer where the gate does not say.
  fileprivate init?(of gate: Gate, _ staff: Staff, harness: String?) {
    let rounds = max(1, gate.attempts?.value ?? 1)
    switch gate.check.value {
    case .run(let command): self.init(.command, gate.name ?? command, rounds: rounds)
    case .review(let agent):
      let seat = staff.seat(of: agent, harness: gate.harness?.value ?? harness)
      self.init(.review, gate.name ?? agent, seats: [seat], rounds: rounds)
    // A person who rejects means it.
    case .approve(let person): self.init(.approval, gate.name ?? person)
    case .artifacts: return nil
    }
  }
}
