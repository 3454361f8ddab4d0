/// One command of a tool: what it is called, what it takes, and what it does.
///
/// Options and arguments are declared in `init`'s closure, which returns the action that uses them,
/// so that each is named in one place. `Context` is what the tool hands to its commands.
package struct Command<Context>: Sendable {
  package typealias Action = @Sendable (ParsedValues, Context) throws -> Int32

  package let name: String
  /// One line for lists of commands, lower case, no full stop.
  package let summary: String
  /// More, in paragraphs.
  package let discussion: String
  /// The heading under which the tool lists it.
  package let section: String
  package let examples: [Example]
  package let exitCodes: [ExitCode]
  package let isHidden: Bool
  package let subcommands: [Command]
  let shape: CommandShape
  /// Nothing for a command that only holds others.
  let action: Action?

  package init(
    _ name: String, summary: String, discussion: String = "", section: String = "Commands",
    examples: [Example] = [], exitCodes: [ExitCode] = [], isHidden: Bool = false,
    declaring: (inout CommandShape) -> Action
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.section = section
    self.examples = examples
    self.exitCodes = exitCodes
    self.isHidden = isHidden
    subcommands = []
    var shape = CommandShape()
    action = declaring(&shape)
    self.shape = shape
  }

  /// A command that only holds others.
  package init(
    _ name: String, summary: String, discussion: String = "", section: String = "Commands",
    isHidden: Bool = false, subcommands: [Command]
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.section = section
    self.isHidden = isHidden
    self.subcommands = subcommands
    examples = []
    exitCodes = []
    shape = CommandShape()
    action = nil
  }

  package var visibleSubcommands: [Command] { subcommands.filter { !$0.isHidden } }
}

/// A line to type, and what it does.
package struct Example: Sendable {
  package let line: String
  package let meaning: String

  package init(_ line: String, _ meaning: String) {
    self.line = line
    self.meaning = meaning
  }
}

/// A number that a command ends with, and what it says.
package struct ExitCode: Sendable {
  package let number: Int
  package let meaning: String

  package init(_ number: Int, _ meaning: String) {
    self.number = number
    self.meaning = meaning
  }
}

/// A program with commands, and the options that all of them take.
package struct Tool<Context>: Sendable {
  package let name: String
  package let version: String
  package let summary: String
  package let discussion: String
  package let commands: [Command<Context>]
  package let examples: [Example]
  package let exitCodes: [ExitCode]
  let globals: CommandShape

  package init(
    _ name: String, version: String, summary: String, discussion: String = "",
    examples: [Example] = [], exitCodes: [ExitCode] = [], globals: CommandShape,
    commands: [Command<Context>]
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.exitCodes = exitCodes
    self.globals = globals
    self.commands = commands
  }

  package var visibleCommands: [Command<Context>] { commands.filter { !$0.isHidden } }

  /// The headings of the commands, in the order in which they first occur.
  var sections: [String] {
    var sections: [String] = []
    for command in visibleCommands where !sections.contains(command.section) {
      sections.append(command.section)
    }
    return sections
  }
}

extension Command {
  /// Does what the command does. A command that only holds others is never asked to: parsing
  /// refuses a command line that ends with it.
  package func run(_ values: ParsedValues, _ context: Context) throws -> Int32 {
    guard let action else { preconditionFailure("`\(name)` only holds other commands") }
    return try action(values, context)
  }
}
