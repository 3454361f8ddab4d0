extension ToolDescription {
  /// The page of all commands in Markdown: an example first, then a table of contents, then each.
  package var markdownPage: String {
    var page = "# \(name)\n\n\(markdownExamples(root.examples))\(root.sentence.markdownEscaped)\n\n"
    if let discussion = root.discussion { page += discussion + "\n\n" }
    page += "```\n\(root.usage([name]))\n```\n\n"
    for group in root.groups {
      page += "**\(group.heading)**\n\n"
      for command in group.commands { page += contents(command, [command.name], depth: 0) }
      page += "\n"
    }
    page += "## Options of every command\n\n"
    page += markdownTable("option", root.visibleOptions.map { ($0.markdownLabel, $0.fullHelp) })
    page +=
      "Every command ends with \(ExitStatus.usage.rawValue) where its command line is wrong.\n"
    for (words, command) in visibleCommands { page += "\n" + section(words, command) }
    return page
  }

  private func contents(_ command: CommandDescription, _ words: [String], depth: Int) -> String {
    let title = ([name] + words).joined(separator: " ")
    let anchor = title.lowercased().replacing(" ", with: "-")
    let indent = String(repeating: "  ", count: depth)
    return "\(indent)- [`\(title)`](#\(anchor)): \(command.summary.markdownEscaped)\n"
      + command.visibleSubcommands.map { contents($0, words + [$0.name], depth: depth + 1) }
      .joined()
  }

  private func section(_ words: [String], _ command: CommandDescription) -> String {
    let full = [name] + words
    var text = "## \(full.joined(separator: " "))\n\n\(markdownExamples(command.examples))"
    text += "\(command.sentence.markdownEscaped)\n\n```\n\(command.usage(full))\n```\n\n"
    if let discussion = command.discussion { text += discussion + "\n\n" }
    if !command.aliases.isEmpty {
      text += "Also: \(command.aliases.map { "`\($0)`" }.joined(separator: ", ")).\n\n"
    }
    text += markdownTable(
      "argument", command.arguments.map { ("`\($0.usage)`", $0.fullHelp) })
    text += markdownTable("option", command.visibleOptions.map { ($0.markdownLabel, $0.fullHelp) })
    text += markdownTable(
      "exit code", command.exits.map { ("\($0.status.rawValue)", $0.meaning) })
    return String(text.dropLast())
  }

  private func markdownExamples(_ examples: [Example]) -> String {
    guard !examples.isEmpty else { return "" }
    let lines = examples.flatMap { example in
      (example.meaning.map { ["# " + $0] } ?? []) + [example.line]
    }
    return "```sh\n\(lines.joined(separator: "\n"))\n```\n\n"
  }

  private func markdownTable(_ title: String, _ rows: [(String, String)]) -> String {
    guard !rows.isEmpty else { return "" }
    let lines = rows.map { "| \($0.0.replacing("|", with: "\\|")) | \($0.1.markdownEscaped) |" }
    return "| \(title) | meaning |\n|---|---|\n\(lines.joined(separator: "\n"))\n\n"
  }
}

extension OptionDescription {
  fileprivate var markdownLabel: String {
    "`\(label.drop { $0 == " " })`"
  }
}

extension String {
  /// The text with nothing in it that Markdown takes for markup, code between backticks apart.
  fileprivate var markdownEscaped: String {
    var isCode = false
    return map { character in
      if character == "`" { isCode.toggle() }
      switch character {
      case "|": return "\\|"
      case "<", "*", "_", "[", "]": return isCode ? String(character) : "\\\(character)"
      case "\n": return " "
      default: return String(character)
      }
    }.joined()
  }
}
