import Conducting
import Foundation
import JSONValues
import Journal
import Plans
import TestSupport
import Testing

/// The commands that show a run, on a journal as a runner leaves it.
@Suite struct LookingCommandTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// What a clock, a commit or a process made is the same in every golden text.
  private func settled(_ text: String, _ run: PlayedRun) throws -> String {
    var text = text
    for (name, word) in [("HEAD", "c1"), ("HEAD~1", "c0")] {
      let commit = try run.commit(name)
      text = text.replacingOccurrences(of: commit, with: word)
      text = text.replacingOccurrences(of: String(commit.prefix(10)), with: word)
    }
    return text.replacing(/\d\d:\d\d(:\d\d)?/, with: "TIME")
      .replacing(/\d{4}-\d\d-\d\d/, with: "DAY")
      .replacing(/process \d+/, with: "process N").replacing(/\d+m \d\ds|\d+m\b|\d+s\b/, with: "T")
  }

  private func expectSettled(_ result: ProgramResult, _ name: String, _ run: PlayedRun) throws {
    let path = packageRoot() + "/Tests/divisiTests/Golden/\(name).txt"
    expectGolden(try settled(result.output + result.errors, run), at: path)
  }

  @Test(arguments: ["status", "show api", "logs api --attempt 1", "logs lint", "events"])
  func aRunUnderWayIsShown(_ line: String) throws {
    let run = try PlayedRun.busy(in: scratch)
    run.leave()
    let result = try scratch.divisi(line, environment: ["TZ": "UTC"])
    #expect(result.status == (line == "status" ? 3 : 0), "\(result.errors)")
    try expectSettled(result, line.replacingOccurrences(of: " ", with: "-"), run)
  }

  @Test func aLivingRunnerIsNamed() throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try scratch.divisi("status")
    #expect(result.status == 0)
    #expect(result.output.contains("; run by process \(ProcessInfo.processInfo.processIdentifier)"))
    let json = try JSON.parse(try scratch.divisi("--json status").output)
    #expect(json["state"] == "running")
    #expect(json["steps"]?.items.count == run.state.count)
    #expect(json["steps"]?.items[1]["doing"] == "runs make test")
  }

  @Test func whereNothingRanThatIsSaid() throws {
    let result = try scratch.divisi("status")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(
      result.errors
        == "nothing has run in this repository yet; divisi list shows its plans\n")
    #expect(try scratch.divisi("--json status").output == "null\n")
    for line in ["status checkout", "logs api", "events", "pause"] {
      let other = try scratch.divisi(line)
      #expect(other.status == 1)
      #expect(other.errors.contains("nothing has run in this repository yet"), "\(other.errors)")
    }
  }

  @Test func whatDoesNotExistIsGuessedAt() throws {
    _ = try PlayedRun.busy(in: scratch)
    #expect(
      try scratch.divisi("show schem").errors.isEmpty, "a beginning that only one has is enough")
    let step = try scratch.divisi("logs giude")
    #expect(step.status == 1)
    #expect(
      step.errors == """
        divisi: there is no step `giude` in checkout
          hint: did you mean `guide`?

        """)
    let run = try scratch.divisi("status chekout")
    #expect(run.errors.contains("did you mean `checkout`?"))
    #expect(
      try scratch.divisi("logs ui").errors == """
        divisi: there has been no attempt at `ui` yet
          hint: divisi show ui says what it waits for

        """)
    #expect(try scratch.divisi("logs api --attempt 7").errors.contains("no attempt 7 at `api`"))
  }

  @Test func ofSeveralRunsOneMustBeNamed() throws {
    let one = try PlayedRun(in: scratch, [RunStep("a", kind: .approval)])
    let other = try PlayedRun(
      in: scratch, plan: "mail", number: "3d4e5f", [RunStep("a", kind: .approval)])
    let result = try scratch.divisi("show a")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        divisi: 2 runs that have not ended have a step `a`
          hint: say which run is meant, with --run where it is no argument: \(other.session), \(one.session)

        """)
    #expect(try scratch.divisi("show a --run mail").output.contains(other.session))
    let status = try scratch.divisi("status").output
    #expect(status.contains("session   \(other.session)\n"), "the newest is shown")
    #expect(status.contains("others    \(one.session): not ended either; divisi status RUN\n"))
    #expect(try scratch.divisi("status 0a1b2c").output.contains(one.session))
  }

  @Test func everyByteIsThereForWhoAsks() throws {
    let run = try PlayedRun.busy(in: scratch)
    let raw = try scratch.divisi("logs lint --raw")
    #expect(raw.output == "checking\n\u{1B}[31mno\u{1B}[0m problems\n")
    #expect(try scratch.divisi("logs lint").output.contains("no problems"))
    _ = run
  }

  @Test func whatLandedIsTheDifference() throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try scratch.divisi("diff schema")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasSuffix("@@ -0,0 +1,2 @@\n+one\n+two\n"))
    #expect(try scratch.divisi("diff schema --stat").output.contains("schema.txt | 2 ++"))
    let json = try JSON.parse(try scratch.divisi("--json diff schema").output)
    #expect(json["to"] == .string(try run.commit("HEAD")))
    #expect(json["files"]?.items.map { $0["path"] } == ["schema.txt"])
  }

  @Test func workUnderWayIsTheWorktreeAgainstItsBase() throws {
    _ = try PlayedRun.busy(in: scratch)
    _ = try scratch.shell("git worktree add -q -b feature/task-api .worktrees/task-api")
    try scratch.folder.write(".worktrees/task-api/new.txt", "fresh\n")
    let before = try scratch.shell("git -C .worktrees/task-api status --porcelain")
    let result = try scratch.divisi("diff api")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasSuffix("+fresh\n"))
    #expect(try scratch.shell("git -C .worktrees/task-api status --porcelain") == before)
  }

  /// As in a hook of git's, which says where its own repository is.
  @Test func anotherRepositoryOfTheEnvironmentIsNotLookedAt() throws {
    _ = try PlayedRun.busy(in: scratch)
    let other = scratch.folder.path + "/other"
    _ = try scratch.shell("git init -q '\(other)'")
    let plain = try scratch.divisi("diff schema")
    let result = try scratch.divisi(
      "diff schema",
      environment: ["GIT_DIR": other + "/.git", "GIT_INDEX_FILE": "/nowhere", "GIT_PAGER": "cat"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == plain.output)
  }

  /// A run of another plan has the plain name.
  @Test func workUnderWayIsTheRunsOwnWhateverItIsCalled() throws {
    let run = try PlayedRun.busy(in: scratch)
    _ = try scratch.shell(
      """
      git worktree add -q -b feature/task-api .worktrees/task-api && echo x > .worktrees/task-api/other.txt
      """)
    try run.own("api", named: "checkout.api")
    try scratch.folder.write(".worktrees/task-checkout.api/new.txt", "fresh\n")
    let noted = try scratch.divisi("diff api --stat")
    #expect(noted.output.contains("new.txt") && !noted.output.contains("other.txt"))
    _ = try scratch.shell("rm -r .git/divisi-branches")
    try run.write("api", "workspace.json", #"{"name":"checkout.api","base":"0"}"#)
    #expect(try scratch.divisi("diff api --stat").output == noted.output)
  }

  @Test func whereCommitsAreGoneThePatchIsShown() throws {
    let run = try PlayedRun(in: scratch, [PlayedRun.agent("api", gates: [])])
    try run.launch("api")
    #expect(try scratch.divisi("diff api").errors.contains("it is not known what attempt 1"))
    try run.write("api", "diff.patch", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")
    #expect(try scratch.divisi("diff api").output.hasSuffix("-a\n+b\n"))
    #expect(try scratch.divisi("diff api --stat").output.contains("x |"))
  }

  /// Every key that a program can find is a word of the page.
  @Test func everyKeyForProgramsIsDocumented() throws {
    let page = try String(contentsOfFile: packageRoot() + "/docs/JSON.md", encoding: .utf8)
    let run = try PlayedRun.busy(in: scratch)
    run.leave()
    let lines = [
      "status", "show schema", "show api", "show tools", "logs api", "diff schema",
      "approve accept",
    ]
    var values = try lines.map { try JSON.parse(try scratch.divisi("--json \($0)").output) }
    let events = try scratch.divisi("--json events").output.split(separator: "\n")
    for line in events {
      let event = try #require(try JSON.parse(String(line))["event"])
      values.append(.object(event.members.filter { $0.name != "body" }))
    }
    for key in values.reduce(into: Set<String>(), { $0.formUnion(keys($1)) }) {
      #expect(page.contains("`\(key)`"), "\(key)")
    }
  }

  private func keys(_ value: JSON) -> Set<String> {
    switch value {
    case .object(let members):
      members.reduce(into: []) {
        $0.formUnion([$1.name])
        $0.formUnion(keys($1.value))
      }
    case .array(let items): items.reduce(into: []) { $0.formUnion(keys($1)) }
    default: []
    }
  }
}
