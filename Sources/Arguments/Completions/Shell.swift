/// A shell that completions can be made for.
package enum Shell: String, CaseIterable, ArgumentValue {
  case bash
  case zsh
  case fish
}

extension ToolDescription {
  /// The script that teaches a shell the tool's commands, options and values.
  package func completionScript(for shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletions
    case .zsh: zshCompletions
    case .fish: fishCompletions
    }
  }

  /// The tool's name as part of the names of shell functions.
  var functionPrefix: String {
    "_" + name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
  }

  /// Everything that can stand at the cursor, one state for the tool and one for each command.
  var completionStates: [CompletionState] {
    [CompletionState(words: [], command: root)]
      + visibleCommands.map { CompletionState(words: $0.words, command: $0.command) }
  }
}

/// Where in a command line the cursor can be: behind the words of one command.
struct CompletionState {
  let words: [String]
  let command: CommandDescription

  /// The words in one text, empty for the tool itself; what scripts keep as their state.
  var path: String { words.joined(separator: " ") }

  /// The options of the command alone; the tool's are offered everywhere.
  var options: [OptionDescription] { words.isEmpty ? [] : command.visibleOptions }

  /// The states one word further, by every word that leads there.
  var steps: [(word: String, path: String)] {
    command.visibleSubcommands.flatMap { below in
      ([below.name] + below.aliases).map { ($0, (words + [below.name]).joined(separator: " ")) }
    }
  }
}

extension ValueDescription {
  /// What a shell offers, words of an enumeration first.
  enum Offer: Hashable {
    case nothing
    case words([String])
    case files
    case folders
    case dynamic(String)
  }

  var offer: Offer {
    if let words { return .words(words) }
    switch completion {
    case .nothing: return .nothing
    case .files: return .files
    case .folders: return .folders
    case .dynamic(let kind): return .dynamic(kind.rawValue)
    }
  }
}

extension String {
  /// The text in single quotes, as bash and zsh take it literally.
  var shellQuoted: String { "'" + replacing("'", with: #"'\''"#) + "'" }

  /// The text in single quotes, as fish takes it literally.
  var fishQuoted: String {
    "'" + replacing("\\", with: #"\\"#).replacing("'", with: #"\'"#) + "'"
  }
}

extension OptionDescription {
  /// One line of help for a list of options: the text up to where its first sentence ends.
  var shortHelp: String {
    help.firstRange(of: "; ").map { String(help[..<$0.lowerBound]) } ?? help
  }
}
