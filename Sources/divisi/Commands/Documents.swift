import Arguments
import Configuration
import Documents

/// A part of the documentation that is made from declarations.
enum GeneratedDocument: String, CaseIterable, ArgumentValue {
  case cli
  case man
  case plan
  case prompt
  case config
}

/// Prints what is generated of the documentation; `make docs` puts it in place.
struct GenerateDocument: Command {
  var name = GeneratedDocument.cli

  static let spec = CommandSpec<Self>(
    "document", "print a generated part of the documentation", hidden: true
  ) {
    Example("divisi document cli", "the page of all commands")
    Argument(\.name, "NAME", "which part")
  }

  func run(in session: Session) throws -> ExitStatus {
    switch name {
    case .cli: session.print(tool.description.markdownPage)
    case .man: session.print(tool.description.manualPage(date: "November 21, 2026"))
    case .plan: session.print(KeyTables.plan)
    case .prompt: session.print(KeyTables.prompt)
    case .config: session.print(ConfigurationDocument.reference)
    }
    return .success
  }
}
