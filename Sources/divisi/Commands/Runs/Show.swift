import Arguments
import Conducting
import Files
import Journal
import Plans
import Reports
import Runtime
import Workspaces

struct Show: Arguments.Command {
  var step = ""
  var run: String?

  static let spec = CommandSpec<Self>("show", "show everything about a step") {
    Example("divisi show api", "its prompt, attempts, gates, merges, cost and files")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(1, "there is no such run or step")
  }

  func run(in session: Session) throws -> ExitStatus {
    let chosen = try session.run(run, having: step)
    let index = try session.step(step, of: chosen)
    let history = try session.history(of: index, in: chosen)
    let report = StepReport(
      chosen.state, index, history,
      try session.surroundings(of: index, history, in: chosen))
    if session.wantsJSON {
      session.print(report.json)
    } else {
      session.print(report.text(on: session.output))
    }
    return .success
  }
}

extension Session {
  fileprivate func surroundings(
    of index: Int, _ history: StepHistory, in run: ChosenRun
  ) throws -> StepSurroundings {
    let step = run.state.id(index)
    var status = try surroundings(of: run, steps: [step])
    status.histories[step] = history
    var surroundings = StepSurroundings(status)
    for attempt in history.attempts {
      let folder = run.reading.attempt(step, attempt.number)
      surroundings.ports[attempt.number] = folder.ports
      for trial in attempt.trials {
        surroundings.outputs[attempt.number, default: [:]][trial.check] =
          folder.output(of: trial.check).map(shown)
      }
    }
    guard let attempt = history.attempts.last else { return surroundings }
    let folder = run.reading.attempt(step, attempt.number)
    if folder.exists { surroundings.folder = shown(folder.path) }
    if let bytes = try? readFile(folder.prompt) {
      surroundings.prompt = (shown(folder.prompt), String(decoding: bytes, as: UTF8.self))
    }
    // What git no longer has, or never had, is not known; that is no reason to show nothing.
    guard let git = try? git() else { return surroundings }
    surroundings.files = try? changed(by: attempt, git)
    return surroundings
  }

  private func changed(
    by attempt: AttemptHistory, _ git: Git
  ) throws(WorkspaceError) -> [StepFile]? {
    let merge = attempt.merges.last
    let from = merge?.landed == nil ? attempt.base : merge?.base
    guard let from = from.flatMap(ObjectID.init),
      let to = (merge?.landed ?? attempt.head).flatMap(ObjectID.init)
    else { return nil }
    return try git.changes(from: from, to: to).map { file in
      StepFile(
        path: file.path, kind: file.kind.rawValue, added: file.lines?.added,
        removed: file.lines?.removed)
    }
  }
}
