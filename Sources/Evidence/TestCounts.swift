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

/// Tests counted in the output of a command.
package struct CountedTests: Sendable, Hashable {
  package var counts: TestCounts
  /// Whose output it was; a command may run several.
  package var runners: [TestRunner]

  package init(_ counts: TestCounts, by runners: [TestRunner]) {
    self.counts = counts
    self.runners = runners
  }
}

extension TestCounts {
  /// The tests of a JUnit report; nothing where it is none.
  package static func ofReport(_ xml: some Sequence<UInt8>) -> TestCounts? {
    JUnitCounter.count(xml)
  }
}
