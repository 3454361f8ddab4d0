import Arguments
import Diagnostics
import PlanLibrary
import Plans
import Reports
import Terminal

let checkCommand: Command<Session> = Command(
  "check", summary: "say what is wrong with a plan, and what its graph means",
  discussion: """
    Tells every problem with file, line and column, then waves, critical path, steps that files \
    keep from running together, and the ideal time for 1, 2, 4 and 8 agents. Several prompt files \
    are checked as the plan that they would make.
    """,
  section: "Plans",
  examples: [
    Example("divisi check checkout", "check the plan `checkout`"),
    Example("divisi check prompts/a.md prompts/b.md", "check prompt files as one plan"),
    Example("divisi check checkout --strict", "take warnings for errors"),
  ],
  exitCodes: [ExitCode(0, "the plan is valid"), ExitCode(1, "it is not")]
) { shape in
  let strict = shape.flag("strict", help: "take warnings for errors")
  let names = shape.arguments(
    .named("PLAN", kind: "plan"), atLeastOne: true,
    help: "id or path of a plan, or prompt files")
  return { values, session in
    let loaded = try load(values[names], session)
    let report = CheckReport(
      plan: loaded.plan, sources: loaded.sources, diagnostics: loaded.diagnostics,
      prompts: loaded.prompts)
    let isValid = report.isValid(strict: values[strict])
    if session.wantsJSON {
      session.print(report.json(strict: values[strict]))
      return isValid ? 0 : 1
    }
    session.complain(report.problems(on: session.errors))
    if !session.isQuiet { session.print(report.summary(on: session.output)) }
    if let tally = report.tally {
      session.say(
        "\(loaded.sources.first?.path ?? "plan"): \(tally)\(isValid ? "" : "; the plan is not valid")"
      )
    }
    return isValid ? 0 : 1
  }
}

/// The plan that a person means, found in the repository that they stand in.
func load(_ names: [String], _ session: Session) throws(Failure) -> LoadedPlan {
  let library = PlanLibrary(try session.repository())
  do {
    return try library.load(names, from: session.folder)
  } catch {
    throw Failure(error)
  }
}
