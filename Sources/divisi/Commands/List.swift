import Arguments
import JSONValues
import PlanLibrary
import Reports

struct List: Command {
  static let spec = CommandSpec<Self>("list", "list the plans of the repository") {
    Example("divisi list", "list them with status and progress")
    Discussion(
      """
      Plans lie in .orchestration/sessions, .milestones/active and the folders of what is \
      completed. A file that cannot be read as a plan is listed with the number of its errors.
      """)
  }

  func run(in session: Session) throws -> ExitStatus {
    let library = PlanLibrary(try session.repository())
    let rows = library.planFiles().map { path in
      PlanListing(path: path, reading: try? library.read(path))
    }
    let listing = PlanListReport(rows)
    if session.wantsJSON {
      session.print(listing.json)
    } else if rows.isEmpty {
      session.say("no plans here; `divisi init` writes an example")
    } else {
      session.print(listing.text(on: session.output))
    }
    return .success
  }
}
