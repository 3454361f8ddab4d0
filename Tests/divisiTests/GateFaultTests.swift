import Foundation
import TestSupport
import Testing

/// Gates that do not end, cannot be tried, or change what they are to judge, and a git that cannot be used.
@Suite(.timeLimit(.minutes(3))) struct GateFaultTests {
  private let scene: FaultScene

  init() throws { scene = try FaultScene() }

  @Test func aGateThatIgnoresEverySignalIsKilledWhenItsTimeIsOver() throws {
    try scene.agent(
      "echo one > one.txt",
      more: """
        retries: 0, gates: [{run: 'trap "" TERM INT; echo judging; while :; do sleep 0.05; done', timeout: 1s}]
        """)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("it was stopped: its time was over"))
    #expect(result.output.contains("judging"))
    #expect(scene.exists(".worktrees/task-a/one.txt"))
    #expect(try scene.merged() == [])
    try scene.expectWhole()
  }

  @Test func testsAreCountedInTheReportsThatAGateWrites() throws {
    try scene.scratch.folder.write(
      "gate.sh",
      "for n in 1 2; do echo '<testsuite><testcase/></testsuite>' > build/junit$n.xml; done; echo 9 passed in 1s\n"
    )
    try scene.agent(
      "mkdir -p build; echo build > .gitignore",
      more: """
        retries: 0, gates: [{run: 'sh ../../gate.sh', report: build/junit*.xml, expect: {tests: 2}}]
        """)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test func reportsOfAnEarlierTimeAreNoEvidence() throws {
    try scene.agent(
      "echo '<testsuite><testcase/></testsuite>' > junit.xml; touch -d '1 hour ago' junit.xml",
      more: "retries: 0, gates: [{run: 'true', report: junit.xml}]")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("nothing tells how many tests ran"))
  }

  @Test func aGateWhoseToolIsMissingIsFoundBeforeAnythingIsStarted() throws {
    try scene.agent("echo one > one.txt", more: "gates: [{run: 'no-such-tool --all'}]")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 4)
    let told = result.output + result.errors
    #expect(told.contains("no-such-tool: not on the PATH; needed by a"))
    #expect(told.contains("install it, or mend the command"))
    #expect(!scene.exists(".worktrees"))
  }

  /// A tool that only the gate's own script knows of.
  @Test func aGateWhoseToolTurnsOutToBeMissingIsABlockerAndNoFaultOfTheAgent() throws {
    try scene.agent(
      "echo \"$DIVISI_ATTEMPT_NUMBER\" >> tries.txt", more: "gates: [{run: 'sh -c my-checker'}]")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(result.output.contains("my-checker"))
    #expect(result.output.contains("mend what is missing, then: divisi retry a"))
    let tool = try scene.scratch.folder.write("bin/my-checker", "#!/bin/sh\nexit 0\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool)
    #expect(try scene.scratch.divisi("retry a").status == 0)
    let second = try scene.scratch.divisi(
      "resume",
      environment: ["PATH": "\(scene.place)/bin:" + (scene.scratch.environment["PATH"] ?? "")])
    #expect(second.status == 0, "\(second.output)\(second.errors)")
    #expect(try scene.branch("tries.txt") == "1\n2\n")
    try scene.expectWhole()
  }

  /// Each gate judges what would be merged, and what one changes is neither judged nor merged.
  @Test func whatAGateChangesIsSetAside() throws {
    try scene.agent(
      "echo one > one.txt",
      more: """
        retries: 0, gates: [{run: 'echo more >> one.txt; echo new > new.txt'}, \
        {run: 'test "$(cat one.txt)" = one && test ! -e new.txt'}]
        """)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["one.txt"])
    #expect(try scene.branch("one.txt") == "one\n")
    #expect(try scene.kept().contains("a gate changed files"))
    try scene.expectWhole()
  }

  /// What the first gate leaves is set aside, and with it nothing that the second needs.
  @Test func whatWasBroughtAndBuiltIsThereForTheNextGate() throws {
    try scene.scratch.folder.write(".env", "KEY=1\n")
    try scene.scratch.folder.write(
      ".git/info/exclude",
      try scene.scratch.folder.read(".git/info/exclude") + "/.env\n/build\n")
    try scene.agent(
      "echo one > one.txt; mkdir build; echo o > build/o",
      more:
        "retries: 0, gates: [{run: 'echo more >> one.txt'}, {run: 'test -f .env -a -f build/o'}]"
    )
    let settings = try scene.scratch.folder.read("divisi.yaml")
    try scene.scratch.folder.write(
      "divisi.yaml",
      settings.replacingOccurrences(of: "workspace: {", with: "workspace: {copy: [.env], "))
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    try scene.expectWhole()
  }

  /// Set-up may change what git tracks: gates judge what is merged all the same.
  @Test func whatSetUpMakesOfTheMergedTreeIsNotJudged() throws {
    try scene.agent("echo one > one.txt")
    let settings = try scene.scratch.folder.read("divisi.yaml")
    try scene.scratch.folder.write(
      "divisi.yaml",
      settings.replacingOccurrences(
        of: "workspace: {",
        with:
          "workspace: {setup: ['if [ -e one.txt ]; then echo set up >> one.txt; fi; touch made'], ")
        + "\nmerge: {gates: [{run: 'test \"$(cat one.txt)\" = one && test -e made'}]}\n")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.branch("one.txt") == "one\n")
    try scene.expectWhole()
  }

  /// A gate that is killed with all that watches it has changed the tree and says nothing of it.
  @Test func aTrialThatWasLostIsMadeAnewOnTheTreeAndNotOnWhatItLeft() throws {
    try scene.gate(
      """
      test "$(cat one.txt)" = one || exit 1; echo more >> one.txt
      \(scene.flag("begun"))
      \(scene.wait(for: "go"))
      """)
    try scene.agent("echo one > one.txt", more: "retries: 0, gates: [{run: \(scene.gate)}]")
    let run = try Running("run t", in: scene.scratch)
    try scene.until("the gate has begun") { scene.isRaised("begun") || !run.isRunning }
    run.kill()
    for process in scene.processes() where process.contains("divisi-supervise") {
      kill(try #require(process.split(separator: ":").first.flatMap { Int32($0) }), SIGKILL)
    }
    try scene.raise("go")
    let result = try scene.scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.branch("one.txt") == "one\n")
    try scene.expectWhole()
  }

  @Test(arguments: ["gates: [{run: 'GATE'}]", "setup: ['GATE']"])
  func whatEndsItsOwnSupervisorIsTriedAFewTimes(place: String) throws {
    let script = "echo tried >> \"\(scene.place)/tries.log\"; kill -9 $PPID; sleep 60"
    let line = place.replacingOccurrences(of: "GATE", with: script)
    let isGate = place.hasPrefix("gates")
    try scene.scratch.plan(
      ["id: a, run: 'echo one > one.txt'" + (isGate ? ", " + line : "")],
      workspace: isGate ? nil : line, sections: "timeouts: {grace: 300ms}")
    let result = try scene.scratch.divisi("run t --set retries.lost=2")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(try scene.scratch.folder.read("tries.log") == "tried\ntried\ntried\n")
    #expect(result.errors.contains("what watched it was killed; trying again"), "\(result.errors)")
    #expect(
      (result.output + result.errors).contains("what watched it was killed 3 times in a row"))
    try scene.expectWhole()
  }

  /// While the head is tested, the next step is merged with it and does not fit. The head then fails, and nobody is to
  /// miss what it would have brought.
  @Test func whatNeverLandedIsNotAskedForAgain() throws {
    _ = try scene.scratch.shell("echo 0 > f.txt; git add f.txt; \(scene.git) commit -qm f")
    try scene.gate(
      """
      if grep -q x f.txt; then
        \(scene.flag("gating"))
        i=0; until ls '\(scene.place)'/.divisi/runs/*/y/1/conflict.json; do
          sleep 0.02; i=$((i + 1)); [ $i -lt 1000 ] || break
        done
        exit 1
      fi
      [ -e '\(scene.place)/again.flag' ] || { \(scene.flag("again")); exit 1; }
      """)
    try scene.plan([
      "id: x, retries: 0, run: 'echo x > f.txt'",
      "id: y, retries: 1, run: '\(scene.wait(for: "gating").replacingOccurrences(of: "'", with: "''")); echo y > f.txt'",
    ])
    let settings = try scene.scratch.folder.read("divisi.yaml")
    try scene.scratch.folder.write(
      "divisi.yaml", settings + "\nmerge: {gates: [{run: \(scene.gate)}]}\n")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    #expect(!result.output.contains("took away lines"), "\(result.output)")
    #expect(try scene.branch("f.txt") == "y\n")
    try scene.expectWhole()
  }

  /// A merge that changes nothing has no commit of its own: what is put right is measured from the head.
  @Test func workThatWasThereAlreadyIsMeasuredFromTheHead() throws {
    try scene.gate(
      """
      n=$(cat '\(scene.place)/n.flag' 2>/dev/null || echo 0)
      echo $((n + 1)) > '\(scene.place)/n.flag'; [ $n != 1 ]
      """)
    try scene.plan([
      "id: x, run: 'echo same > f.txt; echo other > other.txt'",
      "id: y, files: [f.txt], retries: 1, run: 'until git cat-file -e orchestration/t:other.txt; do sleep 0.02; done; echo same > f.txt'",
    ])
    let settings = try scene.scratch.folder.read("divisi.yaml")
    try scene.scratch.folder.write(
      "divisi.yaml", settings + "\nmerge: {gates: [{run: \(scene.gate)}]}\n")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["f.txt", "other.txt"])
    try scene.expectWhole()
  }

  /// What is not merged is of no use to anybody, however well it lies on the disk.
  @Test func anArtifactThatGitIgnoresIsNoneUntilItIsAdded() throws {
    try scene.plan([
      "id: a, artifacts: [made.log, notes], retries: 1, run: 'mkdir -p notes; echo n > notes/n; echo x > made.log; [ $DIVISI_ATTEMPT_NUMBER = 1 ] || git add --force made.log'"
    ])
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("These files are there, but git ignores them"))
    #expect(try scene.merged() == ["made.log", "notes/n"])
    try scene.expectWhole()
  }

  /// `merge=ours` says that all is well, and takes the other side away.
  @Test func aMergeDriverTakesNobodysWorkAway() throws {
    _ = try scene.scratch.shell(
      """
      echo 'gen.txt merge=ours' > .gitattributes; echo 0 > gen.txt; git add .gitattributes gen.txt
      \(scene.git) commit -qm gen; git config merge.ours.driver true
      """)
    try scene.plan(
      ["one", "two"].map { name in
        "id: \(name), run: 'touch ../../\(name).flag; while [ ! -e ../../one.flag ] || [ ! -e ../../two.flag ]; do sleep 0.02; done; echo \(name) >> gen.txt'"
      })
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("not merged"), "\(result.output)")
    let lines = try scene.branch("gen.txt").split(separator: "\n").sorted()
    #expect(lines == ["0", "one", "two"])
    try scene.expectWhole()
  }

  // MARK: git

  private func withGit(_ script: String?) throws -> ProgramResult {
    try scene.agent("echo one > one.txt")
    var path = scene.place + "/bin"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    if let script {
      let git = try scene.scratch.folder.write("bin/git", script)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: git)
      path += ":/usr/bin:/bin"
    }
    let result = try runProgram(
      builtProgram("divisi"), ["run", "t"], in: scene.place,
      environment: scene.scratch.environment.merging(["PATH": path]) { $1 })
    #expect(!scene.exists(".worktrees") && !scene.exists(".divisi/runs"))
    return result
  }

  @Test func withoutGitNothingIsStarted() throws {
    let result = try withGit(nil)
    #expect(result.status == 4)
    #expect(
      (result.output + result.errors)
        .hasPrefix("error: git: git is not installed\n  install git 2.38 or later\n"))
  }

  @Test func withAnOldGitNothingIsStarted() throws {
    let result = try withGit(
      "#!/bin/sh\ncase \"$*\" in *version*) echo git version 2.30.2 ;; *) exec /usr/bin/git \"$@\" ;; esac\n"
    )
    #expect(result.status == 4)
    #expect(
      result.output + result.errors
        == "error: git: git 2.30.2 is too old\n  install git 2.38 or later\n")
  }
}
