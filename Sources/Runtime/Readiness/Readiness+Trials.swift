import Agents
import Files
import Processes
import Supervision

/// How a program ended that was only tried.
struct Trial: Sendable {
  /// Nothing where it could not be started, or did not end by itself.
  var status: Int32?
  var ending: ProcessEnding
  var output: [UInt8]
  var errors: String

  var outputText: String { String(decoding: output, as: UTF8.self) }

  /// What it said last, or how it ended.
  var words: String {
    let said = (errors + "\n" + outputText).split(separator: "\n")
      .last { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("note: run with `RUST_BACKTRACE") }
    if let said { return String(said.prefix(300)) }
    return switch ending {
    case .exited(let status): "it ended with status \(status)"
    case .signalled(let signal): "it was ended by signal \(signal)"
    case .notStarted(let words): words
    case .stopped: "it did not end in time"
    }
  }
}

extension Readiness {
  /// Runs a program to its end, or ends it and all that it started when its time is over. What it sees of the
  /// environment is what every program may see.
  ///
  /// - Parameter inherited: names of further variables of the person's that it sees.
  func trial(
    _ arguments: [String], in folder: String, environment more: [String: String] = [:],
    inherited: [String] = [], input: [UInt8] = [], within timeout: Duration
  ) async -> Trial {
    let environment = allowedEnvironment(from: surroundings.environment, naming: inherited)
      .merging(more) { $1 }
    do throws(SpawnError) {
      let result = try await run(
        Command(
          arguments, in: folder, environment: environment, input: input,
          output: .memory(limit: 4 << 20), timeout: timeout, grace: .seconds(1),
          endsLeftovers: .all))
      let ending: ProcessEnding =
        switch (result.reason, result.end) {
        case (.ended, .exited(let status)): .exited(Int32(status))
        case (.ended, .signalled(let signal)): .signalled(Int32(signal))
        case (.timeout, _): .stopped(.timeout)
        case (.outputLimit, _): .stopped(.output)
        case (.cancelled, _): .stopped(.cancelled)
        }
      let status: Int32? = if case .exited(let status) = ending { status } else { nil }
      return Trial(
        status: status, ending: ending, output: result.output, errors: result.errorText)
    } catch {
      return Trial(ending: .notStarted(error.description), output: [], errors: "")
    }
  }
}
