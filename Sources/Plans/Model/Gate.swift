package import Diagnostics

/// What an attempt, or a merged tree, must pass.
package struct Gate: Sendable, Equatable {
  package enum Check: Sendable, Equatable {
    /// A command for the shell; exit status 0 passes, given evidence.
    case run(String)
    /// Another agent reads the diff and the criteria and gives a verdict.
    case review(agent: String)
    /// A person's yes.
    case approve(String)
    /// Files that must exist and be non-empty.
    case artifacts([String])
  }

  /// How many tests a command must have run to count as evidence.
  package struct Expectation: Sendable, Equatable {
    package enum Relation: String, Sendable, CaseIterable {
      case atLeast = ">="
      case moreThan = ">"
      case exactly = "="
    }

    package var relation: Relation
    package var tests: Int

    package init(_ relation: Relation, _ tests: Int) {
      self.relation = relation
      self.tests = tests
    }
  }

  package var check: Located<Check>
  package var name: String?
  package var timeout: Located<Duration>?
  /// How often it may be tried before it counts as failed; a pass after a failure is told as flaky.
  package var attempts: Located<Int>?
  package var expectation: Located<Expectation>?
  /// Files in which its command reports of its tests, instead of in its output.
  package var reports: [Located<Glob>]
  /// What a reviewer is asked to hold the diff against, besides the step's acceptance.
  package var criteria: [String]
  /// The program that runs a reviewer; nothing means that of the step.
  package var harness: Located<String>?

  package init(
    check: Located<Check>, name: String? = nil, timeout: Located<Duration>? = nil,
    attempts: Located<Int>? = nil, expectation: Located<Expectation>? = nil,
    reports: [Located<Glob>] = [], criteria: [String] = [], harness: Located<String>? = nil
  ) {
    self.check = check
    self.name = name
    self.timeout = timeout
    self.attempts = attempts
    self.expectation = expectation
    self.reports = reports
    self.criteria = criteria
    self.harness = harness
  }
}
