import Evidence
import JSONValues
import Plans
import TestSupport
import Testing

@Suite struct VerdictTests {
  private func evidence(
    _ command: String, _ ending: Evidence.Ending, _ output: String
  ) -> Evidence {
    Evidence(
      command: command, ending: ending, tree: "t", duration: .milliseconds(1500),
      tests: TestCounting.count(output.utf8, of: command),
      tail: Evidence.tail(of: Array(output.utf8)),
      output: "/run/gate.log")
  }

  private func words(
    _ command: String, _ output: String, expecting expectation: Gate.Expectation? = nil
  ) -> String {
    words(command, .exited(0), output, expecting: expectation)
  }

  private func words(
    _ command: String, _ ending: Evidence.Ending, _ output: String,
    expecting expectation: Gate.Expectation? = nil
  ) -> String {
    evidence(command, ending, output).failure(expecting: expectation)?.description ?? "passes"
  }

  @Test func aTestRunnerPassesOnlyWhenATestRan() {
    #expect(words("pytest", "== 3 passed in 0.1s ==") == "passes")
    #expect(words("pytest", "no tests ran in 0.1s") == "no test ran")
    #expect(words("pytest", "== 2 skipped in 0.1s ==") == "no test ran")
    #expect(words("make test", "no tests ran in 0.1s") == "no test ran")
    #expect(
      words("pytest | tail -0", "")
        == "nothing tells how many tests ran, and the gate expects `tests: \">0\"`")
  }

  @Test func ofSeveralRunnersEachMustHaveRunATest() {
    let pytest = "== 3 passed in 0.1s ==\n"
    let both = "pytest && cargo test"
    #expect(words(both, pytest) == "its output does not tell how many tests cargo test ran")
    #expect(
      words(both, pytest + "test result: ok. 0 passed; 0 failed; 0 ignored\n")
        == "cargo test ran no test")
    #expect(
      words("make", pytest + "test result: ok. 0 passed; 0 failed; 0 ignored\n")
        == "cargo test ran no test")
    #expect(words(both, pytest + "test result: ok. 1 passed; 0 failed; 0 ignored\n") == "passes")
    #expect(words(both, pytest, expecting: .init(.atLeast, 3)).hasPrefix("its output"))
  }

  @Test func aCommandThatRunsNoTestsPassesByItsStatus() {
    #expect(words("make lint", "fine") == "passes")
    #expect(words("make lint", .exited(2), "bad") == "it ended with status 2")
    #expect(words("make lint", .signalled(9), "") == "it was ended by signal 9")
    #expect(words("make lint", .timedOut, "") == "it was stopped: its time was over")
  }

  @Test func aStatusThatAPipeHidIsNotBelieved() {
    #expect(
      words("pytest | tee log", "== 1 failed, 3 passed in 0.1s ==")
        == "it ended with status 0, but 1 test failed")
  }

  @Test func aMissingToolIsToldFromAFailure() {
    let shell = evidence("pytest", .exited(127), "sh: 1: pytest: not found")
    #expect(shell.failure(expecting: nil) == .missingTool("sh: 1: pytest: not found"))
    #expect(shell.failure(expecting: nil)?.isBeyondTheAgent(in: "/repository/tree") == true)
    #expect(
      words(
        "make test", .exited(2),
        "pytest\nmake: pytest: No such file or directory\nmake: *** [Makefile:2: test] Error 127")
        == "a program that it needs is missing: make: pytest: No such file or directory")
    #expect(
      words("x", .notStarted("no such file"), "")
        == "it could not be started: no such file")
    for output in [
      "/usr/bin/python3: No module named pytest", "error: no such command: `nextest`",
      "/bin/sh: 1: jest: not found\nerror Command failed with exit code 127.",
    ] {
      let end = Evidence.Ending.exited(1)
      let failure = evidence("./check", end, output).failure(expecting: nil)
      #expect(failure?.isBeyondTheAgent(in: "/repository/tree") == true)
    }
    // What is the agent's to put right.
    for output in [
      "ModuleNotFoundError: No module named 'calc'", "/usr/bin/python3: No module named calc",
      "page /about: not found", "check.sh: line 3: calc: command not found",
    ] {
      #expect(words("./check", .exited(1), output) == "it ended with status 1")
    }
    // Tests that failed are no missing tool, whatever they print.
    #expect(
      words("pytest", .exited(1), "sh: foo: command not found\n== 1 failed in 0.1s ==")
        == "it ended with status 1")
  }

  @Test(arguments: [
    ("sh: 1: scripts/check.sh: not found", 127), ("sh: 1: ./check.sh: Permission denied", 126),
    ("/bin/sh: 1: /repository/tree/a b/check: Permission denied", 126),
    ("env: 'tools/check': No such file or directory", 127),
  ])
  func aProgramOfTheRepositoryIsTheAgentsToWrite(_ output: String, _ status: Int32) {
    let failure = evidence("check", .exited(status), output).failure(expecting: nil)
    #expect(failure == .missingTool(output))
    #expect(failure?.isBeyondTheAgent(in: "/repository/tree") == false)
  }

  @Test(arguments: [
    "/bin/sh: 1: jest: not found", "sh: 1: node_modules/.bin/jest: not found",
    "sh: 1: .venv/bin/pytest: not found", "/bin/sh: 1: /usr/local/bin/check: not found",
  ])
  func aProgramThatIsInstalledIsThePersons(_ output: String) {
    let failure = evidence("check", .exited(127), output).failure(expecting: nil)
    #expect(failure?.isBeyondTheAgent(in: "/repository/tree") == true)
  }

  @Test func whatWasNeverStartedIsThePersonsAndWhatPrintedTooMuchTheAgents() {
    let words = "cgroup.procs: Input/output error"
    let untried = evidence("check", .notStarted(words), "").failure(expecting: nil)
    #expect(untried == .notStarted(words))
    #expect(untried?.isBeyondTheAgent(in: "/repository/tree") == true)
    let endless = evidence("check", .printedTooMuch, "again\nagain").failure(expecting: nil)
    #expect(endless?.description == "it was stopped: it printed more than it may")
    #expect(endless?.isBeyondTheAgent(in: "/repository/tree") == false)
  }

  @Test(arguments: [
    "if [ -d py ]; then pytest; fi; cargo test", "[ -d py ] && pytest; cargo test",
    "for d in */; do pytest $d; done; cargo test",
  ])
  func aRunnerThatMayNotBeRunNeedNotTell(_ command: String) {
    #expect(words(command, "test result: ok. 1 passed; 0 failed; 0 ignored\n") == "passes")
  }

  @Test func whatFailedAndWasRunAgainCountsAsItEndedLast() {
    let ends = [
      "80% tests passed, 1 tests failed out of 5\n", "100% tests passed, 0 tests failed out of 1\n",
    ]
    let again = "ctest || ctest --rerun-failed"
    #expect(words(again, ends.joined()) == "passes")
    #expect(
      words(again + " || true", ends[0] + ends[0])
        == "it ended with status 0, but 1 test failed")
    #expect(words("ctest || true", ends[0]) == "it ended with status 0, but 1 test failed")
  }

  @Test func aDeclaredCountIsHeld() {
    let output = "== 3 passed, 1 skipped in 0.1s =="
    #expect(words("pytest", output, expecting: .init(.atLeast, 3)) == "passes")
    #expect(words("pytest", output, expecting: .init(.exactly, 3)) == "passes")
    #expect(
      words("pytest", output, expecting: .init(.atLeast, 4))
        == "3 tests ran, and \">=4\" are expected")
    #expect(
      words("make", "fine", expecting: .init(.moreThan, 0))
        == "nothing tells how many tests ran, and the gate expects `tests: \">0\"`")
    // Packages are not tests: that something ran is shown, how much is not.
    let go = "ok  \ta\t0.1s\n"
    #expect(words("go test ./...", go) == "passes")
    #expect(words("go test ./...", go, expecting: .init(.exactly, 1)).hasPrefix("nothing tells"))
    #expect(words("go test ./...", go, expecting: .init(.atLeast, 2)).hasPrefix("nothing tells"))
    #expect(words("make", "", expecting: .init(.exactly, 0)).hasPrefix("nothing tells"))
  }

  @Test func evidenceIsKeptAndReadAgain() throws {
    for ending in [
      Evidence.Ending.exited(1), .signalled(9), .timedOut, .printedTooMuch, .notStarted("no"),
    ] {
      let evidence = evidence("pytest", ending, "== 3 passed, 1 failed in 0.1s ==")
      #expect(Evidence(try JSON.parse(evidence.json.text(.compact))) == evidence)
    }
    let two = evidence("pytest && cargo test", .exited(0), "== 3 passed in 0.1s ==")
    #expect(Evidence(try JSON.parse(two.json.text(.compact))) == two)
    #expect(Evidence(["command": "x"]) == nil)
  }

  @Test func theTailIsShortAndPlain() {
    let output =
      (1...100).map { "\u{1B}[31mline \($0)\u{1B}[0m\r" }.joined(separator: "\n") + "\n\n"
    let tail = Evidence.tail(of: Array(output.utf8), lines: 3)
    #expect(tail == "line 98\nline 99\nline 100")
    #expect(Evidence.tail(of: [0xFF, 0x0A]) == "\u{FFFD}")
    #expect(Evidence.tail(of: Array(repeating: 0x78, count: 100_000)).count == 404)
  }
}

@Suite struct ReviewTests {
  @Test func aVerdictIsReadAloneFencedOrBehindWords() throws {
    let accepted = ReviewVerdict(isAccepted: true)
    for answer in [
      #"{"verdict": "accept", "findings": []}"#, #"{"verdict": "APPROVED"}"#,
      "I looked at {it}.\n```json\n{\"verdict\": \"accept\", \"findings\": []}\n```\nBye.",
      #"First {"verdict": "reject", "findings": ["x"]}, then again: {"verdict": "pass"}"#,
      String(repeating: "if (a) { b(); \n", count: 5_000) + #"{"verdict": "accept"}"#,
    ] { #expect(try ReviewVerdict.read(answer) == accepted) }
    #expect(
      try ReviewVerdict.read(
        #"{"verdict":"reject","findings":[{"message":"leaks {","file":"a.c","line":3,"severity":"high"},"slow"]}"#
      )
        == ReviewVerdict(
          isAccepted: false,
          findings: [
            .init("leaks {", severity: "high", file: "a.c", line: 3), .init("slow"),
          ]))
  }

  @Test(arguments: [
    ("", "holds no JSON object with a `verdict`"),
    ("Looks good to me!", "holds no JSON object with a `verdict`"),
    (#"{"verdict": "maybe"}"#, "has the verdict `maybe`"),
    (#"{"verdict": true}"#, "has a `verdict` that is no text"),
    (#"{"verdict": "reject", "findings": []}"#, "rejects and says no reason"),
    (#"{"verdict": "reject", "findings": [{}]}"#, "has a finding without a `message`"),
    (#"{"verdict": "accept", "findings": "none"}"#, "has `findings` that are no list"),
  ])
  func anAnswerThatIsNoVerdictIsAskedAgainOnceAndThenFails(_ answer: String, _ flaw: String) {
    guard case .askAgain(let words) = ReviewOutcome([answer]) else {
      Issue.record("it should be asked again")
      return
    }
    #expect(words.hasPrefix("Your answer \(flaw). Answer again"))
    #expect(
      ReviewOutcome([answer, answer])
        == .failed("the reviewer's answer \(flaw), also when it was asked again"))
    #expect(
      ReviewOutcome([answer, #"{"verdict": "accept"}"#])
        == .verdict(ReviewVerdict(isAccepted: true)))
  }

  @Test func whatTheSchemaAllowsIsRead() throws {
    let answer: JSON = [
      "verdict": "reject",
      "findings": [["message": "m", "severity": nil, "file": nil, "line": nil]],
    ]
    #expect(SchemaValidator(ReviewVerdict.schema).flaws(in: answer) == [])
    #expect(try ReviewVerdict.read(answer.text()).findings == [.init("m")])
  }

  @Test func anyAnswerIsRead() {
    for seed in UInt64(0)..<200 {
      var generator = SeededGenerator(seed: seed)
      let parts = [
        "{", "}", "\"", "verdict", ":", "accept", ",", "[", "]", "\\", " ", "findings",
        "{\"verdict\":",
      ]
      let answer = (0..<Int.random(in: 0...400, using: &generator)).map { _ in
        parts.randomElement(using: &generator)!
      }.joined()
      _ = ReviewOutcome([answer])
    }
    _ = ReviewOutcome([String(repeating: "{", count: 300_000)])
  }
}
