import Arguments
import Conducting
import Journal
import Runtime

struct Resume: Arguments.Command {
  var isDetached = false
  var isWaiting = false
  var name: String?

  static let spec = CommandSpec<Self>("resume", "go on with a run that was left") {
    Example("divisi resume", "go on with the run that has not ended")
    Example("divisi resume exec-checkout-20260131-04d2a8", "with this one")
    Discussion(
      """
      A run goes on where its journal ends: agents that still run are watched again, those that were \
      lost are begun anew, and what is merged stays merged. A paused run is resumed. Where somebody \
      else runs it already, they are told to go on.
      """)
    Flag(\.isDetached, "-d", "--detach", help: "run in the background")
    Flag(\.isWaiting, "--wait", help: "wait for people also where no terminal is")
    Argument(\.name, "RUN", "session or plan of the run", completion: .dynamic("run"))
    Exit(0, "the run is completed, or somebody else runs it and was told to go on")
    Exit(1, "it failed or was cancelled")
    Exit(3, "it is blocked, or waits for a person")
    Exit(4, "something that it needs is missing")
    Exit(130, "it was interrupted")
  }

  func run(in session: Session) async throws -> ExitStatus {
    let site = try session.runSite()
    guard let run = try session.unfinishedRun(of: name, site, isRevivable: true) else {
      throw Failure(
        name.map { "no run of `\($0)` is unfinished" } ?? "no run is unfinished",
        hint: "`divisi run PLAN` starts one")
    }
    return try await session.resume(run, isDetached: isDetached, isWaiting: isWaiting, site)
  }
}
