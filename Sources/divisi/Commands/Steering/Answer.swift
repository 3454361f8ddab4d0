import Arguments
import Conducting

struct Answer: Arguments.Command {
  var step = ""
  var words: [String] = []
  var run: String?

  static let spec = CommandSpec<Self>("answer", "answer what an agent asks") {
    Example("divisi answer api 'use the second one'", "the agent goes on with it")
    Discussion("`divisi status` shows what is asked.")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Argument(\.words, "TEXT", "the answer", atLeastOne: true)
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func run(in session: Session) throws -> ExitStatus {
    let text = words.joined(separator: " ")
    return try session.order(step: step, of: run) { .answer(step: $0, text: text) }
  }
}
