import Agents
import Arguments
import Conducting
import Configuration
import Diagnostics
import Documents
import Files
import Journal
import JSONValues
import Orders
import PlanLibrary
import Plans
import Processes
import Reports
import Runtime
import Simulation
import Terminal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct Run: Arguments.Command {
  var agents: Int?
  var harness: String?
  var isRehearsal = false
  var isDetached = false
  var isResuming = false
  var isAgreed = false
  var isWaiting = false
  var until: String?
  var only: [String] = []
  var assignments: [String] = []
  var names: [String] = []

  static let spec = CommandSpec<Self>("run", "run a plan") {
    Example("divisi run checkout", "run the plan `checkout`")
    Example(
      "divisi run prompts/a.md prompts/b.md", "run prompt files, in parallel where they allow")
    Example("divisi run checkout --until api", "only `api` and what it needs")
    Example("divisi run checkout --detach", "in the background; `divisi status` shows it")
    Discussion(
      """
      Starts every step that can start, each agent in a worktree of its own, and merges what passes \
      its gates into the branch orchestration/<plan> or milestone/<plan>. Your checkout is not \
      touched. Nothing is lost when divisi is ended, however that happens: `divisi resume` goes on. \
      Ctrl-C once starts nothing more and asks what becomes of what runs; twice stops it; a third \
      time leaves at once. Where only a person can move the run on, it waits on a terminal, and ends \
      with status 3 elsewhere.
      """)
    Option(\.agents, "--agents", help: "so many agents at once")
    Option(
      \.harness, "--agent", help: "let this harness run all agents", placeholder: "HARNESS",
      completion: .dynamic("harness"))
    Flag(
      \.isRehearsal, "-n", "--dry-run",
      help: "say what would run and what is missing for it, and start nothing")
    Flag(\.isDetached, "-d", "--detach", help: "run in the background")
    Flag(
      \.isResuming, "--resume", help: "take up the plan's unfinished run, as `divisi resume` does")
    Flag(\.isAgreed, "-y", "--yes", help: "do not ask before agents are started")
    Flag(\.isWaiting, "--wait", help: "wait for people also where no terminal is")
    Option(
      \.until, "--until", help: "only this step and what it needs", placeholder: "STEP",
      completion: .dynamic("step"))
    Option(
      \.only, "--only", help: "only these steps, whatever they need", placeholder: "STEP",
      completion: .dynamic("step"))
    Option(
      \.assignments, "--set", help: "with this value of a setting", placeholder: "KEY=VALUE",
      completion: .dynamic("setting"))
    Argument(
      \.names, "PLAN", "id or path of a plan, or prompt files; none is needed with --resume",
      completion: .dynamic("plan"))
    Exit(0, "the run is completed")
    Exit(1, "it failed or was cancelled, or the plan is not valid")
    Exit(3, "it is blocked, or waits for a person")
    Exit(4, "something that it needs is missing")
    Exit(130, "it was interrupted")
  }

  func objection() -> String? {
    if isResuming { return objectionToResuming }
    if names.isEmpty { return "it lacks PLAN: the id or path of a plan, or prompt files" }
    if let agents, agents < 1 { return "`--agents` takes 1 or more, not \(agents)" }
    if until != nil, !only.isEmpty { return "`--until` and `--only` cannot be given together" }
    return assignments.first { !$0.contains("=") }
      .map { "`--set` takes KEY=VALUE, such as limits.agents=2, not `\($0)`" }
  }

  /// A run goes on as what it was begun as.
  private var objectionToResuming: String? {
    let given = [
      ("--agents", agents != nil), ("--agent", harness != nil), ("--until", until != nil),
      ("--only", !only.isEmpty), ("--set", !assignments.isEmpty), ("--dry-run", isRehearsal),
    ].filter(\.1).map { "`\($0.0)`" }
    if !given.isEmpty {
      return
        "a run that is taken up goes on as it was begun: \(given.joined(separator: ", ")) cannot be given with `--resume`"
    }
    return names.count > 1 ? "`--resume` takes up one run, not \(names.count)" : nil
  }

  func run(in session: Session) async throws -> ExitStatus {
    let site = try session.runSite()
    if isResuming {
      guard let run = try session.unfinishedRun(of: names.first, site, isRevivable: true) else {
        throw Failure(
          names.first.map { "no run of `\($0)` is unfinished" } ?? "no run is unfinished",
          hint: "start it without --resume")
      }
      return try await session.resume(run, isDetached: isDetached, isWaiting: isWaiting, site)
    }
    return await session.conduct(try await begin(in: session, site))
  }

  /// Reads the plan and begins a run of it. What only that takes is gone when the run goes on.
  private func begin(in session: Session, _ site: RunSite) async throws -> Begun {
    let loaded = try session.load(names)
    guard let plan = loaded.plan, !loaded.hasErrors, !plan.steps.isEmpty else {
      return .over(session.refuse(loaded))
    }
    session.complain(CheckReport(loaded).problems(on: session.errors))
    if let other = try session.unfinishedRun(of: plan.id.value.text, site), !isRehearsal {
      throw Failure(
        RunSiteError.planRuns(other).description,
        hint: RunSiteError.planRuns(other).hint, status: .environment)
    }
    if !isRehearsal { try refuseToStart(plan, loaded) }
    let configuration = try session.rightConfiguration(setting: assignments)
    let registry = session.agents(configuration)
    let id = RunSite.newSession(of: plan.id.value)
    var order = RunOrder(
      of: plan, settings: configuration, agents: registry.definitions, session: id,
      cores: coreCount())
    if let agents { order.settings.agents = agents }
    if let harness { try order.give(allTo: harness, configuration) }
    let steps = try chosen(plan)
    if let steps { order.bound(to: steps) }
    let needs = ReadinessNeeds(of: plan, as: order, settings: configuration)
    if isRehearsal { return .over(await session.outline(order, needs, configuration, registry)) }
    guard await session.isReady(for: needs, configuration, registry) else {
      return .over(.environment)
    }
    guard session.agrees(to: order, isAgreed: isAgreed) else { return .over(.failure) }
    var request = RunRequest(
      plan: loaded.prompts == nil ? plan.path : nil,
      prompts: loaded.prompts == nil ? [] : loaded.sources.map(\.path), assignments: assignments,
      variables: session.environment.filter { $0.key.hasPrefix("DIVISI_") },
      configuration: session.configurationFile, branch: plan.branch, steps: steps,
      harness: harness)
    request.base = try session.base(of: plan, site)
    return try await session.begin(isWaiting: isWaiting, isDetached: isDetached) {
      console, waits in
      try site.begin(
        order, request, of: ReadPlan(plan, from: loaded.sources), agents: registry,
        watcher: console, waitsForPeople: waits)
    }
  }

  /// A plan starts where it stands still, and when what it requires is done.
  private func refuseToStart(_ plan: Plan, _ loaded: LoadedPlan) throws(Failure) {
    guard plan.status.value.mayStart else {
      throw Failure(
        "the plan is \(plan.status.value.rawValue)",
        hint: "a plan starts from planned or paused: set `status: planned` in \(plan.path), and "
          + "`status: pending` at the steps that are to run again")
    }
    if plan.steps.contains(where: { !$0.isGroup }),
      plan.steps.allSatisfy({ $0.isGroup || $0.isFinished })
    {
      throw Failure(
        "every step of the plan is done",
        hint: "set `status: pending` in \(plan.path) at those that are to run again")
    }
    guard let unfinished = loaded.unfinishedRequirement else { return }
    throw Failure(unfinished, hint: "run that one first")
  }

  private func chosen(_ plan: Plan) throws(Failure) -> [StepID]? {
    let asked = (until.map { [$0] } ?? []) + only
    guard !asked.isEmpty else { return nil }
    let known = plan.steps.map(\.id.value)
    for name in asked where !known.contains(StepID(name)) {
      let near = closestMatch(to: name, in: known.map(\.text))
      throw Failure(
        "the plan has no step `\(name)`",
        hint: near.map { "did you mean `\($0)`?" } ?? "`divisi check` lists its steps")
    }
    return plan.steps(boundTo: asked.map { StepID($0) }, withNeeds: only.isEmpty)
  }
}
