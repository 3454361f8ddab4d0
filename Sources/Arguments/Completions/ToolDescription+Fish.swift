extension ToolDescription {
  /// One function finds where the cursor stands, and each thing to offer is a line that asks it.
  var fishCompletions: String {
    let function = "_" + functionPrefix
    var lines = [
      """
      # fish completions for \(name); made from its command definitions.

      # Prints the command that the words before the cursor lead to, then how many arguments it has.
      function \(function)_place
          set -l words (commandline -opc)
          set -e words[1]
          set -l path ''
          set -l count 0
          set -l expecting 0
          set -l ended 0
          set -l helping 0
          for word in $words
              if test $expecting = 1
                  set expecting 0
                  continue
              end
              if test $ended = 0
                  switch $word
                      case --
                          set ended 1
                          continue
                      case '--*=*'
                          continue
                      case '--*'
                          \(function)_takes_value "$path" $word; and set expecting 1
                          continue
                      case '-?*'
                          set -l letters (string sub -s 2 -- $word | string split '')
                          while set -q letters[1]
                              if \(function)_takes_value "$path" -$letters[1]
                                  set -q letters[2]; or set expecting 1
                                  break
                              end
                              set -e letters[1]
                          end
                          continue
                  end
              end
              set -l step (\(function)_step "$path" "$word")
              if test -n "$step"
                  set path $step
              else if test "$path" = '' -a "$word" = help -a $helping = 0
                  set helping 1
              else
                  set count (math $count + 1)
              end
          end
          echo $path
          echo $count
          echo $helping
      end

      # Prints the command that a word leads to, if it does.
      function \(function)_step
          switch "$argv[1]/$argv[2]"
      \(fishSteps)
          end
      end

      function \(function)_takes_value
          switch "$argv[1]/$argv[2]"
      \(fishCase(valuedOptions))
                  return 0
          end
          switch "$argv[2]"
      \(fishCase(root.options.filter { $0.value != nil }.flatMap(\.names)))
                  return 0
          end
          return 1
      end

      # Whether the cursor stands behind a command: `at PATH` for its options, `at PATH N` for its
      # argument N (from 0), `at PATH N+` for that and all after it.
      function \(function)_at
          set -l place (\(function)_place)
          test "$place[1]" = "$argv[1]"; or return 1
          set -q argv[2]; or return 0
          test "$place[3]" = 1 -a "$argv[3]" != helping; and return 1
          switch $argv[2]
              case '*+'
                  test $place[2] -ge (string trim -r -c + -- $argv[2])
              case '*'
                  test $place[2] -eq $argv[2]
          end
      end

      # Asks the tool itself, and is silent where it cannot answer.
      function \(function)_ask
          set -l words (commandline -opc)
          set -e words[1]
          command \(name.fishQuoted) \(CompletionRequest.command) $argv[1] -- $words (commandline -ct) 2>/dev/null </dev/null
      end

      complete -c \(name.fishQuoted) -e
      complete -c \(name.fishQuoted) -f
      """
    ]
    for option in root.visibleOptions { lines.append(fishOption(option, condition: nil)) }
    for state in completionStates {
      let condition = "\(function)_at \(state.path.fishQuoted)"
      for below in state.command.visibleSubcommands {
        lines.append(
          fishLine(
            "\(condition) 0 helping", "-a \(below.name.fishQuoted) -d \(below.summary.fishQuoted)"))
      }
      if state.words.isEmpty {
        lines.append(
          fishLine("\(condition) 0", "-a help -d 'say more about a command'"))
      }
      for option in state.options { lines.append(fishOption(option, condition: condition)) }
      for (index, argument) in state.command.arguments.enumerated() {
        let offer = fishOffer(argument.value)
        guard !offer.isEmpty else { continue }
        let place = argument.arity.takesAllOthers ? "\(index)+" : "\(index)"
        lines.append(fishLine("\(condition) \(place)", offer))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var fishSteps: String {
    completionStates.flatMap { state in
      state.steps.map { step in
        "        case \("\(state.path)/\(step.word)".fishQuoted)\n            echo \(step.path.fishQuoted)"
      }
    }.joined(separator: "\n")
  }

  private var valuedOptions: [String] {
    completionStates.flatMap { state in
      state.options.filter { $0.value != nil }.flatMap(\.names).map { "\(state.path)/\($0)" }
    }
  }

  /// A case line for words; one that nothing matches where there are none.
  private func fishCase(_ words: [String]) -> String {
    "        case \((words.isEmpty ? ["//"] : words).map(\.fishQuoted).joined(separator: " "))"
  }

  private func fishOption(_ option: OptionDescription, condition: String?) -> String {
    let names =
      option.longNames.map { "-l \(String($0.dropFirst(2)).fishQuoted)" }
      + option.shortNames.map { "-s \(String($0.dropFirst()).fishQuoted)" }
    var text = names.joined(separator: " ") + " -d \(option.shortHelp.fishQuoted)"
    if let value = option.value {
      text += value.offer == .files ? " -r -F" : " -x " + fishOffer(value)
    }
    var lines = [fishLine(condition, text)]
    for negation in option.negations {
      lines.append(
        fishLine(
          condition,
          "-l \(String(negation.dropFirst(2)).fishQuoted) -d \("do not: \(option.shortHelp)".fishQuoted)"
        ))
    }
    return lines.joined(separator: "\n")
  }

  private func fishLine(_ condition: String?, _ text: String) -> String {
    let when = condition.map { " -n \($0.fishQuoted)" } ?? ""
    return trimmed("complete -c \(name.fishQuoted)\(when) \(text)")
  }

  private func fishOffer(_ value: ValueDescription) -> String {
    switch value.offer {
    case .nothing: ""
    // The list is split and expanded by fish once more.
    case .words(let words): "-a \(words.map(\.fishQuoted).joined(separator: " ").fishQuoted)"
    case .files: "-F"
    case .folders: "-a '(__fish_complete_directories (commandline -ct) \"\")'"
    case .dynamic(let kind): "-a \("(_\(functionPrefix)_ask \(kind.fishQuoted))".fishQuoted)"
    }
  }

  private func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
