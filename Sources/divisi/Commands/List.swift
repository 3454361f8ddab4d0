import Arguments
import PlanLibrary
import Reports

let listCommand: Command<Session> = Command(
  "list", summary: "list the plans of the repository",
  discussion: "Plans lie in .orchestration/sessions, .milestones/active and the folders of what is "
    + "completed. A file that cannot be read as a plan is listed with the number of its errors.",
  section: "Plans",
  examples: [Example("divisi list", "list them with status and progress")]
) { _ in
  { _, session in
    let library = PlanLibrary(try session.repository())
    let rows = library.planFiles().map { path -> PlanListing in
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
    return 0
  }
}
