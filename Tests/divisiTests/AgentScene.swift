import Foundation
import JSONValues
import TestSupport

/// A repository whose agents are run by a real program that speaks with a scripted model.
struct AgentScene {
  let scratch: Scratch
  let name: String
  private let model: ScriptedModel

  init(_ name: String, _ model: ScriptedModel) throws {
    scratch = try Scratch()
    (self.name, self.model) = (name, model)
    for folder in ["home", "meeting"] {
      try FileManager.default.createDirectory(
        atPath: scratch.folder.path + "/" + folder, withIntermediateDirectories: true)
    }
    try scratch.folder.write("home/.profile", "# the person's own\n")
    let program = realProgram(name) ?? name
    let base = "http://127.0.0.1:\(model.port)"
    let arguments =
      name == "claude"
      ? "[]"
      : """
      [-c, 'model_provider="lab"', -c, 'model_providers.lab={name="lab",base_url="\(base)/v1",\
      env_key="LAB_KEY",wire_api="responses"}']
      """
    try scratch.folder.write(
      "divisi.yaml",
      """
      limits: {spacing: 0s}
      retries: {task_delay: 10ms, transient_delay: 1500ms}
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        \(name):
          program: "\(program)"
          arguments: \(arguments)
          environment:
            ANTHROPIC_BASE_URL: "\(base)"
          pass: [LAB_KEY]
      """)
  }

  /// Writes a plan; its steps are lines of YAML.
  func plan(_ steps: [String]) throws {
    try scratch.folder.write(
      ".orchestration/sessions/t.yaml",
      """
      id: t
      title: Library
      status: planned
      defaults: {harness: \(name), model: \(name == "claude" ? "claude-sonnet-4-5" : "scripted")}
      workflow:
        phases:
      \(steps.map { "    - {\($0)}" }.joined(separator: "\n"))
      """)
    // What the person has lying about is no business of the run.
    try scratch.folder.write(
      ".git/info/exclude", "/home/\n/data/\n/cache/\n/meeting/\n/divisi.yaml\n/.orchestration/\n")
  }

  func run() throws -> AgentRun {
    let result = try scratch.divisi(
      "--json run t",
      environment: [
        "XDG_DATA_HOME": scratch.folder.path + "/data",
        "XDG_CACHE_HOME": scratch.folder.path + "/cache", "ANTHROPIC_API_KEY": "dummy",
        "LAB_KEY": "dummy",
      ])
    return AgentRun(result)
  }

  func session(_ run: AgentRun) -> String {
    run.facts("runBegan").first?["order"]?["session"]?.text
      ?? (try? FileManager.default.contentsOfDirectory(
        atPath: scratch.folder.path + "/.divisi/runs"))?.first ?? ""
  }

  func attempt(_ run: AgentRun, _ step: String, _ number: Int, _ file: String) throws -> String {
    try scratch.folder.read(".divisi/runs/\(session(run))/\(step)/\(number)/\(file)")
  }

  func result(_ run: AgentRun, _ step: String, _ number: Int) throws -> JSON {
    try JSON.parse(try attempt(run, step, number, "result.json"))
  }

  func arguments(_ run: AgentRun, _ step: String, _ number: Int) throws -> [String] {
    let launch = try JSON.parse(try attempt(run, step, number, "launch.json"))
    guard case .array(let words)? = launch["argv"] else { return [] }
    return words.compactMap(\.text)
  }

  func trailers(_ name: String) throws -> [String] {
    try scratch.shell(
      "git log --reverse --format='%(trailers:key=Divisi-\(name),valueonly,separator=)' main..orchestration/t"
    ).split(separator: "\n").map(String.init)
  }

  /// Every file below a folder.
  func listing(_ folder: String) throws -> String {
    try scratch.shell("cd \(folder) && find . | sort")
  }

  /// What still runs of those that were started in the repository.
  func processes() -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { Int($0) != nil }.compactMap { process in
      guard
        let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ"),
        let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
      else { return nil }
      let isOurs = String(decoding: environment, as: UTF8.self).split(separator: "\0")
        .contains { $0.hasPrefix("DIVISI_ATTEMPT_DIR=\(scratch.folder.path)/") }
      return isOurs ? String(decoding: words, as: UTF8.self) : nil
    }
  }
}

/// What a run told of itself, as programs read it.
struct AgentRun {
  let status: Int32
  let output: String
  let errors: String
  private let events: [JSON]

  init(_ result: ProgramResult) {
    (status, output, errors) = (result.status, result.output, result.errors)
    events = result.output.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
  }

  /// All events of a kind, in order.
  func facts(_ kind: String) -> [JSON] { events.compactMap { $0["event"]?["body"]?[kind] } }

  func times(_ kind: String) -> [Int] {
    events.compactMap { $0["event"] }.filter { $0["kind"]?.text == kind }
      .compactMap { $0["at"]?.count }
  }

  /// Why attempts at a step ended that were not its last.
  func failures(_ step: String) -> [String] {
    facts("attemptEnded").filter { $0["step"]?.text == step }
      .compactMap { $0["failure"]?["kind"]?.text }
  }
}

extension AgentScene {
  /// How many tokens the model says in each attempt: ten a turn.
  static let spoken = ["core": [20], "add": [30], "report": [20, 20], "docs": [20]]

  /// What the model says in the plan of six steps.
  static func library(_ name: String) -> [JSON] {
    // A limit that the program does not wait for itself.
    let limit: JSON =
      name == "claude"
      ? ["status": 429, "retry_after": 90, "times": 1] : ["status": 429, "times": 1]
    return [
      [
        "when": "Write the core of the library.",
        "turns": [
          [
            "say": "I write it, with a test.",
            "write": [
              "calc/__init__.py": "# The library.\n", "calc/core.py": "ZERO = 0\n",
              "tests/__init__.py": "# The tests.\n",
              "tests/test_core.py": .string(test("core", "ZERO", equals: "0")),
              "tests/report.sh":
                "grep final report.txt || { echo 'wanted: a final one'; false; }\n",
            ],
          ], ["say": "The core is there."],
        ],
      ],
      [
        "when": "Teach it to add.",
        "turns": [
          ["shell": .string(meet("add", "mul"))],
          [
            "write": [
              "calc/ops.py": "def add(a, b):\n    return a + b\n",
              "tests/test_add.py": .string(test("ops", "add", equals: "5", "2, 3")),
            ]
          ], ["say": "It adds."],
        ],
      ],
      [
        "when": "Teach it to multiply.",
        "turns": [
          ["shell": .string(meet("mul", "add"))],
          // Its own work comes to the branch behind that of the other.
          ["shell": .string(until("git cat-file -e orchestration/t:calc/ops.py"))],
          ["shell": .string("printf '\(multiplying)' > calc/ops.py")], ["say": "It multiplies."],
        ],
      ],
      [
        "when": "Your work conflicts",
        "turns": [
          [
            "write": ["tests/test_mul.py": .string(test("ops", "mul", equals: "6", "2, 3"))],
            "shell": .string("printf '\\n\\n\(multiplying)' >> calc/ops.py"),
          ], ["say": "It does both."],
        ],
      ],
      [
        "when": "Write the notes.",
        "turns": [
          ["fault": limit, "write": ["notes.txt": "Noted.\n"]], ["say": "They are written."],
        ],
      ],
      [
        "when": "Write the report.",
        "turns": [["shell": "echo a draft > report.txt"], ["say": "It is written."]],
      ],
      [
        "when": "wanted: a final one",
        "turns": [["shell": "echo the final report > report.txt"], ["say": "It is final."]],
      ],
      [
        "when": "Write the documents.",
        "turns": [["write": ["docs/index.md": "# The library\n"]], ["say": "All is done."]],
      ],
    ]
  }

  private static let multiplying = "def mul(a, b):\\n    return a * b\\n"

  private static func test(
    _ module: String, _ name: String, equals value: String, _ arguments: String? = nil
  ) -> String {
    """
    import unittest
    from calc.\(module) import \(name)


    class Test(unittest.TestCase):
        def test_\(name.lowercased())(self):
            self.assertEqual(\(name)\(arguments.map { "(\($0))" } ?? ""), \(value))

    """
  }

  /// Says that it is here, and waits for the other.
  private static func meet(_ own: String, _ other: String) -> String {
    "touch ../../meeting/\(own); " + until("test -e ../../meeting/\(other)")
  }

  private static func until(_ condition: String) -> String {
    "for i in $(seq 300); do \(condition) 2>/dev/null && break; sleep 0.1; done"
  }
}
