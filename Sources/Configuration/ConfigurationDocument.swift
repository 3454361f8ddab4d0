import Documents
package import JSONValues

/// The configuration file as a kind of document.
package enum ConfigurationDocument {
  /// The JSON Schema of configuration files.
  package static var schema: JSON {
    SchemaWriter.document(Settings.shared.shape, title: "Divisi configuration")
  }

  package static var settingNames: [String] { Settings.shared.all.map(\.name) }

  /// A file with every setting at its default, commented out: to be read, and changed in place.
  package static var template: String {
    var text = """
      # Settings of Divisi for this repository, each with its default. To set one, take the # from its
      # line and from the line of its section. `divisi config` shows what is in force, and why.

      """
    for section in Settings.sections {
      text += "\n# \(section.help)\n#\(section.name):\n"
      for setting in Settings.shared.all where setting.section == section.name {
        text += "#  # \(setting.help)\n#  \(setting.key): \(setting.defaultText)\n"
      }
    }
    return text
  }

  /// The tables of docs/CONFIG.md.
  package static var reference: String {
    Settings.sections.map { section in
      var text = "### \(section.name)\n\n\(section.help)\n\n"
      text += "| setting | type | default | meaning | example |\n|---|---|---|---|---|\n"
      for setting in Settings.shared.all where setting.section == section.name {
        let standard = setting.defaultText == "~" ? "none" : "`\(setting.defaultText)`"
        text += "| `\(setting.name)` | \(setting.typeName) | \(standard) | \(setting.help) | "
        text += "`\(setting.key): \(setting.example)` |\n"
      }
      if section.name == Settings.openSection {
        text += "\nEach of them may have these keys:\n\n" + HarnessDefinition.keyTable
      }
      return text
    }.joined(separator: "\n")
  }
}
