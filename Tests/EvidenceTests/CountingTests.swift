import Evidence
import Foundation
import TestSupport
import Testing

@Suite struct CountingTests {
  private func count(_ command: String, _ output: String) -> String? {
    TestCounting.count(output.utf8, of: command)?.text
  }

  /// Outputs of the real programs, as they were kept.
  @Test(arguments: [
    ("swift test", "swift.txt", "3 passed, 2 failed, 2 skipped by swift test"),
    ("swift test --parallel", "swift-parallel.txt", "4 passed, 2 failed, 1 skipped by swift test"),
    ("swift test --filter Nothing", "swift-none.txt", "0 passed by swift test"),
    ("pytest", "pytest.txt", "2 passed, 2 failed, 2 skipped by pytest"),
    ("make test", "pytest-quiet-colour.txt", "2 passed, 2 failed, 2 skipped by pytest"),
    ("pytest -k nothing", "pytest-none.txt", "0 passed by pytest"),
    ("python3 -m unittest", "unittest.txt", "1 passed, 1 failed, 1 skipped by unittest"),
    ("cargo test", "cargo.txt", "1 passed, 1 failed, 1 skipped by cargo test"),
    ("node --test", "node-tap.txt", "3 passed, 1 failed, 1 skipped by node --test"),
    ("npm test", "node-tap.txt", "3 passed, 1 failed, 1 skipped by node --test"),
    ("npm test", "node-spec.txt", "3 passed, 1 failed, 1 skipped by node --test"),
    ("node --test", "node-none.txt", "0 passed by node --test"),
    ("cat report.xml", "junit.xml", "2 passed, 1 failed, 1 skipped by JUnit"),
  ])
  func testsAreCountedInWhatRealRunnersPrint(_ command: String, _ file: String, _ expected: String)
    throws
  {
    let path = packageRoot(file: #filePath) + "/Tests/EvidenceTests/Outputs/" + file
    let output = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(TestCounting.count(output, of: command)?.text == expected)
    if file.hasSuffix(".xml") {
      #expect(TestCounts.ofReport(output)?.description == "2 passed, 1 failed, 1 skipped")
    }
  }

  @Test func namesOfTestsSayNothingOfHowTheyEnded() {
    #expect(
      count(
        "swift test",
        """
        ◇ Test "a step that failed after its retries is told" started.
        ✘ Test "one" recorded an issue at A.swift:3:1: Expectation failed: "it failed after 2 seconds."
        ✘ Test "one" failed after 0.001 seconds with 1 issue.
        ✘ Test sum(_:) with 2 test cases failed after 0.1 seconds with 1 issue.
        ➜ Test "b skipped: c" started.
        ➜ Test later() skipped: "not yet"
        ✘ Test run with 5 tests in 1 suite failed after 0.2 seconds with 2 issues.
        """) == "2 passed, 2 failed, 1 skipped by swift test")
  }

  @Test func numbersThatNoRunnerCountsToAreNone() {
    let huge = Int.max
    #expect(
      count(
        "python3 -m unittest",
        "Ran 5 tests in 0.1s\n\nFAILED (failures=\(huge), errors=1)\n")
        == "4 passed, 1 failed by unittest")
    #expect(
      count("node --test", "# tests 2\n# pass 2\n# fail \(huge)\n# cancelled \(huge)\n")
        == "2 passed by node --test")
  }

  @Test func aNumberBehindAHashIsNoDirective() {
    #expect(
      count(
        "./run",
        "1..4\nnot ok 1 - rounds # TODO see issue #17\nok 2 # SKIP slow, see #42\nok 3 - issue #5\nok 4 - a \\# skip\n"
      ) == "3 passed, 1 skipped by TAP")
  }

  @Test(arguments: [
    "packages/a test:       Tests  3 passed (3)", "web:test:       Tests  3 passed (3)",
    "@repo/a:test: Tests:       3 passed, 3 total", "[a]: Tests:       3 passed, 3 total",
  ])
  func namesOfPackagesMayStandInFront(_ line: String) {
    let runner = line.contains("total") ? "jest" : "vitest"
    #expect(count("pnpm -r test", line) == "3 passed by \(runner)")
  }

  @Test func casesThatAreDisabledAreNoTestsThatPassed() {
    let report = """
      <testsuites><testsuite name="a" tests="2" disabled="1">
      <testcase name="one" status="run" result="completed" time="0" classname="a" />
      <testcase name="two" status="notrun" result="suppressed" time="0" classname="a" />
      </testsuite></testsuites>
      """
    #expect(TestCounts.ofReport(Array(report.utf8))?.description == "1 passed, 1 skipped")
  }

  @Test func goIsCountedByItsLinesItsJSONOrItsPackages() {
    #expect(
      count(
        "go test -v ./...",
        """
        === RUN   TestA
        hello--- PASS: TestA (0.00s)
        it says --- PASS: always
        === RUN   TestB
        === RUN   TestB/one
            --- FAIL: TestB/one (0.00s)
        --- FAIL: TestB (0.00s)
        --- SKIP: TestC (0.00s)
        FAIL
        FAIL\texample.org/a\t0.002s
        """) == "1 passed, 2 failed, 1 skipped by go test")
    #expect(
      count(
        "go test -json ./...",
        #"""
        {"Time":"2026-01-01T00:00:00Z","Action":"run","Package":"a","Test":"TestA"}
        {"Action":"output","Package":"a","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
        {"Action":"pass","Package":"a","Test":"TestA","Elapsed":0}
        {"Action":"pass","Package":"a","Elapsed":0.002}
        """#) == "1 passed by go test")
    #expect(
      count("go test ./...", "ok  \ta\t0.1s\nok  \tb\t(cached)\n?   \tc\t[no test files]\n")
        == "at least 2 passed by go test")
    #expect(
      count("go test ./...", "ok  \ta\t0.1s [no tests to run]\n?   \tc\t[no test files]\n")
        == "0 passed by go test")
    #expect(
      count("go test ./...", "--- FAIL: TestB (0.00s)\nFAIL\nFAIL\ta\t0.1s\nok  \tb\t0.1s\n")
        == "at least 1 passed, 1 failed by go test")
  }

  @Test(arguments: [
    (
      "npx jest", "Tests:       1 failed, 2 skipped, 3 passed, 6 total",
      "3 passed, 1 failed, 2 skipped by jest"
    ),
    ("yarn jest", "No tests found, exiting with code 1", "0 passed by jest"),
    (
      "vitest run", " Test Files  1 passed (1)\n      Tests  1 failed | 2 passed | 1 skipped (4)",
      "2 passed, 1 failed, 1 skipped by vitest"
    ),
    ("vitest run", "No test files found, exiting with code 1", "0 passed by vitest"),
    (
      "cargo nextest run",
      "     Summary [   0.012s] 3 tests run: 1 passed (1 slow), 1 failed, 1 timed out, 2 skipped",
      "1 passed, 2 failed, 2 skipped by cargo nextest"
    ),
    ("ctest", "80% tests passed, 1 tests failed out of 5\n", "4 passed, 1 failed by ctest"),
    ("ctest", "100% tests passed, 0 tests failed out of 5\n", "5 passed by ctest"),
    (
      "ctest",
      "    Start 1: a\n1/2 Test #1: a ......***Skipped   0.00 sec\n100% tests passed, 0 tests failed out of 2\n",
      "1 passed, 1 skipped by ctest"
    ),
    (
      "ctest",
      "1/2 Test #1: a ......***Not Run (Disabled)   0.00 sec\n100% tests passed, 0 tests failed out of 1\n",
      "1 passed, 1 skipped by ctest"
    ),
    ("ctest", "No tests were found!!!\n", "0 passed by ctest"),
    (
      "python3 -m unittest", "Ran 3 tests in 0.001s\n\nOK (skipped=1, expected failures=1)\n",
      "2 passed, 1 skipped by unittest"
    ),
    (
      "python3 -m unittest",
      "Ran 5 tests in 0.001s\n\nFAILED (failures=1, errors=1, unexpected successes=1)\n",
      "2 passed, 3 failed by unittest"
    ),
    (
      "./run",
      "TAP version 13\nok 1 - a\nnot ok 2 - b\nok 3 # SKIP slow\nnot ok 4 # TODO later\n  ok 1 - inner\n1..4\n",
      "2 passed, 1 failed, 1 skipped by TAP"
    ),
    (
      "pytest", "===== 3 passed, 1 error, 2 xfailed, 1 warning in 62.10s (0:01:02) =====",
      "5 passed, 1 failed by pytest"
    ),
  ])
  func testsAreCountedAsTheRunnersDocumentsSay(
    _ command: String, _ output: String, _ expected: String
  ) {
    #expect(count(command, output) == expected)
  }

  @Test func eachRunnerThatIsNamedMustTellOfItsOwn() {
    let pytest = "== 2 passed in 0.1s ==\n"
    func silent(_ command: String, _ output: String) -> [TestRunner]? {
      TestCounting.count(output.utf8, of: command)?.silent
    }
    #expect(silent("pytest && go test ./...", pytest) == [.go])
    #expect(silent("pytest && go test ./...", pytest + "ok  \ta\t0.1s\n") == [])
    #expect(silent("pytest || go test ./...", pytest) == [])
    #expect(silent("pytest; go test ./... | to-tap", pytest + "1..1\nok 1\n") == [])
    #expect(silent("make test", pytest) == [])
  }

  @Test func plannedTestsThatDidNotComeHaveFailed() {
    #expect(count("./run", "1..5\nok 1\nok 2\n") == "2 passed, 3 failed by TAP")
    #expect(
      count("./run", "1..2\nok 1\nBail out! no database\n") == "1 passed, 1 failed by TAP")
    #expect(count("./run", "ok 1\nok 2\n1..2\nBail out!\n") == "2 passed, 1 failed by TAP")
    #expect(count("./run", "1..1\nok 1\n1..1\nok 1\n") == "2 passed by TAP")
  }

  @Test func aReportOnOneLongLineIsRead() {
    let cases = (0..<2000).map { "<testcase name=\"case \($0)\"/>" }.joined()
    let verbatim = "<testcase name=\"x\"><system-out><![CDATA[<failure>]]]></system-out></testcase>"
    let report = "<testsuite>\(cases)\(verbatim)</testsuite>"
    #expect(count("make test", "begun\n\(report)\ndone\n") == "2001 passed by JUnit")
    #expect(TestCounts.ofReport(report.utf8)?.passed == 2001)
    #expect(count("make test", String(repeating: "<x> testcase ", count: 5000)) == nil)
  }

  @Test func reportsAreAddedUpAndEachMustBeOne() {
    let one: [UInt8]? = Array(
      "<testsuite><testcase/><testcase><failure/></testcase></testsuite>".utf8)
    #expect(CountedTests(reports: [one, one])?.text == "2 passed, 2 failed by JUnit")
    #expect(CountedTests(reports: [one, nil])?.silent == [.junit])
    #expect(CountedTests(reports: [Array("no report".utf8)])?.silent == [.junit])
    #expect(CountedTests(reports: [[UInt8]?]()) == nil)
  }

  @Test func severalRunnersOfOneCommandAreAddedUp() {
    let output =
      "== 2 passed in 0.1s ==\ntest result: ok. 3 passed; 0 failed; 1 ignored\ntest result: ok. 1 passed; 0 failed; 0 ignored\n"
    #expect(count("make test", output) == "6 passed, 1 skipped by pytest, cargo test")
    // Where the command names its runner, the words of others are only output.
    #expect(count("cargo test", output) == "4 passed, 1 skipped by cargo test")
  }

  @Test(arguments: [
    "", "All good\n", "ok then\n", "3 files changed in 2 places\n", "Tests: none",
    "12 passed over\n",
    "1..x", "5 passed in review\n", "<html><error>no</error></html>", "Ran out of memory in 3s\n",
  ])
  func wordsThatTellOfNoTestsCountNone(_ output: String) {
    #expect(count("make", output) == nil)
  }

  @Test(arguments: [
    ("swift test", "swift test"), ("cd x && CI=1 pytest -q", "pytest"),
    ("timeout 60 python3.11 -m pytest", "pytest"), ("uv run pytest", "pytest"),
    ("npx vitest run", "vitest"), ("cargo +nightly test", "cargo test"),
    ("cargo nextest run", "cargo nextest"), ("go test ./... | tee log", "go test"),
    ("node --test", "node --test"), ("./node_modules/.bin/jest", "jest"),
    ("(cd build; ctest -j2)", "ctest"), ("pytest && cargo test", "pytest, cargo test"),
    ("bash -c 'pytest'", ""), ("make test", ""), ("pip install pytest", ""),
    ("echo \"a; pytest\"", ""),
    ("go build", ""), ("grep pytest x", ""), ("swift build # test", ""), ("npm test", ""), ("", ""),
  ])
  func theRunnerIsKnownByTheCommand(_ command: String, _ runners: String) {
    #expect(
      TestRunner.started(by: command).map(\.rawValue).joined(separator: ", ") == runners)
  }

  @Test func anyOutputIsReadInAnyPieces() throws {
    let folder = packageRoot(file: #filePath) + "/Tests/EvidenceTests/Outputs/"
    let all = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + $0))) }
    for seed in UInt64(0)..<30 {
      var generator = SeededGenerator(seed: seed)
      var bytes = all.randomElement(using: &generator)!
      let whole = TestCounting.count(bytes, of: "make")
      var counting = TestCounting(of: "make")
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...100, using: &generator)
        counting.receive(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(counting.finish() == whole, "seed \(seed)")
      for _ in 0..<20 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      _ = TestCounting.count(bytes, of: "make")
      _ = TestCounts.ofReport(bytes)
    }
  }
}

extension CountedTests {
  var text: String { "\(counts) by \(runners.map(\.rawValue).joined(separator: ", "))" }
}
