package import Plans

/// A condition that stops a step, a pool or a run until a person, or the condition itself, resolves it.
package struct Blocker: Hashable, Sendable, Codable {
  package enum Scope: Hashable, Sendable, Codable {
    case run
    case step(step: StepID)
    /// Nothing more is launched that draws on it: an agent, a harness, an account.
    case pool(name: String)
  }

  package enum Kind: String, Codable, Sendable {
    case environment
    case authentication
    case conflict
    case budget
    /// A limit did not end in the time that was given for it.
    case limit
    case breaker
    case disk
    /// A person holds the branch that all is merged into.
    case branch
    case lost
    /// A person was named to decide.
    case decision
    /// Nothing can go on, and nothing would change that.
    case deadlock
  }

  package enum Severity: String, Codable, Sendable {
    case warning
    case error
    case critical
  }

  package var id: Int
  package var scope: Scope
  package var kind: Kind
  package var severity: Severity
  package var message: String
  /// What could be done, as commands and plain words.
  package var proposals: [String]
  package var raised: Instant
  package var isEscalated: Bool

  package init(
    id: Int, scope: Scope, kind: Kind, severity: Severity = .error, message: String,
    proposals: [String], raised: Instant, isEscalated: Bool = false
  ) {
    self.id = id
    self.scope = scope
    self.kind = kind
    self.severity = severity
    self.message = message
    self.proposals = proposals
    self.raised = raised
    self.isEscalated = isEscalated
  }
}

/// What a run, or a part of it, waits for.
package struct Wait: Hashable, Sendable, Codable {
  package enum Kind: String, Codable, Sendable {
    case paused
    case approval
    case answer
    case blocker
    case branch
    case account
    case calls
    case capacity
    case shares
    case retry
    case attempts
  }

  package var kind: Kind
  package var message: String
  /// Some of the steps that wait for it.
  package var steps: [StepID]
  /// When it ends by itself, where that is known.
  package var until: Instant?

  package init(_ kind: Kind, _ message: String, steps: [StepID] = [], until: Instant? = nil) {
    self.kind = kind
    self.message = message
    self.steps = steps
    self.until = until
  }
}
