/// What a command line asks for.
///
/// The options come with each: of a command line with an error, those that could be read, so that
/// the error can be shown as asked for.
package enum Outcome<Options: ToolOptions, Context>: Sendable {
  case run(any Command<Context>, Options)
  case help(HelpScreen, Options)
  case version(Options)
  /// A shell asks what could stand at the cursor.
  case complete(CompletionRequest, Options)
  case usageError(UsageError, Options)
}

extension Tool {
  /// What the arguments ask for; they begin behind the program's own name.
  package func parse(_ arguments: [String]) -> Outcome<Options, Context> {
    if arguments.first == CompletionRequest.command { return completion(arguments) }
    let scan = Scanner(arguments, of: description).scan
    var options = Options()
    var flaw = scan.flaw
    for (index, given) in scan.toolOptions.sorted(by: { $0.key < $1.key }) {
      do throws(UsageFlaw) {
        try Options.spec.bindings[index](&options, given)
      } catch {
        flaw = flaw ?? error
      }
    }
    if scan.asksForHelp {
      if case .unknownCommand = scan.flaw {
      } else {
        return .help(HelpScreen(tool: description, path: scan.path), options)
      }
    }
    if scan.asksForVersion { return .version(options) }
    if flaw == nil, scan.path.isEmpty {
      return .help(HelpScreen(tool: description, path: []), options)
    }
    do throws(UsageFlaw) {
      if let flaw { throw flaw }
      return .run(try command(scan), options)
    } catch {
      let words = description.commands(along: scan.path).map(\.name)
      return .usageError(UsageError(flaw: error, command: words), options)
    }
  }

  private func command(_ scan: Scan) throws(UsageFlaw) -> any Command<Context> {
    var entries = commands
    for index in scan.path {
      switch entries[index].content {
      case .family(let below): entries = below
      case .command(let make): return try make(scan)
      }
    }
    preconditionFailure("the scanner lets no family pass without a command of it")
  }

  private func completion(_ arguments: [String]) -> Outcome<Options, Context> {
    guard arguments.count > 1 else {
      return .usageError(
        UsageError(flaw: .missingArgument("KIND"), command: [description.name]), Options())
    }
    var words = arguments.dropFirst(2)
    if words.first == "--" { words.removeFirst() }
    let request = CompletionRequest(
      kind: CompletionKind(rawValue: arguments[1]), words: Array(words.dropLast()),
      word: words.last ?? "")
    switch parse(request.words) {
    case .run(_, let options), .help(_, let options), .version(let options),
      .complete(_, let options), .usageError(_, let options):
      return .complete(request, options)
    }
  }
}

/// What a shell asks the tool to list: `TOOL __complete KIND -- WORDS...`.
///
/// The tool answers with a line for each value, and a description behind a tab where there is one.
package struct CompletionRequest: Hashable, Sendable {
  /// The hidden command by which shells ask.
  package static let command = "__complete"

  package let kind: CompletionKind
  /// What stands before the cursor, without the tool's name; the tool's options are read from it.
  package let words: [String]
  /// What was typed of the word at the cursor.
  package let word: String
}

extension Command {
  /// The command with its properties filled in.
  static func made(from scan: Scan) throws(UsageFlaw) -> Self {
    var command = Self()
    for (index, given) in scan.commandOptions.sorted(by: { $0.key < $1.key }) {
      try spec.optionBindings[index](&command, given)
    }
    var rest = scan.arguments[...]
    for (argument, bind) in zip(spec.description.arguments, spec.argumentBindings) {
      let count = argument.arity.takesAllOthers ? rest.count : min(1, rest.count)
      let taken = rest.prefix(count).map { Given(subject: argument.value.placeholder, text: $0) }
      rest = rest.dropFirst(count)
      try bind(&command, taken)
    }
    if let objection = command.objection() { throw .objection(objection) }
    return command
  }
}
