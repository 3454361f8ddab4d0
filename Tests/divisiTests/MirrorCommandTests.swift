import Conducting
import Foundation
import JSONValues
import Journal
import Plans
import Runtime
import Simulation
import TestSupport
import Testing

/// What `journal mirror`, `list` and `clean` make of runs in a real journal.
@Suite struct MirrorCommandTests {
  private let scratch: Scratch
  private let journal: JournalFolder
  private let session = "exec-shop-20260101-abcdef"
  private let planFile = ".orchestration/sessions/shop.yaml"
  private static let plan = """
    id: shop
    title: Shop
    workflow:
      phases:
        - id: api  # first
          run: make
        - id: ui
          run: make
          needs: [api]

    """

  init() throws {
    scratch = try Scratch()
    try scratch.folder.write(".git/info/exclude", "/home/\n/.worktrees/\n/.divisi/\n")
    journal = JournalFolder(scratch.folder.path + "/.divisi")
    try scratch.folder.write(planFile, Self.plan)
  }

  /// Plays a run into the journal; with a number, only so many of its decisions.
  private func run(_ session: String, decisions most: Int = .max) throws {
    let frozen = ".divisi/runs/\(session)/_plan"
    try scratch.folder.write(frozen + "/plan.yaml", Self.plan)
    try scratch.folder.write(
      frozen + "/request.json",
      JSON.line(of: RunRequest(plan: planFile, branch: "orchestration/shop")))
    var step = RunStep("api", kind: .command)
    step.terms.hasWorkspace = true
    let order = RunOrder(
      session: session, plan: "shop", title: "Shop",
      steps: [step, RunStep("ui", kind: .command, needs: ["api"])])
    var played = try Playthrough(Scenario(seed: 1, order: order), scrutiny: .little)
    try played.play()
    let file = try JournalFile.open(journal, .write(.process))
    let lock = try RunLock.acquire(session, in: journal, at: 1)
    let (book, begun, _) = try RunBook.begin(order, in: file, under: lock, at: Playthrough.start)
    var state = begun.state
    for event in try played.journal.events().dropFirst(state.sequence).prefix(most) {
      var decision = Decision()
      decision.events = [event]
      state.apply(event)
      try book.write(decision, of: state)
    }
  }

  /// The person works in a worktree of their own, with a plan file of its own.
  @Test func aNewPlanInThePlaceOfOneThatIsDoneIsLeftAlone() throws {
    try run(session)
    #expect(try scratch.divisi("journal mirror").status == 0)
    let fresh = Self.plan + "# once more\n"
    try scratch.folder.write(planFile, fresh)
    #expect(try scratch.divisi("journal mirror").status == 0)
    #expect(try scratch.folder.read(planFile) == fresh)
  }

  @Test func thePlanFileThatARunWasStartedFromHasItsStatus() throws {
    try scratch.folder.write(
      planFile,
      """
      id: shop
      title: Shop
      status: planned
      workflow: {phases: [{id: api, run: echo a > a.txt}]}
      """)
    try scratch.folder.write("divisi.yaml", "workspace: {free_disk: 0B, free_disk_share: 0%}\n")
    _ = try scratch.shell(
      """
      git add -A && git -c user.name=T -c user.email=t@t commit -qm plan
      echo /mine/ >> .git/info/exclude && git worktree add -q -b side mine
      """)
    let result = try scratch.divisi("-C mine run shop")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scratch.shell("git status --porcelain") == "")
    let done = try scratch.folder.read("mine/.orchestration/completed/shop.yaml")
    #expect(done.contains("status: completed"))
    #expect(
      try scratch.shell("cd mine && git status --porcelain -uall")
        == " D \(planFile)\n?? .orchestration/completed/shop.yaml\n")
    // Logs are where those of all runs are.
    #expect(try scratch.shell("ls .orchestration/logs | grep -c exec-shop") == "1\n")
    #expect(
      try scratch.shell("grep -h file: .orchestration/coordination/*.yaml")
        == "file: mine/\(planFile)\n")
    #expect(try scratch.divisi("journal mirror").errors == "wrote 0 files\n")
    // A worktree that is gone stays gone.
    _ = try scratch.shell("git worktree remove --force mine")
    #expect(try scratch.divisi("journal mirror").errors.contains("shop.yaml is gone"))
    #expect(try scratch.shell("ls mine").contains("No such file"))
  }

  private func files() throws -> [String: String] {
    let root = scratch.folder.path + "/.orchestration"
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return try Dictionary(
      uniqueKeysWithValues: names.filter { $0.contains(".") }.map {
        ($0, try scratch.folder.read(".orchestration/" + $0))
      })
  }

  @Test func deletedMirrorsComeBackByteForByte() throws {
    try run(session)
    let first = try scratch.divisi("journal mirror")
    #expect(first.status == 0, "\(first.errors)")
    #expect(
      first.output == """
        .orchestration/coordination/\(session).yaml
        .orchestration/logs/coordination-shop.jsonl
        .orchestration/logs/\(session)/blockers.jsonl
        .orchestration/logs/\(session)/dependencies.jsonl
        .orchestration/logs/\(session)/execution.jsonl
        .orchestration/logs/\(session)/git.jsonl
        .orchestration/logs/\(session)/progress.jsonl
        .orchestration/sessions/shop.yaml

        """)
    let written = try files()
    #expect(
      written["completed/shop.yaml"]?.contains("- id: api  # first\n      status: completed")
        == true)
    #expect(written["sessions/shop.yaml"] == nil)
    #expect(try scratch.divisi("journal mirror").errors == "wrote 0 files\n")

    try FileManager.default.removeItem(atPath: scratch.folder.path + "/.orchestration")
    try scratch.folder.write(planFile, Self.plan)
    #expect(try scratch.divisi("--json journal mirror \(session)").status == 0)
    #expect(try files() == written)
    #expect(
      try scratch.shell("git status --porcelain -uall") == "?? .orchestration/completed/shop.yaml\n"
    )
    #expect(try scratch.divisi("journal mirror none").status == 1)
  }

  @Test func theListHasTheLastRunOfTheJournal() throws {
    #expect(try scratch.divisi("list").output.contains("never"))
    try run("exec-shop-20260101-aaaaaa")
    try run(session, decisions: 2)
    #expect(try scratch.divisi("list").output.contains("2026-01-01T00:00:00Z running"))
    #expect(
      try scratch.divisi("--json list").output.contains("\"2026-01-01T00:00:00Z running\""))
  }

  @Test func aRunThatSomebodyRunsIsLeftToItsRunner() throws {
    try run(session, decisions: 2)
    let lock = try RunLock.acquire(session, in: journal, at: 1)
    let result = try scratch.divisi("journal mirror")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(
      result.errors == "\(session) goes on; its runner keeps its mirrors\nwrote 0 files\n")
    #expect(lock.isHeld)
  }

  @Test func whatAnUnfinishedRunMadeIsNotCleanedAway() throws {
    try scratch.workspace("api", of: "api", session)
    try scratch.workspace("other", of: "other", "exec-old-1")
    try run(session, decisions: 2)
    let cleaned = try scratch.divisi("clean --yes")
    #expect(
      cleaned.output == """
        removed  .worktrees/task-other  merged into main
        removed  feature/task-other     merged into main
        stays    .worktrees/task-api    \(session) has not ended, and may need it

        """)
    #expect(try scratch.shell("git branch --list 'feature/*'") == "+ feature/task-api\n")
  }
}
