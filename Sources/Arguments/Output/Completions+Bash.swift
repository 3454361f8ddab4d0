extension Tool {
  /// One function: it finds the command among the words before the cursor, then offers commands,
  /// options, or values of the option or argument at the cursor.
  func bashCompletions() -> String {
    var script = """
      # Completion of \(name) for bash. Made by `\(name) completions bash`.
      _\(name)() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=
        ((COMP_CWORD > 0)) && previous=${COMP_WORDS[COMP_CWORD-1]}
        # `--name=value` arrives in three words.
        if [[ $current == "=" ]]; then current=; fi
        if [[ $previous == "=" ]] && ((COMP_CWORD > 1)); then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
        local path= word index skip=0
        for ((index = 1; index < COMP_CWORD; index++)); do
          word=${COMP_WORDS[index]}
          if ((skip)); then skip=0; continue; fi
          case "$path|$word" in

      """
    for words in valueOptionWords { script += "      *\"|\(words)\") skip=1 ;;\n" }
    for (path, _) in allCommands {
      let before = path.dropLast().joined(separator: " ")
      let name = path.last ?? ""
      script += "      \"\(before)|\(name)\") path=\"\(path.joined(separator: " "))\" ;;\n"
    }
    script += """
          esac
        done
        COMPREPLY=()
        case "$path|$previous" in

      """
    script += optionCases(of: nil, at: "*")
    for (path, command) in allCommands {
      script += optionCases(of: command, at: path.joined(separator: " "))
    }
    script += """
        esac
        if [[ $current == -* ]]; then
          case "$path" in

      """
    for (path, command) in allCommands {
      script += "      \"\(path.joined(separator: " "))\") \(offer(optionList(of: command))) ;;\n"
    }
    script += """
            *) \(offer(optionList(of: nil))) ;;
          esac
          return
        fi
        case "$path" in

      """
    script += "    \"\") \(offer(commandRows(below: []).map(\.name))) ;;\n"
    for (path, command) in allCommands {
      let words = "\"\(path.joined(separator: " "))\""
      if !command.visibleSubcommands.isEmpty {
        script += "    \(words)) \(offer(commandRows(below: path).map(\.name))) ;;\n"
      } else if let argument = command.shape.arguments.last {
        script += "    \(words)) \(reply(argument.value.completion)) ;;\n"
      }
    }
    script += """
        esac
      }
      complete -F _\(name) \(name)

      """
    return script
  }

  /// The spellings of all options that take a value: the word behind them is no command.
  private var valueOptionWords: [String] {
    var words: Set<String> = []
    for command in [nil] + allCommands.map({ Optional($0.command) }) {
      for (spellings, option) in optionWords(of: command) where option?.value != nil {
        words.formUnion(spellings)
      }
    }
    return words.sorted()
  }

  private func optionCases(of command: Command<Context>?, at path: String) -> String {
    let own = command?.shape.options ?? globals.options
    return own.compactMap { option in
      guard let value = option.value else { return nil }
      let spellings = ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
      let place = path == "*" ? "*\"|" : "\"\(path)|"
      let patterns = spellings.map { "\(place)\($0)\"" }.joined(separator: "|")
      return "    \(patterns)) \(reply(value.completion)); return ;;\n"
    }.joined()
  }

  private func optionList(of command: Command<Context>?) -> [String] {
    optionWords(of: command).flatMap(\.spellings)
  }

  private func offer(_ words: [String]) -> String {
    "COMPREPLY=($(compgen -W \(singleQuoted(words.joined(separator: " "))) -- \"$current\"))"
  }

  private func reply(_ completion: Completion) -> String {
    switch completion {
    case .none: ":"
    case .words(let words): offer(words)
    case .file: "compopt -o filenames 2> /dev/null; COMPREPLY=($(compgen -f -- \"$current\"))"
    case .folder: "compopt -o filenames 2> /dev/null; COMPREPLY=($(compgen -d -- \"$current\"))"
    case .dynamic(let kind):
      "compopt -o filenames 2> /dev/null; COMPREPLY=($(compgen -W "
        + "\"$(\(name) __complete \(kind) 2> /dev/null)\" -- \"$current\") $(compgen -f -- \"$current\"))"
    }
  }
}
