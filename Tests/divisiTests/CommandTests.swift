import Foundation
import JSONValues
import TestSupport
import Testing

/// The commands as a person at a shell meets them.
@Suite struct CommandTests {
  @Test func aValidPlanIsSummedUp() throws {
    let result = try Scratch(example: true).divisi("check checkout")
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(
      result.output == """
        Checkout flow (orchestration checkout)
          steps          5: 4 for agents, 1 approval
          waves          3 (1 + 3 + 1 steps)
          critical path  35m: schema -> api -> release
          width          3 steps at once
          all wait for   schema, release
          serialised     1 pair
            receipts after api: both may touch src/api/receipts (src/api/** and src/api/receipts/**); api has the higher priority
          agents  ideal time  speed-up
               1       1h10m     1.0 x
               2         50m     1.4 x
               4         50m     1.4 x
               8         50m     1.4 x

        """)
  }

  @Test func problemsGoToStandardErrorAndEndWithStatusOne() throws {
    let scratch = try Scratch()
    try scratch.folder.write("plan.yaml", "id: a\ntasks:\n  - {id: b, run: make, needs: [c]}\n")
    let result = try scratch.divisi("check plan.yaml --quiet")
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(
      result.errors == """
        plan.yaml:3:32: error: step `b` needs `c`, which is no step
            3 |   - {id: b, run: make, needs: [c]}
              |                                ^ name the id of a step or a group of this plan

        """)
  }

  @Test func warningsAreErrorsOnlyWhereThatIsAskedFor() throws {
    let scratch = try Scratch()
    try scratch.folder.write(
      "plan.yaml", "id: a\ntasks: [{id: b, run: make, timeout: 5m, estimate: 9m}]\n")
    #expect(try scratch.divisi("check plan.yaml").status == 0)
    #expect(try scratch.divisi("check --strict plan.yaml").status == 1)
  }

  @Test func theReportForProgramsIsJSON() throws {
    let result = try Scratch(example: true).divisi("--json check checkout")
    let report = try JSON.parse(result.output)
    #expect(report["valid"] == true)
    #expect(report["plan"]?["steps"] == 5)
    #expect(
      report["analysis"]?["critical_path"]?["steps"] == ["schema", "api", "release"])
    #expect(
      report["analysis"]?["waves"] == [["schema"], ["api", "form", "receipts"], ["release"]])
  }

  @Test func diagnosticsForProgramsHaveTheirPlace() throws {
    let scratch = try Scratch()
    try scratch.folder.write("plan.yaml", "id: a\ntasks:\n  - {id: b, rum: make}\n")
    let report = try JSON.parse(try scratch.divisi("check plan.yaml --json").output)
    guard case .array(let diagnostics)? = report["diagnostics"] else {
      Issue.record("no diagnostics")
      return
    }
    #expect(
      diagnostics.contains { $0["line"] == 3 && $0["column"] == 13 && $0["severity"] == "error" })
  }

  @Test(arguments: ["text", "svg", "dot", "mermaid", "json"])
  func everyFormatDrawsTheExample(format: String) throws {
    let scratch = try Scratch(example: true)
    let result = try scratch.divisi("graph checkout --format \(format) -o out")
    #expect(result.status == 0)
    #expect(result.errors == "wrote out\n")
    #expect(try scratch.folder.read("out").contains("Receipts by mail"))
  }

  @Test func aPlanThatIsNotThereIsGuessed() throws {
    let result = try Scratch(example: true).divisi("check chekout")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        divisi: there is no plan or file `chekout`
          hint: did you mean `checkout`?

        """)
  }

  @Test func outsideOfARepositoryThatIsSaid() throws {
    let folder = try TemporaryFolder()
    let result = try runProgram(builtProgram("divisi"), ["list"], in: folder.path)
    #expect(result.status == 1)
    #expect(result.errors.contains("is not in a git repository"))
    #expect(result.errors.contains("git init"))
  }

  @Test func plansAreFoundFromAFolderBelow() throws {
    let scratch = try Scratch(example: true)
    #expect(try scratch.divisi("-C src/api check checkout -q").status == 0)
    #expect(try scratch.divisi("-C src/nowhere list").status == 1)
  }

  @Test func plansAreListedWithTheirProgress() throws {
    let scratch = try Scratch(example: true)
    try scratch.folder.write(".milestones/active/broken.yaml", "id: broken\ntasks: 3\n")
    #expect(
      try scratch.divisi("list").output == """
        plan      kind           status     progress  last run  title
        checkout  orchestration  planned         0/5  never     Checkout flow
        accounts  milestone      completed       2/2  never     Accounts
        broken                   1 error                        divisi check .milestones/active/broken.yaml

        """)
  }

  @Test func promptFilesAreOrderedWithTheirReasons() throws {
    let scratch = try Scratch()
    try scratch.folder.write("src/x.py", "print()\n")
    try scratch.folder.write("src/y.py", "from x import z\n")
    try scratch.folder.write("a.md", "# First\n\nChange `src/x.py`.\n")
    try scratch.folder.write("b.md", "---\ntitle: Second\nfiles: [src/x.py]\n---\n")
    try scratch.folder.write("c.md", "# Third\n\nChange src/y.py:3, please.\n")
    try scratch.folder.write("d.md", "# Fourth\n\nWrite a poem.\n")
    let output = try scratch.divisi("check a.md b.md c.md d.md").output
    #expect(
      output.contains(
        """
            a  parallel: no shared files
            b  after a.md: both touch src/x.py
            c  after b.md: src/y.py imports src/x.py
               after a.md: src/y.py imports src/x.py
            d  parallel: no files known

        """)
        || output.contains(
          """
              a  parallel: no shared files
              b  after a.md: both touch src/x.py
              c  after a.md: src/y.py imports src/x.py
                 after b.md: src/y.py imports src/x.py
              d  parallel: no files known

          """),
      "\(output)")
  }

  @Test func theConfigurationSaysWhereValuesComeFrom() throws {
    let scratch = try Scratch()
    try scratch.folder.write(
      "home/.config/divisi/config.yaml", "limits: {agents: 2, spacing: 5s}\n")
    try scratch.folder.write("divisi.yaml", "limits:\n  agents: 3\n")
    #expect(try scratch.divisi("config limits.agents").output == "3\n")
    #expect(
      try scratch.divisi("config limits.agents", environment: ["DIVISI_LIMITS_AGENTS": "7"]).output
        == "7\n")
    let table = try scratch.divisi("config limits").output
    #expect(table.contains("divisi.yaml:2"))
    #expect(table.contains("config.yaml:1"))
    #expect(
      try scratch.divisi("config limits.agent").errors.contains("did you mean `limits.agents`?"))
  }

  @Test func aWrongSettingIsToldAtItsPlace() throws {
    let scratch = try Scratch()
    try scratch.folder.write("divisi.yaml", "limits:\n  agent: 3\n")
    let result = try scratch.divisi("config -q limits.agents")
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix("divisi.yaml:2:3: error: unknown key `agent` in a limits section"))
  }

  @Test func initWritesOnceAndKeepsWhatIsThere() throws {
    let scratch = try Scratch()
    try scratch.folder.write("divisi.yaml", "# mine\n")
    let first = try scratch.divisi("init --claude")
    #expect(first.status == 0)
    #expect(first.errors.contains("kept divisi.yaml"))
    #expect(first.errors.contains("wrote .orchestration/sessions/example.yaml"))
    #expect(try scratch.folder.read("divisi.yaml") == "# mine\n")
    #expect(try scratch.folder.read(".git/info/exclude").contains("/.worktrees/"))
    #expect(
      try scratch.folder.read(".claude/commands/milestone/execute.md").contains("divisi check"))
    let exclude = try scratch.folder.read(".git/info/exclude")
    #expect(try scratch.divisi("init").errors.contains("wrote") == false)
    #expect(try scratch.folder.read(".git/info/exclude") == exclude)
    #expect(try scratch.divisi("check --strict example").status == 0)
  }

  @Test func initWorksInAWorktree() throws {
    let scratch = try Scratch()
    _ = try scratch.shell("git worktree add -q wt")
    #expect(try scratch.divisi("-C wt init").status == 0)
    #expect(try scratch.folder.read(".git/info/exclude").contains("/.divisi/"))
    #expect(try scratch.folder.read("wt/divisi.yaml").contains("limits"))
  }

  @Test(arguments: [
    ("chek", "divisi: unknown command `chek`; did you mean `check`?"),
    (
      "check --strikt x",
      "divisi: unknown option `--strikt` for `divisi check`; did you mean `--strict`?"
    ),
    ("graph x --format sgv", "svg"), ("check", "PLAN"), ("list extra", "extra"),
  ])
  func aWrongCommandLineEndsWithStatusTwo(line: String, told: String) throws {
    let result = try Scratch().divisi(line)
    #expect(result.status == 2)
    #expect(result.errors.contains(told), "\(result.errors)")
  }

  @Test func colourIsForTerminalsAndThoseWhoAsk() throws {
    let scratch = try Scratch(example: true)
    #expect(try !scratch.divisi("check checkout").output.contains("\u{1B}"))
    #expect(try scratch.divisi("--color always check checkout").output.contains("\u{1B}["))
    #expect(
      try !scratch.divisi("check checkout", environment: ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"])
        .output.contains("\u{1B}"))
  }

  @Test func ofVeryManyProblemsTheErrorsAreShown() throws {
    let scratch = try Scratch()
    let steps = (0..<300).map { "  - {id: s\($0), run: make, files: [nowhere\($0)/*]}\n" }.joined()
    try scratch.folder.write("plan.yaml", "id: a\ntasks:\n\(steps)  - {id: last, rum: make}\n")
    let result = try scratch.divisi("check -q plan.yaml")
    #expect(result.status == 1)
    #expect(result.errors.contains("unknown key `rum`"))
    #expect(result.errors.contains("and 102 more (--json lists them)"))
  }

  @Test func moreIsSaidOnlyToThoseWhoAsk() throws {
    let scratch = try Scratch(example: true)
    let result = try scratch.divisi("check -v checkout")
    #expect(result.errors.contains("repository \(scratch.folder.path)"))
    #expect(result.errors.contains("read .orchestration/sessions/checkout.yaml"))
  }

  @Test func shellsAreToldThePlansThereAre() throws {
    let scratch = try Scratch(example: true)
    #expect(
      try scratch.divisi("__complete plan -- check c").output.split(separator: "\n").map {
        String($0.prefix { $0 != "\t" })
      } == ["checkout", "accounts"])
  }

  @Test func aReaderThatGoesAwayIsNoError() throws {
    let scratch = try Scratch(example: true)
    #expect(try scratch.shell("divisi schema plan | head -n 1") == "{\n")
  }

  @Test func aDiskWithoutRoomForWhatIsPrintedIsTold() throws {
    let scratch = try Scratch(example: true)
    #expect(
      try scratch.shell("divisi schema plan > /dev/full; echo $?")
        == "divisi: what is printed cannot be written: No space left on device\n1\n")
  }
}
