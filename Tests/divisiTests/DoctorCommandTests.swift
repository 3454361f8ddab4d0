import Foundation
import JSONValues
import TestSupport
import Testing

/// `divisi doctor`, as a person runs it.
@Suite struct DoctorCommandTests {
  private let scratch: Scratch
  private let environment: [String: String]

  /// Nothing of this machine but git is on the PATH.
  init() throws {
    scratch = try Scratch(example: true)
    let tools = scratch.folder.path + "/tools"
    for name in ["git", "make"] {
      try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: "\(tools)/\(name)", withDestinationPath: installedProgram(name) ?? "/bin/true")
    }
    environment = [
      "PATH": tools, "DIVISI_WORKSPACE_FREE_DISK": "1MiB", "DIVISI_WORKSPACE_FREE_DISK_SHARE": "0%",
    ]
  }

  private func doctor(_ line: String = "", claude: String = "{}") throws -> ProgramResult {
    try scratch.divisi(
      "doctor " + line,
      environment: environment.merging(["DIVISI_HARNESSES_CLAUDE": claude]) { $1 })
  }

  /// The lines of a group.
  private func group(_ name: String, of output: String) -> [String] {
    output.components(separatedBy: "\n\n").first { $0.hasPrefix(name + "\n") }?
      .components(separatedBy: "\n") ?? []
  }

  @Test func withoutAPlanTheUsualHarnessIsNeededAndOthersAreNoted() throws {
    let result = try doctor()
    #expect(result.status == 1)
    #expect(
      group("harnesses", of: result.output).prefix(4) == [
        "harnesses",
        "  error    claude      not on the PATH; needed by steps that name no harness",
        "                       install Claude Code, or name its place: harnesses: {claude: {program: PATH}}",
        "  note     codex       not on the PATH",
      ])
    #expect(result.output.hasSuffix("\nnot ready: 1 error\n"))
    #expect(result.errors == "")
  }

  @Test func aPlanSaysWhatIsNeeded() throws {
    let result = try doctor("checkout")
    #expect(result.status == 1)
    #expect(result.output.contains("not on the PATH; needed by schema, api, form and 1 more"))
    #expect(result.output.contains("\nnot ready to run checkout: 1 error, 1 warning\n"))
    try scratch.folder.write(
      "commands.yaml",
      """
      id: commands
      title: Commands
      status: planned
      workflow:
        phases:
          - {id: a, title: A, status: pending, run: make}
      """)
    let ready = try doctor("commands.yaml")
    #expect(ready.status == 0, "\(ready.output)")
    #expect(ready.output.hasSuffix("\nready to run commands\n"))
    #expect(
      group("commands", of: ready.output) == [
        "commands", "  ok       make        \(environment["PATH"] ?? "")/make",
      ])
  }

  @Test func programsAreGivenTheSame() throws {
    let result = try doctor("--json checkout")
    #expect(result.status == 1)
    let json = try JSON.parse(result.output)
    #expect(json["ready"] == false)
    #expect(json["plan"] == "checkout")
    guard case .array(let findings)? = json["findings"] else {
      Issue.record("no findings")
      return
    }
    let claude = try #require(findings.first { $0["subject"] == "claude" })
    #expect(claude["group"] == "harnesses")
    #expect(claude["level"] == "error")
    #expect(findings.contains { $0["subject"] == "supervisor" && $0["level"] == "ok" })
  }

  @Test func quietTellsOnlyWhatIsWrong() throws {
    let result = try doctor("--quiet", claude: "{program: /bin/no-such-program}")
    #expect(result.status == 1)
    #expect(
      result.output == """
        error: claude: no program lies at /bin/no-such-program; needed by steps that name no harness
          install Claude Code, or name its place: harnesses: {claude: {program: PATH}}

        """)
  }

  @Test func aPlanThatIsNotValidIsToldAsCheckTellsIt() throws {
    try scratch.folder.write("broken.yaml", "id: a\nid: b\ntasks: [{id: c, rum: make}]\n")
    let result = try doctor("broken.yaml --quiet")
    #expect(result.status == 1)
    #expect(result.errors == (try scratch.divisi("check broken.yaml --quiet").errors))
    #expect(try doctor("no-such-plan").status == 1)
  }

  @Test func itWorksWhereThereIsNoRepository() throws {
    let folder = try TemporaryFolder()
    let result = try scratch.divisi("-C \(folder.path) doctor", environment: environment)
    #expect(result.status == 1)
    #expect(
      result.output.contains("error    repository  \(folder.path) is not in a git repository"))
  }

  @Test func aRunThatLacksSomethingIsNotBegun() throws {
    let result = try scratch.divisi("run checkout --yes", environment: environment)
    #expect(result.status == 4)
    #expect(
      result.errors.contains(
        "error: claude: not on the PATH; needed by schema, api, form and 1 more\n  install Claude Code"
      ))
    #expect(result.errors.contains("warning: security-architect: there is no agent"))
    #expect(!FileManager.default.fileExists(atPath: scratch.folder.path + "/.divisi"))
  }
}
