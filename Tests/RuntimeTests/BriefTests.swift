import Agents
import Diagnostics
import Documents
import Files
import Plans
import Runtime
import TestSupport
import Testing

/// What is checked is what is run, whoever edits the files in between.
@Suite struct BriefTests {
  let root: TemporaryFolder
  let run: RunFolder

  init() throws {
    root = try TemporaryFolder()
    run = RunFolder(root.path + "/run")
  }

  @Test func thePlanIsFrozenAsItWasRead() throws {
    let path = ".orchestration/sessions/p.yaml"
    let text = "id: p\ntitle: P\nworkflow: {phases: [{id: one, prompt: one.md}]}\n"
    let source = SourceText(path: path, text)
    let read = ReadPlan(try #require(PlanDocument.read(source).value), from: [source])
    try root.write(path, text.replacing("one", with: "two"))
    try root.write("one.md", "# One\n")
    let brief = try frozen(RunRequest(plan: path, branch: "feature/p"), read)
    #expect(brief.plan.steps.map(\.id.value) == ["one"])
    #expect(try readFile(run.frozen + "/plan.yaml") == source.bytes)
    // Whoever takes the run up finds the same.
    let again = try Brief.load(from: run)
    #expect(again.plan == brief.plan)
    #expect(again.task(of: brief.plan.steps[0]) == "# One\n")
  }

  @Test func promptFilesAreFrozenAsTheyWereRead() throws {
    let source = SourceText(path: "one.md", "# One\n")
    let prompt = try #require(PromptDocument.read(source).value)
    let plan = PromptPlan([prompt], repositoryFiles: [], imports: { _ in [] }).plan
    try root.write("one.md", "# Two\n")
    let request = RunRequest(prompts: ["one.md"], branch: "feature/one")
    let brief = try frozen(request, ReadPlan(plan, from: [source]))
    #expect(brief.task(of: brief.plan.steps[0]) == "# One\n")
  }

  private func frozen(_ request: RunRequest, _ read: ReadPlan) throws -> Brief {
    let agents = AgentRegistry(reading: [])
    try Brief.freeze(request, agents: agents, read, root: root.path, userFile: nil, in: run)
    return try Brief.load(from: run, of: read)
  }
}
