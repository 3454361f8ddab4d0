/// What the command line can fill in: a type whose properties have their defaults when it is made.
package protocol ParameterHolder: Sendable {
  init()
}

/// One command of a tool.
///
/// A command is one file and one line in the tool's table. Its properties are what can be given,
/// with their defaults; its `spec` declares, once each, how they are written:
///
///     struct Paint: Command {
///       var color = PaintColor.white
///       var isFast = false
///       var rooms: [String] = []
///
///       static let spec = CommandSpec<Self>("paint", "cover walls with colour") {
///         Example("studio paint kitchen --color red", "the kitchen, in red")
///         Argument(\.rooms, "ROOM", "which rooms; all where none is named")
///         Option(\.color, "-c", "--color", help: "the colour of the paint")
///         Flag(\.isFast, "--fast", help: "do not wait for it to dry")
///         Exit(1, "a room could not be painted")
///       }
///
///       func run(in studio: Studio) async throws -> ExitStatus { ... }
///     }
package protocol Command<Context>: ParameterHolder {
  /// What a command is handed when it runs: where to print, where the repository is.
  associatedtype Context

  static var spec: CommandSpec<Self> { get }

  /// What is wrong with values that are right each by itself, as a sentence without its end such
  /// as "`--width` is for `--format text` alone"; it becomes a usage error.
  func objection() -> String?

  func run(in context: Context) async throws -> ExitStatus
}

extension Command {
  package func objection() -> String? { nil }
}

/// The options that every command of a tool takes.
package protocol ToolOptions: ParameterHolder {
  static var spec: OptionsSpec<Self> { get }
}

/// With what a program ends.
package struct ExitStatus: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }
  package init(integerLiteral value: Int32) { rawValue = value }

  package static let success: ExitStatus = 0
  package static let failure: ExitStatus = 1
  /// The command line was not understood; every command may end with this, and none declares it.
  package static let usage: ExitStatus = 2
}
