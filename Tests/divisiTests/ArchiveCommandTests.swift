import Conducting
import Foundation
import JSONValues
import Journal
import Plans
import TestSupport
import Testing

/// A run becomes one file, and nothing of it is lost.
@Suite struct ArchiveCommandTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func ended() throws -> PlayedRun {
    let run = try PlayedRun(in: scratch, [PlayedRun.agent("api", gates: [])])
    try run.own("api")
    try end(run)
    return run
  }

  private func end(_ run: PlayedRun) throws {
    try run.launch("api")
    try run.write("api", "stdout.jsonl", PlayedRun.stream(tool: "make", done: true))
    try run.write("api", "a name with spaces/ü.txt", "x")
    try run.end("api")
    try run.hear(.inspected(run.attempt("api"), .accepted(head: try run.commit("HEAD"))))
    try run.land("api")
    run.leave()
  }

  /// A step of a lane that runs of two plans have.
  private func laned() -> RunStep {
    var step = PlayedRun.agent("api", gates: [])
    step.terms.lane = "web"
    return step
  }

  private func files(below path: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      files[name] = FileManager.default.contents(atPath: path + "/" + name)
    }
    return files
  }

  @Test func allOfItIsInTheArchiveAndOnlyThenGone() throws {
    let run = try ended()
    let folder = run.folder.path + "/runs/" + run.session
    let before = try files(below: folder)
    let events = try scratch.divisi("--json events").output

    let result = try scratch.divisi("archive checkout")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("removed .worktrees/task-api\n"))
    #expect(result.errors.contains("removed feature/task-api\n"))
    let archive = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(archive.hasPrefix(".divisi/archive/\(run.session).tar."))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy {
        ["lock", "tip", "bell"].contains($0)
      })

    _ = try scratch.shell("mkdir back && tar -C back -xf \(archive)")
    let back = try files(below: scratch.folder.path + "/back/" + run.session)
    for (name, data) in before where !["lock", "tip", "bell"].contains(name) {
      #expect(back[name] == data, "\(name)")
    }
    #expect(back["events.jsonl"] != nil)

    // The journal knows it as before, and where its files are.
    #expect(try scratch.divisi("--json events").output == events)
    let status = try scratch.divisi("status")
    #expect(status.status == 0)
    #expect(status.output.contains("archive   \(archive)\n"))
    #expect(try scratch.divisi("show api").status == 0)
    #expect(try scratch.divisi("journal check").status == 0)
    let logs = try scratch.divisi("logs api")
    #expect(logs.errors.contains("are in \(archive)\n"))
    #expect(try scratch.divisi("archive checkout").errors.contains("is archived already"))
  }

  @Test func aRunThatHasNotEndedStays() throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try scratch.divisi("archive checkout")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("divisi: `\(run.session)` has not ended\n"))
    #expect(!FileManager.default.fileExists(atPath: run.folder.path + "/archive"))
  }

  @Test func withoutTarNothingGoes() throws {
    let run = try ended()
    let folder = run.folder.path + "/runs/" + run.session
    let before = try files(below: folder).keys.sorted()
    // git is there, tar is not.
    let programs = scratch.folder.path + "/programs"
    _ = try scratch.shell("mkdir programs && ln -s $(command -v git) programs/git")
    let result = try scratch.divisi("archive checkout", environment: ["PATH": programs])
    #expect(result.status == 1)
    #expect(result.errors.contains("nothing was removed"), "\(result.errors)")
    #expect(Set(before).isSubset(of: try files(below: folder).keys))
    #expect(try scratch.shell("ls .worktrees") == "task-api\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: run.folder.path + "/archive") == [])
  }

  /// A tar that leaves a file out, and one after which a file is not as it was packed.
  @Test(arguments: [
    (
      "shift; exec /usr/bin/tar --create --exclude=exit.json \"$@\"",
      "the archive lacks api/1/exit.json"
    ),
    ("/usr/bin/tar \"$@\"; echo more >> runs/$run/api/1/prompt.md", "prompt.md"),
  ])
  func anArchiveThatIsNotWholeRemovesNothing(_ create: String, _ reason: String) throws {
    let run = try ended()
    let folder = run.folder.path + "/runs/" + run.session
    try scratch.folder.write(
      "programs/tar",
      """
      #!/bin/sh
      run=\(run.session)
      case "$1" in
        --create) \(create) ;;
        *) exec /usr/bin/tar "$@" ;;
      esac

      """)
    _ = try scratch.shell("chmod +x programs/tar")
    let path = scratch.folder.path + "/programs:" + (scratch.environment["PATH"] ?? "")
    let result = try scratch.divisi("archive checkout", environment: ["PATH": path])
    #expect(result.status == 1)
    #expect(result.errors.contains(reason), "\(result.errors)")
    #expect(result.errors.contains("nothing was removed"))
    #expect(FileManager.default.fileExists(atPath: folder + "/api/1/exit.json"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: run.folder.path + "/archive") == [])
    #expect(!(try scratch.divisi("status").output.contains("archive   ")))
  }

  @Test func whatIsAnotherRunsStaysThoughItIsCalledAsOnesOwn() throws {
    try scratch.folder.write(".git/info/exclude", "/home/\n/.worktrees/\n/.divisi/\n.env\n")
    let waiting = try PlayedRun(in: scratch, plan: "lanea", [laned()])
    try waiting.own("web")
    try scratch.folder.write(".worktrees/task-web/.env", "KEY=1\n")
    let over = try PlayedRun(in: scratch, plan: "laneb", [laned()])
    try over.own("web", named: "laneb.web")
    try end(over)
    let result = try scratch.divisi("archive laneb")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.hasSuffix(
        "removed .worktrees/task-laneb.web\nremoved feature/task-laneb.web\n"))
    #expect(try scratch.shell("cat .worktrees/task-web/.env") == "KEY=1\n")
    #expect(try scratch.shell("git branch --list 'feature/*'") == "+ feature/task-web\n")
  }

  /// Once the archive is there, saying that nothing was removed would be a lie.
  @Test func whatCannotBeRemovedIsToldAndTheArchiveStands() throws {
    let run = try ended()
    let git = try #require(installedProgram("git"))
    try scratch.folder.write(
      "programs/git",
      """
      #!/bin/sh
      case " $* " in *" worktree remove "*) echo "error: failed to delete it" >&2; exit 1 ;; esac
      exec \(git) "$@"

      """)
    _ = try scratch.shell("chmod +x programs/git")
    let path = scratch.folder.path + "/programs:" + (scratch.environment["PATH"] ?? "")
    let result = try scratch.divisi("archive checkout", environment: ["PATH": path])
    #expect(result.status == 1)
    #expect(result.output.hasPrefix(".divisi/archive/\(run.session).tar."))
    #expect(
      result.errors.contains(
        "divisi: it is archived, but not all is removed: `git worktree remove"),
      "\(result.errors)")
    #expect(!result.errors.contains("nothing was removed"))
    #expect(try scratch.shell("ls .worktrees") == "task-api\n")
    #expect(try scratch.divisi("archive checkout").errors.contains("is archived already"))
  }

  /// Files of agents are called anything.
  @Test func namesThatAreNoTextAreArchivedToo() throws {
    let run = try ended()
    let folder = run.folder.path + "/runs/" + run.session
    _ = try scratch.shell(
      """
      cd '\(folder)/api/1' && for name in 'a\\nb' 'caf\\351' 'back\\134slash' 'tab\\011' '\\303\\274'; do
        echo "$name" > "$(printf "x$name")"
        mkdir -p "$(printf "in/$name/deeper")" && echo y > "$(printf "in/$name/deeper/$name")"
      done
      """)
    let before = try scratch.shell("cd '\(folder)' && find api | LC_ALL=C sort")
    let result = try scratch.divisi("archive checkout")
    #expect(result.status == 0, "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder + "/api"))
    let archive = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let after = try scratch.shell(
      "mkdir back && tar -C back -xf \(archive) && cd back/\(run.session) && find api | LC_ALL=C sort"
    )
    #expect(after == before)
  }

  @Test func workThatIsNotMergedStays() throws {
    let run = try ended()
    try scratch.folder.write(".worktrees/task-api/more.txt", "not committed\n")
    let result = try scratch.divisi("archive \(run.session)")
    #expect(result.status == 0)
    #expect(!result.errors.contains("removed .worktrees/task-api"))
    #expect(try scratch.shell("cat .worktrees/task-api/more.txt") == "not committed\n")
  }
}
