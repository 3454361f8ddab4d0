/// `swift test`: XCTest, one after the other or in parallel, and Swift Testing, each with totals of its own.
struct SwiftTestCounter: TestCounter {
  private var isWholeSuite = false
  private var executed: TestCounts?
  private var parallelTotal = 0
  private var failedCases = 0
  private var testing: TestCounts?
  private var testingFailed = 0
  private var testingSkipped = 0

  mutating func read(_ line: String) {
    let text = line.trimmed
    if text.hasPrefix("Test Suite '") {
      let isEnd = text.contains("' passed at") || text.contains("' failed at")
      isWholeSuite =
        isEnd
        && (text.hasPrefix("Test Suite 'All tests'")
          || text.hasPrefix("Test Suite 'Selected tests'"))
    } else if text.hasPrefix("Executed "), isWholeSuite {
      isWholeSuite = false
      executed = (executed ?? TestCounts()) + Self.executed(text)
    } else if text.hasPrefix("["), let close = text.firstIndex(of: "]"),
      text[close...].hasPrefix("] Testing "), let slash = text.firstIndex(of: "/"), slash < close
    {
      parallelTotal = text[text.index(after: slash)...].leadingCount ?? parallelTotal
    } else if text.hasPrefix("Test Case '"), text.contains("' failed (") {
      failedCases += 1
    } else {
      readTesting(text)
    }
  }

  /// `Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in ...`
  private static func executed(_ text: Substring) -> TestCounts {
    var (total, failed, skipped) = (0, 0, 0)
    let counted = text.countedWords
    total = counted.first?.count ?? 0
    for (count, word) in counted.dropFirst() {
      if word.hasPrefix("failure") { failed = count }
      if word.hasPrefix("test") { skipped = count }
    }
    // A test can fail more than once.
    return TestCounts(total: total, failed: min(failed, total - skipped), skipped: skipped)
  }

  /// `✘ Test run with 4 tests in 1 suite failed after ...`, and lines of single tests before it.
  private mutating func readTesting(_ text: Substring) {
    let words = text.drop { !$0.isLetter }
    if words.hasPrefix("Test run with "), words.contains(" after ") {
      let total = words.countedWords.first?.count ?? 0
      testing =
        (testing ?? TestCounts())
        + TestCounts(total: total, failed: testingFailed, skipped: testingSkipped)
      (testingFailed, testingSkipped) = (0, 0)
    } else if words.hasPrefix("Test "), !words.hasPrefix("Test case "),
      text.first?.isLetter == false
    {
      let end = Self.end(of: words.dropFirst("Test ".count))
      if end.hasPrefix("failed after ") { testingFailed += 1 }
      if end.hasPrefix("skipped") { testingSkipped += 1 }
    }
  }

  /// What is said of a test, behind its name, which is a text in quotes that may say anything, or that of a function:
  /// `"it failed after all" started.`, `sum(_:) with 2 test cases failed after 0.1 seconds with 1 issue.`
  private static func end(of text: Substring) -> Substring {
    let closing: [UInt8] = text.first == "\"" ? Array("\" ".utf8) : Array(") ".utf8)
    var rest = text.utf8.dropFirst()
    while !rest.isEmpty, !rest.starts(with: closing) { rest.removeFirst() }
    let end = Substring(rest.dropFirst(closing.count))
    guard end.hasPrefix("with "), let failed = end.range(of: "failed after ") else { return end }
    return end[failed.lowerBound...]
  }

  var counts: TestCounts? {
    var xctest = executed
    if parallelTotal > 0 {
      // In parallel only the failed ones print what they did.
      xctest = TestCounts(total: parallelTotal, failed: min(failedCases, parallelTotal), skipped: 0)
    }
    guard xctest != nil || testing != nil else { return nil }
    return (xctest ?? TestCounts()) + (testing ?? TestCounts())
  }
}

/// `test result: ok. 3 passed; 1 failed; 2 ignored; 0 measured; ...`, a line for each program of tests.
struct CargoCounter: TestCounter {
  private(set) var counts: TestCounts?

  mutating func read(_ line: String) {
    guard line.trimmed.hasPrefix("test result: ") else { return }
    var found = TestCounts()
    for (count, word) in line.countedWords {
      switch word {
      case "passed": found.passed = count
      case "failed": found.failed = count
      case "ignored": found.skipped = count
      default: break
      }
    }
    counts = (counts ?? TestCounts()) + found
  }
}

/// `     Summary [   0.012s] 3 tests run: 2 passed (1 slow), 1 failed, 1 timed out, 1 skipped`
struct NextestCounter: TestCounter {
  private(set) var counts: TestCounts?

  mutating func read(_ line: String) {
    let text = line.trimmed
    guard text.hasPrefix("Summary ["), let close = text.firstIndex(of: "]") else { return }
    let rest = text[text.index(after: close)...].trimmed
    guard let run = rest.leadingCount, rest.contains(" run:") else { return }
    let skipped = rest.countedWords.last { $0.word == "skipped" }?.count ?? 0
    let passed = rest.countedWords.first { $0.word == "passed" }?.count ?? 0
    counts =
      (counts ?? TestCounts())
      + TestCounts(passed: passed, failed: max(0, run - passed), skipped: skipped)
  }
}

/// `go test`: by its lines of JSON, by the lines of `-v`, or by packages alone, which gives a lower bound.
struct GoCounter: TestCounter {
  private var named = TestCounts()
  private var hasNamed = false
  private var packages = TestCounts(isLowerBound: true)
  private var hasPackages = false

  mutating func read(_ line: String) {
    if line.hasPrefix("{"), line.contains("\"Action\":") {
      readJSON(line)
      return
    }
    let text = line.trimmed
    if let part = Self.part(text) {
      count(part)
    } else if line.hasPrefix("ok  \t") || line.hasPrefix("ok \t") {
      hasPackages = true
      if !line.contains("[no tests to run]") { packages.passed += 1 }
    } else if line.hasPrefix("FAIL\t") {
      hasPackages = true
      packages.failed += 1
    } else if line.hasPrefix("?   \t"), line.contains("[no test files]") {
      hasPackages = true
    }
  }

  /// `--- PASS: TestA (0.00s)`, also behind what the test printed without an end of its line.
  private static func part(_ text: Substring) -> WritableKeyPath<TestCounts, Int>? {
    let words: [(String, WritableKeyPath<TestCounts, Int>)] = [
      ("--- PASS: ", \.passed), ("--- FAIL: ", \.failed), ("--- SKIP: ", \.skipped),
    ]
    for (word, part) in words {
      if text.hasPrefix(word) || text.hasSuffix("s)") && text.range(of: word + "Test") != nil {
        return part
      }
    }
    return nil
  }

  private mutating func count(_ part: WritableKeyPath<TestCounts, Int>) {
    hasNamed = true
    named[keyPath: part] += 1
  }

  private mutating func readJSON(_ line: String) {
    guard line.contains("\"Test\":") else {
      // A package that ends is told without a test: there may have been none.
      if line.contains("\"Action\":\"pass\"") || line.contains("\"Action\":\"fail\"") {
        hasNamed = true
      }
      return
    }
    if line.contains("\"Action\":\"pass\"") { count(\.passed) }
    if line.contains("\"Action\":\"fail\"") { count(\.failed) }
    if line.contains("\"Action\":\"skip\"") { count(\.skipped) }
  }

  var counts: TestCounts? {
    // Without -v only tests that failed are named: what passed is known by its packages.
    if hasNamed, named.passed > 0 || named.skipped > 0 || !hasPackages { return named }
    guard hasPackages else { return nil }
    return TestCounts(
      passed: packages.passed, failed: max(packages.failed, named.failed),
      isLowerBound: packages.passed + packages.failed > 0)
  }
}

/// `100% tests passed, 0 tests failed out of 5`
struct CTestCounter: TestCounter {
  private(set) var counts: TestCounts?
  private var skipped = 0
  /// The total holds those that were skipped, and not those that are disabled.
  private var disabled = 0

  mutating func read(_ line: String) {
    let text = line.trimmed
    if text.hasPrefix("No tests were found") {
      counts = counts ?? TestCounts()
    } else if text.contains("***Skipped") {
      skipped += 1
    } else if text.contains("***Not Run (Disabled)") {
      disabled += 1
    } else if text.contains("% tests passed"), let range = text.range(of: "out of ") {
      let total = text[range.upperBound...].leadingCount ?? 0
      let failed = text.countedWords.first { $0.word == "tests" }?.count ?? 0
      counts =
        (counts ?? TestCounts())
        + TestCounts(total: total, failed: failed, skipped: min(skipped, total - failed))
        + TestCounts(skipped: disabled)
      (skipped, disabled) = (0, 0)
    }
  }
}

extension StringProtocol {
  /// Where a text stands in this one.
  fileprivate func range(of needle: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(needle) {
        return start..<index(start, offsetBy: needle.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
