import Agents
import Configuration
import Workspaces

extension Session {
  /// The agents that are defined here; what is wrong with their files is in the registry.
  func agents(_ configuration: Configuration) -> AgentRegistry {
    AgentRegistry.discover(
      root: try? repository().root, home: environment["HOME"], configuration: configuration)
  }
}
