import Arguments
import Configuration
import Documents
import JSONValues

/// What there is a schema of.
enum SchemaKind: String, CaseIterable, ArgumentValue {
  case plan
  case config
  case agent
}

struct Schema: Command {
  var kind = SchemaKind.plan

  static let spec = CommandSpec<Self>("schema", "print the JSON Schema of a kind of file") {
    Example("divisi schema plan > plan.schema.json", "write the schema of plan files")
    Discussion(
      """
      Editors that know JSON Schema complete and check YAML files with it. In a file, name the \
      schema with a first line such as: # yaml-language-server: $schema=../../plan.schema.json
      """)
    Argument(\.kind, "KIND", "which kind of file")
  }

  func run(in session: Session) throws -> ExitStatus {
    switch kind {
    case .plan: session.print(PlanDocument.schema)
    case .config: session.print(ConfigurationDocument.schema)
    case .agent: session.print(AgentDocument.schema)
    }
    return .success
  }
}
