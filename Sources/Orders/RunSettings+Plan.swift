import Conducting
import Configuration
import Diagnostics
import Documents
import Plans

extension RunSettings {
  /// The limits of a plan before those of the configuration.
  init(
    of plan: Plan, _ configuration: Configuration, _ agents: [AgentDefinition], cores: Int
  ) {
    self.init()
    let settings = Settings.shared
    func span(_ setting: Setting<Duration>) -> Span? { configuration.value(setting).map(Span.init) }
    self.agents = plan.limits.agents?.value ?? configuration.value(settings.agents) ?? self.agents
    quotas = Self.quotas(configuration, agents)
    spacing = span(settings.spacing) ?? .zero
    callsPerHour = plan.limits.callsPerHour?.value ?? configuration.value(settings.callsPerHour)
    cost = plan.limits.cost?.value ?? configuration.value(settings.cost)
    tokens = plan.limits.tokens?.value ?? configuration.value(settings.tokens)
    retries = configuration.value(settings.taskRetries) ?? retries
    retryDelay = span(settings.taskDelay) ?? retryDelay
    transientDelay = span(settings.transientDelay) ?? transientDelay
    transientTime = span(settings.transientTime) ?? transientTime
    builds = configuration.value(settings.builds) ?? max(1, cores / 2)
    losses = configuration.value(settings.losses) ?? losses
    conflicts = configuration.value(settings.conflicts) ?? conflicts
    breaker = configuration.value(settings.breaker) ?? breaker
    deadline = plan.deadline.map { Span($0.value) }
  }

  /// Ranges of ports at once: more than a machine has attempts, and few enough that other runs find some too. As many as
  /// `PortRanges` has columns.
  private static let mostPortRanges = 128

  private static func quotas(
    _ configuration: Configuration, _ agents: [AgentDefinition]
  ) -> [Quota] {
    let settings = Settings.shared
    var quotas: [Quota] = []
    for (model, count) in configuration.value(settings.perModel) ?? [] {
      quotas.append(Quota(Pool.model(model), count))
    }
    for (account, count) in configuration.value(settings.perAccount) ?? [] {
      quotas.append(Quota(Pool.account(account), count))
    }
    for (resource, count) in configuration.value(settings.resources) ?? [] {
      quotas.append(Quota(Pool.resource(resource), count))
    }
    if configuration.value(settings.ports) ?? 0 > 0 {
      quotas.append(Quota(Pool.ports, mostPortRanges))
    }
    for agent in agents {
      if let count = agent.maxParallel { quotas.append(Quota(Pool.agent(agent.name), count)) }
    }
    return quotas
  }
}
