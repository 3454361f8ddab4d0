package import Supervision

/// A short program to run to its end: git, a gate, a set-up script.
package struct Command: Sendable, Hashable {
  /// Where what the program prints goes.
  package enum Capture: Sendable, Hashable {
    /// Kept in memory. A program that prints more is ended, and the first `limit` bytes are given.
    case memory(limit: Int)
    /// Into a file, of which the last `tail` bytes are given.
    case file(String, limit: Int, tail: Int)
    /// Errors only: where the output goes, in the order in which both come.
    case withOutput
  }

  /// Which processes that the program left behind are ended with it.
  package enum Leftovers: Sendable, Hashable {
    case none
    /// All of them, where one is in the program's process group; finding that out costs nothing.
    case ofItsGroup
    /// Finding out costs a look at all processes of the machine.
    case all
  }

  package var arguments: [String]
  package var folder: String
  package var environment: [String: String]
  package var input: [UInt8]
  package var output: Capture
  package var errors: Capture
  package var timeout: Duration?
  /// How long after SIGTERM what is left gets SIGKILL.
  package var grace: Duration
  package var endsLeftovers: Leftovers
  /// Limits for each process.
  package var limits = Launch.Limits()
  /// Marks all that the program starts, so that they can be found after a crash; left out, one that
  /// nobody else has is made.
  package var marker: String?

  package init(
    _ arguments: [String], in folder: String, environment: [String: String], input: [UInt8] = [],
    output: Capture = .memory(limit: 64 << 20), errors: Capture = .memory(limit: 1 << 20),
    timeout: Duration? = nil, grace: Duration = .seconds(5), endsLeftovers: Leftovers = .none,
    marker: String? = nil
  ) {
    self.arguments = arguments
    self.folder = folder
    self.environment = environment
    self.input = input
    self.output = output
    self.errors = errors
    self.timeout = timeout
    self.grace = grace
    self.endsLeftovers = endsLeftovers
    self.marker = marker
  }
}

/// What a command that ran left.
package struct ProcessResult: Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    /// It ended by itself, or by a signal from elsewhere.
    case ended
    case timeout
    case outputLimit
    /// The task that ran it was cancelled.
    case cancelled
  }

  package var reason: Reason
  package var end: ProcessEnd
  package var output: [UInt8]
  package var errors: [UInt8]
  /// All that was printed, of which `output` and `errors` may be a part.
  package var outputBytes: Int
  package var errorBytes: Int
  package var usage: ResourceUsage
  package var duration: Duration
  /// Processes that outlived the program and were ended.
  package var leftovers: Int

  package var succeeded: Bool { reason == .ended && end == .exited(0) }
  package var outputText: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errors, as: UTF8.self) }
}
