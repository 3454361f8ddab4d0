import Terminal

extension Tool {
  /// The help screen of the tool, or of the command with these words behind its name. Opens with an
  /// example.
  package func help(_ path: [String] = [], width: Int = 80) -> String {
    var command: Command<Context>?
    for name in path {
      let commands = command?.subcommands ?? commands
      guard let next = commands.first(where: { $0.name == name }) else { break }
      command = next
    }
    var page = HelpPage(width: width)
    if let command { write(command, path, &page) } else { write(&page) }
    return page.text
  }

  private func write(_ page: inout HelpPage) {
    page.paragraph(summary)
    page.examples(examples)
    page.rows("usage", [("\(name) COMMAND [OPTIONS] [ARGUMENTS]", "")])
    for section in sections {
      page.rows(
        section.lowercased(),
        visibleCommands.filter { $0.section == section }.map { ($0.name, $0.summary) })
    }
    page.rows("options of every command", globals.rows + Self.builtInRows)
    page.rows("exit status", exitCodes.map { (String($0.number), $0.meaning) })
    page.paragraph("`\(name) help COMMAND` says more about a command.")
  }

  private func write(_ command: Command<Context>, _ path: [String], _ page: inout HelpPage) {
    let words = ([name] + path).joined(separator: " ")
    page.paragraph(command.summary)
    page.examples(command.examples)
    page.rows("usage", [(command.usage(words), "")])
    if !command.discussion.isEmpty { page.paragraph(command.discussion) }
    page.rows("commands", command.visibleSubcommands.map { ($0.name, $0.summary) })
    page.rows("arguments", command.shape.argumentRows)
    page.rows("options", command.shape.rows)
    page.rows("options of every command", globals.rows + Self.builtInRows)
    page.rows("exit status", command.exitCodes.map { (String($0.number), $0.meaning) })
  }

  static var builtInRows: [(String, String)] {
    [("-h, --help", "show help"), ("    --version", "show the version")]
  }
}

extension Command {
  /// How the command is typed, behind the given words.
  func usage(_ words: String) -> String {
    if !subcommands.isEmpty { return words + " COMMAND" }
    let options = shape.options.isEmpty ? "" : " [OPTIONS]"
    return words + options + shape.arguments.map { " " + $0.usage }.joined()
  }
}

extension CommandShape {
  var rows: [(String, String)] { options.map { ($0.spelling, $0.explanation) } }

  var argumentRows: [(String, String)] {
    arguments.map { argument in
      (argument.usage, argument.help + argument.value.allowed)
    }
  }
}

extension OptionDescription {
  /// `-o, --output FILE`
  var spelling: String {
    let letter = short.map { "-\($0), " } ?? "    "
    return letter + longSpelling
  }

  var longSpelling: String {
    let name = isNegatable ? "--[no-]\(long)" : "--\(long)"
    return name + (value.map { " " + $0.placeholder } ?? "")
  }

  var explanation: String {
    help + (value?.allowed ?? "") + (defaultText.map { " (default: \($0))" } ?? "")
      + (isRepeatable ? "; may be repeated" : "")
  }
}

extension ValueDescription {
  fileprivate var allowed: String {
    words.isEmpty ? "" : ": " + words.joined(separator: ", ")
  }
}

/// A help screen under construction: sections parted by empty lines, columns that line up.
private struct HelpPage {
  let width: Int
  private(set) var text = ""

  init(width: Int) { self.width = max(40, width) }

  private mutating func part() {
    if !text.isEmpty { text += "\n" }
  }

  mutating func paragraph(_ words: String) {
    part()
    for line in words.wrapped(toWidth: width) { text += line + "\n" }
  }

  mutating func examples(_ examples: [Example]) {
    guard !examples.isEmpty else { return }
    part()
    let column = (examples.map(\.line.displayWidth).max() ?? 0) + 2
    for example in examples { row("  \(example.line)", "# " + example.meaning, column + 2) }
  }

  mutating func rows(_ title: String, _ rows: [(String, String)]) {
    guard !rows.isEmpty else { return }
    part()
    text += title + ":\n"
    let longest = rows.map(\.0.displayWidth).max() ?? 0
    for (left, right) in rows { row("  " + left, right, min(longest, 30) + 4) }
  }

  /// A name and what it means; the meaning begins on the next line where the name is too long.
  private mutating func row(_ left: String, _ right: String, _ column: Int) {
    guard !right.isEmpty else {
      text += left + "\n"
      return
    }
    var lines = right.wrapped(toWidth: max(20, width - column))
    var first = left
    if left.displayWidth + 1 < column || left.displayWidth + 2 == column {
      first += String(repeating: " ", count: column - left.displayWidth) + lines.removeFirst()
    }
    text += first + "\n"
    for line in lines { text += String(repeating: " ", count: column) + line + "\n" }
  }
}
