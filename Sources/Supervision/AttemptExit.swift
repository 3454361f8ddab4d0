/// How a process ended.
package enum ProcessEnd: Sendable, Hashable {
  case exited(Int)
  case signalled(Int)

  /// From the status that the system gives.
  package init(waitStatus: Int32) {
    let signal = Int(waitStatus & 0x7F)
    self = signal == 0 ? .exited(Int(waitStatus >> 8) & 0xFF) : .signalled(signal)
  }
}

/// What came of an attempt's processes: the content of `exit.json`.
package struct AttemptExit: Sendable, Hashable {
  /// Why the attempt ended: the first cause, whatever signals it took then.
  package enum Reason: Sendable, Hashable {
    /// The leader ended by itself, or by a signal that was not the supervisor's.
    case exited
    case timeout
    case idle
    case output
    /// Someone asked for it.
    case stopped
    case spawnFailed
    /// A word of a newer version.
    case other(String)
  }

  package var reason: Reason
  /// How the leader ended; nothing where it never began.
  package var end: ProcessEnd?
  /// What went wrong, in words.
  package var problem: String?
  /// Milliseconds since 1970.
  package var startedAt: Int
  package var endedAt: Int
  /// By a clock that nobody sets.
  package var duration: Duration
  package var usage: ResourceUsage
  /// Bytes that the whole tree held at its peak; known only where a cgroup counted them.
  package var treeMemory: Int?
  /// Processes that the system ended for want of memory; known only where a cgroup counted them.
  package var memoryKills: Int?
  package var outputBytes: Int
  package var errorBytes: Int
  /// Processes that were still there when the leader had ended, and were ended.
  package var leftovers: Int

  package init(
    _ reason: Reason, end: ProcessEnd? = nil, problem: String? = nil, startedAt: Int = 0,
    endedAt: Int = 0, duration: Duration = .zero, usage: ResourceUsage = ResourceUsage(),
    outputBytes: Int = 0, errorBytes: Int = 0, leftovers: Int = 0
  ) {
    self.reason = reason
    self.end = end
    self.problem = problem
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.duration = duration
    self.usage = usage
    self.outputBytes = outputBytes
    self.errorBytes = errorBytes
    self.leftovers = leftovers
  }
}

extension AttemptExit.Reason {
  package var word: String {
    switch self {
    case .exited: "exited"
    case .timeout: "timeout"
    case .idle: "idle"
    case .output: "output"
    case .stopped: "stopped"
    case .spawnFailed: "spawn-failed"
    case .other(let word): word
    }
  }

  package init(word: String) {
    let known: [AttemptExit.Reason] = [.exited, .timeout, .idle, .output, .stopped, .spawnFailed]
    self = known.first { $0.word == word } ?? .other(word)
  }
}
