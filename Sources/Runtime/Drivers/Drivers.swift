package import Agents
import Conducting
import Configuration
import Files
import Plans
import Processes
import Supervision
import Synchronization
package import Workspaces

/// What carries out effects: the one place where a run touches processes, worktrees and branches.
///
/// Every driver can be begun twice: it first looks whether what it is to do is done or under way, by the journal's word or
/// by what lies on disk, and goes on from there.
package final class Drivers: Sendable {
  let brief: Brief
  let folder: RunFolder
  let repository: Repository
  let git: Git
  let worktrees: Worktrees
  let branch: IntegrationBranch
  let surroundings: Surroundings
  let harnesses: [String: Harness]
  let watcher: any RunWatcher
  /// What every program is given of the person's environment.
  let usualEnvironment: [String: String]
  /// Between asking processes to end and ending them.
  let grace: Duration
  let plainLimits: PlainLimits

  /// Supervisors that this process started or found.
  let supervised = Mutex<[AttemptFolder: Supervised]>([:])
  /// What keeps branches from being moved, by whom it was met; nothing new is begun while something does.
  let faults = Mutex<[String: BranchFault]>([:])
  /// How the person's checkout stood when they were last told of it.
  let lastTold = Mutex<CheckoutLook?>(nil)
  /// Commands without a worktree, which work in the checkout and may change it.
  let checkoutWork = Mutex(CheckoutWork())
  /// Stashes of the person's that this process has pinned.
  let pinnedStashes = Mutex<Set<String>>([])
  /// Held while answers are handed over.
  let answering = Mutex(())
  /// Worktrees for the gates of merged trees that are in use: two merges may be judged at once.
  let integrating = Mutex<Set<Int>>([])

  package init(
    _ brief: Brief, folder: RunFolder, repository: Repository, git: Git, surroundings: Surroundings,
    watcher: any RunWatcher
  ) throws(HarnessFlaw) {
    self.brief = brief
    self.folder = folder
    self.repository = repository
    self.git = git
    self.surroundings = surroundings
    self.watcher = watcher
    usualEnvironment = allowedEnvironment(from: surroundings.environment, naming: [])
    let settings = Settings.shared
    grace = brief.configuration.value(settings.grace) ?? .seconds(10)
    plainLimits = PlainLimits(brief.configuration)
    worktrees = Worktrees(
      git,
      brought: BroughtFiles(
        copied: (brief.configuration.value(settings.copiedFiles) ?? []).map(\.text),
        linked: (brief.configuration.value(settings.linkedFiles) ?? []).map(\.text)),
      telling: { watcher.note($0) })
    branch = IntegrationBranch(git, name: brief.request.branch)
    var harnesses: [String: Harness] = [:]
    for (name, _) in brief.configuration.harnesses {
      harnesses[name] = try brief.configuration.harness(name)
    }
    self.harnesses = harnesses
  }

  /// Attempts that an earlier runner had begun: something of theirs may be under way already.
  private let inherited = Mutex<Set<AttemptID>>([])

  /// Takes up what an earlier runner has left.
  func takeUp(_ state: RunState) {
    let living = state.active.map { AttemptID(state.id($0.key), $0.value.number) }
    inherited.withLock { $0 = Set(living) }
  }

  private let letGo = Mutex(false)

  /// Whether the run is given up as it is: what runs is not ended with it.
  var isLetGo: Bool { letGo.withLock { $0 } }

  func giveUp() { letGo.withLock { $0 = true } }

  func isTakenUp(_ id: AttemptID) -> Bool { inherited.withLock { $0.contains(id) } }

  func carryOut(_ job: Job, _ outbox: Outbox) async {
    switch job.effect {
    case .openBranch: await openBranch(job, outbox)
    case .prepare(let id): await prepare(id, job, outbox)
    case .run(let id):
      if job.isPlain {
        await runPlainly(id, job, outbox)
      } else {
        await run(id, job, outbox)
      }
    case .stop(let id): await stop(id, job, outbox)
    case .inspect(let id): await inspect(id, job, outbox)
    case .check(let id, let check): await self.check(id, check, job, outbox)
    case .merge(let id, let number, let base): await merge(id, number, base, job, outbox)
    case .land(let id, let number, let from, let to):
      await land(id, number, from: from, to: to, job, outbox)
    case .answer(let id, _): await answer(id, job)
    case .probe: await probe(outbox)
    }
  }

  /// What an effect comes to where nothing has to be done for it.
  func immediateOutcome(of effect: Effect, _ state: RunState) -> Input? {
    switch effect {
    case .prepare(let id):
      let job = Job(effect, state)
      let isShared = job.attempt?.leases.contains { Pool.isShared($0.name) } ?? true
      return job.isPlain && !isShared ? .prepared(id, base: nil) : nil
    case .inspect(let id):
      return Job(effect, state).isPlain ? .inspected(id, .accepted(head: nil)) : nil
    default: return nil
    }
  }

  /// The worktree, and the branch, of a step or its lane.
  func owner(_ job: Job, _ id: AttemptID) -> WorkOwner {
    WorkOwner(session: job.session, step: id.step.text)
  }
}

/// What of the machine a run is given.
package struct Surroundings: Sendable {
  /// The environment of the person who started the run.
  package var environment: [String: String]
  /// The program that owns attempts.
  package var supervisor: String
  package var cgroupRoot: String?
  /// Where programs keep settings and sessions of each account.
  package var accounts: String
  /// How another run of the repository stands, in the journal's word; nothing where there is none.
  var statusOfRun: @Sendable (String) -> String?

  package init(
    environment: [String: String], supervisor: String, cgroupRoot: String? = nil, accounts: String,
    statusOfRun: @escaping @Sendable (String) -> String?
  ) {
    self.statusOfRun = statusOfRun
    self.environment = environment
    self.supervisor = supervisor
    self.cgroupRoot = cgroupRoot
    self.accounts = accounts
  }

  var home: String { environment["HOME"] ?? "/" }
}

extension Conducting.Failure {
  /// Something in the repository, or on its disk, that a person must put right.
  init(_ error: WorkspaceError) {
    self.init(.environment, "\(error); \(error.hint)")
  }
}
