extension Tool {
  /// One Markdown page with every command.
  package func reference() -> String {
    var page = "# \(name)\n\n\(sentence(summary))\n\n"
    page +=
      "This page is made from the program's own declarations; `\(name) help COMMAND` says the same.\n\n"
    page += block(examples.map { "\($0.line)  # \($0.meaning)" })
    for section in sections {
      page += "## \(section)\n\n| command | what it does |\n|---|---|\n"
      for command in visibleCommands where command.section == section {
        page +=
          "| [`\(name) \(command.name)`](#\(name)-\(command.name)) | \(cell(command.summary)) |\n"
      }
      page += "\n"
    }
    page += "## Options of every command\n\n" + table("option", globals.markdownRows + builtIns)
    page += "## Exit status\n\n"
    page += table("status", exitCodes.map { (String($0.number), $0.meaning) })
    for command in visibleCommands { page += entry(command, [command.name], level: 2) }
    while page.hasSuffix("\n\n") { page.removeLast() }
    return page
  }

  private var builtIns: [(String, String)] {
    [("`-h`, `--help`", "show help"), ("`--version`", "show the version")]
  }

  private func entry(_ command: Command<Context>, _ path: [String], level: Int) -> String {
    let words = ([name] + path).joined(separator: " ")
    var text =
      String(repeating: "#", count: level) + " \(words)\n\n\(sentence(command.summary))\n\n"
    text += block(command.examples.map { "\($0.line)  # \($0.meaning)" })
    text += "Usage: `\(command.usage(words))`\n\n"
    if !command.discussion.isEmpty { text += command.discussion + "\n\n" }
    text += table(
      "argument",
      command.shape.arguments.map { argument in
        ("`\(argument.usage)`", argument.help + choices(argument.value))
      })
    text += table("option", command.shape.markdownRows)
    text += table("exit status", command.exitCodes.map { (String($0.number), $0.meaning) })
    for inner in command.visibleSubcommands {
      text += entry(inner, path + [inner.name], level: level + 1)
    }
    return text
  }

  private func sentence(_ summary: String) -> String {
    guard let first = summary.first else { return "" }
    return first.uppercased() + summary.dropFirst() + (summary.hasSuffix(".") ? "" : ".")
  }

  private func block(_ lines: [String]) -> String {
    lines.isEmpty ? "" : "```sh\n" + lines.joined(separator: "\n") + "\n```\n\n"
  }

  private func table(_ title: String, _ rows: [(String, String)]) -> String {
    guard !rows.isEmpty else { return "" }
    return "| \(title) | |\n|---|---|\n"
      + rows.map { "| \($0.0) | \(cell($0.1)) |\n" }.joined() + "\n"
  }
}

private func cell(_ text: String) -> String {
  text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    .split(separator: "\n").joined(separator: " ")
}

private func choices(_ value: ValueDescription) -> String {
  value.words.isEmpty ? "" : ": " + value.words.map { "`\($0)`" }.joined(separator: ", ")
}

extension CommandShape {
  fileprivate var markdownRows: [(String, String)] {
    options.map { option in
      let letter = option.short.map { "`-\($0)`, " } ?? ""
      let more =
        (option.value.map(choices) ?? "")
        + (option.defaultText.map { " (default: `\($0)`)" } ?? "")
        + (option.isRepeatable ? "; may be repeated" : "")
      return ("\(letter)`\(option.longSpelling)`", option.help + more)
    }
  }
}
