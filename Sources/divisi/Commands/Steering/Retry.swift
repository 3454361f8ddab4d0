import Arguments
import Conducting

struct Retry: Arguments.Command {
  var step = ""
  var run: String?

  static let spec = CommandSpec<Self>("retry", "try a step again") {
    Example("divisi retry api", "with fresh retries, and with it what was given up because of it")
    Discussion(
      """
      For steps that failed, were cancelled, are blocked or wait before their next attempt. What \
      was done before stays, and what went wrong is told to the next attempt.
      """)
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(step: step, of: run) { .retry(step: $0) }
  }
}
