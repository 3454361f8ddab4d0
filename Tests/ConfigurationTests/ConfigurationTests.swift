import Configuration
import Diagnostics
import Documents
import JSONValues
import Plans
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  private let settings = Settings.shared

  private func file(_ text: String) -> Layer {
    .repositoryFile(SourceText(path: "divisi.yaml", text))
  }

  @Test func everyDefaultCanBeRead() {
    let configuration = Configuration()
    #expect(configuration.diagnostics == [])
    #expect(configuration.value(settings.agents) == 4)
    #expect(configuration.value(settings.perModel)?.map(\.name) == ["opus", "sonnet", "haiku"])
    #expect(configuration.value(settings.spacing) == .seconds(2))
    #expect(configuration.value(settings.cost) == nil)
    #expect(configuration.value(settings.durability) == .full)
    #expect(configuration.value(settings.freeDiskShare) == 10)
    #expect(configuration.value(settings.outputSize) == 256 << 20)
    #expect(configuration.value(settings.mergeGates) == [])
    for entry in configuration.entries {
      #expect(entry.origin == .standard)
      #expect(!entry.setting.help.isEmpty && !entry.setting.example.isEmpty)
    }
  }

  @Test func everyExampleCanBeRead() {
    for setting in settings.all {
      let configuration = Configuration([
        file("\(setting.section): {\(setting.key): \(setting.example)}")
      ])
      #expect(configuration.diagnostics == [], "\(setting.name)")
      #expect(
        configuration.entry(setting.name)?.origin == .repositoryFile(path: "divisi.yaml", line: 1))
    }
  }

  @Test func theLaterLayerCounts() {
    let layers: [Layer] = [
      .userFile(SourceText(path: "user.yaml", "limits:\n  agents: 2\n  cost: $5\n")),
      file("limits:\n  agents: 3\n"),
      .environment(variable: "DIVISI_LIMITS_AGENTS", setting: "limits.agents", value: "5"),
      .flag("--set", setting: "limits.agents", value: "6"),
    ]
    let values = (1...4).map { Configuration(Array(layers.prefix($0))) }
    #expect(values.map { $0.value(settings.agents) } == [2, 3, 5, 6])
    #expect(
      values.map { $0.entry("limits.agents")?.origin.text }
        == ["user.yaml:2", "divisi.yaml:2", "$DIVISI_LIMITS_AGENTS", "--set"])
    #expect(values[3].value(settings.cost) == Money(microdollars: 5_000_000))
  }

  @Test func aWrongValueIsToldAndTheOneBelowCounts() {
    let configuration = Configuration([
      file("limits:\n  agents: many\n  spcing: 2s\nlimit: {}\n"),
      .environment(variable: "DIVISI_RETRIES_TASK", setting: "retries.task", value: "-1"),
      .flag("--set", setting: "limits.agent", value: "3"),
    ])
    #expect(configuration.value(settings.agents) == 4)
    #expect(configuration.value(settings.taskRetries) == 2)
    #expect(
      configuration.diagnostics.map { "\($0.file):\($0.place?.line ?? 0) \($0.message)" } == [
        "divisi.yaml:4 unknown key `limit` in a configuration",
        "divisi.yaml:3 unknown key `spcing` in a limits section",
        "divisi.yaml:2 `limits.agents`: `many` is not a whole number",
        "$DIVISI_RETRIES_TASK:0 `retries.task`: `-1` is negative",
        "--set:0 there is no setting `limits.agent`",
      ])
    #expect(configuration.diagnostics.last?.hint == "did you mean `limits.agents`?")
  }

  @Test func theTemplateSaysTheDefaults() {
    let template = ConfigurationDocument.template
    #expect(Configuration([file(template)]).diagnostics == [])
    // A comment has a space behind its sign; a setting has none, or two.
    let lines = template.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("#") && (!line.hasPrefix("# ") || line.hasPrefix("#  "))
        ? line.dropFirst() : line
    }
    let configuration = Configuration([file(lines.joined(separator: "\n"))])
    #expect(configuration.diagnostics == [])
    #expect(configuration.entries.map(\.text) == Configuration().entries.map(\.text))
    #expect(configuration.entries.allSatisfy { $0.origin != .standard })
  }

  @Test func theSchemaNamesEverySetting() {
    let text = ConfigurationDocument.schema.text()
    // Harnesses have the names that their writers give them.
    for setting in settings.all where setting.section != "harnesses" {
      #expect(text.contains("\"\(setting.key)\""))
    }
  }

  @Test func aHarnessIsChangedKeyByKeyAndOthersAreAdded() {
    let configuration = Configuration([
      file(
        """
        harnesses:
          aider: {model: [--model, "openai/{model}"], silence: 20m}
          mine:
            command: [my-agent, "{prompt_file}"]
            exit_statuses: {7: turn limit}
        """),
      .flag("--set", setting: "harnesses.other", value: "{command: [other], prompt: stdin}"),
    ])
    #expect(configuration.diagnostics == [])
    let byName = Dictionary(
      configuration.harnesses.map { ($0.name, $0.definition) }, uniquingKeysWith: { $1 })
    #expect(
      configuration.harnesses.map(\.name)
        == ["claude", "codex", "aider", "gemini", "vibe", "mine", "other"])
    #expect(byName["claude"]?.kind == .claude)
    #expect(byName["aider"]?.command?.first == "aider")
    #expect(byName["aider"]?.model == ["--model", "openai/{model}"])
    #expect(byName["aider"]?.silence == .seconds(1200))
    #expect(byName["mine"]?.exitStatuses == [7: .turnLimit])
    #expect(byName["other"]?.prompt == .stdin)
    #expect(configuration.entry("harnesses.mine")?.origin.text == "divisi.yaml:4")
  }

  @Test func aWrongHarnessIsTold() {
    let configuration = Configuration([
      file(
        """
        harnesses:
          mine: {comand: [x]}
          yours: {command: [], exit_statuses: {300: budget, 4: sleepy}}
          "a b": {command: [x]}
        """)
    ])
    #expect(
      configuration.diagnostics.map { "\($0.place?.line ?? 0) \($0.message)" } == [
        "2 unknown key `comand` in a harness",
        "3 `exit_statuses`: `sleepy` is not a meaning",
        "3 `300` is no exit status that can mean failure",
        "3 `command` names no program",
        "4 the name of a harness, `a b`, holds a character that an id may not have",
      ])
  }

  @Test func theSchemaTakesAHarnessOfAnyName() throws {
    let validator = SchemaValidator(ConfigurationDocument.schema)
    #expect(validator.flaws(in: ["harnesses": ["mine": ["command": ["x"]]]]) == [])
    #expect(validator.flaws(in: ["harnesses": ["mine": ["comand": ["x"]]]]) != [])
  }
}
