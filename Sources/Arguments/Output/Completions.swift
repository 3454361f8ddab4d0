/// A shell that completion scripts are written for.
package enum Shell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish
}

extension Tool {
  /// A script that completes command lines of the tool.
  ///
  /// The scripts hold what the declarations say, so that completing starts no process, except for
  /// things that only the tool can list: it is then asked by `TOOL __complete KIND` and not heard
  /// if it fails.
  package func completions(for shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletions()
    case .zsh: zshCompletions()
    case .fish: fishCompletions()
    }
  }

  /// Every command with the words that lead to it, each before those inside of it.
  var allCommands: [(path: [String], command: Command<Context>)] {
    func below(
      _ commands: [Command<Context>], _ path: [String]
    ) -> [(path: [String], command: Command<Context>)] {
      commands.filter { !$0.isHidden }.flatMap { command in
        [(path + [command.name], command)] + below(command.subcommands, path + [command.name])
      }
    }
    return below(commands, [])
  }

  /// The words of all commands inside a path, for the place of a command's name.
  func commandRows(below path: [String]) -> [(name: String, summary: String)] {
    if path.isEmpty {
      return visibleCommands.map { ($0.name, $0.summary) } + [("help", "say more about a command")]
    }
    return allCommands.first { $0.path == path }?.command.visibleSubcommands
      .map { ($0.name, $0.summary) } ?? []
  }

  /// The options at a path with the tool's own, as typed.
  func optionWords(of command: Command<Context>?) -> [(
    spellings: [String], option: OptionDescription?
  )] {
    let declared = (command?.shape.options ?? []) + globals.options
    return declared.map { option in
      var spellings = ["--\(option.long)"]
      if option.isNegatable { spellings.append("--no-\(option.long)") }
      if let short = option.short { spellings.append("-\(short)") }
      return (spellings, option)
    } + [(["--help", "-h"], nil), (["--version"], nil)]
  }
}

/// A word between single quotes, for sh, zsh and (but for the backslash) fish.
func singleQuoted(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    + "'"
}
