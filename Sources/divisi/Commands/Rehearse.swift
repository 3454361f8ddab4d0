import Agents
import Arguments
import Conducting
import Configuration
import Diagnostics
import Documents
import Files
import JSONValues
import Orders
import PlanLibrary
import Plans
import Processes
import Reports
import Simulation
import Terminal
import Workspaces

struct Rehearse: Arguments.Command {
  var agents: Int?
  var seed = 1
  var seeds: Int?
  var failures = 0.0
  var speed = 1.0
  var approvalDelay: RehearsalTime?
  var assignments: [String] = []
  var file: String?
  var names: [String] = []

  static let spec = CommandSpec<Self>(
    "rehearse", "play a plan without agents: how long, and what holds it up"
  ) {
    Example("divisi rehearse checkout", "show who would do what when")
    Example("divisi rehearse checkout --agents 8 --failures 15", "with more agents, and bad luck")
    Example("divisi rehearse checkout -o checkout.svg", "write a picture")
    Discussion(
      """
      The plan is run in a simulated world, by what would run it in earnest: with its limits, its \
      files, lanes and resources, its gates and merges. The time table is that of a run in which \
      every estimate holds; the range is that of many, in which work takes from a third of its \
      estimate to nearly twice as long. The critical path is the chain of steps that determined the end. The same seed \
      gives the same result.
      """)
    Option(\.agents, "--agents", help: "with so many agents at once")
    Option(\.seed, "--seed", help: "play what this number decides")
    Option(
      \.seeds, "--seeds",
      help: "how many plays the range is over; 20, fewer where there are many steps")
    Option(
      \.failures, "--failures", help: "so many attempts of a hundred fail", placeholder: "PERCENT")
    Option(
      \.speed, "--speed", help: "everything is so many times as fast as estimated",
      placeholder: "FACTOR")
    Option(\.approvalDelay, "--approval-delay", help: "how long a person takes to approve")
    Option(
      \.assignments, "--set", help: "with this value of a setting", placeholder: "KEY=VALUE",
      completion: .dynamic("setting"))
    Option(
      \.file, "-o", "--output", help: "write an SVG to this file", placeholder: "FILE",
      completion: .files)
    Argument(
      \.names, "PLAN", "id or path of a plan, or prompt files", atLeastOne: true,
      completion: .dynamic("plan"))
    Exit(0, "the run would come to its end")
    Exit(1, "the plan is not valid, or its run would wait for something that does not come")
  }

  func objection() -> String? {
    if let agents, agents < 1 { return "`--agents` takes 1 or more, not \(agents)" }
    if let seeds, seeds < 1 { return "`--seeds` takes 1 or more, not \(seeds)" }
    if failures < 0 || failures > 100 { return "`--failures` takes 0 to 100 percent" }
    if speed < 0.001 || speed > 1000 { return "`--speed` takes 0.001 to 1000" }
    return assignments.first { !$0.contains("=") }
      .map { "`--set` takes KEY=VALUE, such as limits.agents=2, not `\($0)`" }
  }

  func run(in session: Session) throws -> ExitStatus {
    let loaded = try session.load(names)
    guard let plan = loaded.plan, !loaded.hasErrors, !plan.steps.isEmpty else {
      return session.refuse(loaded)
    }
    let configuration = try session.rightConfiguration(setting: assignments)
    var order = RunOrder(
      of: plan, settings: configuration, agents: session.agents(configuration).definitions,
      session: "rehearsal", cores: coreCount())
    if let agents { order.settings.agents = agents }
    let rehearsal: Rehearsal
    do throws(OrderFlaw) {
      rehearsal = try Rehearsal(order, terms)
    } catch {
      throw Failure(error.message, hint: "`divisi check` says what is wrong with the plan")
    }
    let report = RehearsalReport(plan, rehearsal)
    if let file, file != "-" {
      try session.write(report.svg(), to: file)
    }
    if session.wantsJSON {
      session.print(report.json)
    } else if file == "-" {
      session.print(report.svg())
    } else if !session.isQuiet || file == nil {
      session.print(report.text(on: session.output, isASCII: session.isASCII))
    }
    if let file, file != "-" { session.say("wrote \(file)") }
    return report.ends ? .success : .failure
  }

  private var terms: RehearsalTerms {
    var terms = RehearsalTerms()
    terms.seed = UInt64(bitPattern: Int64(seed))
    terms.seeds = seeds
    terms.failures = Int((failures * 10).rounded())
    terms.speed = speed
    terms.approvalDelay = approvalDelay?.span ?? .zero
    return terms
  }
}

/// A time as plans write it.
struct RehearsalTime: ArgumentValue {
  let span: Span

  init?(argument text: String) {
    guard let duration = try? Quantities.duration(text) else { return nil }
    span = Span(duration)
  }

  var argumentText: String { span.duration.words }
  static var expectation: String { "a time such as `90s` or `1h30m`" }
  static var placeholder: String { "TIME" }
}

extension Session {
  /// Tells what `check` tells of a plan that cannot be run.
  func refuse(_ loaded: LoadedPlan) -> ExitStatus {
    let report = CheckReport(loaded)
    if wantsJSON {
      print(report.json(strict: false))
      return .failure
    }
    complain(report.problems(on: errors))
    if let tally = report.tally { say("\(report.name): \(tally); the plan is not valid") }
    return .failure
  }

  fileprivate func write(_ text: String, to file: String) throws {
    do throws(FileError) {
      try writeFile(absolutePath(file, from: folder), Array(text.utf8))
    } catch {
      throw Failure(error)
    }
  }
}
