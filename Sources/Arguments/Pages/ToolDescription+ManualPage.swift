import Terminal

extension ToolDescription {
  /// The manual page, in the `mdoc` language.
  ///
  /// - Parameter date: as `mdoc` has it, such as "July 3, 2025".
  package func manualPage(date: String) -> String {
    var page = [
      ".Dd \(date)", ".Dt \(name.uppercased()) 1", ".Os",
      ".Sh NAME", ".Nm \(macroArgument(name))", ".Nd \(macroLine(root.summary))",
      ".Sh SYNOPSIS", ".Nm", ".Op Ar OPTIONS", ".Ar COMMAND", ".Ar ...",
      ".Sh DESCRIPTION",
    ]
    page += manualText(root.discussion ?? root.sentence)
    page += [".Pp", "The options that every command takes:"]
    page += manualOptions(root.visibleOptions)
    page.append(".Sh COMMANDS")
    for (words, command) in visibleCommands where !command.isFamily {
      page += manualSection(words, command)
    }
    page += [
      ".Sh EXIT STATUS", "What a command ends with stands with the command.",
      "Every command ends with \(ExitStatus.usage.rawValue) where its command line is wrong.",
      ".Sh EXAMPLES",
    ]
    page += manualExamples(root.examples)
    return page.joined(separator: "\n") + "\n"
  }

  private func manualSection(_ words: [String], _ command: CommandDescription) -> [String] {
    let full = [name] + words
    var lines = [".Ss \(macroLine(full.joined(separator: " ")))"]
    lines += manualText(command.sentence)
    lines += [".Pp", ".D1 \(macroLine(command.usage(full)))"]
    if let discussion = command.discussion { lines += [".Pp"] + manualText(discussion) }
    lines += manualList(
      command.arguments.map { (".It Ar \(macroArgument($0.usage))", $0.fullHelp) })
    lines += manualOptions(command.visibleOptions)
    lines += manualExamples(command.examples)
    if !command.exits.isEmpty {
      lines += [".Pp", "Exit status:"]
      lines += manualList(command.exits.map { (".It \($0.status.rawValue)", $0.meaning) })
    }
    return lines
  }

  private func manualOptions(_ options: [OptionDescription]) -> [String] {
    manualList(
      options.map { option in
        let shown = [option.shortNames.first, option.longNames.first].compactMap { $0 }
        let names = shown.map { name in
          let word = name.dropFirst()
          return option.isNegatable && name.hasPrefix("--")
            ? "Fl -[no-]\(word.dropFirst())" : "Fl \(word)"
        }
        let value = option.value.map { " Ar \(macroArgument($0.placeholder))" } ?? ""
        return (".It \(names.joined(separator: " , "))\(value)", option.fullHelp)
      })
  }

  private func manualList(_ items: [(head: String, text: String)]) -> [String] {
    guard !items.isEmpty else { return [] }
    return [".Bl -tag -width Ds"] + items.flatMap { [$0.head] + manualText($0.text) } + [".El"]
  }

  private func manualExamples(_ examples: [Example]) -> [String] {
    guard !examples.isEmpty else { return [] }
    let lines = examples.flatMap { example in
      (example.meaning.map { ["# " + $0] } ?? []) + [example.line]
    }
    return [".Bd -literal -offset indent"] + lines.map(\.manualLine) + [".Ed"]
  }

  /// Running text: paragraphs parted by `.Pp`, each sentence on lines of its own.
  private func manualText(_ text: String) -> [String] {
    text.wrapped(toWidth: 76).flatMap { line -> [String] in
      if line.isEmpty { return [".Pp"] }
      return line.replacing(". ", with: ".\n").split(separator: "\n")
        .map { String($0).manualLine }
    }
  }

  /// One argument of a macro.
  private func macroArgument(_ text: String) -> String {
    let escaped = text.manualEscaped
    if text.isEmpty || text.contains(where: { $0 == " " || $0 == "\"" }) { return "\"\(escaped)\"" }
    // A short word might be the name of a macro, and a lone sign is punctuation.
    return text.count <= 3 ? "\\&" + escaped : escaped
  }

  /// The rest of a macro's line, in which no word is taken for a macro.
  private func macroLine(_ text: String) -> String {
    text.split(separator: " ").map { macroArgument(String($0)) }.joined(separator: " ")
  }
}

extension String {
  fileprivate var manualEscaped: String {
    map { character in
      switch character {
      case "\\": "\\e"
      case "\"": "\\(dq"
      case "-": "\\-"
      case "`": "\\(ga"
      case "'": "\\(aq"
      default: String(character)
      }
    }.joined()
  }

  /// A line of text, which must not begin as a request does.
  fileprivate var manualLine: String {
    (hasPrefix(".") || hasPrefix("'") ? "\\&" : "") + manualEscaped
  }
}
