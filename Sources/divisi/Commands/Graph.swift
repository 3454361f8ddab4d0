import Arguments
import Files
import JSONValues
import PlanLibrary
import Plans
import Reports
import Terminal

/// How a graph can be drawn.
enum GraphFormat: String, CaseIterable {
  case text
  case svg
  case dot
  case mermaid
  case json
}

let graphCommand: Command<Session> = Command(
  "graph", summary: "draw what waits for what",
  discussion: """
    As text, what could start together stands together, and a star marks the critical path. The SVG \
    stands by itself, for light and dark pages. A plan that is not valid is drawn as far as it can be.
    """,
  section: "Plans",
  examples: [
    Example("divisi graph checkout", "show it in the terminal"),
    Example("divisi graph checkout --format svg -o checkout.svg", "write a picture"),
  ]
) { shape in
  let format = shape.option(
    "format", short: "f", .word("FORMAT"), default: GraphFormat.text, shown: "text",
    help: "how to draw it")
  let file = shape.option("output", short: "o", .file(), help: "write to this file")
  let names = shape.arguments(
    .named("PLAN", kind: "plan"), atLeastOne: true,
    help: "id or path of a plan, or prompt files")
  return { values, session in
    let loaded = try load(values[names], session)
    let report = CheckReport(
      plan: loaded.plan, sources: loaded.sources, diagnostics: loaded.diagnostics,
      prompts: loaded.prompts)
    guard let plan = loaded.plan, !plan.steps.isEmpty else {
      session.complain(report.problems(on: session.errors))
      throw Failure("there is no graph to draw", hint: "`divisi check` says what is wrong")
    }
    if let tally = report.tally, loaded.hasErrors {
      session.say("\(plan.path): \(tally); `divisi check` says which")
    }
    let analysis = PlanAnalysis(plan)
    let diagram = Diagram(plan, analysis)
    let screen = values[file] == nil ? session.output : .plain
    let format = session.wantsJSON ? .json : values[format]
    let text =
      switch format {
      case .text: diagram.text(waves: waves(plan, analysis), on: screen, isASCII: session.isASCII)
      case .svg: diagram.svg()
      case .dot: diagram.dot()
      case .mermaid: diagram.mermaid()
      case .json: diagram.json().text() + "\n"
      }
    guard let file = values[file], file != "-" else {
      session.print(text)
      return 0
    }
    do throws(FileError) {
      try writeFile(absolutePath(file, from: session.folder), Array(text.utf8))
    } catch {
      throw Failure(error)
    }
    session.say("wrote \(file)")
    return 0
  }
}

/// The waves of the analysis in the numbers of the diagram, which counts no groups; what is finished
/// stands before all of them.
private func waves(_ plan: Plan, _ analysis: PlanAnalysis) -> [[Int]] {
  var numbers: [Int: Int] = [:]
  for (index, step) in plan.steps.enumerated() where !step.isGroup {
    numbers[index] = numbers.count
  }
  let finished = plan.steps.indices.filter { plan.steps[$0].isFinished && !plan.steps[$0].isGroup }
  let inWaves = Set(analysis.waves.joined())
  let others = plan.steps.indices.filter {
    !plan.steps[$0].isGroup && !plan.steps[$0].isFinished && !inWaves.contains($0)
  }
  return ([finished] + analysis.waves + [others]).filter { !$0.isEmpty }
    .map { wave in wave.compactMap { numbers[$0] } }
}

extension Session {
  /// Whether the person's locale says that only plain letters can be shown.
  var isASCII: Bool {
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale == "C" || locale == "POSIX"
  }
}
