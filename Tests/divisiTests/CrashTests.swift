import Foundation
import TestSupport
import Testing

/// Runs that end at moments which chance hardly finds, and what the next `resume` makes of what they leave. Steps, gates
/// and the programs around Divisi kill it themselves, so that each moment is met exactly.
@Suite(.timeLimit(.minutes(20))) struct CrashTests {
  private let scratch: Scratch
  private let place: String

  init() throws {
    scratch = try Scratch()
    place = scratch.folder.path
    // Of nobody's interest to git: what the tests put beside the plan.
    try scratch.folder.write(".git/info/exclude", "/bin\n/log\n/struck*\n/*.sh\n/.orchestration\n")
  }

  /// Kills what is named above a script, and nothing else: who has lost its parent has another's.
  private let fell = """
    fell() {
      p=$PPID
      for level in 1 2 3 4; do
        [ "$p" -gt 1 ] || return
        if grep -qx "$1" /proc/$p/comm; then kill -9 $p; return; fi
        p=$(cut -d' ' -f4 /proc/$p/stat)
      done
    }
    """

  /// What a script does once, however often it is run: it comes first to where nobody has been.
  private func once(_ name: String = "", _ action: String) -> String {
    "if mkdir '\(place)/struck\(name)' 2>/dev/null; then \(action); fi"
  }

  private func plan(_ steps: [String], more: String = "", configuration: String? = nil) throws {
    try scratch.plan(steps, more: more, workspace: configuration)
  }

  /// A program of this name that stands before the real one, which it can reach as `$real`.
  private func shadow(_ name: String, _ script: String) throws -> [String: String] {
    let real = try #require(installedProgram(name))
    let path = try scratch.folder.write(
      "bin/\(name)", "#!/bin/sh\nreal=\(real)\n\(fell)\n\(script)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return ["PATH": "\(place)/bin:" + (scratch.environment["PATH"] ?? "")]
  }

  /// Runs the plan until it is killed, and resumes it.
  private func crash(environment: [String: String] = [:]) throws -> ProgramResult {
    let killed = try scratch.divisi("run t", environment: environment)
    #expect(killed.status == 9, "it was not killed: \(killed.output)\(killed.errors)")
    return try scratch.divisi("resume")
  }

  private func trailers() throws -> [String] {
    try scratch.shell(
      "git log --reverse --format='%(trailers:key=Divisi-Step,valueonly,separator=)' main..orchestration/t"
    ).split(separator: "\n").map(String.init)
  }

  /// What the steps have told of themselves.
  private func log() throws -> [String] {
    try scratch.folder.read("log").split(separator: "\n").map(String.init)
  }

  private func expectWhole(_ result: ProgramResult, merged: [String]) throws {
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try trailers().sorted() == merged)
    #expect(try scratch.divisi("journal check").status == 0)
    #expect(try scratch.shell("git fsck --no-dangling --no-progress") == "")
  }

  // MARK: before there is a run

  @Test func aFolderWhoseRunNeverBeganHindersNoOther() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    let folder = ".divisi/runs/exec-t-20260101-abcdef"
    try scratch.folder.write(folder + "/lock", "")
    try scratch.folder.write(folder + "/_plan/plan.yaml", "id: t\ntit")
    #expect(try scratch.divisi("resume").errors.contains("no run is unfinished"))
    try expectWhole(try scratch.divisi("run t"), merged: ["a"])
  }

  // MARK: git

  @Test(arguments: ["before", "behind"])
  func theBranchIsMovedOnceWhenItsMoverIsKilled(moment: String) throws {
    try plan(["id: a, run: 'echo a > a.txt'", "id: b, needs: [a], run: 'echo b > b.txt'"])
    let strike =
      moment == "before" ? "fell divisi; exit 1" : "$real \"$@\"; fell divisi; exit 1"
    let result = try crash(
      environment: try shadow(
        "git",
        """
        case " $* " in *" update-ref "*"divisi: merge"*) \(once("", strike)) ;; esac
        exec $real "$@"
        """))
    try expectWhole(result, merged: ["a", "b"])
  }

  /// Each runner in turn gets one call of git further than the one before it, and dies before or behind it.
  @Test(arguments: ["before", "behind"])
  func aRunnerMayDieAtAnyCallOfGit(moment: String) throws {
    try plan(
      [
        "id: a, run: 'echo a >> log.txt', gates: [{run: 'test -s log.txt'}]",
        "id: b, needs: [a], run: 'echo b >> log.txt'",
      ], more: "gates: [{run: 'true'}]")
    let strike =
      moment == "before" ? "fell divisi; exit 1" : "$real \"$@\"; fell divisi; exit 1"
    let environment = try shadow(
      "git",
      """
      case " $* " in *" --version "*) exec $real "$@" ;; esac
      echo call >> '\(place)/bin/calls-'$PPID
      [ "$(wc -l < '\(place)/bin/calls-'$PPID)" -lt "$LIMIT" ] || { \(strike); }
      exec $real "$@"
      """)
    var result = try scratch.divisi(
      "run t", environment: environment.merging(["LIMIT": "20"]) { $1 })
    var limit = 3
    while result.status == 9, limit < 100 {
      result = try scratch.divisi(
        "resume", environment: environment.merging(["LIMIT": "\(limit)"]) { $1 })
      limit += 1
    }
    #expect(limit > 8, "it was killed at several calls")
    try expectWhole(result, merged: ["a", "b"])
    #expect(try scratch.shell("git show orchestration/t:log.txt") == "a\nb\n")
  }

  @Test func aGitThatOutlivesItsRunnerIsWaitedFor() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    // It holds the index of the worktree for as long as a large one takes.
    let strike = """
      lock=$($real -C "$2" rev-parse --git-path index.lock)
        : > "$lock"; fell divisi; sleep 1; rm "$lock"
      """
    let result = try crash(
      environment: try shadow(
        "git", "case \" $* \" in *\" add --all \"*) \(once("", strike)) ;; esac\nexec $real \"$@\"")
    )
    try expectWhole(result, merged: ["a"])
  }

  /// What git leaves when it is killed with its runner, as when the machine stops.
  @Test(arguments: [
    (" add --all ", "$($real -C \"$2\" rev-parse --git-path index.lock)"),
    ("divisi: merge", "'.git/refs/heads/orchestration/t.lock'"),
  ])
  func theLockOfAKilledGitIsNoBlocker(call: String, lock: String) throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    let strike = "touch -d '1 minute ago' \(lock); fell divisi; exit 1"
    let result = try crash(
      environment: try shadow(
        "git", "case \" $* \" in *\"\(call)\"*) \(once("", strike)) ;; esac\nexec $real \"$@\""))
    try expectWhole(result, merged: ["a"])
    #expect(result.errors.contains("which nobody held for 6"), "\(result.errors)")
  }

  @Test func aWorktreeWhoseMakingWasKilledIsNoBlocker() throws {
    try plan(["id: a, run: 'echo a > a.txt'"])
    let strike = """
      mkdir -p .git/worktrees/task-a; echo '\(place)/.worktrees/task-a/.git' > .git/worktrees/task-a/gitdir
        : > .git/worktrees/task-a/commondir; touch -d '1 minute ago' .git/worktrees/task-a; fell divisi; exit 1
      """
    let result = try crash(
      environment: try shadow(
        "git",
        "case \" $* \" in *\" worktree add \"*) \(once("", strike)) ;; esac\nexec $real \"$@\""))
    try expectWhole(result, merged: ["a"])
  }

  // MARK: supervisors

  /// A copy of the program with a supervisor beside it that does something else first.
  private func withSupervisor(_ script: String) throws -> String {
    let program = place + "/bin/divisi"
    try scratch.folder.write(
      "bin/divisi-supervise",
      "#!/bin/sh\nreal='\(builtProgram("divisi-supervise"))'\n\(fell)\n\(script)\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: place + "/bin/divisi-supervise")
    do {
      try FileManager.default.linkItem(atPath: builtProgram("divisi"), toPath: program)
    } catch {
      try FileManager.default.copyItem(atPath: builtProgram("divisi"), toPath: program)
    }
    return program
  }

  private func run(_ program: String, _ words: String...) throws -> ProgramResult {
    try runProgram(program, words, in: place, environment: scratch.environment)
  }

  private let told =
    "echo start >> \"$HOME/../log\"; echo a > a.txt; sleep 0.2; echo end >> \"$HOME/../log\""

  @Test(arguments: [
    // It never comes.
    "exit 1",
    // It comes while the next runner starts another.
    "sleep 0.3; exec $real \"$@\"",
  ])
  func aStepWhoseSupervisorHadNotBegunRunsOnce(fate: String) throws {
    try scratch.folder.write("home/here", "")
    try plan(["id: a, run: '\(told)'"])
    let program = try withSupervisor("\(once("", "fell divisi; \(fate)"))\nexec $real \"$@\"")
    #expect(try run(program, "run", "t").status == 9)
    try expectWhole(try run(program, "resume"), merged: ["a"])
    #expect(try log() == ["start", "end"])
  }

  @Test func aSupervisorThatIsOvertakenByOneThatHasEndedIsNoFault() throws {
    try scratch.folder.write("home/here", "")
    try plan(["id: a, run: '\(told)'"])
    // The first is late, and the second later still: it finds the attempt run to its end.
    let program = try withSupervisor(
      """
      \(once("", "fell divisi; sleep 0.5; exec $real \"$@\""))
      for i in $(seq 1000); do [ -e "$1/exit.json" ] && break; sleep 0.01; done
      exec $real "$@"
      """)
    #expect(try run(program, "run", "t").status == 9)
    try expectWhole(try run(program, "resume"), merged: ["a"])
    #expect(try log() == ["start", "end"])
  }

  @Test func aStepIsNotBegunAgainWhileWhatItsKilledSupervisorLeftLives() throws {
    try scratch.folder.write(
      "step.sh",
      """
      \(fell)
      \(once("", "fell divisi-supervis; for i in 1 2 3 4 5 6 7 8; do echo first >> '\(place)/log'; sleep 0.1; done"))
      for i in 1 2 3; do echo second >> '\(place)/log'; sleep 0.1; done
      echo a > a.txt
      """)
    try plan(["id: a, run: 'sh \(place)/step.sh'"])
    try expectWhole(try scratch.divisi("run t"), merged: ["a"])
    let log = try log()
    let second = try #require(log.firstIndex(of: "second"))
    #expect(!log[second...].contains("first"), "\(log)")
  }

  // MARK: commands without a supervisor

  private func plain(_ script: String, more: String = "") throws {
    try scratch.folder.write("step.sh", fell + "\n" + script)
    try plan(["id: a, worktree: false, retries: 0, run: 'sh \(place)/step.sh'\(more)"])
  }

  @Test func aPlainCommandThatOutlivesItsRunnerRunsOnce() throws {
    // The shell that Divisi started is the parent of this one.
    try plain(
      "echo start >> log; fell divisi; sleep 0.5; echo end >> log")
    #expect(try crash().status == 0)
    #expect(try log() == ["start", "end"])
  }

  @Test func aPlainCommandThatEndedWithNobodyLookingRunsOnce() throws {
    try plain(
      "echo start >> log; fell divisi; echo end >> log; exit 3")
    #expect(try scratch.divisi("run t").status == 9)
    _ = try scratch.shell(
      "for i in $(seq 1000); do [ -e .divisi/runs/*/a/1/status ] && break; sleep 0.01; done")
    let result = try scratch.divisi("resume")
    #expect(result.status == 1)
    #expect(result.output.contains("it ended with status 3"))
    #expect(try log() == ["start", "end"])
  }

  @Test func aPlainCommandThatWasTakenOverIsKeptToItsTime() throws {
    try plain(
      "fell divisi; sleep 60; echo end >> log", more: ", timeout: 1s")
    let result = try crash()
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    #expect(result.output.contains("its time was over"))
    #expect(throws: (any Error).self) { try log() }
  }

  // MARK: what is made ready

  @Test func aSetUpThatOutlivesItsRunnerIsEndedBeforeTheNextBegins() throws {
    try scratch.folder.write(
      "setup.sh",
      """
      \(fell)
      echo begin >> '\(place)/log'
      \(once("", "fell divisi; sleep 1; echo late >> '\(place)/log'"))
      """)
    try plan(
      ["id: a, run: 'sleep 1.5; echo a > a.txt'"],
      configuration: "setup: ['sh \(place)/setup.sh; true']")
    try expectWhole(try crash(), merged: ["a"])
    #expect(try log() == ["begin", "begin"])
  }
}
