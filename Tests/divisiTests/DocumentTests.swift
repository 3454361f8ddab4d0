import Arguments
import Foundation
import JSONValues
import TestSupport
import Testing

@testable import divisi

/// What is generated of the documentation is what the program says today.
@Suite struct DocumentTests {
  @Test func noGeneratedPageHasDrifted() throws {
    let copy = try TemporaryFolder()
    let docs = packageRoot() + "/docs"
    for name in try FileManager.default.contentsOfDirectory(atPath: docs) {
      try FileManager.default.copyItem(atPath: "\(docs)/\(name)", toPath: "\(copy.path)/\(name)")
    }
    let result = try runProgram(
      packageRoot() + "/Scripts/generate-docs", [builtProgram("divisi"), copy.path],
      in: copy.path, environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    #expect(result.status == 0, "\(result.errors)")
    for name in ["CLI.md", "divisi.1", "PLANS.md", "CONFIG.md", "checkout.svg"] {
      let kept = try String(contentsOfFile: "\(docs)/\(name)", encoding: .utf8)
      #expect(try copy.read(name) == kept, "docs/\(name) has drifted: run `make docs`")
    }
  }

  @Test func theCommandsAreDeclaredWithoutFlaws() {
    #expect(tool.description.flaws == [])
  }

  @Test(.enabled(if: installedProgram("mandoc") != nil, "mandoc is not installed"))
  func theManualPageIsClean() throws {
    let result = try runProgram(
      installedProgram("mandoc") ?? "", ["-T", "lint", "-W", "warning", "docs/divisi.1"],
      in: packageRoot())
    #expect(result.output + result.errors == "")
  }

  /// Every key that a program can find is a word of the page.
  @Test(arguments: [
    "check checkout", "graph checkout", "list", "config", "check broken.yaml", "init", "clean",
    "doctor",
  ])
  func everyKeyForProgramsIsDocumented(line: String) throws {
    let page = try String(contentsOfFile: packageRoot() + "/docs/JSON.md", encoding: .utf8)
    let scratch = try Scratch(example: true)
    try scratch.folder.write("broken.yaml", "id: a\nid: b\ntasks: [{id: c, rum: make}]\n")
    func keys(_ value: JSON) -> Set<String> {
      switch value {
      case .object(let members):
        members.reduce(into: []) {
          $0.formUnion([$1.name]); $0.formUnion(keys($1.value))
        }
      case .array(let items): items.reduce(into: []) { $0.formUnion(keys($1)) }
      default: []
      }
    }
    let found = keys(try JSON.parse(try scratch.divisi("--json " + line).output))
    #expect(!found.isEmpty)
    for key in found { #expect(page.contains("`\(key)`"), "\(key) of `\(line)`") }
  }

  @Test func thePlansOfTheDocumentationAreValid() throws {
    let scratch = try Scratch()
    try scratch.folder.write("prompts/schema.md", "# Tables\n")
    try scratch.folder.write("src/db/schema.sql", "")
    try scratch.folder.write("src/api/payments.py", "")
    let page = try String(contentsOfFile: packageRoot() + "/docs/PLANS.md", encoding: .utf8)
    let parts = page.components(separatedBy: "```yaml\n").dropFirst()
    #expect(!parts.isEmpty)
    for part in parts {
      try scratch.folder.write("plan.yaml", String(part.components(separatedBy: "```")[0]))
      let result = try scratch.divisi("check --strict plan.yaml")
      #expect(result.status == 0, "\(result.errors)")
    }
  }
}
