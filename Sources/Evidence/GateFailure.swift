package import Plans

/// Why a gate's command does not pass.
package enum GateFailure: Error, Sendable, Equatable {
  /// Nothing of it ran, and what the system said.
  case notStarted(String)
  /// The command, or a program that it needs, is not there.
  case missingTool(String)
  case status(Int32)
  case signal(Int32)
  case timedOut
  case printedTooMuch
  /// The command says success, its own output says otherwise: a pipe may have hidden the status.
  case failedTests(Int)
  case noTests
  /// Others ran tests, and this one none.
  case noTestsOf(TestRunner)
  /// Tests are expected, and nothing in the output tells how many ran.
  case unreadableCount(Gate.Expectation)
  /// The same of one of several runners, or of reports.
  case silentRunner(TestRunner)
  case wrongCount(TestCounts, Gate.Expectation)

  /// Whether a person must put something right before it makes sense to try again: a program that is missing is theirs to
  /// install, but for one of the repository itself, which is the agent's to write.
  ///
  /// - Parameter folder: where the command ran.
  package func isBeyondTheAgent(in folder: String) -> Bool {
    if case .notStarted = self { return true }
    guard case .missingTool(let words) = self else { return false }
    return !words.split { $0.isWhitespace || ":'\"`".contains($0) }.contains { word in
      let isWithin = word.hasPrefix("/") ? word.hasPrefix(folder + "/") : word.contains("/")
      // What is installed beside the repository's own files, git does not track.
      let isInstalled = word.split(separator: "/").contains { part in
        ["node_modules", "venv", ".venv"].contains(part)
      }
      return isWithin && !isInstalled
    }
  }
}

extension Evidence {
  /// What is expected of a command of which nothing is said: that a test runner runs a test.
  package static func standardExpectation(
    of command: String, _ tests: CountedTests?
  ) -> Gate.Expectation? {
    tests != nil || !TestRunner.started(by: command).isEmpty ? Gate.Expectation(.moreThan, 0) : nil
  }

  /// Why the gate fails; nothing where it passes.
  package func failure(expecting declared: Gate.Expectation?) -> GateFailure? {
    if let failure = endedBadly { return failure }
    if let failed = tests?.counts.failed, failed > 0 { return .failedTests(failed) }
    guard let expectation = declared ?? Self.standardExpectation(of: command, tests) else {
      return nil
    }
    guard let tests else { return .unreadableCount(expectation) }
    if let silent = tests.silent.first { return .silentRunner(silent) }
    let counts = tests.counts
    if declared == nil, counts.ran > 0, let part = tests.parts.first(where: { $0.counts.ran == 0 })
    {
      return .noTestsOf(part.runner)
    }
    if expectation.isMet(by: counts) { return nil }
    // What is only known to be at least so much cannot show that it is enough.
    if counts.isLowerBound { return .unreadableCount(expectation) }
    return counts.ran == 0 ? .noTests : .wrongCount(counts, expectation)
  }

  private var endedBadly: GateFailure? {
    switch ending {
    case .notStarted(let words): return .notStarted(words)
    case .signalled(let signal): return .signal(signal)
    case .timedOut: return .timedOut
    case .printedTooMuch: return .printedTooMuch
    case .exited(0): return nil
    case .exited(let status):
      if status == 127 || status == 126 { return .missingTool(missingTool ?? lastLine) }
      // make, npm and others hand the status of what they ran on in words.
      if tests == nil, let missing = missingTool { return .missingTool(missing) }
      return .status(status)
    }
  }

  /// The line of the output by which a shell, or what was to run the tests, says that a program is not there.
  ///
  /// What a program under test says of what it lacks is for its writer to put right: such a line counts only where its
  /// status is told as 127, by the command or by `make` and the like.
  private var missingTool: String? {
    let lines = tail.split(separator: "\n").suffix(6)
    if let line = lines.last(where: \.tellsOfMissingRunner) { return String(line) }
    let status = lines.lastIndex(where: \.tellsOfStatus127)
    if let line = lines.last(where: \.tellsOfMissingProgram),
      ending == .exited(127) || status != nil
    {
      return String(line)
    }
    // `make: *** [test] Error 127` has the program in the line before it.
    guard let status else { return nil }
    return String(lines[status > lines.startIndex ? status - 1 : status])
  }

  private var lastLine: String {
    tail.split(separator: "\n").last.map(String.init) ?? "`\(command)` was not found"
  }
}

extension Substring {
  /// `sh: 1: foo: not found`, `bash: line 3: foo: command not found`, `zsh: command not found: foo`, `env: 'foo': No
  /// such file or directory`.
  fileprivate var tellsOfMissingProgram: Bool {
    let parts = split(separator: ":").map(\.trimmed)
    guard parts.count > 1, let last = parts.last else { return false }
    switch last {
    case "command not found": return true
    // Shells that say no more have the line, or their own name, in front.
    case "not found":
      return parts.count > 2
        && (parts[parts.count - 3].leadingCount != nil || parts[0].hasSuffix("sh"))
    case "No such file or directory": return parts[0] == "env" || parts[0].hasSuffix("/env")
    default: return parts[parts.count - 2] == "command not found"
    }
  }

  /// How `make`, npm and others tell of the status of what they ran.
  fileprivate var tellsOfStatus127: Bool {
    let words = split { !$0.isLetter && !$0.isNumber }
    return zip(words, words.dropFirst()).contains { word, number in
      number == "127" && ["Error", "code", "status"].contains(word)
    }
  }

  /// A runner that is itself not installed: `/usr/bin/python3: No module named pytest`, and ``error: no such command:
  /// `nextest` ``. The module may be the agent's own as well, so only runners are meant.
  fileprivate var tellsOfMissingRunner: Bool {
    if hasPrefix("error: no such command") { return true }
    let parts = split(separator: ":").map(\.trimmed)
    guard parts.count == 2, parts[0].split(separator: "/").last?.hasPrefix("python") == true,
      parts[1].hasPrefix("No module named ")
    else { return false }
    let name = parts[1].dropFirst("No module named ".count).filter { $0 != "'" }
    return [
      "pytest", "nose2", "tox", "nox", "coverage", "mypy", "ruff", "flake8", "pylint", "black",
      "pip", "build",
    ].contains(name)
  }
}

extension Gate.Expectation {
  func isMet(by counts: TestCounts) -> Bool {
    switch relation {
    case .moreThan: counts.ran > tests
    case .atLeast: counts.ran >= tests
    case .exactly: counts.ran == tests && !counts.isLowerBound
    }
  }

  /// As it is written in a plan.
  fileprivate var text: String { "\(relation.rawValue)\(tests)" }
}

extension GateFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notStarted(let words): "it could not be started: \(words)"
    case .missingTool(let words): "a program that it needs is missing: \(words)"
    case .status(let status): "it ended with status \(status)"
    case .signal(let signal): "it was ended by signal \(signal)"
    case .timedOut: "it was stopped: its time was over"
    case .printedTooMuch: "it was stopped: it printed more than it may"
    case .failedTests(let count):
      "it ended with status 0, but \(count) \(count == 1 ? "test" : "tests") failed"
    case .noTests: "no test ran"
    case .noTestsOf(let runner): "\(runner.rawValue) ran no test"
    case .silentRunner(.junit): "a report of its tests cannot be read"
    case .silentRunner(let runner):
      "its output does not tell how many tests \(runner.rawValue) ran"
    case .unreadableCount(let expectation):
      "nothing tells how many tests ran, and the gate expects `tests: \"\(expectation.text)\"`"
    case .wrongCount(let counts, let expectation):
      "\(counts.ran) \(counts.ran == 1 ? "test" : "tests") ran, and \"\(expectation.text)\" are expected"
    }
  }
}
