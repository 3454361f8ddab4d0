/// A command line to copy, and what it does; the first thing that a help screen shows.
package struct Example: Hashable, Sendable {
  package let line: String
  package let meaning: String?

  package init(_ line: String, _ meaning: String? = nil) {
    self.line = line
    self.meaning = meaning
  }
}

/// What a command does beyond its summary; empty lines part paragraphs.
package struct Discussion: Hashable, Sendable {
  let text: String

  package init(_ text: String) { self.text = text }
}

/// A status with which a command ends, and when.
package struct Exit: Hashable, Sendable {
  package let status: ExitStatus
  package let meaning: String

  package init(_ status: ExitStatus, _ meaning: String) {
    self.status = status
    self.meaning = meaning
  }
}

/// Everything that a command declares.
package struct CommandSpec<Root: ParameterHolder>: Sendable {
  let description: CommandDescription
  let optionBindings: [Binding<Root>]
  let argumentBindings: [Binding<Root>]

  /// - Parameters:
  ///   - name: the word that calls the command, behind those of the families it is in.
  ///   - hidden: whether help, pages and completions keep silent about it.
  package init(
    _ name: String, aliases: [String] = [], _ summary: String, hidden: Bool = false,
    @SpecBuilder<Root> _ parts: () -> [SpecPart<Root>]
  ) {
    var description = CommandDescription(
      name: name, aliases: aliases, summary: summary, isHidden: hidden)
    var optionBindings: [Binding<Root>] = []
    var argumentBindings: [Binding<Root>] = []
    for part in parts() {
      switch part.content {
      case .example(let example): description.examples.append(example)
      case .discussion(let discussion): description.discussion = discussion.text
      case .exit(let exit): description.exits.append(exit)
      case .option(let option, let binding):
        description.options.append(option)
        optionBindings.append(binding)
      case .argument(let argument, let binding):
        description.arguments.append(argument)
        argumentBindings.append(binding)
      }
    }
    self.description = description
    self.optionBindings = optionBindings
    self.argumentBindings = argumentBindings
  }
}

/// The declarations of the options that every command takes.
package struct OptionsSpec<Root: ParameterHolder>: Sendable {
  let options: [OptionDescription]
  let bindings: [Binding<Root>]

  package init(@OptionsBuilder<Root> _ parts: () -> [OptionPart<Root>]) {
    let parts = parts()
    options = parts.map(\.description)
    bindings = parts.map(\.binding)
  }
}

/// One declaration in a command's spec.
package struct SpecPart<Root: ParameterHolder>: Sendable {
  enum Content: Sendable {
    case example(Example)
    case discussion(Discussion)
    case exit(Exit)
    case option(OptionDescription, Binding<Root>)
    case argument(ArgumentDescription, Binding<Root>)
  }

  let content: Content
}

@resultBuilder package enum SpecBuilder<Root: ParameterHolder> {
  package static func buildExpression(_ example: Example) -> SpecPart<Root> {
    SpecPart(content: .example(example))
  }
  package static func buildExpression(_ discussion: Discussion) -> SpecPart<Root> {
    SpecPart(content: .discussion(discussion))
  }
  package static func buildExpression(_ exit: Exit) -> SpecPart<Root> {
    SpecPart(content: .exit(exit))
  }
  package static func buildExpression(_ flag: Flag<Root>) -> SpecPart<Root> {
    SpecPart(content: .option(flag.description, flag.binding))
  }
  package static func buildExpression(_ option: Option<Root>) -> SpecPart<Root> {
    SpecPart(content: .option(option.description, option.binding))
  }
  package static func buildExpression(_ argument: Argument<Root>) -> SpecPart<Root> {
    SpecPart(content: .argument(argument.description, argument.binding))
  }
  package static func buildBlock(_ parts: SpecPart<Root>...) -> [SpecPart<Root>] { parts }
}

/// One declaration among the options that every command takes.
package struct OptionPart<Root: ParameterHolder>: Sendable {
  let description: OptionDescription
  let binding: Binding<Root>
}

@resultBuilder package enum OptionsBuilder<Root: ParameterHolder> {
  package static func buildExpression(_ flag: Flag<Root>) -> OptionPart<Root> {
    OptionPart(description: flag.description, binding: flag.binding)
  }
  package static func buildExpression(_ option: Option<Root>) -> OptionPart<Root> {
    OptionPart(description: option.description, binding: option.binding)
  }
  package static func buildBlock(_ parts: OptionPart<Root>...) -> [OptionPart<Root>] { parts }
}
