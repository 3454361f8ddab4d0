import Arguments
import Conducting

struct Reject: Arguments.Command {
  var step = ""
  var why: String?
  var run: String?

  static let spec = CommandSpec<Self>("reject", "say no to a step that waits for a person") {
    Example("divisi reject api --why 'errors are not handled'", "it is done again with that")
    Option(\.why, "--why", help: "needed: what is wrong; the next attempt is told")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func objection() -> String? { why?.isEmpty ?? true ? "`--why TEXT` says what is wrong" : nil }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(step: step, of: run) { .reject(step: $0, feedback: why ?? "") }
  }
}
