import Arguments
import Configuration
import Diagnostics
import Files
import JSONValues
import Reports
import Terminal
import Workspaces

struct Config: Command {
  var assignments: [String] = []
  var name: String?

  static let spec = CommandSpec<Self>(
    "config", "show every setting, its value, and where it came from"
  ) {
    Example("divisi config", "show all settings")
    Example("divisi config limits.agents", "show the value of one, for scripts")
    Discussion(
      """
      A value comes from the default, the user's file, the repository's divisi.yaml, the \
      environment (DIVISI_LIMITS_AGENTS for limits.agents) or --set; the last of these that names \
      it counts.
      """)
    Option(
      \.assignments, "--set", help: "show what would be in force with this value",
      placeholder: "KEY=VALUE", completion: .dynamic("setting"))
    Argument(\.name, "KEY", "one setting, or one section", completion: .dynamic("setting"))
    Exit(0, "the settings are right")
    Exit(1, "some are not, or there is no such setting")
  }

  func objection() -> String? {
    assignments.first { !$0.contains("=") }
      .map { "`--set` takes KEY=VALUE, such as limits.agents=2, not `\($0)`" }
  }

  func run(in session: Session) throws -> ExitStatus {
    let configuration = try session.configuration(setting: assignments)
    session.complain(of: configuration)
    var shown = configuration.entries
    if let name {
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
    } else if shown.count == 1, let only = shown.first, name == only.setting.name {
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
    return configuration.hasErrors ? .failure : .success
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
}

extension Session {
  /// The settings in force here, which must be right; what is wrong with them is told.
  func rightConfiguration(setting assignments: [String]) throws -> Configuration {
    let configuration = try configuration(setting: assignments)
    complain(of: configuration)
    guard !configuration.hasErrors else { throw Failure("the configuration is not right") }
    return configuration
  }

  func complain(of configuration: Configuration) {
    let byPath = Dictionary(
      configuration.sources.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    for diagnostic in configuration.diagnostics {
      complain(diagnostic.text(in: byPath[diagnostic.file], paint: errors.palette.paint))
    }
  }

  /// The settings in force here; assignments are `KEY=VALUE`.
  func configuration(setting assignments: [String] = []) throws -> Configuration {
    let flags = assignments.map { assignment in
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (flag: "--set", setting: String(parts[0]), value: String(parts.last ?? ""))
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
