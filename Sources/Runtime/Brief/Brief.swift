package import Agents
package import Conducting
package import Configuration
import Diagnostics
import Documents
import Files
package import Plans

/// All that a run was started from, as it was then: the plan with its prompts, the agents, the configuration.
///
/// It is frozen in the run's folder when the run begins, and every attempt is made from what is frozen: a prompt that
/// is edited while the run goes on changes nothing in it, and a run is taken up as what it was.
package struct Brief: Sendable {
  package let request: RunRequest
  package let plan: Plan
  package let configuration: Configuration
  package let agents: AgentRegistry
  /// What agents may be given of the repository's servers.
  let servers: ContextServers
  /// Texts of prompt files, by their paths from the root.
  private let prompts: [String: String]
  private let places: [StepID: Int]

  init(
    _ request: RunRequest, _ plan: Plan, _ configuration: Configuration,
    _ agents: AgentRegistry, _ servers: ContextServers, prompts: [String: String]
  ) {
    self.request = request
    self.plan = plan
    self.configuration = configuration
    self.agents = agents
    self.servers = servers
    self.prompts = prompts
    places = Dictionary(
      plan.steps.indices.map { (plan.steps[$0].id.value, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  package func step(_ id: StepID) -> Step? { places[id].map { plan.steps[$0] } }

  /// What the step's agent is to do, in the words of its prompt file where it has one.
  package func task(of step: Step) -> String? {
    guard case .prompt(let path) = step.work.value else { return nil }
    return prompts[path]
  }

  /// A gate as the plan has it. Artifacts are no gates of a run: they are looked at when an attempt is inspected.
  package func gate(_ check: Check, of step: Step) -> Gate? {
    let all = (check.merge == nil ? step.gates : mergeGates).filter { !$0.isOfArtifacts }
    return all.indices.contains(check.gate) ? all[check.gate] : nil
  }

  /// What every merged tree must pass.
  package var mergeGates: [Gate] {
    plan.gates + (configuration.value(Settings.shared.mergeGates) ?? [])
  }
}

extension Gate {
  var isOfArtifacts: Bool { if case .artifacts = check.value { true } else { false } }

  var artifacts: [String] { if case .artifacts(let files) = check.value { files } else { [] } }
}

/// What a person asked for when a run was started.
package struct RunRequest: Hashable, Sendable, Codable {
  /// The plan's file from the top of the checkout; nothing for a plan of prompt files.
  package var plan: String?
  package var prompts: [String]
  /// The values of `--set`, `KEY=VALUE`.
  package var assignments: [String]
  /// Variables of the environment that set settings.
  package var variables: [String: String]
  /// The file that was read instead of the repository's.
  package var configuration: String?
  /// The top of the checkout that the run was begun in.
  package var checkout: String?
  /// The integration branch, and where it begins.
  package var branch: String
  package var base: String?
  /// The steps that the run is bounded to; nothing where it is the whole plan.
  package var steps: [StepID]?
  /// The harness of all agents, over what the plan says.
  package var harness: String?

  package init(
    plan: String? = nil, prompts: [String] = [], assignments: [String] = [],
    variables: [String: String] = [:], configuration: String? = nil,
    branch: String, base: String? = nil, steps: [StepID]? = nil, harness: String? = nil
  ) {
    self.plan = plan
    self.prompts = prompts
    self.assignments = assignments
    self.variables = variables
    self.configuration = configuration
    self.branch = branch
    self.base = base
    self.steps = steps
    self.harness = harness
  }
}
