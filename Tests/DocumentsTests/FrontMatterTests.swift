import Diagnostics
import Documents
import Plans
import TestSupport
import Testing

/// Headers as agent files in the wild have them.
@Suite struct FrontMatterTests {
  private func agent(_ text: String) throws -> AgentDefinition {
    let reading = AgentDocument.read(SourceText(path: "agents/file-name.md", text))
    #expect(!reading.hasErrors, "\(reading.diagnostics)")
    return try #require(reading.value)
  }

  @Test func aPlainHeaderIsRead() throws {
    let agent = try agent(
      """
      ---
      name: reviewer
      description: Reads diffs
      model: opus
      tools: Read, Grep, Bash(git diff:*, git log:*)
      timeout_seconds: 900
      max_retries: 1
      orchestration: {priority: high, dependencies: [writer], max_parallel: 2}
      color: purple
      ---

      Read the diff.
      """)
    #expect(agent.name == "reviewer")
    #expect(agent.tools == ["Read", "Grep", "Bash(git diff:*, git log:*)"])
    #expect(agent.timeout == .seconds(900))
    #expect(agent.maxRetries == 1)
    #expect(agent.priority == "high")
    #expect(agent.dependencies == ["writer"])
    #expect(agent.maxParallel == 2)
    #expect(agent.instructions == "\nRead the diff.")
  }

  @Test(arguments: [
    "Use this agent when: the user asks", "Use it: \"carefully\", and 'often'",
    "Expert. Examples: <example>user: \"fix\" assistant: \"done\"</example>",
    "Fixes issue #12 # and others", "100% coverage: always", "@mentions are fine",
    "it's {not} a [list]",
    "- not a list", "* not an anchor", "key: value: more", "ends with a colon:", "`code` first",
    "\"quoted\" and then more", "'quoted' and then more", "[brackets] and then more",
    "{braces} and then more", "| not a block", "! not a tag", "% not a directive",
    "\\n stays as it is",
    "tab\there", "\u{E4}: \u{1F600}", "a & b > c", "> not folded", "? not a key",
  ])
  func theRestOfTheLineIsTheDescription(text: String) throws {
    let agent = try agent("---\nname: x\ndescription: \(text)\nmodel: opus\n---\nbody\n")
    #expect(agent.description == text)
    #expect(agent.model == "opus")
    #expect(agent.instructions == "body\n")
  }

  @Test func whatIsQuotedRightIsReadAsYAML() throws {
    #expect(try agent("---\ndescription: \"a: \\\"b\\\"\"\n---\n").description == "a: \"b\"")
    #expect(
      try agent("---\ndescription: >\n  folded\n  lines\n---\n").description == "folded lines\n")
    #expect(try agent("---\ndescription: one\n  two\n---\n").description == "one two")
    #expect(try agent("---\ndescription: one: a\n  two: b\nmodel: m\n---\n").model == "m")
  }

  @Test func listsAreReadInEveryWriting() throws {
    #expect(try agent("---\ntools: Read, Write\n---\n").tools == ["Read", "Write"])
    #expect(try agent("---\ntools: [Read, Write]\n---\n").tools == ["Read", "Write"])
    #expect(try agent("---\ntools:\n  - Read\n  - Write\n---\n").tools == ["Read", "Write"])
    #expect(try agent("---\ntools:\n- Read\n---\n").tools == ["Read"])
    #expect(
      try agent("---\nmcp_servers:\n  - @claude-brain\n  - other\n---\n").servers == [
        "claude-brain", "other",
      ])
    #expect(try agent("---\nmcp_servers: [@a, b, @c]\n---\n").servers == ["a", "b", "c"])
    #expect(try agent("---\nname: x\n---\n").tools == nil)
  }

  @Test func filesWithoutAHeaderAreAllText() throws {
    for text in [
      "", "just text\n", "# Title\n\n---\n\nmore\n", "----\nno: header\n----\n",
      "text\n---\na: b\n---\n",
    ] {
      let agent = try agent(text)
      #expect(agent.name == "file-name")
      #expect(agent.instructions == text)
    }
  }

  @Test func anEmptyHeaderIsNone() throws {
    for header in [
      "---\n---\n", "---\n\n---\n", "---\n# only a comment\n---\n", "---  \n---\t\n", "---\n...\n",
    ] {
      #expect(try agent(header + "body").instructions == "body")
    }
  }

  @Test func aHeaderThatNeverEndsIsTextAndIsTold() throws {
    let reading = AgentDocument.read(SourceText(path: "a.md", "---\nname: x\n\ntext\n"))
    #expect(reading.value?.instructions == "---\nname: x\n\ntext\n")
    #expect(reading.diagnostics.map(\.severity) == [.warning])
  }

  @Test func byteOrderMarkAndCarriageReturnsAreNoTrouble() throws {
    let agent = try agent(
      "\u{FEFF}---\r\nname: x\r\ndescription: a: b\r\nmodel: m\r\n---\r\nbody\r\n---\r\n")
    #expect(agent.name == "x")
    #expect(agent.description == "a: b")
    #expect(agent.model == "m")
    #expect(agent.instructions == "body\r\n---\r\n")
  }

  @Test func aLineOfDashesInTheBodyStays() throws {
    #expect(try agent("---\nname: x\n---\na\n---\nb\n").instructions == "a\n---\nb\n")
  }

  @Test func placesAreThoseOfTheFile() throws {
    let text = "---\nname: x\ndescription: it's a: b\ntimeout_seconds: soon\n---\n"
    let reading = AgentDocument.read(SourceText(path: "a.md", text))
    let error = try #require(reading.diagnostics.first { $0.severity == .error })
    #expect(error.place?.line == 4 && error.place?.column == 18)
    let note = try #require(reading.diagnostics.first { $0.severity == .note })
    #expect(note.place?.line == 3)
  }

  @Test func aHeaderBeyondRepairIsToldAtItsPlace() throws {
    let reading = AgentDocument.read(
      SourceText(path: "a.md", "---\nname: x\n  bad: [\n---\nbody\n"))
    #expect(reading.hasErrors)
    #expect(reading.value?.instructions == "body\n")
  }

  @Test func promptFilesSayWhatTheyTouch() throws {
    let reading = PromptDocument.read(
      SourceText(
        path: "prompts/a.md",
        "---\ntitle: First: the API\nfiles: src/api\nneeds: [b.md]\npriority: high\n---\nDo it.\n"))
    let prompt = try #require(reading.value)
    #expect(prompt.shownTitle == "First: the API")
    #expect(prompt.files?.map(\.value.text) == ["src/api"])
    #expect(prompt.needs.map(\.value) == ["b.md"])
    #expect(prompt.priority == .high)
    #expect(
      PromptDocument.read(SourceText(path: "p/x.md", "text\n\n## The title\n")).value?.shownTitle
        == "The title")
  }
}
