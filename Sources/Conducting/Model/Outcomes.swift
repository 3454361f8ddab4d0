package import Plans

/// One try at one step.
package struct AttemptID: Hashable, Sendable, Codable, CustomStringConvertible {
  package var step: StepID
  /// Counts from one.
  package var number: Int

  package init(_ step: StepID, _ number: Int) {
    self.step = step
    self.number = number
  }

  package var description: String { "\(step) #\(number)" }
}

/// A commit, by whatever names it.
package typealias Commit = String

/// What an attempt used. Nothing means that it is not known, which counts as all that it might have been.
package struct Usage: Hashable, Sendable, Codable {
  package var cost: Money?
  package var tokens: Int?

  /// What no program can have used was told wrongly, and is not known.
  package init(cost: Money? = nil, tokens: Int? = nil) {
    self.cost = cost.flatMap { Self.possible ~= Int($0.microdollars) ? $0 : nil }
    self.tokens = tokens.flatMap { Self.possible ~= $0 ? $0 : nil }
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      cost: try values.decodeIfPresent(Money.self, forKey: .cost),
      tokens: try values.decodeIfPresent(Int.self, forKey: .tokens))
  }

  /// Of tokens, and of millionths of a dollar: sums of thousands of such can still be counted.
  private static let possible = 0...1_000_000_000_000_000
}

/// What was used in all by their own account, and whether some did not tell.
///
/// What is charged is another sum: there what is not known counts as all that was left (`RunState.spent`).
package struct ToldUsage: Hashable, Sendable, Codable {
  package private(set) var cost = Money.zero
  package private(set) var tokens = 0
  package private(set) var isCostWhole = true
  package private(set) var areTokensWhole = true

  package init() {}

  package mutating func take(_ usage: Usage) {
    cost = cost + (usage.cost ?? .zero)
    tokens += usage.tokens ?? 0
    if usage.cost == nil { isCostWhole = false }
    if usage.tokens == nil { areTokensWhole = false }
  }
}

/// Why something did not succeed, and when it may be tried again.
package struct Failure: Hashable, Sendable, Codable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    // The account or the network is not ready: not the step's fault.
    case rateLimit, overload, network
    // The work is not good enough.
    case task, rejected, timeout, stalled, crash
    /// It does not merge into the head.
    case conflict
    // Nothing that another try would change.
    case environment, authentication
    /// It would spend more than it may.
    case budget
    /// The machine died under it.
    case lost
  }

  package var kind: Kind
  /// What happened, as a person and the next attempt should read it.
  package var message: String
  /// When a limit ends, where that was said.
  package var resetAt: Instant?
  /// How long to wait at the least, where that was said.
  package var retryAfter: Span?
  /// Chance, handed in: thousandths of the wait that are added to it.
  package var jitter: Int?

  package init(
    _ kind: Kind, _ message: String, resetAt: Instant? = nil, retryAfter: Span? = nil,
    jitter: Int? = nil
  ) {
    self.kind = kind
    self.message = message
    self.resetAt = resetAt
    self.retryAfter = retryAfter
    self.jitter = jitter
  }

  package var isTransient: Bool {
    switch kind {
    case .rateLimit, .overload, .network: true
    default: false
    }
  }
}

/// How the process of an attempt ended.
package enum Ending: Hashable, Sendable {
  case succeeded(summary: String)
  case failed(Failure)
  /// It was asked to end, and did.
  case stopped
}

/// What a gate found. Only a pass with evidence is a pass.
package struct Verdict: Hashable, Sendable, Codable {
  package enum Result: String, Codable, Sendable {
    case passed
    case failed
    /// It could not be judged: a program is missing, a count cannot be read.
    case broken
  }

  package var result: Result
  /// Command, exit status, tests counted, tree: what proves the result. For a failure, what the next attempt is told.
  package var evidence: String
  /// What a reviewer used, once it is charged: what it did not tell counts as all that it might have used.
  package var usage: Usage?
  /// What it told, where that is something else.
  package var told: Usage?
  /// The same evidence for programs: one JSON object.
  package var proof: String?

  package init(_ result: Result, _ evidence: String, usage: Usage? = nil, proof: String? = nil) {
    self.result = result
    self.evidence = evidence
    self.usage = usage
    self.proof = proof
  }
}

/// Lines of one file that one side of a merge had added and that its result lacks.
package struct MissingLines: Hashable, Sendable, Codable {
  package enum Side: String, Codable, Sendable {
    /// What others had merged.
    case branch
    /// The step's own.
    case step
  }

  /// Whose they were.
  package var of: Side
  package var path: String
  /// The first of them, as many as a person would read; none where the file is not text.
  package var lines: [String]
  /// How many there are.
  package var count: Int

  package init(of side: Side, path: String, lines: [String]) {
    of = side
    self.path = path
    self.lines = lines.prefix(Self.mostLines).map { line in
      line.count > Self.longestLine ? line.prefix(Self.longestLine) + " ..." : line
    }
    count = lines.count
  }

  /// An event holds no more than people read of it.
  private static let mostLines = 20
  private static let longestLine = 200
}

extension Array {
  /// Nothing where there is nothing in it: what a fact need not say it leaves out.
  var nilIfEmpty: Self? { isEmpty ? nil : self }
}

/// What an attempt is seen to do. Each has a clock of its own: only the first can stall.
package enum Activity: Hashable, Sendable, Codable {
  case working
  /// A build or a test run of its own may be silent for long.
  case longCommand(command: String)
  /// The agent waits for its limit by itself.
  case limited(until: Instant?)
  case waitingForPerson(question: String)
  /// It has said nothing for longer than it may.
  case stalled
}

/// Why an attempt is being ended.
package enum StopReason: Hashable, Sendable, Codable {
  case paused
  case cancelled(by: String)
  case skipped(by: String, reason: String)
  case failed(failure: Failure)
}

/// What becomes of a step when an attempt at it ends.
package enum Fate: Hashable, Sendable, Codable {
  case completed
  case ready
  case waiting(until: Instant)
  case blocked(blocker: Int)
  case failed
  /// Others take it.
  case handed(seats: [Seat])
  /// Another step stands in for it.
  case replaced(by: StepID)
  case cancelled
  case skipped(by: String, reason: String)
}

/// Why a step is not done.
package enum SkipCause: Hashable, Sendable, Codable {
  /// A person said so: what needs it goes on.
  case person(name: String, reason: String)
  /// What it needs will not come: what needs it is skipped, too.
  case need(step: StepID)
  /// It stands in for a step that did not need it.
  case notNeeded

  /// Whether what needs the step may go on.
  package var isSatisfying: Bool { if case .need = self { false } else { true } }
}
