/// Counts tests in the output of a command, as it comes.
///
/// Every runner's form is looked for at once. Where the command names its runners, theirs count, and each must have told
/// of its own; where it does not, such as `make test`, all that were found are added up.
package struct TestCounting: Sendable {
  private let expected: [TestRunner]
  /// Whether each of them is run, as far as can be told.
  private let needsEach: Bool
  private var counters: [(runner: TestRunner, counter: any TestCounter)]
  private let telling = TellingLines()
  /// Reports on lines that are too long to be held.
  private var report = JUnitCounter()
  private var pending: [UInt8] = []
  private var rest = Rest.kept

  /// What becomes of the rest of a line.
  private enum Rest { case kept, dropped, report }

  /// No line that tells of tests is longer, but for reports, which are often one.
  private static let longestLine = 16 << 10

  package init(of command: String) {
    expected = TestRunner.started(by: command)
    needsEach = !ShellWords.isConditional(command)
    let again = TestRunner.startedAgain(by: command)
    counters = TestRunner.allCases.map { runner in
      let counter = runner.counter()
      return (runner, again.contains(runner) ? RetriedCounter(counter) : counter)
    }
  }

  package mutating func receive(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        endLine()
      } else if rest == .kept, pending.count < Self.longestLine {
        pending.append(byte)
      } else if rest == .report {
        report.receive(byte)
      } else if rest == .kept {
        beginRest()
        if rest == .report { report.receive(byte) }
      }
    }
  }

  /// A line is too long to be held: it is read on only if it is a report.
  private mutating func beginRest() {
    let beginning = String(decoding: pending, as: UTF8.self)
    guard beginning.contains("<testsuite") || beginning.contains("<testcase") else {
      rest = .dropped
      return
    }
    rest = .report
    for byte in pending { report.receive(byte) }
  }

  /// What was found, when the output has ended; nothing where no runner said anything.
  package mutating func finish() -> CountedTests? {
    endLine()
    let found = counters.compactMap { entry -> CountedTests.Part? in
      let counts =
        entry.runner == .junit ? entry.counter.counts + report.counts : entry.counter.counts
      return counts.map { CountedTests.Part(entry.runner, $0) }
    }
    let named = found.filter { expected.contains($0.runner) }
    guard named.isEmpty else {
      let silent = expected.filter { runner in !named.contains { $0.runner == runner } }
      guard needsEach, !silent.isEmpty else { return CountedTests(named) }
      // One whose output another program has put into a form for all runners still tells.
      let translated = found.filter { $0.runner.isForAll }
      return translated.isEmpty
        ? CountedTests(named, silent: silent) : CountedTests(named + translated)
    }
    // Other runners may speak these two beside their own words: they would count twice.
    let own = found.filter { !$0.runner.isForAll }
    let counting = own.isEmpty ? Array(found.prefix(1)) : own
    return counting.isEmpty ? nil : CountedTests(counting)
  }

  /// Counts the tests in the whole output of a command.
  package static func count(_ output: some Sequence<UInt8>, of command: String) -> CountedTests? {
    var counting = TestCounting(of: command)
    counting.receive(output)
    return counting.finish()
  }

  private mutating func endLine() {
    defer {
      pending.removeAll(keepingCapacity: true)
      rest = .kept
    }
    guard !pending.isEmpty, rest == .kept, telling.mayTell(pending) else { return }
    let line = String(decoding: pending, as: UTF8.self).withoutTerminalCodes
    for index in counters.indices { counters[index].counter.read(line) }
  }
}

/// Reads the output of one kind of runner.
protocol TestCounter: Sendable {
  mutating func read(_ line: String)
  /// Nothing as long as the runner has said nothing that is a count.
  var counts: TestCounts? { get }
}

/// One that is run again when tests of it have failed: those that failed before its last words count no more.
private struct RetriedCounter: TestCounter {
  private var counter: any TestCounter
  private var failedBefore = 0

  init(_ counter: any TestCounter) { self.counter = counter }

  mutating func read(_ line: String) {
    let before = counter.counts
    counter.read(line)
    if counter.counts != before { failedBefore = before?.failed ?? 0 }
  }

  var counts: TestCounts? {
    counter.counts.map { counts in
      var last = counts
      last.failed -= failedBefore
      return last
    }
  }
}

extension TestCounts? {
  /// What neither has is not there.
  fileprivate static func + (one: TestCounts?, other: TestCounts?) -> TestCounts? {
    guard let one, let other else { return one ?? other }
    return one + other
  }
}

extension TestRunner {
  /// Whether its form is one that many runners speak.
  fileprivate var isForAll: Bool { self == .tap || self == .junit }

  fileprivate func counter() -> any TestCounter {
    switch self {
    case .swift: SwiftTestCounter()
    case .pytest: PytestCounter()
    case .unittest: UnittestCounter()
    case .cargo: CargoCounter()
    case .nextest: NextestCounter()
    case .go: GoCounter()
    case .jest: JestCounter()
    case .vitest: VitestCounter()
    case .node: NodeCounter()
    case .ctest: CTestCounter()
    case .tap: TAPCounter()
    case .junit: JUnitCounter()
    }
  }
}

extension StringProtocol {
  /// Numbers in front of words: `3 passed, 1 failed` gives each with its word. The word is lower-case.
  var countedWords: [(count: Int, word: String)] {
    let words = self.split { $0.isWhitespace || ",;:|()=".contains($0) }
    return zip(words, words.dropFirst()).compactMap { number, word in
      guard number.count < 10, let count = Int(number), count >= 0 else { return nil }
      return (count, word.lowercased())
    }
  }

  /// The number that the text begins with.
  var leadingCount: Int? {
    let digits = self.prefix { $0.isASCII && $0.isNumber }
    return digits.isEmpty || digits.count > 9 ? nil : Int(digits)
  }
}

extension Substring {
  /// Without the white space around it.
  var trimmed: Substring {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var bytes = utf8
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return Substring(bytes)
  }
}

extension String {
  var trimmed: Substring { self[...].trimmed }
}
