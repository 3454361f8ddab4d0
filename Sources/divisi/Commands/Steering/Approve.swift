import Arguments
import Conducting

struct Approve: Arguments.Command {
  var step = ""
  var run: String?

  static let spec = CommandSpec<Self>("approve", "say yes to a step that waits for a person") {
    Example("divisi approve accept", "it goes on")
    Discussion("`divisi status` lists what waits for a person; `divisi diff` shows the work.")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(step: step, of: run) { .approve(step: $0) }
  }
}
