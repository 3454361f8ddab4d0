import Arguments
import Configuration
import Documents

/// Prints what is generated of the documentation; `make docs` puts it in place.
let documentsCommand: Command<Session> = Command(
  "__document", summary: "print a generated part of the documentation", isHidden: true
) { shape in
  let name = shape.argument(.text("NAME"), help: "cli, man, plan, prompt or config")
  return { values, session in
    switch values[name] {
    case "cli"?: session.print(tool.reference())
    case "man"?: session.print(tool.manualPage(date: "November 21, 2026"))
    case "plan"?: session.print(KeyTables.plan)
    case "prompt"?: session.print(KeyTables.prompt)
    case "config"?: session.print(ConfigurationDocument.reference)
    default: return 1
    }
    return 0
  }
}
