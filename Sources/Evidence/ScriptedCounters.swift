/// pytest's last line: `=== 1 failed, 2 passed, 1 skipped in 0.12s ===`, the signs left out by `-q`.
struct PytestCounter: TestCounter {
  private(set) var counts: TestCounts?

  mutating func read(_ line: String) {
    let text = line.trimmed.drop { $0 == "=" || $0 == " " }
    if text.hasPrefix("no tests ran") || text.hasPrefix("no tests collected") {
      counts = counts ?? TestCounts()
      return
    }
    guard text.leadingCount != nil, text.contains(" in "), text.contains("s") else { return }
    // The line holds nothing but counts, of which at least one is of tests.
    let counted = text.countedWords
    let words = Set(counted.map(\.word))
    guard
      !words.isDisjoint(with: [
        "passed", "failed", "skipped", "error", "errors", "xfailed", "xpassed", "deselected",
      ]),
      Self.endsInTime(text)
    else { return }
    var found = TestCounts()
    for (count, word) in counted {
      switch word {
      case "passed", "xfailed", "xpassed": found.passed += count
      case "failed", "error", "errors": found.failed += count
      case "skipped": found.skipped += count
      default: break
      }
    }
    counts = (counts ?? TestCounts()) + found
  }

  /// `... in 0.12s`, `... in 62.10s (0:01:02)`
  private static func endsInTime(_ text: Substring) -> Bool {
    let words = text.split(separator: " ").filter { !$0.allSatisfy { $0 == "=" } }
    guard let place = words.lastIndex(of: "in"), place + 1 < words.count else { return false }
    let time = words[place + 1]
    return time.hasSuffix("s") && Double(time.dropLast()) != nil
  }
}

/// Python's unittest: `Ran 3 tests in 0.001s`, then `OK (skipped=1)` or `FAILED (failures=1, errors=1)`.
struct UnittestCounter: TestCounter {
  private(set) var counts: TestCounts?
  private var total: Int?

  mutating func read(_ line: String) {
    let text = line.trimmed
    if text.hasPrefix("Ran "), text.contains(" in ") {
      total = text.dropFirst(4).leadingCount
    } else if let ran = total,
      text.hasPrefix("OK") || text.hasPrefix("FAILED") || text.hasPrefix("NO TESTS RAN")
    {
      total = nil
      var (failed, skipped) = (0, 0)
      for part in text.split(whereSeparator: { ",()".contains($0) }) {
        let pair = part.trimmed.split(separator: "=")
        guard pair.count == 2, let count = pair[1].leadingCount else { continue }
        switch pair[0] {
        // Those that were expected to fail and did have passed.
        case "failures", "errors", "unexpected successes": failed += count
        case "skipped": skipped += count
        default: break
        }
      }
      counts =
        (counts ?? TestCounts()) + TestCounts(total: ran, failed: failed, skipped: skipped)
    }
  }
}

/// `Tests:       1 failed, 2 skipped, 3 passed, 6 total`
struct JestCounter: TestCounter {
  private(set) var counts: TestCounts?

  mutating func read(_ line: String) {
    let text = line.trimmed.behindPackage
    if text.hasPrefix("No tests found") {
      counts = counts ?? TestCounts()
      return
    }
    guard text.hasPrefix("Tests:"), text.hasSuffix("total") else { return }
    var found = TestCounts()
    for (count, word) in text.dropFirst(6).countedWords {
      switch word {
      case "passed": found.passed = count
      case "failed": found.failed = count
      case "skipped", "todo": found.skipped += count
      default: break
      }
    }
    counts = (counts ?? TestCounts()) + found
  }
}

/// `      Tests  1 failed | 2 passed | 1 skipped (4)`
struct VitestCounter: TestCounter {
  private(set) var counts: TestCounts?

  mutating func read(_ line: String) {
    let text = line.trimmed.behindPackage
    if text.hasPrefix("No test files found") {
      counts = counts ?? TestCounts()
      return
    }
    guard text.hasPrefix("Tests  "), text.hasSuffix(")") else {
      if text == "Tests  no tests" { counts = counts ?? TestCounts() }
      return
    }
    var found = TestCounts()
    for (count, word) in text.dropFirst(6).countedWords {
      switch word {
      case "passed": found.passed = count
      case "failed": found.failed = count
      case "skipped", "todo": found.skipped += count
      default: break
      }
    }
    counts = (counts ?? TestCounts()) + found
  }
}

/// `node --test`: lines such as `ℹ pass 3` or, as TAP, `# pass 3`, in a group that begins with `tests`.
struct NodeCounter: TestCounter {
  private var sum: TestCounts?
  private var current: TestCounts?
  private var isWhole = false

  mutating func read(_ line: String) {
    guard let mark = line.first, mark == "#" || mark == "ℹ" else { return }
    let words = line.dropFirst().split(separator: " ")
    guard words.count == 2, let count = words[1].leadingCount else { return }
    switch words[0] {
    case "tests":
      finishGroup()
      current = TestCounts()
    case "pass":
      current?.passed = count
      isWhole = current != nil
    case "fail", "cancelled": current?.failed += count
    case "skipped", "todo": current?.skipped += count
    default: break
    }
  }

  private mutating func finishGroup() {
    if let current, isWhole { sum = (sum ?? TestCounts()) + current }
    (current, isWhole) = (nil, false)
  }

  var counts: TestCounts? {
    guard let current, isWhole else { return sum }
    return (sum ?? TestCounts()) + current
  }
}

/// The Test Anything Protocol: a plan `1..N`, and lines `ok` and `not ok` that stand at the margin. Tests that were
/// planned and did not come have failed.
struct TAPCounter: TestCounter {
  private var found = TestCounts()
  private var planned: Int?
  private var bailedOut = 0

  mutating func read(_ line: String) {
    if line.hasPrefix("1.."), let count = line.dropFirst(3).leadingCount {
      planned = (planned ?? 0) + count
      return
    }
    if line.hasPrefix("Bail out!") { bailedOut = 1 }
    let isOK = line == "ok" || line.hasPrefix("ok ")
    guard isOK || line == "not ok" || line.hasPrefix("not ok ") else { return }
    switch Self.directive(of: line) {
    case "skip": found.skipped += 1
    case "todo": found.passed += 1
    case _ where isOK: found.passed += 1
    default: found.failed += 1
    }
  }

  /// What stands behind a `#` that no backslash takes its meaning from; of others, such as `#17`, nothing is meant.
  private static func directive(of line: String) -> String? {
    var isEscaped = false
    for (index, byte) in zip(line.utf8.indices, line.utf8) {
      if byte == UInt8(ascii: "#"), !isEscaped {
        let word = line[index...].dropFirst().trimmed.prefix(4).lowercased()
        if word == "skip" || word == "todo" { return word }
      }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    return nil
  }

  var counts: TestCounts? {
    guard let planned else { return nil }
    let missing = max(0, planned - found.passed - found.failed - found.skipped)
    return found + TestCounts(failed: max(missing, bailedOut))
  }
}

/// JUnit's XML: its test cases, each with what stands within it.
struct JUnitCounter: TestCounter {
  private var found = TestCounts()
  private var hasSuite = false
  private var isWithinCase = false
  private var outcome: Outcome = .passed
  /// What stands behind the last `<`, as far as it tells anything.
  private var tag: [UInt8] = []
  /// Whether that is text which only looks like XML.
  private var isVerbatim = false

  private enum Outcome { case passed, failed, skipped }

  /// How GoogleTest and CTest tell of what is disabled, with nothing in the case.
  private static let notRun = ["notrun", "suppressed", "disabled"].flatMap { word in
    ["status", "result"].map { "\($0)=\"\(word)\"" }
  }

  mutating func read(_ line: String) {
    guard line.contains("<") else { return }
    for tag in line.split(separator: "<", omittingEmptySubsequences: true) { read(tag: tag) }
  }

  /// The next byte of a report, which may be one long line.
  mutating func receive(_ byte: UInt8) {
    if isVerbatim {
      tag = Array(tag.suffix(2)) + [byte]
      isVerbatim = !tag.elementsEqual("]]>".utf8)
    } else if byte == UInt8(ascii: "<") {
      endTag()
    } else if tag.count < 4096 || byte == UInt8(ascii: ">") {
      tag.append(byte)
      isVerbatim = byte == UInt8(ascii: "[") && tag.elementsEqual("![CDATA[".utf8)
    }
  }

  private mutating func endTag() {
    read(tag: Substring(decoding: tag, as: UTF8.self))
    tag.removeAll(keepingCapacity: true)
  }

  /// The tests of a whole report.
  static func count(_ report: some Sequence<UInt8>) -> TestCounts? {
    var counter = JUnitCounter()
    for byte in report { counter.receive(byte) }
    counter.endTag()
    return counter.counts
  }

  private mutating func read(tag: Substring) {
    let name = tag.prefix { !$0.isWhitespace && $0 != ">" }
    switch name {
    case "testsuite", "testsuites", "testsuites/", "testsuite/": hasSuite = true
    case "testcase", "testcase/":
      endCase()
      isWithinCase = true
      outcome = Self.notRun.contains { tag.contains($0) } ? .skipped : .passed
      if let close = tag.firstIndex(of: ">"), tag[..<close].hasSuffix("/") { endCase() }
    case "failure", "error", "failure/", "error/": if isWithinCase { outcome = .failed }
    case "skipped", "skipped/": if isWithinCase { outcome = .skipped }
    case "/testcase": endCase()
    default: break
    }
  }

  private mutating func endCase() {
    guard isWithinCase else { return }
    isWithinCase = false
    switch outcome {
    case .passed: found.passed += 1
    case .failed: found.failed += 1
    case .skipped: found.skipped += 1
    }
  }

  var counts: TestCounts? { hasSuite ? found : nil }
}

extension Substring {
  /// Without the name of the package and its script that tools for several packages put in front of each line:
  /// `packages/a test:       Tests  3 passed (3)`, `web:test: Tests:  3 passed, 3 total`.
  fileprivate var behindPackage: Substring {
    guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")), self[..<colon].utf8.count < 200,
      !hasPrefix("Tests:")
    else { return self }
    var start = colon
    // Up to the colon that white space follows: names may hold one as well.
    while let next = utf8[utf8.index(after: start)...].first, next != UInt8(ascii: " ") {
      guard let other = utf8[utf8.index(after: start)...].firstIndex(of: UInt8(ascii: ":")) else {
        return self
      }
      start = other
    }
    let rest = self[utf8.index(after: start)...].trimmed
    return ["Tests", "No test"].contains(where: rest.hasPrefix) ? rest : self
  }
}
