package import Agents
package import Conducting
import Configuration
import Diagnostics
import Documents
package import Files
import Glibc
package import Journal
import Mirrors
package import Plans
import Processes
import Supervision
package import Workspaces

/// A repository as runs are started in it and taken up again.
package struct RunSite: Sendable {
  package let repository: Repository
  package let journal: JournalFolder
  package let environment: [String: String]
  private let supervisor: String

  package init(
    _ repository: Repository, environment: [String: String]
  ) throws(RunSiteError) {
    guard let supervisor = supervisorProgram() else { throw .noSupervisor }
    self.repository = repository
    self.environment = environment
    self.supervisor = supervisor
    journal = JournalFolder(repository.home + "/.divisi")
  }

  package func folder(of session: String) -> RunFolder { RunFolder(of: session, in: journal) }

  /// A name for a new run: the plan's, the day, and what tells it from all others.
  package static func newSession(of plan: PlanID) -> String {
    var now = time(nil)
    var day = tm()
    gmtime_r(&now, &day)
    func padded(_ number: Int32, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = padded(day.tm_year + 1900, 4) + padded(day.tm_mon + 1, 2) + padded(day.tm_mday, 2)
    let mark = String(UInt32.random(in: 0..<(1 << 24)), radix: 16)
    return "exec-\(plan.text)-\(date)-" + String(repeating: "0", count: 6 - mark.count) + mark
  }

  /// A run of the plan that has not ended, which a new one would get in the way of.
  package func unfinishedRun(of plan: PlanID) throws(RunSiteError) -> RunRecord? {
    do {
      guard entryKind(journal.database) == .file else { return nil }
      return try JournalFile.open(journal, .read).runs().first {
        $0.plan == plan.text && $0.standing.ended == nil
      }
    } catch {
      throw .journal(error)
    }
  }

  /// Begins a run: its frozen plan is in its folder and its first decision in the journal, or nothing of it is there.
  package func begin(
    _ order: RunOrder, _ request: RunRequest, of read: ReadPlan, agents: AgentRegistry,
    watcher: any RunWatcher, waitsForPeople: Bool
  ) throws(RunSiteError) -> Runner {
    do throws(FileError) {
      _ = try repository.exclude(["/.divisi/"], because: "what Divisi keeps of its runs")
      _ = try repository.exclude(
        MirrorFolders(of: read.plan.kind).ignored, because: "logs of Divisi's runs")
    } catch { throw .file(error) }
    let lock = try lock(order.session)
    let folder = folder(of: order.session)
    var request = request
    request.checkout = repository.root
    let brief: Brief
    do throws(BriefError) {
      try Brief.freeze(
        request, agents: agents, read, root: repository.root,
        userFile: Configuration.userFile(environment), in: folder)
      brief = try Brief.load(from: folder, of: read)
    } catch { throw .brief(error) }
    let drivers = try drivers(brief, folder, watcher)
    // Two who begin the same plan at once meet here, and one of them finds the other's run.
    let turn: FolderTurn
    do throws(FileError) { turn = try FolderTurn(at: parentFolder(of: journal.database)) } catch {
      throw .file(error)
    }
    defer { turn.end() }
    do throws(WorkspaceError) {
      if order.steps.contains(where: \.terms.hasWorkspace) {
        try drivers.branch.refuseForeign(
          at: request.base.flatMap { ObjectID($0) }, plan: read.plan.id.value.text)
      }
    } catch {
      try? removeAll(folder.path)
      throw .workspace(error)
    }
    if let other = try unfinishedRun(of: read.plan.id.value) {
      // Nothing has begun: what was made ready for it is in nobody's way, and not wanted.
      try? removeAll(folder.path)
      throw .planRuns(other.session)
    }
    do throws(RunBookError) {
      let (book, conductor, decision) = try RunBook.begin(
        order, in: try open(brief), under: lock, at: .now())
      let mirrors = try mirrors(brief, conductor.state, watcher) { [] }
      watcher.saw(decision.events, before: book.lastSequence + 1, conductor.state)
      mirrors.saw(decision.events, before: book.lastSequence + 1, conductor.state)
      return Runner(
        book: book, conductor, drivers: drivers, watcher: watcher, mirrors: mirrors,
        waitsForPeople: waitsForPeople)
    } catch { throw .book(error) }
  }

  /// Takes a run up where its events have left it.
  package func resume(
    _ session: String, watcher: any RunWatcher, waitsForPeople: Bool
  ) throws(RunSiteError) -> Runner {
    let lock = try lock(session)
    let folder = folder(of: session)
    let brief: Brief
    do throws(BriefError) { brief = try Brief.load(from: folder) } catch { throw .brief(error) }
    let drivers = try drivers(brief, folder, watcher)
    do throws(RunBookError) {
      let (book, conductor) = try RunBook.resume(in: try open(brief), under: lock)
      let mirrors = try mirrors(brief, conductor.state, watcher) { () throws(RunBookError) in
        try history(of: session)
      }
      return Runner(
        book: book, conductor, drivers: drivers, watcher: watcher, mirrors: mirrors,
        waitsForPeople: waitsForPeople)
    } catch { throw .book(error) }
  }

  private func mirrors(
    _ brief: Brief, _ state: RunState, _ watcher: any RunWatcher,
    history: () throws(RunBookError) -> [NumberedEvent]
  ) throws(RunBookError) -> MirrorWriter {
    let subject = MirrorSubject(
      root: repository.home, checkout: brief.request.checkout, session: state.session,
      plan: state.plan,
      kind: brief.request.plan == nil ? .prompts : brief.plan.kind, planFile: brief.request.plan,
      branch: brief.request.branch)
    return try MirrorWriter(subject, at: state, history: history) { watcher.note($0) }
  }

  private func history(of session: String) throws(RunBookError) -> [NumberedEvent] {
    let file: JournalFile
    do { file = try JournalFile.open(journal, .read) } catch { throw .journal(error) }
    var events: [NumberedEvent] = []
    try file.eachEvent(of: session) { events.append($0) }
    return events
  }

  private func lock(_ session: String) throws(RunSiteError) -> RunLock {
    do {
      return try RunLock.acquire(session, in: journal, at: Instant.now().milliseconds)
    } catch {
      throw .journal(error)
    }
  }

  private func open(_ brief: Brief) throws(RunBookError) -> JournalFile {
    let durability = brief.configuration.value(Settings.shared.durability) ?? .full
    do {
      return try JournalFile.open(journal, .write(durability == .full ? .full : .process))
    } catch {
      throw .journal(error)
    }
  }

  private func drivers(
    _ brief: Brief, _ folder: RunFolder, _ watcher: any RunWatcher
  ) throws(RunSiteError) -> Drivers {
    let settings = Settings.shared
    let configuration = brief.configuration
    let repository = checkout(of: brief)
    let runner: SpawnedGit
    do { runner = try SpawnedGit(environment: environment) } catch { throw .git(error) }
    let git = Git(
      repository, runner: runner,
      identity: Identity(
        name: configuration.value(settings.authorName) ?? "Divisi",
        email: configuration.value(settings.authorEmail) ?? "divisi@localhost"),
      runsHooks: configuration.value(settings.runsHooks) ?? false)
    let journal = journal
    let surroundings = Surroundings(
      environment: environment, supervisor: supervisor, cgroupRoot: delegatedCgroup(),
      accounts: accountsFolder,
      statusOfRun: { session in
        try? JournalFile.open(journal, .read).run(session).standing.status
      })
    do {
      return try Drivers(
        brief, folder: folder, repository: repository, git: git, surroundings: surroundings,
        watcher: watcher)
    } catch { throw .harness(error) }
  }

  /// The checkout that a run was begun in, whichever it is taken up from: there are the files that are brought, and there
  /// commands without a worktree run.
  private func checkout(of brief: Brief) -> Repository {
    guard let root = brief.request.checkout, let found = try? Repository.find(from: root),
      found.root == root, found.commonFolder == repository.commonFolder
    else { return repository }
    return found
  }

  /// Settings and sessions of agents' programs, by account: for all repositories, and never the person's own.
  package var accountsFolder: String {
    let data =
      environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? "/") + "/.local/share"
    return data + "/divisi/accounts"
  }
}

/// Why a run can neither be begun nor taken up.
package enum RunSiteError: Error, CustomStringConvertible {
  case noSupervisor
  case git(GitError)
  case workspace(WorkspaceError)
  case file(FileError)
  case journal(JournalError)
  case brief(BriefError)
  case book(RunBookError)
  case harness(HarnessFlaw)
  /// The plan has this run, which has not ended.
  case planRuns(String)

  package var description: String {
    switch self {
    case .noSupervisor: "there is no program `divisi-supervise` beside `divisi`"
    case .git(let error): error.description
    case .workspace(let error): error.description
    case .file(let error): error.description
    case .journal(let error): "\(error)"
    case .brief(let error): error.description
    case .book(let error): error.description
    case .harness(let error): error.description
    case .planRuns(let session): "the plan has a run that has not ended: \(session)"
    }
  }

  package var hint: String? {
    switch self {
    case .noSupervisor: "install both: make install"
    case .git(let error): error.hint
    case .workspace(let error): error.hint
    case .file: "check the disk and who may write there"
    case .journal(.held): "it is being run; `divisi status` shows it"
    case .journal, .book: "`divisi journal check` says what is wrong"
    case .brief: "what the run was started from is gone; start the plan anew"
    case .harness: "`divisi doctor` shows the harnesses"
    case .planRuns(let session):
      "`divisi resume \(session)` goes on with it; `divisi cancel \(session)` ends it"
    }
  }
}
