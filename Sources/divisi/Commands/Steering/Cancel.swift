import Arguments
import Conducting
import Journal
import Plans
import Runtime

struct Cancel: Arguments.Command {
  var run: String?
  var step: String?
  var isAgreed = false

  static let spec = CommandSpec<Self>("cancel", "end a run, or give up one step of it") {
    Example("divisi cancel", "stop what runs, start nothing more, keep what was done")
    Example("divisi cancel --step guide", "give up one step, and what needs it")
    Discussion(
      """
      Asks before it does so; without a terminal to ask at, --yes is needed. What has landed \
      stays on the integration branch, and the work of attempts that are stopped is kept.
      """)
    Option(\.step, "--step", help: "only this step", completion: .dynamic("step"))
    Flag(\.isAgreed, "-y", "--yes", help: "do not ask")
    Argument(
      \.run, "RUN", "session id, its beginning, or a plan", completion: .dynamic("run"))
    Exit(0, "it is done; what concerns a step is kept where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func run(in session: Session) async throws -> ExitStatus {
    let chosen = try step.map { try session.run(run, having: $0) } ?? session.run(run)
    let index = try step.map { try session.step($0, of: chosen) }
    let command: Conducting.Command =
      index.map { .cancel(step: chosen.state.id($0)) } ?? .cancelRun
    // What cannot be done is not asked about.
    if let reason = chosen.reading.refusal(
      of: command, by: session.person, at: Instant(milliseconds: session.now),
      after: try chosen.file.waitingMessages(of: chosen.session))
    {
      throw Failure(reason)
    }
    guard try isAgreed || agrees(index, chosen, session) else {
      session.say("nothing was cancelled")
      return .failure
    }
    return index == nil
      ? try await session.cancel(chosen) : try session.order(command, of: chosen)
  }

  private func agrees(
    _ index: Int?, _ chosen: ChosenRun, _ session: Session
  ) throws(Failure) -> Bool {
    let question: String
    if let index {
      let running = chosen.state.active[index] == nil ? "" : ", whose attempt is stopped"
      question = "cancel step `\(chosen.state.id(index))` of \(chosen.session)\(running)?"
    } else {
      let attempts = chosen.state.active.count
      question =
        "cancel \(chosen.session)?"
        + (attempts == 0
          ? "" : " \(counted(attempts, "attempt")) under way would be stopped.")
    }
    guard let answer = session.agrees(to: question) else {
      throw Failure("nobody is there to ask", hint: "--yes cancels without asking")
    }
    return answer
  }
}
