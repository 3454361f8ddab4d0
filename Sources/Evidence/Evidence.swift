// Evidence: what a gate must leave so that it counts as passed.
//
// Pure: it reads the output of test runners and the answers of reviewers, and judges. Running commands
// and asking reviewers is for others.
//
// May import: JSONValues, Plans. Start reading at `Evidence`, then `GateFailure`, `TestCounting` and
// `ReviewVerdict`.

package import JSONValues

/// What was seen when a gate's command ran on a tree.
package struct Evidence: Sendable, Equatable {
  package enum Ending: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
    case printedTooMuch
    /// It could not be started, and what the system said.
    case notStarted(String)
  }

  package var command: String
  package var ending: Ending
  /// The hash of the tree that it ran on: what is said here is said of that tree and of no other.
  package var tree: String
  package var duration: Duration
  /// Nothing where no runner's words were found in the output.
  package var tests: CountedTests?
  /// The end of the output, for people.
  package var tail: String
  /// The file with the whole of the output.
  package var output: String

  package init(
    command: String, ending: Ending, tree: String, duration: Duration, tests: CountedTests?,
    tail: String, output: String
  ) {
    self.command = command
    self.ending = ending
    self.tree = tree
    self.duration = duration
    self.tests = tests
    self.tail = tail
    self.output = output
  }

  /// The end of an output, as text for people: so many lines at most, and no long ones.
  package static func tail(
    of output: some BidirectionalCollection<UInt8>, lines: Int = 40
  ) -> String {
    let text = String(decoding: output.suffix(32 << 10), as: UTF8.self).withoutTerminalCodes
    var kept = text.split(separator: "\n", omittingEmptySubsequences: false)
    while kept.last?.allSatisfy(\.isWhitespace) == true { kept.removeLast() }
    return kept.suffix(lines)
      .map { $0.count > 400 ? $0.prefix(400) + " ..." : $0 }.joined(separator: "\n")
  }
}

extension Evidence {
  /// The evidence as it is kept.
  package var json: JSON {
    var members: [JSON.Member] = [.init("command", .string(command))]
    switch ending {
    case .exited(let status): members.append(.init("status", .int(Int(status))))
    case .signalled(let signal): members.append(.init("signal", .int(Int(signal))))
    case .timedOut: members.append(.init("timed_out", true))
    case .printedTooMuch: members.append(.init("printed_too_much", true))
    case .notStarted(let words): members.append(.init("not_started", .string(words)))
    }
    let (seconds, attoseconds) = duration.components
    members += [
      .init("tree", .string(tree)),
      .init("ms", .int(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))),
    ]
    if let tests {
      members.append(.init("tests", tests.json))
    }
    members += [.init("tail", .string(tail)), .init("output", .string(output))]
    return .object(members)
  }

  /// Evidence as it was kept; nothing where this is none.
  package init?(_ json: JSON) {
    guard let command = json["command"]?.text, let tree = json["tree"]?.text,
      let milliseconds = json["ms"]?.count
    else { return nil }
    let ending: Ending
    if let status = json["status"]?.count, let status = Int32(exactly: status) {
      ending = .exited(status)
    } else if let signal = json["signal"]?.count, let signal = Int32(exactly: signal) {
      ending = .signalled(signal)
    } else if let words = json["not_started"]?.text {
      ending = .notStarted(words)
    } else if json["timed_out"]?.flag == true {
      ending = .timedOut
    } else if json["printed_too_much"]?.flag == true {
      ending = .printedTooMuch
    } else {
      return nil
    }
    self.init(
      command: command, ending: ending, tree: tree, duration: .milliseconds(milliseconds),
      tests: json["tests"].map { CountedTests(json: $0) }, tail: json["tail"]?.text ?? "",
      output: json["output"]?.text ?? "")
  }
}

extension CountedTests {
  fileprivate var json: JSON {
    func members(_ counts: TestCounts) -> [JSON.Member] {
      [
        .init("passed", .int(counts.passed)), .init("failed", .int(counts.failed)),
        .init("skipped", .int(counts.skipped)), .init("at_least", .bool(counts.isLowerBound)),
      ]
    }
    let each = parts.map {
      JSON.object([.init("by", .string($0.runner.rawValue))] + members($0.counts))
    }
    return .object(
      members(counts) + [
        .init("each", .array(each)),
        .init("silent", .array(silent.map { .string($0.rawValue) })),
      ])
  }

  fileprivate init(json: JSON) {
    let parts = (json["each"]?.items ?? []).compactMap { part -> Part? in
      guard let runner = part["by"]?.text.flatMap(TestRunner.init) else { return nil }
      return Part(
        runner,
        TestCounts(
          passed: part["passed"]?.count ?? 0, failed: part["failed"]?.count ?? 0,
          skipped: part["skipped"]?.count ?? 0, isLowerBound: part["at_least"]?.flag ?? false))
    }
    self.init(
      parts, silent: (json["silent"]?.items ?? []).compactMap { $0.text.flatMap(TestRunner.init) })
  }
}
