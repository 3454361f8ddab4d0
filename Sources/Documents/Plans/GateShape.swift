import Diagnostics
import JSONValues
import Plans

/// The keys of a gate.
struct GateShape: Sendable {
  static let shared = GateShape()

  private(set) var object = ObjectShape(
    "gate", help: "What an attempt, or the merged tree, must pass. A text alone is a command.")
  let run: Key<String>
  let review: Key<String>
  let approve: Key<String>
  let artifacts: Key<[String]>
  let name: Key<String>
  let timeout: Key<Located<Duration>>
  let attempts: Key<Located<Int>>
  let expect: Key<Located<Gate.Expectation>>
  let reports: Key<[Located<Glob>]>
  let criteria: Key<[String]>
  let harness: Key<Located<String>>

  private init() {
    run = object.key(
      "run", type: .text,
      help:
        "a command for the shell, run in the worktree; it passes with exit status 0 and evidence",
      example: "make test", nullIsAbsent: false)
    review = object.key(
      "review", type: .text, help: "an agent that reads the diff and gives a verdict",
      example: "security-architect", nullIsAbsent: false)
    approve = object.key(
      "approve", type: .text, help: "a person who must say yes", example: "maintainer",
      nullIsAbsent: false)
    artifacts = object.key(
      "artifacts", type: ValueType<String>.path.list(of: "paths"),
      help: "files that must exist and be non-empty", example: "[docs/api.md]", nullIsAbsent: false)
    name = object.key(
      "name", type: .text, help: "what reports call the gate", example: "unit tests")
    timeout = object.key(
      "timeout", type: ValueType<Duration>.duration.located, default: "10m",
      help: "after this the gate is stopped and has failed", example: "5m")
    attempts = object.key(
      "attempts", type: ValueType<Int>.integer.located, default: "1",
      help: "how often it may be tried; a pass after a failure is reported as flaky", example: "2")
    expect = object.key(
      "expect", type: ExpectShape.type.located, default: "{tests: \">0\"} for known test runners",
      help: "what the command must be seen to have done", example: "{tests: \">0\"}")
    reports = object.key(
      "report", type: StepShape.glob.located.list(of: "globs"), default: "its output",
      help:
        "JUnit files that the command writes, from which its tests are counted instead; older ones do not count",
      example: "build/junit*.xml")
    criteria = object.key(
      "criteria", type: ValueType<String>.text.list(of: "texts"),
      help: "what a reviewer holds the diff against, besides the step's acceptance",
      example: "[no secrets in logs]")
    harness = object.key(
      "harness", type: ValueType<String>.text.located, default: "the step's",
      help: "the program that runs a reviewer", example: "codex")
  }

  /// A gate in any of its forms.
  static let type = ValueType<Gate>(
    "gate", expectation: "a gate", acceptsMappings: true,
    schema: { writer in
      ["anyOf": [["type": "string", "minLength": 1], writer.reference(to: shared.object)]]
    },
    read: { reader, node in shared.read(node, &reader) })

  private func read(_ node: YAMLTree.NodeID, _ reader: inout TreeReader) -> Gate? {
    if reader.tree[node].kind == .scalar, !reader.tree.isNull(node) {
      guard let command = ValueType<String>.text.read(&reader, node) else { return nil }
      return Gate(check: Located(.run(command), at: reader.place(of: node)))
    }
    guard let values = ObjectReader(node, object, &reader) else { return nil }
    guard let check = readCheck(values, &reader) else { return nil }
    return Gate(
      check: check, name: values.value(name, &reader), timeout: values.value(timeout, &reader),
      attempts: values.value(attempts, &reader), expectation: values.value(expect, &reader),
      reports: values.value(reports, &reader) ?? [],
      criteria: values.value(criteria, &reader) ?? [], harness: values.value(harness, &reader))
  }

  private func readCheck(
    _ values: ObjectReader, _ reader: inout TreeReader
  ) -> Located<Gate.Check>? {
    let written = [
      ("run", values.has(run)), ("review", values.has(review)), ("approve", values.has(approve)),
      ("artifacts", values.has(artifacts)),
    ].filter(\.1).map { "`\($0.0)`" }
    guard written.count == 1 else {
      let place = reader.place(of: values.node)
      if written.isEmpty {
        reader.report(
          "a gate checks nothing", at: place,
          hint: "give it one of `run`, `review`, `approve`, `artifacts`")
      } else {
        reader.report(
          "a gate checks \(written.count) things: \(written.joined(separator: ", "))", at: place,
          hint: "make a gate of each")
      }
      return nil
    }
    if let command = values.value(run, &reader) {
      return Located(.run(command), at: values.keyPlace(run, reader))
    }
    if let agent = values.value(review, &reader) {
      return Located(.review(agent: agent), at: values.keyPlace(review, reader))
    }
    if let person = values.value(approve, &reader) {
      return Located(.approve(person), at: values.keyPlace(approve, reader))
    }
    if let paths = values.value(artifacts, &reader) {
      return Located(.artifacts(paths), at: values.keyPlace(artifacts, reader))
    }
    return nil
  }
}

/// `expect: {tests: ">0"}`.
private struct ExpectShape: Sendable {
  static let shared = ExpectShape()

  private(set) var object = ObjectShape(
    "expectation", help: "What a gate's command must be seen to have done.")
  let tests: Key<Gate.Expectation>

  private init() {
    tests = object.key(
      "tests", type: Self.count, isRequired: true,
      help: "how many tests must have run: \">0\", \">=12\", or exactly 12", example: "\">0\"")
  }

  static let type = ValueType<Gate.Expectation>(
    "expectation", expectation: "an expectation, such as {tests: \">0\"}", acceptsMappings: true,
    schema: { $0.reference(to: shared.object) },
    read: { reader, node in
      guard let values = ObjectReader(node, shared.object, &reader) else { return nil }
      return values.value(shared.tests, &reader)
    })

  private static let count = ValueType<Gate.Expectation>.scalar(
    "count", expectation: "a count, such as \">0\"",
    schema: [
      "anyOf": [["type": "integer"], ["type": "string", "pattern": "^(>=|>|=)? ?[0-9]+$"]]
    ],
    hint: "write it like \">0\", \">=12\" or 12"
  ) { (text) throws(QuantityFlaw) in
    let relation = Gate.Expectation.Relation.allCases.first { text.hasPrefix($0.rawValue) }
    let number = text.dropFirst(relation?.rawValue.count ?? 0).drop { $0 == " " }
    guard let tests = Int(number), tests >= 0 else {
      throw QuantityFlaw(message: "is not a count of tests")
    }
    return Gate.Expectation(relation ?? .exactly, tests)
  }
}
