import Diagnostics
import Documents
package import Plans

/// A declared setting and the type of its value.
package struct Setting<Value: Sendable>: Sendable {
  package let name: String
  let read: @Sendable (inout TreeReader, YAMLTree.NodeID) -> Value?
}

/// A setting without its type: for lists and documentation.
package struct SettingDescription: Sendable {
  /// Section and key: `limits.agents`.
  package let name: String
  package let typeName: String
  /// As it would be written; `~` where there is none.
  package let defaultText: String
  package let help: String
  package let example: String
  /// Adds the key to the shape of its section.
  let declare: @Sendable (inout ObjectShape) -> Void
  /// Whether a value can be read; tells what is wrong where it cannot.
  let check: @Sendable (inout TreeReader, YAMLTree.NodeID) -> Bool

  package var section: String { String(name.prefix { $0 != "." }) }
  package var key: String { String(name.drop { $0 != "." }.dropFirst()) }

  /// The variable of the environment that sets it.
  package var variable: String {
    "DIVISI_" + String(name.map { $0 == "." ? "_" : $0 }).uppercased()
  }
}

/// How safe a journal is.
package enum Durability: String, Sendable, CaseIterable {
  /// Survives a power cut.
  case full
  /// Survives the end of every process.
  case process
}

/// What happens when a merge drops lines that one side added.
package enum DroppedLines: String, Sendable, CaseIterable {
  case warn
  case fail
}

/// Every setting there is.
package struct Settings: Sendable {
  package static let shared = Settings()

  /// What each section is about, in order.
  package static let sections: [(name: String, help: String)] = [
    ("limits", "What runs may use at once, in an hour, and in all."),
    ("retries", "What is tried again, how often and how soon."),
    ("timeouts", "When something is stopped."),
    ("journal", "How events are kept."),
    ("git", "How Divisi writes commits and branches."),
    ("merge", "What a merged tree must pass."),
    ("workspace", "How worktrees are made ready and bounded."),
    ("agents", "Where agents are defined."),
    (
      "harnesses",
      "The programs that run agents, by name. You may change those that are here, key by key, and define others."
    ),
  ]

  /// The section whose keys are names that the writer chooses.
  static let openSection = "harnesses"

  package private(set) var all: [SettingDescription] = []
  /// The shape of a whole file.
  let shape: ObjectShape
  private let harnesses: Key<[(name: Located<String>, value: YAMLTree.NodeID)]>
  private let sectionShapes: [(key: Key<YAMLTree.NodeID>, shape: ObjectShape, name: String)]

  package let agents: Setting<Int>
  package let perModel: Setting<[(name: String, count: Int)]>
  package let spacing: Setting<Duration>
  package let callsPerHour: Setting<Int>
  package let cost: Setting<Money>
  package let tokens: Setting<Int>
  package let resources: Setting<[(name: String, count: Int)]>
  package let builds: Setting<Int>
  package let perAccount: Setting<[(name: String, count: Int)]>
  package let memory: Setting<Int>
  package let processes: Setting<Int>
  package let cpus: Setting<Double>
  package let taskRetries: Setting<Int>
  package let taskDelay: Setting<Duration>
  package let transientDelay: Setting<Duration>
  package let transientTime: Setting<Duration>
  package let breaker: Setting<Int>
  package let losses: Setting<Int>
  package let conflicts: Setting<Int>
  package let stepTimeout: Setting<Duration>
  package let gateTimeout: Setting<Duration>
  package let silence: Setting<Duration>
  package let grace: Setting<Duration>
  package let outputSize: Setting<Int>
  package let durability: Setting<Durability>
  package let authorName: Setting<String>
  package let authorEmail: Setting<String>
  package let runsHooks: Setting<Bool>
  package let mergeGates: Setting<[Gate]>
  package let droppedLines: Setting<DroppedLines>
  package let copiedFiles: Setting<[Glob]>
  package let linkedFiles: Setting<[Glob]>
  package let setUp: Setting<[String]>
  package let tearDown: Setting<[String]>
  package let prunedFolders: Setting<[Glob]>
  package let ports: Setting<Int>
  package let portBase: Setting<Int>
  package let freeDisk: Setting<Int>
  package let freeDiskShare: Setting<Double>
  package let keepFor: Setting<Duration>
  package let agentFolders: Setting<[String]>

  private init() {
    var all = Declarations()
    let counts = ValueType<Int>.integer.atLeastOne.countsByName
    agents = all.add(
      "limits.agents", ValueType<Int>.integer.atLeastOne, "4", "agents at once in one run",
      example: "8")
    perModel = all.add(
      "limits.per_model", counts, "{opus: 5, sonnet: 10, haiku: 15}",
      "agents at once by model, over all runs of the repository", example: "{opus: 2}")
    spacing = all.add(
      "limits.spacing", .duration, "2s", "the least time between two launches of agents",
      example: "5s")
    callsPerHour = all.add(
      "limits.calls_per_hour", ValueType<Int>.integer.atLeastOne, "100",
      "attempts of agents started in any hour",
      example: "60")
    cost = all.add(
      "limits.cost", ValueType<Money>.money.aboveZero, "~",
      "US dollars that one run may spend; none where nothing is said",
      example: "$20")
    tokens = all.add(
      "limits.tokens", ValueType<Int>.integer.atLeastOne, "~",
      "tokens that one run may use; none where nothing is said", example: "5_000_000")
    resources = all.add(
      "limits.resources", counts, "{}", "how many units there are of each named resource",
      example: "{licence: 3}")
    builds = all.add(
      "limits.builds", ValueType<Int>.integer.atLeastOne, "~",
      "command gates at once; half as many as there are cores where nothing is said",
      example: "2")
    perAccount = all.add(
      "limits.per_account", counts, "{}",
      "agents at once by account, over all runs of the repository", example: "{claude: 3}")
    memory = all.add(
      "limits.memory", ValueType<Int>.size.atLeastOne, "~",
      "memory that an attempt, or a gate, may take with all that it starts; none where nothing is said",
      example: "4GiB")
    processes = all.add(
      "limits.processes", ValueType<Int>.integer.atLeastOne, "~",
      "processes and threads that it may have at once; none where nothing is said", example: "500")
    cpus = all.add(
      "limits.cpus", ValueType<Double>.number, "~",
      "cores that it may keep busy, where a cgroup is delegated; none where nothing is said",
      example: "1.5")
    taskRetries = all.add(
      "retries.task", ValueType<Int>.integer.notNegative, "2",
      "how often a step is tried again after its gates failed",
      example: "1")
    taskDelay = all.add(
      "retries.task_delay", .duration, "10s", "how long it waits before that", example: "1m")
    transientDelay = all.add(
      "retries.transient_delay", .duration, "60s",
      "the first wait after a rate limit, an overload or a lost network; doubled each time",
      example: "30s")
    transientTime = all.add(
      "retries.transient_time", .duration, "6h", "how long that may go on in all", example: "12h")
    breaker = all.add(
      "retries.breaker", ValueType<Int>.integer.atLeastOne, "5",
      "failures of one agent in a row after which it is started no more", example: "3")
    losses = all.add(
      "retries.lost", ValueType<Int>.integer.notNegative, "3",
      "how often a step is begun again after its machine died under it", example: "1")
    conflicts = all.add(
      "retries.conflict", ValueType<Int>.integer.notNegative, "2",
      "how often a step is done again on the new head after a conflict", example: "1")
    stepTimeout = all.add(
      "timeouts.step", .duration, "30m", "an attempt is stopped after this", example: "1h")
    gateTimeout = all.add(
      "timeouts.gate", .duration, "10m", "a gate is stopped after this", example: "30m")
    silence = all.add(
      "timeouts.silence", .duration, "10m", "an agent that says nothing for so long has stalled",
      example: "15m")
    grace = all.add(
      "timeouts.grace", .duration, "10s", "between asking a process to end and ending it",
      example: "30s")
    outputSize = all.add(
      "timeouts.output", .size, "256MiB", "an attempt that writes more is stopped", example: "1GiB")
    durability = all.add(
      "journal.durability", ValueType<Durability>.word("durability"), "full",
      "full survives a power cut; process survives the end of every process", example: "process")
    authorName = all.add(
      "git.author_name", .text, "Divisi", "the name on commits that Divisi makes",
      example: "Build team")
    authorEmail = all.add(
      "git.author_email", .text, "divisi@localhost", "the address on them",
      example: "build@example.org")
    runsHooks = all.add(
      "git.hooks", .bool, "false", "whether the repository's hooks run on them", example: "true")
    mergeGates = all.add(
      "merge.gates", PlanDocument.gate.list(of: "gates"), "[]",
      "what the merged tree must pass for every step", example: "[{run: make test}]")
    droppedLines = all.add(
      "merge.dropped", ValueType<DroppedLines>.word("answer"), "fail",
      "what happens when resolving a conflict dropped lines that one side added", example: "warn")
    copiedFiles = all.add(
      "workspace.copy", PlanDocument.glob.list(of: "globs"), "[]",
      "files that git does not track and every worktree gets a copy of", example: "[.env]")
    linkedFiles = all.add(
      "workspace.link", PlanDocument.glob.list(of: "globs"), "[]",
      "the same, as links", example: "[node_modules]")
    setUp = all.add(
      "workspace.setup", ValueType<String>.text.list(of: "commands"), "[]",
      "commands that make a new worktree ready", example: "[npm ci]")
    tearDown = all.add(
      "workspace.teardown", ValueType<String>.text.list(of: "commands"), "[]",
      "commands that run when a step's work is merged and its worktree given back; not for lanes",
      example: "[docker compose down]")
    prunedFolders = all.add(
      "workspace.prune", PlanDocument.glob.list(of: "globs"), "[]",
      "build folders that git ignores, and that finished steps lose first when the disk is short",
      example: "[node_modules, target]")
    ports = all.add(
      "workspace.ports", ValueType<Int>.integer.notNegative, "10",
      "ports of its own for every attempt, from DIVISI_PORT_BASE on", example: "0")
    portBase = all.add(
      "workspace.port_base", ValueType<Int>.integer.atLeastOne, "20000",
      "the first port that may be given to one", example: "24000")
    freeDisk = all.add(
      "workspace.free_disk", .size, "5GiB", "no new worktree is made with less free",
      example: "20GiB")
    freeDiskShare = all.add(
      "workspace.free_disk_share", .percentage, "10%", "the same, as a share of the disk",
      example: "5%")
    keepFor = all.add(
      "workspace.keep_for", .duration, "30d", "how long work that was set aside is kept",
      example: "90d")
    agentFolders = all.add(
      "agents.folders", ValueType<String>.path.list(of: "paths"), "[.claude/agents]",
      "folders of agent definition files", example: "[agents, .claude/agents]")
    for (name, text, help) in StandardHarnesses.all {
      _ = all.add(
        "\(Self.openSection).\(name)", HarnessDefinition.type, text, help,
        example: "{arguments: [--verbose]}")
    }
    self.all = all.found
    var root = ObjectShape("configuration", help: "Settings of Divisi.")
    sectionShapes = Self.sections.filter { $0.name != Self.openSection }.map { section in
      var shape = ObjectShape("\(section.name) section", help: section.help)
      for setting in all.found where setting.section == section.name { setting.declare(&shape) }
      let key = root.key(
        section.name, type: ValueType<YAMLTree.NodeID>.object(shape), default: "see below",
        help: section.help, example: "{}")
      return (key, shape, section.name)
    }
    let open = Self.sections.first { $0.name == Self.openSection }
    harnesses = root.key(
      Self.openSection, type: HarnessDefinition.node.byName("names to harnesses"),
      default: "see below", help: open?.help ?? "", example: "{}")
    shape = root
  }

  /// The description of a setting; for the open section also of one that has no default.
  func description(of name: String) -> SettingDescription? {
    if let known = all.first(where: { $0.name == name }) { return known }
    guard name.hasPrefix(Self.openSection + ".") else { return nil }
    var one = Declarations()
    _ = one.add(
      name, HarnessDefinition.type, "~", "a program that runs agents", example: "{command: [x]}")
    return one.found.first
  }

  /// The settings that a file's top sets, each with its value. What is wrong with them is told, and
  /// values that cannot be read are left out.
  func values(
    in root: YAMLTree.NodeID, _ reader: inout TreeReader
  ) -> [(name: String, node: YAMLTree.NodeID)] {
    guard let file = ObjectReader(root, shape, &reader) else { return [] }
    var found: [(name: String, node: YAMLTree.NodeID)] = []
    for section in sectionShapes {
      guard let node = file.node(of: section.key), !reader.tree.isNull(node),
        let values = ObjectReader(node, section.shape, &reader)
      else { continue }
      for setting in all where setting.section == section.name {
        guard let node = values.node(named: setting.key), setting.check(&reader, node) else {
          continue
        }
        found.append((setting.name, node))
      }
    }
    return found + harnessValues(in: file, &reader)
  }
}

extension Settings {
  fileprivate func harnessValues(
    in file: ObjectReader, _ reader: inout TreeReader
  ) -> [(name: String, node: YAMLTree.NodeID)] {
    guard let entries = file.value(harnesses, &reader) else { return [] }
    var found: [(name: String, node: YAMLTree.NodeID)] = []
    for (name, node) in entries where !name.value.hasPrefix("x-") {
      if let flaw = Identifier.flaw(in: name.value) {
        reader.report(
          "the name of a harness, `\(name.value)`, \(flaw)", at: name.place, hint: Identifier.rule)
        continue
      }
      let full = "\(Self.openSection).\(name.value)"
      guard let setting = description(of: full), setting.check(&reader, node) else { continue }
      found.append((full, node))
    }
    return found
  }
}

/// Collects declarations, so that each setting stands in one place.
private struct Declarations {
  private(set) var found: [SettingDescription] = []

  mutating func add<Value: Sendable>(
    _ name: String, _ type: ValueType<Value>, _ standard: String, _ help: String, example: String
  ) -> Setting<Value> {
    let read = type.reader(called: name, example: example)
    found.append(
      SettingDescription(
        name: name, typeName: type.name, defaultText: standard, help: help, example: example,
        declare: { shape in
          _ = shape.key(
            String(name.drop { $0 != "." }.dropFirst()), type: type, default: standard, help: help,
            example: example)
        },
        check: { reader, node in reader.tree.isNull(node) || read(&reader, node) != nil }))
    return Setting(name: name, read: read)
  }
}
