extension Tool {
  /// One `complete` line an option, each with the condition under which it is offered.
  func fishCompletions() -> String {
    var script = """
      # Completion of \(name) for fish. Made by `\(name) completions fish`.
      complete -c \(name) -f

      """
    for row in commandRows(below: []) {
      script += line("__fish_use_subcommand", "-a \(quoted(row.name)) -d \(quoted(row.summary))")
    }
    for option in globals.options { script += line(nil, describe(option)) }
    script += line(nil, "-s h -l help -d \(quoted("show help"))")
    script += line(nil, "-l version -d \(quoted("show the version"))")
    for (path, command) in allCommands {
      let condition = path.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
      let inner = commandRows(below: path)
      if !inner.isEmpty {
        let none = "not __fish_seen_subcommand_from " + inner.map(\.name).joined(separator: " ")
        for row in inner {
          script += line(
            "\(condition); and \(none)", "-a \(quoted(row.name)) -d \(quoted(row.summary))")
        }
      }
      for option in command.shape.options { script += line(condition, describe(option)) }
      if let argument = command.shape.arguments.last {
        script += line(condition, values(argument.value.completion))
      }
    }
    return script
  }

  private func line(_ condition: String?, _ rest: String) -> String {
    if rest.isEmpty { return "" }
    return "complete -c \(name)" + (condition.map { " -n \(quoted($0))" } ?? "") + " \(rest)\n"
  }

  private func describe(_ option: OptionDescription) -> String {
    var text = (option.short.map { "-s \($0) " } ?? "") + "-l \(option.long)"
    if let value = option.value { text += " -r " + values(value.completion) }
    return text + " -d \(quoted(option.help))"
  }

  private func values(_ completion: Completion) -> String {
    switch completion {
    case .none: ""
    case .words(let words): "-f -a \(quoted(words.joined(separator: " ")))"
    case .file: "-F"
    case .folder: "-f -a \(quoted("(__fish_complete_directories)"))"
    case .dynamic(let kind): "-F -a \(quoted("(\(name) __complete \(kind) 2> /dev/null)"))"
    }
  }

  /// Fish knows two escapes between single quotes.
  private func quoted(_ text: String) -> String {
    var quoted = "'"
    for character in text {
      if character == "'" || character == "\\" { quoted.append("\\") }
      quoted.append(character)
    }
    return quoted + "'"
  }
}
