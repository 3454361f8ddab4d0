import Arguments
import Conducting

struct Skip: Arguments.Command {
  var step = ""
  var why: String?
  var run: String?

  static let spec = CommandSpec<Self>("skip", "go on without a step") {
    Example("divisi skip guide --why 'we write it later'", "what needs it goes on without")
    Discussion("An attempt at it that is under way is stopped; its work is kept.")
    Option(\.why, "--why", help: "needed: the reason, for those who read the run later")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func objection() -> String? { why?.isEmpty ?? true ? "`--why TEXT` says why it is skipped" : nil }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(step: step, of: run) { .skip(step: $0, reason: why ?? "") }
  }
}
