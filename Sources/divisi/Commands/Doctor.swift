import Agents
import Arguments
import Conducting
import Configuration
import Diagnostics
import Orders
import PlanLibrary
import Plans
import Processes
import Reports
import Runtime
import Terminal
import Workspaces

struct Doctor: Arguments.Command {
  var asks = false
  var assignments: [String] = []
  var names: [String] = []

  static let spec = CommandSpec<Self>(
    "doctor", "look whether everything that runs need is there, and say how to mend it"
  ) {
    Example("divisi doctor", "look at git, the agent programs and the machine")
    Example("divisi doctor checkout", "and at what the plan `checkout` needs")
    Example("divisi doctor --ask", "also ask each needed model for one word")
    Discussion(
      """
      Programs are started in a new folder with settings of its own, to see that they start there, \
      ask nothing and end; no model is reached and no token spent, unless `--ask` wants it. \
      Without a PLAN, git, the supervisor and the harness of steps that name none are needed; \
      what nobody needs and is not there is only noted. `divisi run` looks at what its plan needs \
      in the same way, before it starts anything.
      """)
    Flag(\.asks, "--ask", help: "also see whether models answer, for a few tokens")
    Option(
      \.assignments, "--set", help: "with this value of a setting", placeholder: "KEY=VALUE",
      completion: .dynamic("setting"))
    Argument(\.names, "PLAN", "id or path of a plan, or prompt files", completion: .dynamic("plan"))
    Exit(0, "all that is needed is there")
    Exit(1, "something that is needed is missing, or the plan is not valid")
  }

  func objection() -> String? {
    assignments.first { !$0.contains("=") }
      .map { "`--set` takes KEY=VALUE, such as limits.agents=2, not `\($0)`" }
  }

  func run(in session: Session) async throws -> ExitStatus {
    let configuration = try session.rightConfiguration(setting: assignments)
    let agents = session.agents(configuration)
    var needs = ReadinessNeeds(settings: configuration, usualHarness: configuration.usualHarness)
    var name: String?
    if !names.isEmpty {
      let loaded = try session.load(names)
      guard let plan = loaded.plan, !loaded.hasErrors else { return session.refuse(loaded) }
      let order = RunOrder(
        of: plan, settings: configuration, agents: agents.definitions, session: "doctor",
        cores: coreCount())
      needs = ReadinessNeeds(of: plan, as: order, settings: configuration)
      name = plan.id.value.text
    }
    let found = await session.readiness(configuration, agents)
      .check(needs, asks ? .answers : .everything)
    let report = DoctorReport(found, plan: name)
    if session.wantsJSON {
      session.print(report.json)
    } else {
      session.print(
        session.isQuiet ? report.problems(on: session.output) : report.text(on: session.output))
    }
    return report.isReady ? .success : .failure
  }
}

extension Session {
  /// What looks, where the person stands, at what runs need.
  func readiness(_ configuration: Configuration, _ agents: AgentRegistry) -> Readiness {
    Readiness(
      Readiness.Surroundings(
        folder: (try? repository().root) ?? folder, environment: environment,
        configuration: configuration, agents: agents))
  }

  /// Looks whether a run has all that it needs, before anything of it is started, and tells what is wrong; a run that
  /// lacks something must not be started, and ends with status 4.
  func isReady(
    for needs: ReadinessNeeds, _ configuration: Configuration, _ agents: AgentRegistry
  ) async -> Bool {
    let report = DoctorReport(
      await readiness(configuration, agents).check(needs), plan: nil)
    complain(report.problems(on: errors))
    return report.isReady
  }
}

extension DoctorReport {
  init(_ report: ReadinessReport, plan: String?) {
    self.init(
      report.findings.map { finding in
        Line(
          group: finding.group.rawValue, subject: finding.subject, level: Level(finding.level),
          found: finding.found, mend: finding.mend)
      }, plan: plan)
  }
}

extension DoctorReport.Level {
  fileprivate init(_ level: ReadinessFinding.Level) {
    self =
      switch level {
      case .ok: .ok
      case .note: .note
      case .warning: .warning
      case .error: .error
      }
  }
}
