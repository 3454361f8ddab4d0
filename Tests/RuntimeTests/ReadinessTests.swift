import Conducting
import Configuration
import Diagnostics
import Foundation
import Orders
import Plans
import Runtime
import TestSupport
import Testing

/// What is looked at before a run starts anything: the repository, commands, the machine.
@Suite struct ReadinessTests {
  private func command(_ line: String) -> Plan { plan(step("one", work: .run(line))) }

  private func gated(_ gate: String) -> Plan {
    var one = step("one", work: .run("true"))
    one.gates = [Gate(check: Located(.run(gate)))]
    return plan(one)
  }

  @Test func aPlanOfCommandsIsReadyWithoutAnyHarness() async throws {
    let report = await (try ReadinessScene()).check(command("make all"))
    #expect(report.isReady)
    #expect(report.troubles == [])
    #expect(report.findings.allSatisfy { $0.group != .harnesses })
    #expect(
      report.findings.map(\.subject) == [
        "git", "repository", ".divisi", "make", "disk", "supervisor", "memory", "open files",
        "inotify",
      ])
  }

  @Test func whatIsFinishedNeedsNothing() async throws {
    let finished = step("a", status: .completed, work: .run("no-such-program"))
    let report = await (try ReadinessScene()).check(
      plan(finished, step("b", work: .approve("ada"))))
    #expect(report.isReady)
    #expect(report.findings.allSatisfy { $0.group != .commands })
  }

  @Test func whatAnOrderLeavesOutOrWasDoneSinceNeedsNothing() throws {
    let scene = try ReadinessScene(repository: false)
    let two = plan(step("a", work: .run("cargo test")), step("b", work: .task("do it")))
    var order = RunOrder(of: two, settings: scene.configuration, session: "test", cores: 2)
    let rest = ReadinessNeeds(
      of: two, as: order, settings: scene.configuration, without: [StepID("b")])
    #expect(rest.programs.map(\.name) == ["cargo"])
    #expect(rest.harnesses == [])
    order.steps.removeFirst()
    let second = ReadinessNeeds(of: two, as: order, settings: scene.configuration)
    #expect(second.programs == [])
    #expect(second.harnesses.map(\.name) == ["claude"])
  }

  @Test func aServerThatNobodyDefinesIsTold() async throws {
    let scene = try ReadinessScene()
    try scene.folder.write(
      "main/.claude/agents/seer.md", "---\nname: seer\nmcp_servers: [brain, far]\n---\nLook.\n")
    var one = step("a", work: .task("do it"))
    one.agent = Located("seer")
    let mend =
      " | define it under `mcpServers` of .mcp.json, or take it out of .claude/agents/seer.md"
    try scene.folder.write(
      "main/.mcp.json", #"{"mcpServers": {"brain": {"command": "divisi"}, "far": {}}}"#)
    #expect(
      await scene.check(plan(one)).said("seer") == [
        "warning: it goes without the server `far`: .mcp.json does not define it" + mend
      ])
    try scene.folder.write("main/.mcp.json", "{")
    #expect(
      await scene.check(plan(one)).said("seer").first
        == "warning: it goes without the server `brain`: .mcp.json cannot be used: it is no JSON object with `mcpServers`"
        + mend)
  }

  // MARK: Commands

  @Test func aGateWhoseProgramIsNotThereIsAnErrorAndNamesTheSteps() async throws {
    let scene = try ReadinessScene()
    var steps = ["a", "b", "c", "d", "e"].map { step($0, work: .run("true")) }
    for index in steps.indices {
      steps[index].gates = [Gate(check: Located(.run("no-such-tool --all")))]
    }
    let report = await scene.check(plan(steps))
    #expect(
      report.said("no-such-tool") == [
        "error: not on the PATH; needed by a, b, c and 2 more | install it, or mend the command"
      ])
  }

  @Test func aProgramThatTheSetUpMayInstallIsOnlyAWarning() async throws {
    var scene = try ReadinessScene()
    scene.settings = "workspace: {setup: [make tools]}"
    let report = await scene.check(gated("no-such-tool"))
    #expect(report.isReady)
    #expect(report.said("no-such-tool").first?.hasPrefix("warning: not on the PATH") == true)
    #expect(report.said("make").count == 1)
  }

  @Test(arguments: [
    ("make test", "make"), ("CI=1 LANG=C make test", "make"), ("! grep -r TODO", "grep"),
    ("cd web && npm test", "npm"), ("set -e; cargo build", "cargo"), ("time exec go vet", "go"),
    ("/opt/tool/bin/x", "/opt/tool/bin/x"), ("g++ -c a.cc", "g++"), ("a | b", "a"),
    // What the repository may bring, what a shell does itself, and what only a shell can read.
    ("./check.sh", nil), ("scripts/test", nil), ("true", nil), ("[ -f x ]", nil),
    ("\"$TOOL\" run", nil), ("$(which x)", nil), ("if a; then b; fi", nil), ("(cd x; y)", nil),
    ("echo 'a && b' && make", nil), ("A=\"x y\" make", nil), ("", nil), ("  ", nil),
    ("command -v nonesuch && nonesuch; make", nil), ("nonesuch || make", nil),
    ("[ -x /opt/nonesuch ] && nonesuch; make", nil), ("test -e x && nonesuch", nil),
    ("type nonesuch && nonesuch", nil), ("make --v || true", nil),
    // What makes other programs known, or may.
    (". .venv/bin/activate && nonesuch", nil), ("source env.sh; nonesuch", nil),
    ("alias n=make; n", nil), ("export PATH=$PWD/bin:$PATH; nonesuch", nil),
    ("PATH=bin:$PATH nonesuch", nil), ("eval \"$(tool env)\"; nonesuch", nil),
  ])
  func theProgramOfACommandIsKnownWhereTheLineTells(_ line: String, _ program: String?) throws {
    let needs = try ReadinessScene(repository: false).needs(command(line))
    #expect(needs.programs.map(\.name) == [program].compactMap { $0 }.filter { $0 != "then" })
  }

  // MARK: The repository

  @Test func outsideOfARepositoryThereIsNoRun() async throws {
    let scene = try ReadinessScene(repository: false)
    #expect(
      await scene.check(command("make")).said("repository") == [
        "error: \(scene.main) is not in a git repository | make one with `git init`, or name one with -C DIR"
      ])
    #expect(await scene.check(plan(step("a", work: .approve("ada")))).isReady)
  }

  /// Git refuses to check such files out, so that no worktree could be made.
  @Test func aFilterThatGitRequiresMustBeThere() async throws {
    let scene = try ReadinessScene()
    try scene.git("config", "filter.lfs.required", "true")
    try scene.git("config", "filter.lfs.process", "git-lfs filter-process")
    #expect(await scene.check(command("make")).isReady, "nothing goes through it")
    try scene.folder.write("main/.gitattributes", "*.bin filter=lfs diff=lfs -text\n")
    try scene.git("add", "-A")
    try scene.git("commit", "-q", "-m", "Attributes")
    #expect(await scene.check(command("make")).isReady, "no file goes through it")
    try scene.folder.write("main/a.bin", "version https://git-lfs.github.com/spec/v1\n")
    try scene.git("-c", "filter.lfs.process=", "-c", "filter.lfs.required=false", "add", "-A")
    let missing = await scene.check(command("make"))
    #expect(!missing.isReady)
    #expect(
      missing.said("git-lfs") == [
        "error: files that need it cannot be checked out: `git-lfs` is not on the PATH | install git-lfs, or leave its files as pointers: git lfs uninstall"
      ])
    try scene.install("git-lfs", "exit 0")
    #expect(await scene.check(command("make")).isReady)
  }

  @Test func aRepositoryMustHaveACommit() async throws {
    let scene = try ReadinessScene(repository: false)
    try scene.git("init", "-q", "-b", "main")
    #expect(
      await scene.check(command("make")).said("repository") == [
        "error: the branch main has no commit yet | commit something first: git commit --allow-empty -m Begin"
      ])
  }

  @Test func gitMustBeThereAndNotTooOld() async throws {
    let scene = try ReadinessScene()
    try FileManager.default.removeItem(atPath: scene.folder.path + "/bin/git")
    #expect(
      await scene.check(command("make")).said("git") == [
        "error: git is not installed | install git 2.38 or later"
      ])
    try scene.install("git", "echo git version 2.30.2")
    #expect(
      await scene.check(command("make")).said("git") == [
        "error: git 2.30.2 is too old | install git 2.38 or later"
      ])
  }

  @Test func whatIsPeculiarOfARepositoryIsTold() async throws {
    let scene = try ReadinessScene()
    try scene.git("commit", "-q", "--allow-empty", "-m", "More")
    try scene.git("clone", "-q", "--depth", "1", "file://" + scene.main, "../clone")
    try FileManager.default.moveItem(atPath: scene.main, toPath: scene.folder.path + "/old")
    try FileManager.default.moveItem(atPath: scene.folder.path + "/clone", toPath: scene.main)
    try scene.git("checkout", "-q", "--detach")
    let report = await scene.check(command("make"))
    #expect(
      report.said("clone") == [
        "warning: shallow: what was merged before its oldest commit cannot be told | git fetch --unshallow"
      ])
    #expect(report.said("branch").first?.hasPrefix("note: none is checked out") == true)
    #expect(report.isReady)
  }

  @Test func theFolderOfRunsMustBeWritable() async throws {
    let scene = try ReadinessScene()
    try scene.folder.write("main/.divisi", "in the way")
    #expect(
      await scene.check(command("make")).said(".divisi").first?.hasPrefix(
        "error: \(scene.main)/.divisi cannot be written: a file is in its place") == true)
  }

  @Test func aJournalThatCannotBeReadIsAnError() async throws {
    let scene = try ReadinessScene()
    try scene.folder.write("main/.divisi/journal.db", "no database at all")
    let said = await scene.check(command("make")).said(".divisi")
    #expect(said.first?.hasPrefix("error: ") == true)
    #expect(said.first?.hasSuffix("| `divisi journal check` looks closer") == true)
  }

  // MARK: The machine

  @Test func aClockThatIsBehindWhatWasWrittenIsAWarning() async throws {
    var scene = try ReadinessScene()
    scene.now -= 3 * 86_400_000 + 3_600_000
    let said = await scene.check(command("make")).said("clock")
    #expect(
      said == [
        "warning: it stands 3 days before the newest commit | set the clock; until it is right, the times of a run go on from the latest it saw"
      ])
    scene.now = currentMilliseconds() - 60_000
    #expect(await scene.check(command("make")).said("clock") == [])
  }

  @Test func tooLittleDiskIsAnError() async throws {
    var scene = try ReadinessScene()
    scene.settings = "workspace: {free_disk: 900TiB}"
    let said = await scene.check(command("make")).said("disk")
    #expect(said.first?.hasPrefix("error: ") == true)
    #expect(said.first?.contains("no worktree is made with less than 900 TiB") == true)
  }

  @Test func whatAgentsAtOnceWouldUseUpIsAWarning() async throws {
    var scene = try ReadinessScene()
    scene.machine = MachineFacts(
      freeMemory: 500 << 20, canWatchFiles: false, watches: 100, descriptors: 64,
      mostDescriptors: 100)
    try scene.install("claude", "echo 2.1.0")
    let many = plan((0..<9).map { step("s\($0)", work: .task("do it")) })
    let report = await scene.check(many)
    #expect(
      report.said("memory") == [
        "warning: 500 MiB are free; 4 agents at once may take 1.1 GiB | run fewer at once: limits.agents"
      ])
    #expect(
      report.said("open files") == [
        "warning: 100 at once; 4 agents at once may take 320 | raise the limit: ulimit -Hn 320, or LimitNOFILE= of the service"
      ])
    #expect(
      report.said("inotify").first?.hasPrefix("warning: no more files can be watched") == true)
    scene.machine.canWatchFiles = true
    #expect(
      await scene.check(many).said("inotify").first?.hasPrefix("warning: only 100 files") == true)
  }

  @Test func theSupervisorIsNeededWhereSomethingRuns() async throws {
    var scene = try ReadinessScene()
    scene.supervisor = nil
    #expect(
      await scene.check(command("make")).said("supervisor") == [
        "error: `divisi-supervise` does not lie beside `divisi` | install both programs into the same folder"
      ])
    #expect(await scene.check(plan(step("a", work: .approve("ada")))).isReady)
  }

  @Test func thisMachineSaysWhatItHas() {
    let facts = MachineFacts.read()
    #expect(facts.freeMemory ?? 0 > 1 << 20)
    #expect(facts.descriptors > 0)
    #expect(facts.mostDescriptors >= facts.descriptors)
    #expect(facts.canWatchFiles)
  }
}
