import Arguments
import Conducting
import Configuration
import Files
import Journal
import JSONValues
import Plans
import Terminal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct Clean: Arguments.Command {
  var isAgreed = false

  static let spec = CommandSpec<Self>("clean", "remove worktrees and branches that are merged") {
    Example("divisi clean", "list what would go, what would stay, and why")
    Example("divisi clean --yes", "remove what is listed to go")
    Discussion(
      """
      A worktree goes where nobody uses it, nothing in it is uncommitted and all of it is merged; \
      a branch where all of it is merged. Whether something is merged is told by its content, so \
      that a squash merge counts. Before anything goes, whatever no branch holds is kept: \
      `divisi keep list` shows it and `divisi keep restore` brings it back. What was kept for \
      longer than workspace.keep_for goes as well. What a run made that has not ended stays, and \
      so does what Divisi did not make or has no note of, whatever it is called.
      """)
    Flag(\.isAgreed, "-y", "--yes", help: "remove, and do not only list")
    Exit(0, "all went well, also where there was nothing to remove")
    Exit(1, "something could not be removed")
  }

  func run(in session: Session) throws -> ExitStatus {
    let git = try session.git()
    let unfinished = try session.unfinishedRuns()
    do throws(WorkspaceError) {
      let cleanup = try Cleanup.plan(Worktrees(git), sparing: unfinished)
      let keep = Keep(git)
      let deadline = Int(time(nil)) - Int(session.keepFor().components.seconds)
      let expired = try keep.list().filter { $0.time < deadline }
      let done = try isAgreed ? remove(cleanup, expired, git, session) : []
      if session.wantsJSON {
        session.print(json(cleanup, expired, done))
      } else {
        show(cleanup, expired, session)
      }
      return done.contains { $0.failure != nil } ? .failure : .success
    } catch {
      throw Failure(error)
    }
  }

  /// What became of one thing that was to go.
  private struct Outcome {
    let name: String
    let kept: KeptWork?
    let failure: WorkspaceError?
  }

  private func remove(
    _ cleanup: Cleanup, _ expired: [KeptWork], _ git: Git, _ session: Session
  ) throws(WorkspaceError) -> [Outcome] {
    var outcomes: [Outcome] = []
    for item in cleanup.items {
      do throws(WorkspaceError) {
        let kept = try Cleanup.carryOut(item, git)
        outcomes.append(Outcome(name: item.name, kept: kept, failure: nil))
      } catch {
        session.complain("divisi: \(error)\n  hint: \(error.hint)")
        outcomes.append(Outcome(name: item.name, kept: nil, failure: error))
      }
    }
    for work in expired { try Keep(git).drop(work) }
    return outcomes
  }

  private func show(_ cleanup: Cleanup, _ expired: [KeptWork], _ session: Session) {
    var table = Table([.init(""), .init(""), .init("", mayShrink: true)])
    let verb = isAgreed ? "removed" : "would go"
    for item in cleanup.items {
      table.append([.init(verb), .init(item.name), .init(item.reason, .dim)])
    }
    for work in expired {
      table.append([
        .init(isAgreed ? "forgotten" : "would go"), .init(work.name),
        .init("was kept long enough", .dim),
      ])
    }
    for left in cleanup.left {
      table.append([.init("stays", .dim), .init(left.name), .init(left.reason, .dim)])
    }
    session.print(table.text(on: session.output))
    if cleanup.items.isEmpty, expired.isEmpty {
      session.say("nothing to remove")
    } else if !isAgreed {
      session.say("nothing was removed; next: divisi clean --yes")
    }
  }

  private func json(_ cleanup: Cleanup, _ expired: [KeptWork], _ done: [Outcome]) -> JSON {
    let going = cleanup.items.map { item -> JSON in
      let outcome = done.first { $0.name == item.name }
      return [
        "name": .string(item.name), "reason": .string(item.reason),
        "removed": .bool(outcome != nil && outcome?.failure == nil),
        "kept": outcome?.kept.map { .string($0.name) } ?? .null,
      ]
    }
    return [
      "removable": .array(going),
      "expired": .array(expired.map { .string($0.name) }),
      "left": .array(
        cleanup.left.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
    ]
  }
}

extension Session {
  /// The repository's git, with the identity that the settings give to Divisi's commits.
  func git() throws(Failure) -> Git {
    let repository = try repository()
    let configuration: Configuration
    let runner: SpawnedGit
    do { configuration = try self.configuration() } catch {
      throw error as? Failure ?? Failure("\(error)")
    }
    do { runner = try SpawnedGit(environment: environment) } catch {
      throw Failure(error.description, hint: error.hint)
    }
    let settings = Settings.shared
    let git = Git(
      repository, runner: runner,
      identity: Identity(
        name: configuration.value(settings.authorName) ?? "Divisi",
        email: configuration.value(settings.authorEmail) ?? "divisi@localhost"),
      runsHooks: configuration.value(settings.runsHooks) ?? false)
    do { _ = try RepositoryFacts.read(git) } catch { throw Failure(error) }
    return git
  }

  /// The runs of the journal that have not ended, with what they may still need.
  ///
  /// A journal that cannot be read is no reason to take a run for ended.
  func unfinishedRuns() throws -> [UnfinishedRun] {
    let folder = try journalFolder()
    guard let journal = try openJournalIfThere(folder) else { return [] }
    return try journal.runs().filter { $0.standing.ended == nil }.map { run in
      let state = try journal.state(of: run.session)
      let steps = (0..<state.count).filter { state.terms($0).hasWorkspace }.map {
        state.terms($0).lane ?? state.id($0).text
      }
      return UnfinishedRun(session: run.session, plan: run.plan, steps: Set(steps))
    }
  }

  /// How long work that was set aside is kept.
  func keepFor() -> Duration {
    let value = try? configuration().value(Settings.shared.keepFor)
    return value ?? .seconds(30 * 24 * 3600)
  }
}

extension Failure {
  init(_ error: WorkspaceError) { self.init(error.description, hint: error.hint) }
}
