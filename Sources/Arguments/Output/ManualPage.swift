extension Tool {
  /// The manual page, in mdoc.
  ///
  /// - Parameter date: as manual pages write it, `November 21, 2026`.
  package func manualPage(date: String) -> String {
    var page = Roff()
    page.macro("Dd", [date])
    page.macro("Dt", [name.uppercased(), "1"])
    page.macro("Os", [])
    page.section("NAME")
    page.macro("Nm", [name])
    page.macro("Nd", [summary])
    page.section("SYNOPSIS")
    page.macro("Nm", [])
    page.macro("Ar", ["command"])
    page.macro("Op", ["Ar", "options"], isCallable: true)
    page.macro("Op", ["Ar", "arguments"], isCallable: true)
    page.section("DESCRIPTION")
    page.text(discussion.isEmpty ? summary : discussion)
    page.section("OPTIONS OF EVERY COMMAND")
    page.list(globals.rows + Self.builtInRows)
    page.section("COMMANDS")
    for command in visibleCommands { write(command, [command.name], &page) }
    page.section("EXIT STATUS")
    page.list(exitCodes.map { (String($0.number), $0.meaning) })
    if !examples.isEmpty {
      page.section("EXAMPLES")
      page.list(examples.map { ($0.line, $0.meaning) })
    }
    return page.text
  }

  private func write(_ command: Command<Context>, _ path: [String], _ page: inout Roff) {
    let words = ([name] + path).joined(separator: " ")
    page.macro("Ss", [command.usage(words)])
    page.text(command.summary)
    if !command.discussion.isEmpty {
      page.macro("Pp", [])
      page.text(command.discussion)
    }
    page.list(command.shape.argumentRows + command.shape.rows)
    page.list(command.exitCodes.map { ("exit status \($0.number)", $0.meaning) })
    if !command.examples.isEmpty {
      page.macro("Pp", [])
      page.text("For example:")
      page.list(command.examples.map { ($0.line, $0.meaning) })
    }
    for inner in command.visibleSubcommands { write(inner, path + [inner.name], &page) }
  }
}

/// Text for troff, in which a line that begins with a dot, and every backslash, would be a command.
private struct Roff {
  private(set) var text = ""

  mutating func macro(_ name: String, _ arguments: [String], isCallable: Bool = false) {
    text += "." + name
    for argument in arguments {
      // A word such as `Op` would be called as a macro; zero-width space keeps it a word.
      let isMacro = argument.count == 2 && argument.first?.isUppercase == true && !isCallable
      let escaped = Self.escaped(argument)
      text +=
        argument.contains(" ") || isMacro ? " \"\(isMacro ? "\\&" : "")\(escaped)\"" : " \(escaped)"
    }
    text += "\n"
  }

  mutating func section(_ title: String) { text += ".Sh \(title)\n" }

  mutating func text(_ words: String) {
    for (index, paragraph) in words.split(separator: "\n").enumerated() {
      if index > 0 { text += ".Pp\n" }
      // One sentence a line, as troff spaces sentences by line ends.
      for sentence in sentences(paragraph) {
        let line = Self.escaped(String(sentence))
        text += (line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" : "") + line + "\n"
      }
    }
  }

  private func sentences(_ paragraph: Substring) -> [String] {
    var sentences: [String] = []
    var current = ""
    for word in paragraph.split(separator: " ") {
      current += current.isEmpty ? String(word) : " " + word
      if let last = word.last, last == "." || last == "?" || last == "!" || last == ":" {
        sentences.append(current)
        current = ""
      }
    }
    return current.isEmpty ? sentences : sentences + [current]
  }

  mutating func list(_ rows: [(String, String)]) {
    guard !rows.isEmpty else { return }
    text += ".Bl -tag -width Ds\n"
    for (name, meaning) in rows {
      text += ".It \"\(Self.escaped(String(name.drop { $0 == " " })))\"\n"
      text(meaning)
    }
    text += ".El\n"
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\e"
      case "-": escaped += "\\-"
      case "\"": escaped += "\\(dq"
      case "`", "'": escaped += character == "`" ? "\\(ga" : "\\(aq"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
