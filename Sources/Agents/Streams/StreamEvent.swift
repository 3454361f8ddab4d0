package import Plans

/// What an agent was seen to do, in the words of no program in particular.
package enum StreamEvent: Sendable, Equatable {
  /// The program named the session by which it can be resumed.
  case session(String)
  /// The agent said something.
  case said(String)
  /// The agent reasons; what it thinks is not kept.
  case thought
  case toolBegan(ToolUse)
  /// A tool came to its end. What it printed is in the stream, not here.
  case toolEnded(id: String, failed: Bool)
  /// The agent asked a person something, or was not allowed to do something. Nobody answers within an
  /// attempt: the program goes on without.
  case asked(Question)
  /// A limit was met, or will be soon.
  case limited(LimitNotice)
  /// The program tries again by itself after an error of the model's service.
  case retrying(RetryNotice)
  /// Somebody interrupted the agent.
  case interrupted
  /// A count of the run, or of the session, so far.
  case used(Usage)
  /// The line by which the program says that it is done. More may follow: the last counts.
  case concluded(Conclusion)
}

/// One use of a tool by an agent.
package struct ToolUse: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case command(String)
    /// Files that it writes.
    case edit([String])
    /// A file that it reads.
    case read(String)
    /// Another agent that works for this one.
    case subAgent(String)
    case other
  }

  package var id: String
  /// As the program calls it: `Bash`, `mcp__brain__search`.
  package var name: String
  package var kind: Kind
  /// Whether a sub-agent uses it.
  package var isNested: Bool

  package init(id: String, name: String, kind: Kind = .other, isNested: Bool = false) {
    self.id = id
    self.name = name
    self.kind = kind
    self.isNested = isNested
  }
}

package enum Question: Sendable, Equatable {
  /// The agent wanted to use a tool and was not allowed to.
  case permission(tool: String, reason: String)
  /// The agent wanted an answer.
  case answer(String)
}

/// What is known of a limit.
package struct LimitNotice: Sendable, Equatable {
  /// Whether the limit stops the agent now; otherwise it is only near.
  package var isReached: Bool
  package var reset: ResetTime?
  /// Which limit it is, as the program calls it: `five_hour`.
  package var name: String?

  package init(isReached: Bool, reset: ResetTime? = nil, name: String? = nil) {
    self.isReached = isReached
    self.reset = reset
    self.name = name
  }
}

/// A retry that the program makes by itself.
package struct RetryNotice: Sendable, Equatable {
  package var cause: FailureKind
  package var words: String
  package var attempt: Int?
  package var limit: Int?
  /// How long it waits before.
  package var delay: Duration?

  package init(
    cause: FailureKind, words: String, attempt: Int? = nil, limit: Int? = nil,
    delay: Duration? = nil
  ) {
    self.cause = cause
    self.words = words
    self.attempt = attempt
    self.limit = limit
    self.delay = delay
  }
}

/// What a program says of its own end.
package struct Conclusion: Sendable, Equatable {
  package var isError: Bool
  /// The agent's last words, or the error's.
  package var text: String?
  /// What went wrong where something did and the program named it.
  package var failure: FailureKind?
  package var turns: Int?
  package var usage: Usage?
  package var cost: Money?
  /// An answer in the shape that was asked for, as JSON text.
  package var answer: String?
  /// Tools that the agent was not allowed to use.
  package var denials: [String]

  package init(
    isError: Bool, text: String? = nil, failure: FailureKind? = nil, turns: Int? = nil,
    usage: Usage? = nil, cost: Money? = nil, answer: String? = nil, denials: [String] = []
  ) {
    self.isError = isError
    self.text = text
    self.failure = failure
    self.turns = turns
    self.usage = usage
    self.cost = cost
    self.answer = answer
    self.denials = denials
  }
}
