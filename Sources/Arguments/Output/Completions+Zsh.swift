extension Tool {
  /// One function a command, over zsh's own `_arguments`.
  func zshCompletions() -> String {
    var script = """
      #compdef \(name)
      # Completion of \(name) for zsh. Made by `\(name) completions zsh`.


      """
    script += dispatcher(path: [], shape: globals)
    for (path, command) in allCommands {
      if command.visibleSubcommands.isEmpty {
        script += function(path, command)
      } else {
        script += dispatcher(path: path, shape: CommandShape())
      }
    }
    script += """
      if [ "$funcstack[1]" = "_\(name)" ]; then
        _\(name) "$@"
      else
        compdef _\(name) \(name)
      fi

      """
    return script
  }

  private func functionName(_ path: [String]) -> String {
    "_" + ([name] + path).joined(separator: "_")
  }

  /// Completes the name of a command, then hands over to that command's function.
  private func dispatcher(path: [String], shape: CommandShape) -> String {
    var text =
      "\(functionName(path))() {\n  local context state state_descr line\n  typeset -A opt_args\n"
    text += "  local -a commands=(\n"
    for row in commandRows(below: path) {
      text += "    \(singleQuoted("\(row.name):\(row.summary)"))\n"
    }
    text += "  )\n  _arguments -C \\\n"
    for option in optionWords(of: nil) {
      text += specifications(option).map { "    \($0) \\\n" }.joined()
    }
    text += "    '1: :->command' '*:: :->rest'\n  case $state in\n"
    text +=
      "    command) _describe -t commands command commands ;;\n    rest)\n      case $line[1] in\n"
    for row in commandRows(below: path) where row.name != "help" {
      text += "        \(row.name)) \(functionName(path + [row.name])) ;;\n"
    }
    text += "      esac ;;\n  esac\n}\n\n"
    return text
  }

  private func function(_ path: [String], _ command: Command<Context>) -> String {
    var text = "\(functionName(path))() {\n  _arguments -s \\\n"
    for option in optionWords(of: command) {
      text += specifications(option).map { "    \($0) \\\n" }.joined()
    }
    for (index, argument) in command.shape.arguments.enumerated() {
      let position = argument.isRepeated ? "*" : String(index + 1)
      let spec = "\(position):\(argument.value.placeholder):" + action(argument.value.completion)
      text += "    \(singleQuoted(spec)) \\\n"
    }
    text += "    && return\n}\n\n"
    return text
  }

  private func specifications(
    _ entry: (spellings: [String], option: OptionDescription?)
  ) -> [String] {
    let help = escaped(
      entry.option?.help ?? (entry.spellings[0] == "--help" ? "show help" : "show the version"))
    return entry.spellings.map { spelling in
      let star = entry.option?.isRepeatable == true ? "*" : ""
      guard let value = entry.option?.value else {
        return singleQuoted("\(star)\(spelling)[\(help)]")
      }
      let glue = spelling.hasPrefix("--") ? "=" : "+"
      return singleQuoted(
        "\(star)\(spelling)\(glue)[\(help)]:\(value.placeholder):\(action(value.completion))")
    }
  }

  private func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if "[]:\\".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }

  private func action(_ completion: Completion) -> String {
    switch completion {
    case .none: " "
    case .words(let words): "(" + words.joined(separator: " ") + ")"
    case .file: "_files"
    case .folder: "_files -/"
    case .dynamic(let kind):
      "{ compadd -- ${(f)\"$(\(name) __complete \(kind) 2> /dev/null)\"}; _files }"
    }
  }
}
