import Arguments
import Diagnostics
import PlanLibrary
import Plans
import Reports
import Terminal

struct Check: Command {
  var isStrict = false
  var names: [String] = []

  static let spec = CommandSpec<Self>(
    "check", "say what is wrong with a plan, and what its graph means"
  ) {
    Example("divisi check checkout", "check the plan `checkout`")
    Example("divisi check prompts/a.md prompts/b.md", "check prompt files as one plan")
    Example("divisi check checkout --strict", "take warnings for errors")
    Discussion(
      """
      Tells every problem with file, line and column, then waves, critical path, steps that files \
      keep from running together, and the ideal time for 1, 2, 4 and 8 agents. Several prompt \
      files are checked as the plan that they would make.
      """)
    Flag(\.isStrict, "--strict", help: "take warnings for errors")
    Argument(
      \.names, "PLAN", "id or path of a plan, or prompt files", atLeastOne: true,
      completion: .dynamic("plan"))
    Exit(0, "the plan is valid")
    Exit(1, "it is not")
  }

  func run(in session: Session) throws -> ExitStatus {
    let report = CheckReport(try session.load(names))
    let isValid = report.isValid(strict: isStrict)
    if session.wantsJSON {
      session.print(report.json(strict: isStrict))
      return isValid ? .success : .failure
    }
    session.complain(report.problems(on: session.errors))
    if !session.isQuiet { session.print(report.summary(on: session.output)) }
    if let tally = report.tally {
      session.say("\(report.name): \(tally)\(isValid ? "" : "; the plan is not valid")")
    }
    return isValid ? .success : .failure
  }
}

extension Session {
  /// The plan that a person means, found in the repository that they stand in.
  func load(_ names: [String]) throws(Failure) -> LoadedPlan {
    let library = PlanLibrary(try repository())
    do {
      let loaded = try library.load(names, from: folder)
      for source in loaded.sources {
        detail("read \(source.path), \(counted(source.lineCount, "line"))")
      }
      return loaded
    } catch {
      throw Failure(error)
    }
  }
}

extension CheckReport {
  init(_ loaded: LoadedPlan) {
    self.init(
      plan: loaded.plan, sources: loaded.sources, diagnostics: loaded.diagnostics,
      prompts: loaded.prompts)
  }
}
