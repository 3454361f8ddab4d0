import Arguments
import Configuration
import Documents

/// What there is a schema of.
enum SchemaKind: String, CaseIterable {
  case plan
  case config
  case agent
}

let schemaCommand: Command<Session> = Command(
  "schema", summary: "print the JSON Schema of a kind of file",
  discussion: """
    Editors that know JSON Schema complete and check YAML files with it. In a file, name the schema \
    with a first line such as: # yaml-language-server: $schema=../../plan.schema.json
    """,
  section: "Set-up",
  examples: [Example("divisi schema plan > plan.schema.json", "write the schema of plan files")]
) { shape in
  let kind = shape.argument(ArgumentType<SchemaKind>.word("KIND"), help: "which kind of file")
  return { values, session in
    switch values[kind] {
    case .plan?: session.print(PlanDocument.schema)
    case .config?: session.print(ConfigurationDocument.schema)
    case .agent?: session.print(AgentDocument.schema)
    case nil: return 2
    }
    return 0
  }
}
