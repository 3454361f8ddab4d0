/// Counts tests in the output of a command, as it comes.
///
/// Every runner's form is looked for at once. Where the command names its runners, theirs count; where
/// it does not, such as `make test`, all that were found are added up.
package struct TestCounting: Sendable {
  private let expected: [TestRunner]
  private var counters: [(runner: TestRunner, counter: any TestCounter)]
  private let telling = TellingLines()
  private var pending: [UInt8] = []
  private var isDropping = false

  /// No line that tells of tests is longer.
  private static let longestLine = 16 << 10

  package init(of command: String) {
    expected = TestRunner.started(by: command)
    counters = TestRunner.allCases.map { ($0, $0.counter()) }
  }

  package mutating func receive(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        endLine()
      } else if pending.count < Self.longestLine {
        pending.append(byte)
      } else {
        isDropping = true
      }
    }
  }

  /// What was found, when the output has ended; nothing where no runner said anything.
  package mutating func finish() -> CountedTests? {
    endLine()
    var found = counters.compactMap { entry in
      entry.counter.counts.map { (runner: entry.runner, counts: $0) }
    }
    let named = found.filter { expected.contains($0.runner) }
    if !named.isEmpty {
      found = named
    } else if found.count > 1 {
      // Other runners may speak these two beside their own words: they would count twice.
      let own = found.filter { $0.runner != .tap && $0.runner != .junit }
      found = own.isEmpty ? [found[0]] : own
    }
    guard !found.isEmpty else { return nil }
    return CountedTests(
      found.reduce(TestCounts()) { $0 + $1.counts }, by: found.map(\.runner))
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
      isDropping = false
    }
    guard !pending.isEmpty, !isDropping, telling.mayTell(pending) else { return }
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

extension TestRunner {
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
