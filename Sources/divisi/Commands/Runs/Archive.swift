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
    Exit(
      1,
      "it has not ended, or the archive could not be written, and nothing was removed; or not all "
        + "that is in the archive or merged could be removed, and what is left is told")
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
    // What its attempts noted goes with its folder.
    let branches = chosen.reading.branches(BranchClaims(git))
    let path = try await archive.write(chosen.file)
    try RunArchive.note(
      session.shown(path), for: chosen.reading.record, after: chosen.state.sequence,
      in: JournalFile.open(store, .write(.full)), under: lock)
    // From here on the archive is whole, and whatever cannot be removed only lies about.
    var problems: [Failure] = []
    do throws(ArchiveError) { try archive.removeOriginals() } catch {
      problems.append(Failure(error.description))
    }
    let removed = clean(branches, git, session, &problems)
    if session.wantsJSON {
      session.print([
        "session": .string(chosen.session), "archive": .string(session.shown(path)),
        "bytes": .int(try fileSize(path)), "removed": .array(removed.map { .string($0) }),
      ])
    } else {
      session.print(session.shown(path))
      for name in removed { session.say("removed \(name)") }
    }
    for problem in problems {
      let hint = problem.hint.map { "\n  hint: \($0)" } ?? ""
      session.complain("divisi: it is archived, but not all is removed: \(problem.message)\(hint)")
    }
    return problems.isEmpty ? .success : .failure
  }

  /// Removes what the run left in git, as far as it is merged and nobody uses it; gives what that was.
  private func clean(
    _ branches: Set<String>, _ git: Git, _ session: Session, _ problems: inout [Failure]
  ) -> [String] {
    let items: [Cleanup.Item]
    do {
      let cleanup = try Cleanup.plan(Worktrees(git), sparing: session.unfinishedRuns())
      items = cleanup.items.filter { branches.contains($0.branch) }
    } catch {
      problems.append(
        (error as? WorkspaceError).map { Failure($0) } ?? error as? Failure ?? Failure("\(error)"))
      return []
    }
    var removed: [String] = []
    for item in items {
      do throws(WorkspaceError) {
        _ = try Cleanup.carryOut(item, git)
        removed.append(item.name)
      } catch { problems.append(Failure(error)) }
    }
    return removed
  }
}
