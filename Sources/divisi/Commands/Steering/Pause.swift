import Arguments
import Conducting

struct Pause: Arguments.Command {
  var run: String?
  var isNow = false

  static let spec = CommandSpec<Self>("pause", "start nothing more in a run") {
    Example("divisi pause", "what runs goes on to its end")
    Example("divisi pause --now", "what runs is stopped too, and its work kept")
    Discussion("`divisi resume` goes on.")
    Flag(\.isNow, "--now", help: "stop what runs; it is begun again later")
    Argument(
      \.run, "RUN", "session id, its beginning, or a plan", completion: .dynamic("run"))
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(isNow ? .pauseNow : .pause, of: try session.run(run))
  }
}
