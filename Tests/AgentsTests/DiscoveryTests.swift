import Agents
import Configuration
import Diagnostics
import Documents
import Files
import TestSupport
import Testing

/// Agent files as people leave them, read into a registry.
@Suite struct DiscoveryTests {
  private let scene: TemporaryFolder
  private var root: String { scene.path + "/main" }
  private var home: String { scene.path + "/home" }

  init() throws {
    scene = try TemporaryFolder()
    for folder in ["main", "home"] { try createFolder(scene.path + "/" + folder) }
  }

  private func write(_ path: String, name: String?, _ text: String = "Do well.") throws {
    try scene.write(path, (name.map { "---\nname: \($0)\n---\n" } ?? "") + text + "\n")
  }

  private func discover(_ folders: String...) -> AgentRegistry {
    AgentRegistry.discover(root: root, home: home, folders: folders)
  }

  @Test func theNearestDefinitionOfANameCounts() throws {
    try write("home/.claude/agents/tester.md", name: "tester", "From home.")
    try write("home/.claude/agents/writer.md", name: "writer")
    try write("main/.claude/agents/tester.md", name: "tester", "From the repository.")
    try write("main/team/tester.md", name: "tester", "From the team.")

    let all = discover("team")
    #expect(all.names == ["tester", "writer"])
    #expect(all["tester"]?.definition.instructions == "From the team.\n")
    #expect(all["tester"]?.definition.path == "team/tester.md")
    #expect(all["tester"]?.file == root + "/team/tester.md")
    #expect(
      all["tester"]?.shadowed == [".claude/agents/tester.md", home + "/.claude/agents/tester.md"])
    #expect(all["writer"]?.definition.path == home + "/.claude/agents/writer.md")
    #expect(all.diagnostics == [])
    #expect(discover()["tester"]?.definition.instructions == "From the repository.\n")
  }

  @Test func theConfigurationNamesFolders() throws {
    try write("main/a/one.md", name: "one")
    try write("home/mine/two.md", name: "two")
    try write("elsewhere/three.md", name: "three")
    let text = "agents:\n  folders: [a, ~/mine, \(scene.path)/elsewhere, missing]\n"
    let configuration = Configuration([.repositoryFile(SourceText(path: "divisi.yaml", text))])
    let found = AgentRegistry.discover(root: root, home: home, configuration: configuration)
    #expect(found.names == ["one", "two", "three"])
    #expect(found.diagnostics == [])
  }

  @Test func aFolderThatIsNamedTwiceIsReadOnce() throws {
    try write("main/.claude/agents/deep/tester.md", name: "tester")
    let found = discover(".claude/agents", "./.claude/agents/")
    #expect(found.names == ["tester"])
    #expect(found.diagnostics == [])
    #expect(found["tester"]?.shadowed == [])
  }

  @Test func pagesAboutAgentsAreNone() throws {
    try write("main/.claude/agents/README.md", name: nil, "# Our agents")
    try write("main/.claude/agents/AGENTS_REGISTRY.md", name: nil, "| agent |")
    try write("main/.claude/agents/.draft.md", name: "draft")
    try write("main/.claude/agents/notes.txt", name: "notes")
    try write("main/.claude/agents/plain.md", name: nil)
    #expect(discover().names == ["plain"])
  }

  @Test func aBrokenFileIsToldWithItsPlaceAndTheRestIsRead() throws {
    try scene.write(
      "main/.claude/agents/broken.md", "---\nname: broken\nmax_retries: -1\n---\nSecret part.\n")
    try scene.write("main/.claude/agents/large.md", String(repeating: "x", count: 2 << 20))
    try write("main/.claude/agents/good.md", name: "good")
    let found = discover()
    #expect(found.names == ["good"])
    #expect(found.diagnostics.map(\.severity) == [.error, .error])
    #expect(found.diagnostics[0].file == ".claude/agents/broken.md")
    #expect(found.diagnostics[0].place?.line == 3)
    #expect(found.sources.map(\.path) == [".claude/agents/broken.md"])
    #expect(found.diagnostics[1].message == "the file has 2048 KiB, which is too much for an agent")
  }

  @Test func twoOfOneNameInAFolderAreTold() throws {
    try write("main/.claude/agents/a.md", name: "tester", "First.")
    try write("main/.claude/agents/b.md", name: "tester", "Second.")
    let found = discover()
    #expect(found["tester"]?.definition.instructions == "First.\n")
    #expect(
      found.diagnostics == [
        Diagnostic(
          .warning, "the agent `tester` is defined twice in this folder",
          file: ".claude/agents/b.md",
          hint: ".claude/agents/a.md counts; give one of them another name")
      ])
  }

  @Test func nobodyIsFoundWhereNothingIs() {
    let none = AgentRegistry.discover(root: nil, home: nil, folders: [".claude/agents", "~/x"])
    #expect(none.names == [])
    #expect(none.diagnostics == [])
  }

  // MARK: Who stands in

  @Test func anAgentThatIsThereDoesItItself() throws {
    try write("main/.claude/agents/tester.md", name: "tester", "Test it.")
    let choice = discover().choice(of: "tester")
    #expect(choice.definition?.name == "tester")
    #expect(choice.instructions == "Test it.\n")
    #expect(choice.fallback == nil)
  }

  @Test func generalPurposeStandsInWithTheTextOfTheSpecialist() throws {
    try write("main/.claude/agents/general-purpose.md", name: "general-purpose", "Anything.")
    try scene.write(
      "main/.claude/agents/tester.md", "---\nname: tester\nmax_retries: many\n---\nTest it.\n")
    let choice = discover().choice(of: "tester")
    #expect(choice.definition?.name == "general-purpose")
    #expect(choice.instructions == "Anything.\n\n\nTest it.\n")
    #expect(
      choice.fallback?.sentence == """
        there is no agent `tester`: `general-purpose` takes its place, with the text of \
        .claude/agents/tester.md
        """)
  }

  @Test func aFileThatCallsItsAgentSomethingElseStillTellsOfThePart() throws {
    try write("main/.claude/agents/tester.md", name: "quality", "Test it.")
    let choice = discover().choice(of: "tester")
    #expect(choice.definition == nil)
    #expect(choice.instructions == "Test it.\n")
    #expect(choice.fallback?.textFrom == ".claude/agents/tester.md")
  }

  @Test func withoutAFileGeneralPurposeStandsInAlone() throws {
    try write("main/.claude/agents/general-purpose.md", name: "general-purpose", "Anything.")
    try write("main/.claude/agents/tester.md", name: "tester")
    let choice = discover().choice(of: "testor")
    #expect(choice.instructions == "Anything.\n")
    #expect(
      choice.fallback?.sentence == """
        there is no agent `testor`: `general-purpose` takes its place; did you mean `tester`?
        """)
  }

  @Test func withoutAnybodyTheHarnessDoesItAsItIs() {
    let none = AgentRegistry()
    #expect(
      none.choice(of: "tester").fallback?.sentence
        == "there is no agent `tester`: the harness does it as it is")
    // It was asked for nobody else.
    for name in [nil, "general-purpose"] { #expect(none.choice(of: name) == AgentChoice()) }
  }
}
