import Arguments
import Conducting
import Plans

extension Priority: ArgumentValue {}

struct SetPriority: Arguments.Command {
  var step = ""
  var level = Priority.medium
  var run: String?

  static let spec = CommandSpec<Self>("priority", "let a step go before others, or behind") {
    Example("divisi priority api critical", "it starts as soon as anything may")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Argument(\.level, "LEVEL", "critical, high, medium or low")
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func run(in session: Session) throws -> ExitStatus {
    try session.order(step: step, of: run) { .setPriority(step: $0, priority: level) }
  }
}
