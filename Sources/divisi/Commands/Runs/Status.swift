import Arguments
import Conducting
import Journal
import JSONValues
import Plans
import Reports
import Runtime

struct Status: Arguments.Command {
  var run: String?
  var showsAll = false

  static let spec = CommandSpec<Self>("status", "show how a run stands") {
    Example("divisi status", "the run that is under way, or the last one")
    Example("divisi status checkout", "the newest run of a plan")
    Example("divisi status --all", "with a line for every step of a large plan")
    Discussion(
      """
      Shows progress and what was spent, and for each step who does it, what it does or waits for \
      and since when. What needs a person comes last, with what to do. The status to exit with \
      says how the run stands, so that a script can ask.
      """)
    Flag(\.showsAll, "-a", "--all", help: "a line for every step")
    Argument(
      \.run, "RUN", "session id, its beginning, or a plan", completion: .dynamic("run"))
    Exit(0, "the run goes on, or is completed; also where nothing has run yet")
    Exit(1, "it failed or was cancelled")
    Exit(3, "it is blocked, paused, waits for a person, or nobody runs it")
  }

  func run(in session: Session) throws -> ExitStatus {
    guard let chosen = try chosen(in: session) else {
      if session.wantsJSON { session.print(JSON.null) }
      session.say("nothing has run in this repository yet; divisi list shows its plans")
      return .success
    }
    let layout = StatusLayout(chosen.state, showsAll: showsAll || session.wantsJSON)
    var surroundings = try session.surroundings(
      of: chosen, steps: layout.steps(of: chosen.state))
    surroundings.others = try chosen.file.runs().filter {
      !$0.hasEnded && $0.session != chosen.session
    }.map(\.session)
    let report = StatusReport(chosen.state, surroundings, layout: layout)
    if session.wantsJSON {
      session.print(report.json)
    } else {
      session.print(report.text(on: session.output))
    }
    return ExitStatus(rawValue: report.exitStatus)
  }

  /// Nothing where nothing has run at all.
  private func chosen(in session: Session) throws -> ChosenRun? {
    do {
      let file = try JournalFile.open(session.journalFolder(), .read)
      if run == nil, try file.runs().isEmpty { return nil }
    } catch let error as JournalError {
      guard case .missing = error, run == nil else { throw error }
      return nil
    }
    return try session.run(run, standard: .newest)
  }
}
