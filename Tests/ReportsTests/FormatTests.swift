import Diagnostics
import Foundation
import Plans
import Reports
import Terminal
import TestSupport
import Testing

@Suite struct FormatTests {
  private var diagram: Diagram {
    let plan = plan(
      step("schema", files: ["src/db"], minutes: 10, status: .completed),
      step("shop", needs: ["schema"], work: .group),
      step("api", files: ["src/**"], minutes: 25, group: 1),
      step("mail", files: ["src/mail"], minutes: 5, group: 1, work: .task("write \"it\" & <go>")),
      step("release", needs: ["shop"], work: .approve("me")))
    return Diagram(plan, PlanAnalysis(plan))
  }

  @Test func aDiagramForGraphviz() {
    #expect(
      diagram.dot() == """
        digraph plan {
          rankdir=LR;
          compound=true;
          label="A plan"; labelloc=t;
          node [shape=box, style=rounded];
          "schema" [label="schema\\ncommand, 10m", tooltip="completed"];
          "release" [label="release\\napproval by me", tooltip="pending", penwidth=2.2, color="#8250df"];
          subgraph cluster_0 {
            label="shop";
            "api" [label="api\\ncommand, 25m", tooltip="pending", penwidth=2.2, color="#8250df"];
            "mail" [label="mail\\nany agent, 5m", tooltip="pending"];
          }
          "schema" -> "api" [lhead=cluster_0];
          "api" -> "release" [penwidth=2.4, color="#8250df", ltail=cluster_0];
          "api" -> "mail" [style=dashed, constraint=false, tooltip="src/mail"];
        }

        """)
  }

  @Test func aDiagramForMermaid() {
    #expect(
      diagram.mermaid() == """
        flowchart LR
          n0["schema (10m)"]
          n3["release"]
          subgraph g0["shop"]
            n1["api (25m)"]
            n2["mail (5m)"]
          end
          n0 --> g0
          g0 --> n3
          n1 -.-> n2
          linkStyle 1 stroke:#8250df,stroke-width:3px
          classDef completed fill:#dafbe1,stroke:#1a7f37
          class n0 completed

        """)
  }

  @Test func aTreeForATerminal() {
    let plan = plan(
      step("schema", minutes: 10, status: .completed),
      step("shop", needs: ["schema"], work: .group),
      step("api", minutes: 25, group: 1), step("mail", minutes: 5, group: 1),
      step("release", needs: ["shop"], work: .approve("me")))
    let analysis = PlanAnalysis(plan)
    let diagram = Diagram(plan, analysis)
    #expect(
      diagram.text(waves: Diagram.waves(plan, analysis), on: .plain, isASCII: true) == """
        A plan (4 steps, critical path 25m)

        wave 1
        `-   schema       10m  completed

        wave 2
        `- shop  shop
           |- * api       25m  needs schema
           `-   mail      5m   needs schema

        wave 3
        `- * release           needs shop

        * on the critical path

        """)
  }

  @Test func hostileTextIsOnlyText() throws {
    let title = "\"<script>&'\u{0}\u{1B}[31m\\]}#`end`"
    var plan = plan(step("a"), step("b", needs: ["a"]))
    plan.title = title
    plan.steps[0].title = title
    let diagram = Diagram(plan, PlanAnalysis(plan))
    let svg = diagram.svg()
    #expect(!svg.contains("<script"))
    let parser = XMLParserProbe(svg)
    #expect(parser.isWellFormed, "\(svg)")
    #expect(!diagram.mermaid().contains("<script"))
    #expect(diagram.dot().contains("\\\"<script>"))
  }

  @Test func aPlanOfThousandsOfStepsIsStillDrawn() {
    var generator = SeededGenerator(seed: 1)
    let plan = randomPlan(&generator, steps: 1500, density: 2)
    let svg = Diagram(plan, PlanAnalysis(plan)).svg()
    #expect(svg.hasSuffix("</svg>\n"))
  }

  @Test(.enabled(if: installedProgram("rsvg-convert") != nil, "rsvg-convert is not installed"))
  func anotherProgramDrawsThePicture() throws {
    let folder = try TemporaryFolder()
    try folder.write("x.svg", diagram.svg())
    let result = try runProgram(
      installedProgram("rsvg-convert") ?? "", ["-o", "x.png", "x.svg"], in: folder.path)
    #expect(result.status == 0 && result.errors == "")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/x.png")).count > 2000)
  }
}

/// Whether a text is XML: tags close in order, and no sign stands where it may not.
private struct XMLParserProbe {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      let between = rest[..<start]
      guard !between.contains(">"), Self.hasOnlyEntities(between),
        let end = rest[start...].firstIndex(of: ">")
      else {
        isWellFormed = false
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let name = tag.drop { $0 == "/" }.prefix { !$0.isWhitespace && $0 != "/" }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else {
          isWellFormed = false
          return
        }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    isWellFormed =
      open.isEmpty
      && text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }
  }

  private static func hasOnlyEntities(_ text: Substring) -> Bool {
    text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
      .allSatisfy { part in ["amp;", "lt;", "gt;", "quot;"].contains { part.hasPrefix($0) } }
  }
}
