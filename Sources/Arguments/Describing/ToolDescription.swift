/// A whole tool as a plain value; its help, pages and completions are generated from nothing else.
package struct ToolDescription: Hashable, Sendable {
  package var version: String
  /// The family of all commands. Its options are those that every command takes.
  package var root: CommandDescription

  package var name: String { root.name }

  /// The commands from the root down to the one that a path of positions names.
  func commands(along path: [Int]) -> [CommandDescription] {
    path.reduce(into: [root]) { commands, index in
      commands.append(commands[commands.count - 1].subcommands[index])
    }
  }

  /// Every command that people are told of, families included, each with the words that call it
  /// behind the tool's name; in the order of the table.
  var visibleCommands: [(words: [String], command: CommandDescription)] {
    func below(
      _ parent: CommandDescription, _ words: [String]
    ) -> [([String], CommandDescription)] {
      parent.visibleSubcommands.flatMap { command in
        [(words + [command.name], command)] + below(command, words + [command.name])
      }
    }
    return below(root, []).map { (words: $0.0, command: $0.1) }
  }
}

extension CommandDescription {
  /// The visible subcommands under their headings, in the order in which headings first come.
  var groups: [(heading: String, commands: [CommandDescription])] {
    var groups: [(heading: String, commands: [CommandDescription])] = []
    for command in visibleSubcommands {
      let heading = command.heading ?? "commands"
      if let index = groups.firstIndex(where: { $0.heading == heading }) {
        groups[index].commands.append(command)
      } else {
        groups.append((heading, [command]))
      }
    }
    return groups
  }

  /// The summary as prose has it.
  var sentence: String {
    summary.prefix(1).uppercased() + summary.dropFirst() + (summary.hasSuffix(".") ? "" : ".")
  }

  /// The usage line of the command behind the words that call it.
  func usage(_ words: [String]) -> String {
    let rest = isFamily ? ["COMMAND"] : arguments.map(\.usage)
    let options = visibleOptions.isEmpty && !isFamily ? [] : ["[OPTIONS]"]
    return (words + options + rest + (isFamily ? ["..."] : [])).joined(separator: " ")
  }
}

extension OptionDescription {
  /// What is to be known beside the help text: allowed words, default, repetition, aliases.
  var remarks: [String] {
    var remarks: [String] = []
    if let value, let words = value.words, value.placeholder != words.joined(separator: "|") {
      remarks.append("one of: " + words.joined(separator: ", "))
    }
    if let defaultText { remarks.append("default: \(defaultText)") }
    if isRepeatable { remarks.append("may be repeated") }
    if !aliases.isEmpty { remarks.append("also: " + aliases.joined(separator: ", ")) }
    return remarks
  }

  /// The help text with the remarks behind it.
  var fullHelp: String {
    remarks.isEmpty ? help : help + " (" + remarks.joined(separator: "; ") + ")"
  }
}

extension ArgumentDescription {
  /// The help text with the words that are allowed behind it.
  var fullHelp: String {
    guard let words = value.words else { return help }
    return help + " (one of: " + words.joined(separator: ", ") + ")"
  }
}
