extension ToolDescription {
  /// Bash hands over words that it broke at `=` and `:`, quotes and all; the script first puts them
  /// together again, then walks them to find the command, then offers what may stand at the end.
  var bashCompletions: String {
    let prefix = functionPrefix
    return """
      # bash completions for \(name); made from its command definitions.

      # Sets `step` to the path of the command that a word leads to, if it does.
      \(prefix)_step() {
        step=
        case "$1/$2" in
      \(lines(bashSteps))
          *) return 1 ;;
        esac
      }

      # Sets `kind` and `values` to what an option of a command takes; fails where it takes nothing.
      \(prefix)_option() {
        kind= values=()
        case "$1/$2" in
      \(lines(bashOptionValues))
          *)
            case "$2" in
      \(lines(root.options.flatMap { bashValueCase(of: $0, path: nil) }, indent: 8))
              *) return 1 ;;
            esac
            ;;
        esac
      }

      # Sets `kind` and `values` to what an argument of a command takes, counted from 0.
      \(prefix)_argument() {
        kind=none values=()
        case "$1/$2" in
      \(lines(bashArgumentValues))
          *) return 1 ;;
        esac
      }

      # Sets `values` to the commands below a path, or else fails.
      \(prefix)_commands() {
        case "$1" in
      \(lines(bashCommandWords))
          *) return 1 ;;
        esac
      }

      # Sets `values` to the options of a command.
      \(prefix)_options() {
        values=(\(bashWords(root.visibleOptions.flatMap(\.spellings))))
        case "$1" in
      \(lines(bashOptionWords))
        esac
      }

      # Offers those of `values` that begin with what was typed.
      \(prefix)_offer() {
        local value typed=$1 isQuoted=
        case "$typed" in
          [\\"\\']*) isQuoted=1 typed=${typed:1} ;;
          *) typed=${typed//\\\\/} ;;
        esac
        for value in "${values[@]}"; do
          [[ $value == "$typed"* ]] || continue
          [[ -n $isQuoted ]] || printf -v value %q "$value"
          COMPREPLY+=("${value#"$broken"}")
        done
      }

      # Asks the tool itself, and is silent where it cannot answer.
      \(prefix)_ask() {
        local line kindAsked=$1
        shift
        values=()
        while IFS= read -r line; do
          [[ -n $line ]] && values+=("${line%%$'\\t'*}")
        done < <(command \(name.shellQuoted) \(CompletionRequest.command) "$kindAsked" -- "$@" 2>/dev/null </dev/null)
      }

      \(prefix)() {
        local cur= broken= word letters step kind i
        local -a words=() values=()
        local line=$COMP_LINE glued=
        COMPREPLY=()

        # Pieces with no space between them are one word.
        for ((i = 0; i <= COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          glued=1
          while [[ $line == [[:space:]]* ]]; do line=${line:1} glued=; done
          line=${line#"$word"}
          if [[ -n $glued && i -gt 0 ]]; then
            words[${#words[@]}-1]+=$word
          else
            words+=("$word")
          fi
        done
        cur=${words[${#words[@]}-1]}
        # What readline regards as the word at the cursor is only what stands behind a break.
        case "${COMP_WORDS[COMP_CWORD]}" in
          [=:]) broken=$cur ;;
          *) broken=${cur%"${COMP_WORDS[COMP_CWORD]}"} ;;
        esac

        local path= count=0 expecting= ended= helping=
        for ((i = 1; i < ${#words[@]} - 1; i++)); do
          word=${words[i]}
          if [[ -n $expecting ]]; then
            expecting=
            continue
          fi
          if [[ -z $ended ]]; then
            case "$word" in
              --) ended=1; continue ;;
              --*=*) continue ;;
              --*) \(prefix)_option "$path" "$word" && expecting=$word; continue ;;
              -?*)
                letters=${word:1}
                while [[ -n $letters ]]; do
                  if \(prefix)_option "$path" "-${letters:0:1}"; then
                    [[ ${#letters} -eq 1 ]] && expecting=-$letters
                    break
                  fi
                  letters=${letters:1}
                done
                continue
                ;;
            esac
          fi
          if \(prefix)_step "$path" "$word"; then
            path=$step
          elif [[ -z $path && -z $helping && $word == help ]]; then
            helping=1
          else
            ((count += 1))
          fi
        done

        kind=none
        if [[ -n $expecting ]]; then
          \(prefix)_option "$path" "$expecting"
        elif [[ -z $ended && $cur == --*=* ]]; then
          \(prefix)_option "$path" "${cur%%=*}" || return 0
          broken=${broken#"${cur%%=*}="}
          cur=${cur#*=}
        elif [[ -z $ended && $cur == -* ]]; then
          \(prefix)_options "$path"
          kind=words
        elif \(prefix)_commands "$path"; then
          [[ $count -eq 0 ]] || return 0
          [[ -z $path && -z $helping ]] && values+=(help)
          kind=words
        elif [[ -z $helping ]]; then
          \(prefix)_argument "$path" "$count" || return 0
        fi

        case "$kind" in
          words) \(prefix)_offer "$cur" ;;
          files) compopt -o default 2>/dev/null ;;
          folders) compopt -o dirnames 2>/dev/null ;;
          ask:*)
            \(prefix)_ask "${kind#ask:}" "${words[@]:1}"
            \(prefix)_offer "$cur"
            ;;
        esac
        return 0
      }

      complete -F \(prefix) \(name.shellQuoted)

      """
  }

  private var bashSteps: [String] {
    completionStates.flatMap { state in
      state.steps.map { step in
        "\("\(state.path)/\(step.word)".shellQuoted)) step=\(step.path.shellQuoted) ;;"
      }
    }
  }

  private var bashOptionValues: [String] {
    completionStates.flatMap { state in
      state.options.flatMap { bashValueCase(of: $0, path: state.path) }
    }
  }

  private func bashValueCase(of option: OptionDescription, path: String?) -> [String] {
    guard let value = option.value else { return [] }
    let patterns = option.names.map { (path.map { "\($0)/" } ?? "") + $0 }.map(\.shellQuoted)
    return ["\(patterns.joined(separator: "|"))) \(bashOffer(value)) ;;"]
  }

  private var bashArgumentValues: [String] {
    completionStates.flatMap { state in
      state.command.arguments.enumerated().map { index, argument in
        let pattern =
          argument.arity.takesAllOthers
          ? "\(state.path)/".shellQuoted + "*" : "\(state.path)/\(index)".shellQuoted
        return "\(pattern)) \(bashOffer(argument.value)) ;;"
      }
    }
  }

  private var bashCommandWords: [String] {
    completionStates.filter(\.command.isFamily).map { state in
      let words = state.command.visibleSubcommands.map(\.name)
      return "\(state.path.shellQuoted)) values=(\(bashWords(words))) ;;"
    }
  }

  private var bashOptionWords: [String] {
    completionStates.filter { !$0.options.isEmpty }.map { state in
      let words = state.options.flatMap(\.spellings)
      return "\(state.path.shellQuoted)) values+=(\(bashWords(words))) ;;"
    }
  }

  private func bashOffer(_ value: ValueDescription) -> String {
    switch value.offer {
    case .nothing: "kind=none"
    case .words(let words): "kind=words values=(\(bashWords(words)))"
    case .files: "kind=files"
    case .folders: "kind=folders"
    case .dynamic(let kind): "kind=\("ask:\(kind)".shellQuoted)"
    }
  }

  private func bashWords(_ words: [String]) -> String {
    words.map(\.shellQuoted).joined(separator: " ")
  }

  private func lines(_ lines: [String], indent: Int = 4) -> String {
    lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
  }
}
