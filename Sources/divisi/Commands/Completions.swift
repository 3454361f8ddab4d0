import Arguments
import Configuration
import PlanLibrary
import Plans

let completionsCommand: Command<Session> = Command(
  "completions", summary: "print a script that completes command lines in a shell",
  section: "Set-up",
  examples: [
    Example("source <(divisi completions bash)", "complete in this bash"),
    Example(
      "divisi completions fish > ~/.config/fish/completions/divisi.fish", "complete in every fish"),
  ]
) { shape in
  let shell = shape.argument(ArgumentType<Shell>.word("SHELL"), help: "for which shell")
  return { values, session in
    guard let shell = values[shell] else { return 2 }
    session.print(tool.completions(for: shell))
    return 0
  }
}

/// Asked by the completion scripts for what only the program knows.
let completeCommand: Command<Session> = Command(
  "__complete", summary: "list things of a kind, for completion scripts", isHidden: true
) { shape in
  let kind = shape.argument(.text("KIND"), help: "plan, or setting")
  return { values, session in
    switch values[kind] {
    case "plan"?:
      for plan in PlanLibrary(try session.repository()).allPlans() { session.print(plan.id.text) }
    case "setting"?:
      for setting in ConfigurationDocument.settingNames { session.print(setting) }
    default: return 1
    }
    return 0
  }
}
