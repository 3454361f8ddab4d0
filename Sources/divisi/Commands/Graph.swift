import Arguments
import Files
import JSONValues
import PlanLibrary
import Plans
import Reports
import Terminal

/// How a graph can be drawn.
enum GraphFormat: String, CaseIterable, ArgumentValue {
  case text
  case svg
  case dot
  case mermaid
  case json
}

struct Graph: Command {
  var format = GraphFormat.text
  var file: String?
  var names: [String] = []

  static let spec = CommandSpec<Self>("graph", "draw what waits for what") {
    Example("divisi graph checkout", "show it in the terminal")
    Example("divisi graph checkout --format svg -o checkout.svg", "write a picture")
    Discussion(
      """
      As text, what could start together stands together, and a star marks the critical path. The \
      SVG stands by itself, for light and dark pages. A plan that is not valid is drawn as far as \
      it can be.
      """)
    Option(\.format, "-f", "--format", help: "how to draw it")
    Option(
      \.file, "-o", "--output", help: "write to this file", placeholder: "FILE",
      completion: .files)
    Argument(
      \.names, "PLAN", "id or path of a plan, or prompt files", atLeastOne: true,
      completion: .dynamic("plan"))
    Exit(0, "it was drawn")
    Exit(1, "there is nothing to draw, or it could not be written")
  }

  func run(in session: Session) throws -> ExitStatus {
    let loaded = try session.load(names)
    let report = CheckReport(loaded)
    guard let plan = loaded.plan, !plan.steps.isEmpty else {
      session.complain(report.problems(on: session.errors))
      throw Failure("there is no graph to draw", hint: "`divisi check` says what is wrong")
    }
    if let tally = report.tally, loaded.hasErrors {
      session.say("\(report.name): \(tally); `divisi check` says which")
    }
    let analysis = PlanAnalysis(plan)
    let diagram = Diagram(plan, analysis)
    let screen = file == nil ? session.output : .plain
    let text =
      switch session.wantsJSON ? .json : format {
      case .text:
        diagram.text(
          waves: Diagram.waves(plan, analysis), on: screen, isASCII: session.isASCII)
      case .svg: diagram.svg()
      case .dot: diagram.dot()
      case .mermaid: diagram.mermaid()
      case .json: diagram.json().text() + "\n"
      }
    guard let file, file != "-" else {
      session.print(text)
      return .success
    }
    do throws(FileError) {
      try writeFile(absolutePath(file, from: session.folder), Array(text.utf8))
    } catch {
      throw Failure(error)
    }
    session.say("wrote \(file)")
    return .success
  }
}

extension Session {
  /// Whether the person's locale says that only plain letters can be shown.
  var isASCII: Bool {
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale == "C" || locale == "POSIX"
  }
}
