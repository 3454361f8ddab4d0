/// How many tests ran, and how they ended.
package struct TestCounts: Sendable, Hashable {
  package var passed: Int
  package var failed: Int
  package var skipped: Int
  /// Whether there may be more: a runner that names packages, not tests, shows that something ran.
  package var isLowerBound: Bool

  package init(passed: Int = 0, failed: Int = 0, skipped: Int = 0, isLowerBound: Bool = false) {
    self.passed = passed
    self.failed = failed
    self.skipped = skipped
    self.isLowerBound = isLowerBound
  }

  /// A test that was skipped did not run.
  package var ran: Int { passed + failed }

  /// From a total that holds the failed and the skipped ones.
  init(total: Int, failed: Int, skipped: Int) {
    self.init(passed: max(0, total - failed - skipped), failed: failed, skipped: skipped)
  }

  static func + (one: TestCounts, other: TestCounts) -> TestCounts {
    TestCounts(
      passed: one.passed + other.passed, failed: one.failed + other.failed,
      skipped: one.skipped + other.skipped,
      isLowerBound: one.isLowerBound || other.isLowerBound)
  }

  static func += (one: inout TestCounts, other: TestCounts) { one = one + other }
}

extension TestCounts: CustomStringConvertible {
  package var description: String {
    var parts = ["\(passed) passed"]
    if failed > 0 { parts.append("\(failed) failed") }
    if skipped > 0 { parts.append("\(skipped) skipped") }
    return (isLowerBound ? "at least " : "") + parts.joined(separator: ", ")
  }
}

/// Tests counted in the output of a command, or in the reports that it wrote.
package struct CountedTests: Sendable, Hashable {
  /// What one runner said of its own tests.
  package struct Part: Sendable, Hashable {
    package var runner: TestRunner
    package var counts: TestCounts

    package init(_ runner: TestRunner, _ counts: TestCounts) {
      self.runner = runner
      self.counts = counts
    }
  }

  /// A part for each runner; a command may start several.
  package var parts: [Part]
  /// Runners that the command starts and that said nothing which can be read, while others did.
  package var silent: [TestRunner]

  package init(_ parts: [Part], silent: [TestRunner] = []) {
    self.parts = parts
    self.silent = silent
  }

  package var counts: TestCounts { parts.reduce(TestCounts()) { $0 + $1.counts } }
  package var runners: [TestRunner] { parts.map(\.runner) }
}

extension TestCounts {
  /// The tests of a JUnit report; nothing where it is none.
  package static func ofReport(_ xml: some Sequence<UInt8>) -> TestCounts? {
    JUnitCounter.count(xml)
  }
}

extension CountedTests {
  /// The tests of JUnit reports, each given by its content, or by nothing where it cannot be read. One that is no report
  /// leaves the count unreadable; without any there is none.
  package init?(reports: some Sequence<[UInt8]?>) {
    var sum: TestCounts?
    var isWhole = true
    for report in reports {
      if let report, let counts = TestCounts.ofReport(report) {
        sum = (sum ?? TestCounts()) + counts
      } else {
        isWhole = false
      }
    }
    guard sum != nil || !isWhole else { return nil }
    self.init(sum.map { [Part(.junit, $0)] } ?? [], silent: isWhole ? [] : [.junit])
  }
}
