import Arguments

/// A tool whose words try to break out of their quotes.
let hostile = Tool<NoOptions, Canvas>(
  "hostile", version: "0", "$(touch owned) `touch owned`", examples: []
) {
  Heading("all") { Act.self }
}

struct NoOptions: ToolOptions {
  static let spec = OptionsSpec<Self> {}
}

enum Word: String, CaseIterable, ArgumentValue {
  case substitution = "$(touch owned)"
  case quote = "it's; touch owned"
  case backslash = #"a\"b\\"#
  case brackets = "[x]:(y) {z}"
}

struct Act: Command {
  var word: Word?

  static let spec = CommandSpec<Self>("act", "it's '; touch owned; '\\ [x]: $(touch owned)") {
    Option(\.word, "--word", help: #"a 'b' "c" \ [d]:e `touch owned` $(touch owned)"#)
  }

  func run(in canvas: Canvas) -> ExitStatus { .success }
}
