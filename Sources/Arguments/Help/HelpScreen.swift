package import Terminal

/// What `--help` shows for a command, a family or the whole tool.
package struct HelpScreen: Hashable, Sendable {
  let tool: ToolDescription
  let path: [Int]

  /// The words that call what the screen is about, the tool's name first.
  package var words: [String] { tool.commands(along: path).map(\.name) }

  /// The screen as text, lines no wider than asked; it begins with an example and ends with a
  /// line end.
  package func text(width: Int = 80, palette: Palette = .plain) -> String {
    let commands = tool.commands(along: path)
    let command = commands[commands.count - 1]
    var page = Page(width: max(40, width), palette: palette)
    page.examples(examples(of: command))
    page.paragraph(command.summary)
    page.line("usage:", command.usage(words))
    if let discussion = command.discussion { page.paragraph(discussion) }
    // Commands line up across their headings.
    let commandColumn = page.column(for: command.visibleSubcommands.map(\.label))
    for group in command.groups {
      page.section(
        group.heading, group.commands.map { ($0.label, $0.summary) }, column: commandColumn)
    }
    page.section("arguments", command.arguments.map { ($0.usage, $0.fullHelp) })
    if !path.isEmpty {
      page.section("options", command.visibleOptions.map { ($0.label, $0.fullHelp) })
    }
    page.section(
      path.isEmpty ? "options" : "global options",
      tool.root.visibleOptions.map { ($0.label, $0.fullHelp) })
    page.section("exit codes", command.exits.map { ("\($0.status.rawValue)", $0.meaning) })
    if command.isFamily {
      page.paragraph(
        "`\(tool.name) help \((words.dropFirst() + ["COMMAND"]).joined(separator: " "))` says more about a command."
      )
    }
    return page.text
  }

  /// A family has the examples of its commands.
  private func examples(of command: CommandDescription) -> [Example] {
    if !command.examples.isEmpty { return command.examples }
    return command.visibleSubcommands.flatMap { examples(of: $0).prefix(1) }
  }
}

extension CommandDescription {
  /// The name and its aliases.
  var label: String { ([name] + aliases).joined(separator: ", ") }
}

extension OptionDescription {
  /// The option as it is typed: `-c, --color red|white`; long names stand below each other.
  var label: String {
    let long = longNames.first.map { isNegatable ? "--[no-]" + $0.dropFirst(2) : $0 }
    let names = [shortNames.first, long].compactMap { $0 }.joined(separator: ", ")
    let text = (shortNames.isEmpty ? "    " : "") + names
    return value.map { "\(text) \($0.placeholder)" } ?? text
  }
}

/// A help screen being written; empty lines part its sections.
private struct Page {
  /// Wider first columns push their text onto the next line, rather than all others to the right.
  private var widestLabel: Int { min(30, width * 2 / 5) }

  let width: Int
  let palette: Palette
  private(set) var text = ""

  init(width: Int, palette: Palette) {
    self.width = width
    self.palette = palette
  }

  /// Where the texts behind labels begin.
  func column(for labels: [String]) -> Int {
    2 + (labels.map(\.displayWidth).filter { $0 <= widestLabel }.max() ?? 0) + 2
  }

  private mutating func part() {
    if !text.isEmpty { text += "\n" }
  }

  mutating func examples(_ examples: [Example]) {
    guard !examples.isEmpty else { return }
    part()
    text += palette.paint(.heading, examples.count == 1 ? "example:" : "examples:") + "\n"
    for example in examples {
      for line in (example.meaning ?? "").wrapped(toWidth: width - 4) where !line.isEmpty {
        text += "  " + palette.paint(.dim, "# " + line) + "\n"
      }
      text += "  " + palette.paint(.emphasized, example.line) + "\n"
    }
  }

  mutating func paragraph(_ paragraph: String) {
    part()
    for line in paragraph.wrapped(toWidth: width) { text += line + "\n" }
  }

  mutating func line(_ title: String, _ rest: String) {
    part()
    let lines = rest.wrapped(toWidth: width - title.count - 1)
    for (index, line) in lines.enumerated() {
      let start =
        index == 0 ? palette.paint(.heading, title) : String(repeating: " ", count: title.count)
      text += "\(start) \(line)\n"
    }
  }

  mutating func section(
    _ title: String, _ rows: [(label: String, text: String)], column given: Int? = nil
  ) {
    guard !rows.isEmpty else { return }
    part()
    text += palette.paint(.heading, title + ":") + "\n"
    let column = given ?? column(for: rows.map(\.label))
    for row in rows {
      var lines = row.text.wrapped(toWidth: max(20, width - column))[...]
      text += "  " + palette.paint(.emphasized, row.label)
      if row.label.displayWidth + 4 <= column, let first = lines.popFirst() {
        text += String(repeating: " ", count: column - 2 - row.label.displayWidth) + first
      }
      text += "\n"
      for line in lines { text += String(repeating: " ", count: column) + line + "\n" }
    }
  }
}
