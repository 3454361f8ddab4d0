import Foundation
import PlanLibrary
import Reports
import Terminal
import TestSupport
import Testing
import Workspaces

/// Every way to get a plan wrong, with exactly what a person is told.
///
/// `Broken/NAME.yaml` is the plan, `Broken/NAME.txt` what `divisi check` says of it. The plans are
/// checked in a repository that has prompt files and other plans for them to name.
@Suite struct BrokenPlanGalleryTests {
  private static let folder = packageRoot() + "/Tests/PlanLibraryTests/Broken"

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test func theGalleryIsLarge() {
    #expect(Self.names.count >= 60)
  }

  @Test(arguments: names)
  func everyProblemIsToldAtItsPlace(name: String) throws {
    let repository = try Self.repository()
    let text = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).yaml"))
    try text.write(to: URL(fileURLWithPath: repository.path + "/plan.yaml"))
    let library = PlanLibrary(try Repository.find(from: repository.path))
    let loaded = try library.load(["plan.yaml"], from: repository.path)
    let report = CheckReport(
      plan: loaded.plan, sources: loaded.sources, diagnostics: loaded.diagnostics)
    let told = report.problems(on: .plain)
    #expect(!told.isEmpty, "nothing is told")
    expectGolden(told, at: "\(Self.folder)/\(name).txt")
  }

  /// What the plans of the gallery may name.
  private static func repository() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try makeRepository(in: folder)
    try folder.write("prompts/a.md", "# A prompt\n")
    try folder.write("prompts/empty.md", "  \n")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/prompts/link-out.md", withDestinationPath: "/etc/hostname")
    try folder.write("src/main.py", "print()\n")
    for (id, status, requires) in [
      ("accounts", "completed", ""), ("paused-plan", "paused", ""),
      ("running-plan", "in_progress", ""), ("failed-plan", "failed", ""),
      ("circle-b", "planned", "circle-c"), ("circle-c", "planned", "circle-a"),
    ] {
      try folder.write(
        ".milestones/active/\(id).yaml",
        "id: \(id)\nstatus: \(status)\nrequires: [\(requires)]\ntasks: [{id: a, run: make}]\n")
    }
    return folder
  }
}
