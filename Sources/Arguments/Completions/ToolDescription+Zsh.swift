extension ToolDescription {
  /// A function for each command, over zsh's own `_arguments`.
  var zshCompletions: String {
    """
    #compdef \(name)
    # zsh completions for \(name); made from its command definitions.

    # Asks the tool itself, and is silent where it cannot answer.
    \(functionPrefix)_ask() {
      local line kind=$1
      local -a found
      for line in "${(@f)$(command \(name.shellQuoted) \(CompletionRequest.command) $kind -- "${(@Q)asked_words}" 2>/dev/null </dev/null)}"; do
        [[ -n $line ]] || continue
        if [[ $line == *$'\\t'* ]]; then
          found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
        else
          found+=("${line//:/\\\\:}")
        fi
      done
      (( $#found )) && _describe -t $kind $kind found
    }

    \(completionStates.map(zshFunction).joined(separator: "\n\n"))

    # Loaded by name, the file is the function's body; sourced, it says what the function is for.
    if [[ $funcstack[1] == \(functionPrefix) ]]; then
      \(functionPrefix) "$@"
    else
      compdef \(functionPrefix) \(name.shellQuoted)
    fi

    """
  }

  private func function(of path: String) -> String {
    let word = path.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
    return path.isEmpty ? functionPrefix : "\(functionPrefix)__\(word)"
  }

  private func zshFunction(_ state: CompletionState) -> String {
    let options = (state.options + root.visibleOptions).flatMap(zshSpecs)
    return """
      \(function(of: state.path))() {
      \(state.command.isFamily ? zshFamily(state, options) : zshCommand(state, options))
      }
      """
  }

  private func zshCommand(_ state: CompletionState, _ options: [String]) -> String {
    let arguments = state.command.arguments.enumerated().map { index, argument in
      let place =
        switch argument.arity {
        case .one: "\(index + 1):"
        case .optional: "\(index + 1)::"
        case .oneOrMore, .any: "*:"
        }
      return (place + zshValue(argument.value)).shellQuoted
    }
    return "  _arguments -s -S : \\\n" + continued(options + arguments)
  }

  private func zshFamily(_ state: CompletionState, _ options: [String]) -> String {
    let isRoot = state.words.isEmpty
    var commands = state.command.visibleSubcommands.map { described($0.name, $0.summary) }
    if isRoot { commands.append(described("help", "say more about a command")) }
    let steps = state.steps.map { step in
      "      \(step.word.shellQuoted)) \(function(of: step.path)) && ret=0 ;;"
    }
    // `help` is followed by the same commands, so it takes the same function again.
    let help = isRoot ? ["      help) \(functionPrefix) && ret=0 ;;"] : []
    let start = isRoot ? "  local -a asked_words; asked_words=(\"${(@)words[2,CURRENT]}\")\n" : ""
    return """
      \(start)  local curcontext="$curcontext" state line ret=1
        local -A opt_args
        local -a commands
        _arguments -C -s -S : \\
      \(continued(options + ["'1: :->command'", "'*:: :->rest'"])) && ret=0
        case $state in
          command)
            commands=(
      \(commands.map { "        \($0)" }.joined(separator: "\n"))
            )
            _describe -t commands command commands && ret=0
            ;;
          rest)
            case $line[1] in
      \((steps + help).joined(separator: "\n"))
            esac
            ;;
        esac
        return ret
      """
  }

  private func described(_ word: String, _ meaning: String) -> String {
    "\(word.replacing(":", with: "\\:")):\(meaning)".shellQuoted
  }

  private func continued(_ specs: [String]) -> String {
    specs.map { "    \($0)" }.joined(separator: " \\\n")
  }

  /// An `_arguments` spec for each spelling; those that may be given once exclude each other.
  private func zshSpecs(_ option: OptionDescription) -> [String] {
    let exclusion =
      option.isRepeatable ? "*" : "(" + option.spellings.joined(separator: " ") + ")"
    return option.spellings.map { spelling in
      let suffix = option.value == nil ? "" : spelling.hasPrefix("--") ? "=" : "+"
      let help = option.shortHelp.zshEscaped(["[", "]"])
      let value = option.value.map { ":" + zshValue($0) } ?? ""
      return "\(exclusion)\(spelling)\(suffix)[\(help)]\(value)".shellQuoted
    }
  }

  private func zshValue(_ value: ValueDescription) -> String {
    let action =
      switch value.offer {
      case .nothing: "()"
      case .words(let words):
        "(" + words.map { $0.zshEscaped([" ", "(", ")", ":", "'", "\""]) }.joined(separator: " ")
          + ")"
      case .files: "_files"
      case .folders: "_files -/"
      case .dynamic(let kind): " \(functionPrefix)_ask \(kind.zshEscaped([" ", ":"]))"
      }
    return "\(value.placeholder.zshEscaped([":"])):\(action)"
  }
}

extension String {
  fileprivate func zshEscaped(_ special: Set<Character>) -> String {
    map { $0 == "\\" || special.contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
