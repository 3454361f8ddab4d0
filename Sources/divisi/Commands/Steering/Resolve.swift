import Arguments
import Conducting

struct Resolve: Arguments.Command {
  var blocker = 0
  var why: String?
  var run: String?

  static let spec = CommandSpec<Self>("resolve", "say that what blocked something is mended") {
    Example("divisi resolve 2 --why 'logged in again'", "what it stopped goes on")
    Discussion(
      """
      `divisi status` lists blockers with their numbers and what could be done. A budget that is \
      spent is resolved by a higher limit: divisi limit cost 20.
      """)
    Option(\.why, "--why", help: "needed: what was done about it")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.blocker, "BLOCKER", "the number of the blocker")
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func objection() -> String? {
    why?.isEmpty ?? true ? "`--why TEXT` says what was done about it" : nil
  }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(.resolve(blocker: blocker, reason: why ?? ""), of: try session.run(run))
  }
}
