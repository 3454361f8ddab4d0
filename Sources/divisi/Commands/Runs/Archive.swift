import Arguments
import Conducting
import Files
import Journal
import JSONValues
import Plans
import Processes
import Runtime
import Terminal
import Workspaces

struct Archive: Arguments.Command {
  var run = ""

  static let spec = CommandSpec<Self>("archive", "put the files of a run that has ended in one") {
    Example("divisi archive checkout", "the newest run of a plan")
    Discussion(
      """
      Writes the run's events and everything that its attempts left into one file below \
      .divisi/archive, reads it back and compares it, and only then removes the folder, and the \
      worktrees and branches of the run that are merged, as `divisi clean` would. The events stay \
      in the journal, too: `divisi status` and `divisi show` know the run as before.
      """)
    Argument(
      \.run, "RUN", "session id, its beginning, or a plan", completion: .dynamic("run"))
    Exit(0, "it is archived")
    Exit(1, "it has not ended, or the archive could not be written; nothing was removed")
  }

  func run(in session: Session) async throws -> ExitStatus {
    let chosen = try session.run(run)
    guard chosen.reading.record.hasEnded else {
      throw Failure(
        "`\(chosen.session)` has not ended", hint: "`divisi cancel \(chosen.session)` ends it")
    }
    if let archive = chosen.reading.archive {
      throw Failure("`\(chosen.session)` is archived already, in \(archive)")
    }
    guard try chosen.file.waitingMessages(of: chosen.session).isEmpty else {
      throw Failure(
        "commands wait for `\(chosen.session)`",
        hint: "`divisi resume \(chosen.session)` takes them up")
    }
    let git = try session.git()
    let store = chosen.reading.folder
    // Nobody can take the run up while its files go.
    let lock = try RunLock.acquire(chosen.session, in: store, at: session.now)
    let archive = RunArchive(
      chosen.session, in: store,
      environment: allowedEnvironment(from: session.environment))
    let path = try await archive.write(chosen.file)
    try RunArchive.note(
      session.shown(path), for: chosen.reading.record, after: chosen.state.sequence,
      in: JournalFile.open(store, .write(.full)), under: lock)
    try archive.removeOriginals()
    let removed = try clean(chosen.state, git, session)
    if session.wantsJSON {
      session.print([
        "session": .string(chosen.session), "archive": .string(session.shown(path)),
        "bytes": .int(try fileSize(path)), "removed": .array(removed.map { .string($0) }),
      ])
    } else {
      session.print(session.shown(path))
      for name in removed { session.say("removed \(name)") }
    }
    return .success
  }

  /// Removes what the run left in git, as far as it is merged and nobody uses it.
  private func clean(_ state: RunState, _ git: Git, _ session: Session) throws(Failure) -> [String]
  {
    let places = (0..<state.count).reduce(into: Set<String>()) { places, index in
      places.insert(state.terms(index).lane ?? state.id(index).text)
    }
    let names = Set(places.flatMap { [".worktrees/task-\($0)", "feature/task-\($0)"] })
      .union(["orchestration/\(state.plan)", "milestone/\(state.plan)"])
    var removed: [String] = []
    do throws(WorkspaceError) {
      // Branches can only go after their worktrees.
      for _ in 1...2 {
        for item in try Cleanup.plan(Worktrees(git)).items where names.contains(item.name) {
          _ = try Cleanup.carryOut(item, git)
          removed.append(item.name)
        }
      }
    } catch { throw Failure(error) }
    return removed
  }
}
