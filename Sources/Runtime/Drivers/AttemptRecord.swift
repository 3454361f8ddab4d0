import Agents
import Conducting
package import Plans
import Processes
import Supervision

/// What came of an agent's attempt, as it lies in `result.json`: for people, and for the attempt after it.
package struct AttemptRecord: Codable, Hashable, Sendable {
  package var agent: String?
  package var harness: String
  package var account: String
  package var model: String?
  /// What kind of failure it was; nothing where it succeeded.
  package var failure: String?
  package var words: String?
  package var summary: String?
  package var session: String?
  package var turns: Int?
  package var input: Int?
  package var cached: Int?
  package var output: Int?
  package var cost: Money?
  package var tools: [String]
  /// Counts of the whole session, for the attempt that goes on in it.
  var sessionInput: Int?
  var sessionCached: Int?
  var sessionOutput: Int?
  var sessionCost: Money?

  init(_ result: AttemptResult, _ seat: Seat) {
    agent = seat.agent
    harness = seat.harness
    account = seat.account
    model = seat.model
    failure = result.failure?.kind.rawValue
    words = result.failure?.words
    summary = result.summary
    session = result.session
    turns = result.turns
    input = result.usage?.input
    cached = result.usage?.cached
    output = result.usage?.output
    cost = result.cost
    tools = result.tools
    sessionInput = result.totals?.usage?.input
    sessionCached = result.totals?.usage?.cached
    sessionOutput = result.totals?.usage?.output
    sessionCost = result.totals?.cost
  }

  var totals: SessionTotals? {
    session.map { session in
      SessionTotals(
        session: session,
        usage: sessionInput.map {
          Agents.Usage(input: $0, cached: sessionCached ?? 0, output: sessionOutput ?? 0)
        }, cost: sessionCost)
    }
  }
}

extension FailureKind {
  /// What kind of answer a run has to it.
  var meaning: Conducting.Failure.Kind {
    switch self {
    case .rateLimit: .rateLimit
    case .overload: .overload
    case .network: .network
    case .authentication: .authentication
    case .usage, .missing: .environment
    case .budget: .budget
    case .timeout: .timeout
    case .silence: .stalled
    case .crash: .crash
    // Not the work's fault: it is begun again, and bounded apart from its retries.
    case .killed, .interrupted, .session: .lost
    case .refusal, .turnLimit, .output, .memory, .noWork, .failed: .task
    }
  }
}

extension AttemptOutcome {
  /// How the program ended, in the words of those who judge it.
  var ending: ProcessEnding {
    switch self {
    case .lost: .stopped(.lost)
    case .ended(let exit): exit.ending
    }
  }

  /// When it ended, where its supervisor could tell.
  var endedAt: Instant? {
    guard case .ended(let exit) = self, exit.endedAt > 0 else { return nil }
    return Instant(milliseconds: Int64(exit.endedAt))
  }
}

extension AttemptExit {
  var ending: ProcessEnding {
    switch reason {
    case .timeout: .stopped(.timeout)
    case .idle: .stopped(.silence)
    case .output: .stopped(.output)
    case .stopped: .stopped(.cancelled)
    case .spawnFailed: .notStarted(problem ?? "it could not be started")
    case .exited, .other:
      switch end {
      case .signalled(9) where (memoryKills ?? 0) > 0: .stopped(.memory)
      case .exited(let status): .exited(Int32(clamping: status))
      case .signalled(let signal): .signalled(Int32(clamping: signal))
      case nil: .notStarted(problem ?? "it could not be started")
      }
    }
  }
}
