import Diagnostics

/// What a command line asks for.
package enum Invocation<Context>: Sendable {
  /// Run this command; the values hold its own options and the tool's.
  case run(Command<Context>, ParsedValues)
  /// Show help of the command with these words behind the tool's name.
  case help([String])
  case version
}

extension Tool {
  /// Understands a command line without the program's name.
  package func parse(_ words: [String]) throws(UsageError) -> Invocation<Context> {
    var parser = Parser(tool: self, words: words[...])
    return try parser.parse()
  }
}

private struct Parser<Context> {
  let tool: Tool<Context>
  var words: ArraySlice<String>
  private var path: [Command<Context>] = []
  private var values = ParsedValues()
  private var positional: [String] = []
  private var wantsHelp = false
  private var wantsVersion = false

  init(tool: Tool<Context>, words: ArraySlice<String>) {
    self.tool = tool
    self.words = words
  }

  private var names: [String] { [tool.name] + path.map(\.name) }

  mutating func parse() throws(UsageError) -> Invocation<Context> {
    while let word = words.popFirst() {
      if word == "--" {
        for rest in words { try takeWord(rest) }
        words = []
      } else if word.hasPrefix("--") {
        try takeLong(word.dropFirst(2))
      } else if word.hasPrefix("-"), word != "-", !isNegativeNumber(word) {
        try takeShorts(word.dropFirst())
      } else {
        try takeWord(word)
      }
      if wantsHelp { return .help(path.map(\.name)) }
    }
    if wantsVersion { return .version }
    if let first = path.first, first.name == "help", first.action == nil {
      return .help(positional)
    }
    guard let command = path.last else { return .help([]) }
    guard command.action != nil else { throw .missingCommand(in: names) }
    try bindArguments(of: command)
    return .run(command, values)
  }

  // MARK: Words

  private mutating func takeWord(_ word: String) throws(UsageError) {
    let commands = path.last?.subcommands ?? (path.isEmpty ? tool.commands : [])
    if path.isEmpty, word == "help" {
      positional = words.filter { !$0.hasPrefix("-") }
      path = [Command("help", summary: "", subcommands: [])]
      words = []
      for name in positional.indices { try checkHelpTopic(upTo: name) }
      return
    }
    if path.isEmpty || path.last?.action == nil {
      guard let command = commands.first(where: { $0.name == word }) else {
        let known = commands.filter { !$0.isHidden }.map(\.name) + (path.isEmpty ? ["help"] : [])
        throw .unknownCommand(word, in: names, suggestion: closestMatch(to: word, in: known))
      }
      path.append(command)
    } else {
      positional.append(word)
    }
  }

  /// `help` on a command that there is not is told like the command itself.
  private func checkHelpTopic(upTo index: Int) throws(UsageError) {
    var commands = tool.commands
    var names = [tool.name]
    for word in positional[...index] {
      guard let command = commands.first(where: { $0.name == word }) else {
        throw .unknownCommand(
          word, in: names, suggestion: closestMatch(to: word, in: commands.map(\.name)))
      }
      names.append(word)
      commands = command.subcommands
    }
  }

  private func isNegativeNumber(_ word: String) -> Bool {
    guard let digit = word.dropFirst().first, digit.isASCII, digit.isNumber else { return false }
    return shape.option(short: digit) == nil
  }

  private var shape: CommandShape { path.last?.shape ?? CommandShape() }

  private mutating func bindArguments(of command: Command<Context>) throws(UsageError) {
    var left = positional[...]
    for argument in command.shape.arguments {
      let count = argument.isRepeated ? left.count : min(1, left.count)
      if count == 0, argument.isRequired {
        throw .missingArgument(argument.value.placeholder, command: names)
      }
      for word in left.prefix(count) {
        try add(word, as: argument.value, of: argument.value.placeholder, at: argument.slot)
      }
      left = left.dropFirst(count)
    }
    if let extra = left.first { throw .extraArgument(extra, command: names) }
  }

  // MARK: Options

  private mutating func takeLong(_ text: Substring) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    let value = parts.count > 1 ? String(parts[1]) : nil
    if name == "help", value == nil {
      wantsHelp = true
      return
    }
    if name == "version", value == nil {
      wantsVersion = true
      return
    }
    if let option = find({ $0.option(long: name) }) {
      try take(option, spelled: "--\(name)", attached: value)
      return
    }
    if name.hasPrefix("no-"), let option = find({ $0.option(long: String(name.dropFirst(3))) }),
      option.isNegatable
    {
      if let value {
        throw .unexpectedValue(option: "--\(name)", value: value, command: names)
      }
      values.add(false, at: option.slot)
      return
    }
    throw .unknownOption("--\(name)", command: names, suggestion: suggestion(for: name))
  }

  private mutating func takeShorts(_ letters: Substring) throws(UsageError) {
    var rest = letters
    while let letter = rest.popFirst() {
      if letter == "h" {
        wantsHelp = true
        return
      }
      guard let option = find({ $0.option(short: letter) }) else {
        throw .unknownOption("-\(letter)", command: names, suggestion: nil)
      }
      let takesValue = option.value != nil
      var attached: String?
      if takesValue, !rest.isEmpty {
        attached = String(rest.first == "=" ? rest.dropFirst() : rest)
        rest = ""
      }
      try take(option, spelled: "-\(letter)", attached: attached)
    }
  }

  private mutating func take(
    _ option: OptionDescription, spelled: String, attached: String?
  ) throws(UsageError) {
    if !option.isRepeatable, !option.isNegatable, option.value != nil, values.isGiven(option.slot) {
      throw .repeated(option: spelled, command: names)
    }
    guard let value = option.value else {
      if let attached {
        throw .unexpectedValue(option: spelled, value: attached, command: names)
      }
      values.add(true, at: option.slot)
      return
    }
    if let attached {
      try add(attached, as: value, of: "`\(spelled)`", at: option.slot)
      return
    }
    guard let next = words.first, !looksLikeOption(next) else {
      throw .missingValue(option: spelled, placeholder: value.placeholder, command: names)
    }
    words.removeFirst()
    try add(next, as: value, of: "`\(spelled)`", at: option.slot)
  }

  /// A value that begins with a dash must be attached with `=`, unless it is a number.
  private func looksLikeOption(_ word: String) -> Bool {
    word.hasPrefix("-") && word != "-" && Double(word) == nil
  }

  private mutating func add(
    _ word: String, as value: ValueDescription, of owner: String, at slot: Slot
  ) throws(UsageError) {
    do throws(ValueFlaw) {
      values.add(try value.parse(word), at: slot)
    } catch {
      throw UsageError.wrongValue(
        of: owner, value: word, flaw: error.message,
        suggestion: closestMatch(to: word, in: value.words), command: names)
    }
  }

  private func find(_ lookUp: (CommandShape) -> OptionDescription?) -> OptionDescription? {
    lookUp(shape) ?? lookUp(tool.globals)
  }

  private func suggestion(for name: String) -> String? {
    let options = shape.options + tool.globals.options
    let known =
      options.map(\.long) + options.filter(\.isNegatable).map { "no-\($0.long)" }
      + ["help", "version"]
    return closestMatch(to: name, in: known).map { "--\($0)" }
  }
}
