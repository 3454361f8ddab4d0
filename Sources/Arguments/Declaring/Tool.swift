/// A program of many commands: the table that everything follows from.
///
///     let studio = Tool<StudioOptions, Studio>(
///       "studio", version: "1.2", "paints rooms",
///       examples: [Example("studio paint kitchen", "one room, in white")]
///     ) {
///       Heading("walls") {
///         Paint.self
///         Strip.self
///       }
///       Heading("stock") {
///         Family("paints", "what stands on the shelf") {
///           ListPaints.self
///           OrderPaint.self
///         }
///       }
///     }
package struct Tool<Options: ToolOptions, Context>: Sendable {
  package let description: ToolDescription
  let commands: [TableEntry<Context>]

  /// `-h`, `--help` and `--version` are declared by the tool itself, behind the options.
  package init(
    _ name: String, version: String, _ summary: String, discussion: String? = nil,
    examples: [Example],
    @ToolBuilder<Context> _ headings: () -> [Heading<Context>]
  ) {
    var root = CommandDescription(name: name, summary: summary)
    root.discussion = discussion
    root.examples = examples
    root.options =
      Options.spec.options + [
        OptionDescription(names: ["-h", "--help"], help: "show help and end", kind: .help),
        OptionDescription(names: ["--version"], help: "show the version and end", kind: .version),
      ]
    let headings = headings()
    commands = headings.flatMap(\.entries)
    root.subcommands = headings.flatMap { heading in
      heading.entries.map { entry in
        var description = entry.description
        description.heading = heading.title
        return description
      }
    }
    description = ToolDescription(version: version, root: root)
  }
}

/// Commands that a help screen lists together.
package struct Heading<Context>: Sendable {
  let title: String
  let entries: [TableEntry<Context>]

  package init(
    _ title: String, @TableBuilder<Context> _ entries: () -> [TableEntry<Context>]
  ) {
    self.title = title
    self.entries = entries()
  }
}

/// Commands behind a common word: `journal check`, `journal show`.
package struct Family<Context>: Sendable {
  let entry: TableEntry<Context>

  package init(
    _ name: String, aliases: [String] = [], _ summary: String, hidden: Bool = false,
    @TableBuilder<Context> _ entries: () -> [TableEntry<Context>]
  ) {
    let entries = entries()
    var description = CommandDescription(
      name: name, aliases: aliases, summary: summary, isHidden: hidden)
    description.subcommands = entries.map(\.description)
    entry = TableEntry(description: description, content: .family(entries))
  }
}

/// One line of the table: a command or a family.
package struct TableEntry<Context>: Sendable {
  enum Content: Sendable {
    case command(@Sendable (Scan) throws(UsageFlaw) -> any Command<Context>)
    case family([TableEntry<Context>])
  }

  let description: CommandDescription
  let content: Content
}

@resultBuilder package enum TableBuilder<Context> {
  package static func buildExpression<C: Command<Context>>(
    _ command: C.Type
  ) -> TableEntry<Context> {
    TableEntry(
      description: C.spec.description,
      content: .command { scan throws(UsageFlaw) in try C.made(from: scan) })
  }
  package static func buildExpression(_ family: Family<Context>) -> TableEntry<Context> {
    family.entry
  }
  package static func buildBlock(_ entries: TableEntry<Context>...) -> [TableEntry<Context>] {
    entries
  }
}

@resultBuilder package enum ToolBuilder<Context> {
  package static func buildBlock(_ headings: Heading<Context>...) -> [Heading<Context>] {
    headings
  }
}
