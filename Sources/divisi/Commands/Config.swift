import Arguments
import Configuration
import Diagnostics
import Files
import JSONValues
import Reports
import Terminal
import Workspaces

let configCommand: Command<Session> = Command(
  "config", summary: "show every setting, its value, and where it came from",
  discussion: """
    A value comes from the default, the user's file, the repository's divisi.yaml, the environment \
    (DIVISI_LIMITS_AGENTS for limits.agents) or --set; the last of these that names it counts.
    """,
  section: "Set-up",
  examples: [
    Example("divisi config", "show all settings"),
    Example("divisi config limits.agents", "show the value of one, for scripts"),
  ],
  exitCodes: [ExitCode(0, "the settings are right"), ExitCode(1, "some are not, or there is none")]
) { shape in
  let assignments = shape.options(
    "set", .text("KEY=VALUE"), help: "show what would be in force with this value")
  let name = shape.optionalArgument(
    .named("KEY", kind: "setting"), help: "one setting, or one section")
  return { values, session in
    let configuration = try session.configuration(setting: values[assignments])
    let byPath = Dictionary(
      configuration.sources.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    for diagnostic in configuration.diagnostics {
      session.complain(
        diagnostic.text(in: byPath[diagnostic.file], paint: session.errors.palette.paint))
    }
    var shown = configuration.entries
    if let name = values[name] {
      shown = shown.filter { $0.setting.name == name || $0.setting.section == name }
      guard !shown.isEmpty else {
        let names = configuration.entries.map(\.setting.name)
        throw Failure(
          "there is no setting `\(name)`",
          hint: closestMatch(to: name, in: names).map { "did you mean `\($0)`?" }
            ?? "`divisi config` lists them")
      }
    }
    if session.wantsJSON {
      session.print(.array(shown.map(json)))
    } else if shown.count == 1, let only = shown.first, values[name] == only.setting.name {
      session.print(only.text == "~" ? "none" : only.text)
      session.say(
        "\(only.setting.help)\n"
          + "from \(only.origin.text), \(only.setting.typeName), default \(only.setting.defaultText)"
      )
    } else {
      var table = Table([.init("setting"), .init("value", mayShrink: true), .init("from")])
      for entry in shown {
        table.append([
          .init(entry.setting.name), .init(entry.text == "~" ? "none" : entry.text),
          .init(entry.origin.text, entry.origin == .standard ? .dim : nil),
        ])
      }
      session.print(table.text(on: session.output))
    }
    return configuration.hasErrors ? 1 : 0
  }
}

private func json(_ entry: Configuration.Entry) -> JSON {
  [
    "setting": .string(entry.setting.name),
    "value": entry.text == "~" ? .null : .string(entry.text),
    "default": entry.setting.defaultText == "~" ? .null : .string(entry.setting.defaultText),
    "type": .string(entry.setting.typeName), "from": .string(entry.origin.kind),
    "place": .string(entry.origin.text), "meaning": .string(entry.setting.help),
  ]
}

extension Session {
  /// The settings in force here; assignments are `KEY=VALUE`.
  func configuration(setting assignments: [String] = []) throws -> Configuration {
    var flags: [(flag: String, setting: String, value: String)] = []
    for assignment in assignments {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Failure(
          "--set takes KEY=VALUE, not `\(assignment)`", hint: "such as --set limits.agents=2",
          status: 2)
      }
      flags.append(("--set", String(parts[0]), String(parts[1])))
    }
    do throws(FileError) {
      return try Configuration.load(
        root: try? repository().root, file: configurationFile, environment: environment,
        flags: flags)
    } catch {
      throw Failure(error)
    }
  }
}
