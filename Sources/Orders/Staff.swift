import Conducting
import Documents

/// Who there is to do a step.
struct Staff {
  /// What runs an agent where nobody says otherwise.
  static let usualHarness = "claude"

  private let definitions: [String: AgentDefinition]

  init(_ agents: [AgentDefinition]) {
    definitions = Dictionary(agents.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> AgentDefinition? { definitions[name] }

  /// The seat of an agent; what a step says counts before what the agent's definition says.
  func seat(of agent: String?, harness: String? = nil, model: String? = nil) -> Seat {
    Seat(
      agent: agent, harness: harness ?? Self.usualHarness,
      model: model ?? agent.flatMap { definitions[$0]?.model })
  }
}
