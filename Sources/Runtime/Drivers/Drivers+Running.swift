import Agents
import Conducting
import Configuration
import Diagnostics
import Documents
import Files
import Glibc
import JSONValues
import Plans
import Processes
import Supervision
import Synchronization
import Workspaces

extension Drivers {
  /// Starts an attempt's process, or finds it, and watches it to its end.
  func run(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    let place = folder.attempt(id)
    answerAtOnce(id, job)
    do {
      guard
        var state = try await patiently(
          of: id, { () throws(StartError) in try await self.find(place) })
      else { return }
      if case .notStarted = state {
        if case .running? = job.attempt?.phase {
          let words = "nothing is left in \(place.path), where it ran"
          return outbox.put(.ended(id, .failed(Failure(.lost, words)), .unknown))
        }
        guard let begun = try await start(id, job) else { return }
        state = begun
      }
      switch state {
      case .running(let found): await watch(found, id, job, outbox)
      case .ended(let exit): await conclude(id, job, .ended(exit), outbox)
      case .lost(let lost): await conclude(id, job, .lost(lost), outbox)
      case .notStarted: preconditionFailure("what was started is not as if it never had been")
      }
    } catch {
      outbox.put(.ended(id, .failed(error.failure), .nothing))
    }
  }

  /// The supervisor of an attempt that this process has, or what its folder says.
  private func find(_ place: AttemptFolder) async throws(StartError) -> AttemptState {
    if let known = supervised.withLock({ $0[place] }) { return .running(known) }
    do {
      let state = try await Supervised.find(in: place)
      if case .running(let found) = state { supervised.withLock { $0[place] = found } }
      return state
    } catch {
      throw .supervision(error)
    }
  }

  /// Nothing where the task was called off before anything was started.
  private func start(_ id: AttemptID, _ job: Job) async throws(StartError) -> AttemptState? {
    let place = folder.attempt(id)
    let (launch, secrets) = try await compose(id, job)
    guard !Task.isCancelled else { return nil }
    do {
      let started = try await Supervised.start(
        launch, in: place, by: surroundings.supervisor, secrets: secrets)
      supervised.withLock { $0[place] = started }
      return .running(started)
    } catch {
      // A supervisor that an earlier runner had just started may have been faster, and done already.
      let state = try await patiently(of: id) { () throws(StartError) in try await self.find(place)
      }
      if case .notStarted? = state { throw .supervision(error) }
      return state
    }
  }

  /// Looks at an attempt until it can be seen: what keeps it from being seen is not its end, and a second must not begin
  /// beside it. Nothing where the task was called off.
  func patiently<Found: Sendable>(
    of id: AttemptID, _ look: @Sendable () async throws(StartError) -> Found
  ) async throws(StartError) -> Found? {
    var isTold = false
    while !Task.isCancelled {
      do throws(StartError) {
        return try await look()
      } catch .supervision(let error) where error.mayPass {
        if !isTold { watcher.note("\(id) cannot be looked at: \(error); trying again") }
        isTold = true
        try? await Task.sleep(for: .seconds(2))
      }
    }
    return nil
  }

  /// Everything that a supervisor is told, and the keys that it hands on. The prompt and the harness's files lie ready
  /// afterwards.
  private func compose(
    _ id: AttemptID, _ job: Job
  ) async throws(StartError) -> (Supervision.Launch, [String: String]) {
    let place = folder.attempt(id)
    guard let step = brief.step(id.step) else { throw .unknownStep(id.step) }
    do {
      try createFolder(place.path)
      try createFolder(place.scratch)
    } catch { throw .file(error) }
    switch step.work.value {
    case .run(let command):
      let environment = environment(of: step, id, job)
      var launch = Supervision.Launch(
        ["/bin/sh", "-c", command], in: workingFolder(id, job), environment: environment,
        marker: marker(id))
      let secrets = secrets(of: step)
      launch.handOn(secrets.keys)
      bound(&launch, by: step)
      return (launch, secrets)
    case .prompt, .task:
      return try await composeAgent(id, job, step)
    case .approve, .group: throw .unknownStep(id.step)
    }
  }

  private func composeAgent(
    _ id: AttemptID, _ job: Job, _ step: Step
  ) async throws(StartError) -> (Supervision.Launch, [String: String]) {
    let place = folder.attempt(id)
    guard let seat = job.attempt?.seat else { throw .unknownStep(id.step) }
    guard let harness = harnesses[seat.harness] else {
      throw .harness(.unknown(seat.harness, known: harnesses.keys.sorted()))
    }
    let agent = brief.agents.choice(of: seat.agent)
    let session = resumable(earlier(id), by: harness, seat)
    let feedback = job.feedback.map { [Feedback.told($0)] } ?? []
    let prompt = Prompt(
      for: step, of: brief.plan, task: brief.task(of: step), mergeGates: mergeOnlyGates,
      attempt: id.number, feedback: feedback,
      instructions: harness.takesInstructions ? nil : agent.instructions)
    let text = session == nil ? prompt.text : prompt.continuation
    do { try writeFile(place.prompt, Array(text.utf8)) } catch { throw .file(error) }
    let work = workingFolder(id, job)
    var assignment = Assignment(
      promptFile: place.prompt, prompt: text, worktree: work, attemptFolder: place.path,
      account: account(seat), model: seat.model,
      instructions: harness.takesInstructions ? agent.instructions : nil,
      tools: agent.definition?.tools,
      turns: step.limits.turns?.value ?? Assignment.standardTurns, policy: harness.permissions,
      session: session.map { .resume($0) } ?? .new(Assignment.newSession()))
    // Programs count what a session that goes on had cost before.
    let before = session == nil ? nil : earlier(id)?.totals?.cost
    assignment.budget = job.budget.map { $0 + (before ?? .zero) }
    do { assignment.temporaryFolder = try temporaryFolders.make(for: place) } catch {
      throw .file(error)
    }
    assignment.gitFolders = gitFolders(of: work)
    assignment.servers = brief.servers.named(agent.definition?.servers ?? [])
    let told: Agents.Launch
    do { told = try harness.launch(assignment) } catch { throw .harness(error) }
    do { try told.prepare() } catch { throw .file(error) }
    var named = secrets(of: step)
    for name in told.inherited { named[name] = surroundings.environment[name] }
    var environment = environment(of: step, id, job)
    environment.merge(told.environment) { _, own in own }
    var launch = Supervision.Launch(
      told.arguments, in: told.workingFolder, environment: environment, marker: marker(id))
    launch.handOn(named.keys)
    if case .file(let path) = told.input { launch.input = path }
    bound(&launch, by: step, agent: agent.definition?.timeout)
    await noteBeginning(id, job, harness)
    return (launch, named)
  }

  /// Gates of the configuration: the plan's own are in the prompt already.
  private var mergeOnlyGates: [Gate] {
    brief.configuration.value(Settings.shared.mergeGates) ?? []
  }

  /// The session to go on in: that of the attempt before, if it is the same program with the same login in the same
  /// folder and can be resumed.
  private func resumable(
    _ before: AttemptRecord?, by harness: Harness, _ seat: Seat
  ) -> String? {
    guard harness.canResume, let before, before.harness == seat.harness,
      before.account == seat.account, before.agent == seat.agent
    else { return nil }
    return before.session
  }

  var temporaryFolders: TemporaryFolders {
    TemporaryFolders(environment: surroundings.environment)
  }

  func account(_ seat: Seat) -> Account {
    Account(
      name: seat.account, folder: "\(surroundings.accounts)/\(seat.account)",
      home: surroundings.home)
  }

  /// The git folders that a worktree writes to.
  private func gitFolders(of work: String) -> [String] {
    guard let worktree = try? git.worktree(at: work) else { return [repository.commonFolder] }
    return [worktree.gitFolder, repository.commonFolder]
  }

  private func bound(_ launch: inout Supervision.Launch, by step: Step, agent: Duration? = nil) {
    let settings = Settings.shared
    launch.timeout =
      step.timeout?.value ?? agent ?? brief.configuration.value(settings.stepTimeout)
    launch.limits = limits(of: step)
    launch.outputLimit = brief.configuration.value(settings.outputSize)
    launch.grace = grace
    launch.cgroupRoot = surroundings.cgroupRoot
    launch.isDurable = brief.configuration.value(settings.durability) != .process
  }

  /// What marks the processes of an attempt. The run's folder is in it, so that it is one of a kind on the machine.
  func marker(_ id: AttemptID) -> String { folder.attempt(id).path }

  /// Where the attempt works: its worktree, or the repository for what needs none.
  func workingFolder(_ id: AttemptID, _ job: Job) -> String {
    job.hasWorkspace ? worktrees.path(of: workName(id, job)) : repository.root
  }
}

/// Why an attempt's process could not be started.
enum StartError: Error {
  case unknownStep(StepID)
  case harness(HarnessFlaw)
  case file(FileError)
  case supervision(SupervisionError)
  /// What watched it was killed, so often in a row.
  case lost(times: Int)

  var failure: Conducting.Failure {
    switch self {
    case .unknownStep(let step):
      Failure(.environment, "what this run was started from does not tell what \(step) is to do")
    case .harness(let flaw): Failure(.environment, flaw.description)
    case .file(let error): Failure(.environment, error.description)
    case .supervision(let error): Failure(.environment, error.description)
    case .lost(let times):
      Failure(
        .environment, "what watched it was killed\(times > 1 ? " \(times) times in a row" : "")")
    }
  }
}

extension Conducting.Usage {
  static var unknown: Conducting.Usage { Conducting.Usage() }
}
