/// How long nothing may be heard of a program before it counts as hanging: longer than it can sit in its
/// own retries, and longer still while a command of its own runs.
package struct SilenceLimits: Sendable, Equatable {
  /// While the model is asked.
  package var model: Duration
  /// While a tool runs: a build says nothing for long, and is no hang.
  package var command: Duration

  package init(model: Duration, command: Duration, _ least: Duration? = nil) {
    self.model = max(model, least ?? .zero)
    self.command = max(command, least ?? .zero)
  }

  /// The limit that counts now.
  ///
  /// - Parameter configured: what the configuration says for all agents; only a longer one counts.
  package func limit(during activity: Activity, configured: Duration) -> Duration {
    switch activity {
    case .using: max(command, configured)
    case .waiting(let notice): max(model, configured) + (notice.delay ?? .zero)
    case .starting, .thinking, .limited, .done: max(model, configured)
    }
  }
}
