import Arguments
import Conducting
import Diagnostics
import Documents
import Journal
import JSONValues
import Mirrors
import PlanLibrary
import Plans
import Reports

struct List: Arguments.Command {
  static let spec = CommandSpec<Self>("list", "list the plans of the repository") {
    Example("divisi list", "list them with status and progress")
    Discussion(
      """
      Plans lie in .orchestration/sessions, .milestones/active and the folders of what is \
      completed. A file that cannot be read as a plan is listed with the number of its errors. The \
      last run is that of the journal, and how it stands, or else what the file says of it.
      """)
  }

  func run(in session: Session) throws -> ExitStatus {
    let library = PlanLibrary(try session.repository())
    let runs = try session.lastRuns()
    let rows = library.planFiles().map { path in
      let reading = try? library.read(path)
      return PlanListing(
        path: path, reading: reading,
        lastRun: reading?.value.flatMap { runs[$0.id.value.text] }.map(\.inList))
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

extension Session {
  /// The newest run of each plan, by the plan's id. A list of plans can be given without them.
  fileprivate func lastRuns() throws -> [String: RunRecord] {
    let folder = try journalFolder()
    let runs: [RunRecord]
    do throws(JournalError) {
      runs = try openJournalIfThere(folder)?.runs() ?? []
    } catch {
      complain("divisi: \(error)")
      return [:]
    }
    return Dictionary(runs.map { ($0.plan, $0) }) { newest, _ in newest }
  }
}

extension RunRecord {
  fileprivate var inList: String {
    "\(Timestamp.whole(Instant(milliseconds: created))) \(standing.status)"
  }
}
