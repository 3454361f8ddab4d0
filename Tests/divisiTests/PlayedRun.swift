import Conducting
import Foundation
import JSONValues
import Journal
import Plans
import Runtime
import TestSupport

/// A run that a test leads by the hand, written into the real journal of a scratch repository: with commits that git
/// has, and folders of attempts as they are left by real ones.
final class PlayedRun {
  let scratch: Scratch
  let folder: JournalFolder
  let session: String
  private var book: RunBook?
  private(set) var conductor: Conductor
  /// The clock of the run; it ends shortly before now, so that what is shown as past is past.
  private(set) var now: Instant

  init(
    in scratch: Scratch, plan: String = "checkout", number: String = "0a1b2c", _ steps: [RunStep],
    title: String = "", gates: [RunGate] = [], began: Span = .minutes(20),
    _ change: (inout RunSettings) -> Void = { _ in }
  ) throws {
    self.scratch = scratch
    folder = JournalFolder(scratch.folder.path + "/.divisi")
    session = "exec-\(plan)-20260101-\(number)"
    var settings = RunSettings()
    settings.spacing = .zero
    settings.callsPerHour = nil
    settings.retryDelay = .hours(1)
    change(&settings)
    let time = Int64(Date().timeIntervalSince1970 * 1000)
    now = Instant(milliseconds: time - began.milliseconds)
    let order = RunOrder(
      session: session, plan: PlanID(plan), title: title, settings: settings, steps: steps,
      gates: gates)
    let lock = try RunLock.acquire(session, in: folder, at: now.milliseconds)
    let begun = try RunBook.begin(
      order, in: try JournalFile.open(folder, .write(.process)), under: lock, at: now)
    (book, conductor) = (begun.0, begun.1)
    try hear(.opened(runner: "process \(getpid())"))
    try hear(.branchOpened(head: try commit("HEAD")))
  }

  var state: RunState { conductor.state }

  func hear(_ input: Input, taking messages: [Int] = []) throws {
    let decision = conductor.decide(input, at: now)
    try book?.write(decision, of: conductor.state, taking: messages)
  }

  /// Takes a message of the inbox up as a runner does.
  func takeUp() throws -> Bool {
    guard let message = try JournalFile.open(folder, .read).waitingMessages(of: session).first,
      let command = Conducting.Command(message: message.body)
    else { return false }
    try hear(.command(command, by: message.sender), taking: [message.number])
    return true
  }

  /// The runner ends: its lock is free.
  func leave() { book = nil }

  func wait(_ span: Span) throws {
    now = now + span
    try hear(.clock)
  }

  func attempt(_ step: StepID) -> AttemptID {
    AttemptID(step, state.attempts(state.index(of: step)!))
  }

  /// Brings an attempt to where its process runs.
  func launch(_ step: StepID) throws {
    try hear(.prepared(attempt(step), base: try commit("HEAD")))
    try hear(.launched(attempt(step), process: "4711"))
    try write(step, "prompt.md", "Do `\(step)` well.\n\nIt matters.\n")
    try write(
      step, "launch.json",
      #"{"argv":["agent"],"cwd":"\#(scratch.folder.path)/.worktrees/task-\#(step)"}"#)
  }

  /// Gives a step the worktree and the branch that a run would make for it.
  func own(_ step: StepID, named name: String? = nil) throws {
    try scratch.workspace(name ?? step.text, of: step.text, session)
  }

  func end(
    _ step: StepID, _ ending: Ending = .succeeded(summary: "all done"), cost: Int64 = 120_000
  ) throws {
    try write(step, "exit.json", "{}")
    try hear(.ended(attempt(step), ending, Usage(cost: Money(microdollars: cost), tokens: 2400)))
  }

  func check(_ step: StepID, _ check: Check, _ verdict: Verdict, log: String) throws {
    let merge = check.merge.map { "merge-\($0)-" } ?? ""
    try write(step, "checks/\(merge)gate-\(check.gate)-\(check.round)/1/output.log", log)
    try hear(.checked(attempt(step), check, verdict))
  }

  /// Lands the work of an attempt with a commit that changes a file.
  func land(_ step: StepID) throws {
    let base = try commit("HEAD")
    try scratch.folder.write("\(step).txt", "one\ntwo\n")
    _ = try scratch.shell(
      "git add \(step).txt && git -c user.name=T -c user.email=t@t commit -qm \(step)")
    let commit = try commit("HEAD")
    guard let merge = state.attempt(attempt(step))?.merge?.number else { return }
    try hear(.merged(attempt(step), merge: merge, .built(candidate: commit)))
    try hear(.landed(attempt(step), merge: merge, .done(commit: commit)))
    precondition(base != commit, "a step changes something")
  }

  func write(_ step: StepID, _ name: String, _ text: String) throws {
    let number = state.attempts(state.index(of: step)!)
    try scratch.folder.write(".divisi/runs/\(session)/\(step)/\(number)/\(name)", text)
  }

  func commit(_ name: String) throws -> String {
    try scratch.shell("git rev-parse \(name)").trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

extension PlayedRun {
  static let gate = RunGate(.command, "make test")

  static func agent(
    _ id: StepID, needs: [StepID] = [], group: StepID? = nil, gates: [RunGate] = [gate]
  ) -> RunStep {
    var step = RunStep(id, kind: .agent, needs: needs, group: group, estimate: .minutes(5))
    step.terms.seats = [Seat(agent: "implementer", harness: "claude", model: "sonnet")]
    step.terms.hasWorkspace = true
    step.terms.gates = gates
    step.terms.files = ["\(id).txt"]
    return step
  }

  /// A run in which something of everything is to be seen, under way.
  static func busy(in scratch: Scratch) throws -> PlayedRun {
    let run = try PlayedRun(
      in: scratch,
      [
        agent("schema"), agent("api", needs: ["schema"]), agent("guide", needs: ["schema"]),
        agent("ui", needs: ["api"], gates: []), RunStep("lint", kind: .command),
        agent("tools", gates: []), RunStep("accept", kind: .approval, needs: ["schema"]),
        agent("mail", needs: ["schema"], gates: []),
      ], title: "Checkout flow"
    ) { settings in
      settings.cost = Money(microdollars: 10_000_000)
      settings.agents = 8
    }
    try run.launch("schema")
    try run.launch("tools")
    try run.write("lint", "stdout.jsonl", "checking\n\u{1B}[31mno\u{1B}[0m problems\n")
    try run.hear(.launched(run.attempt("lint"), process: "12"))
    try run.wait(.minutes(1))
    try run.hear(
      .ended(run.attempt("lint"), .succeeded(summary: ""), Usage(cost: .zero, tokens: 0)))
    try run.write("schema", "stdout.jsonl", stream(tool: "make schema", done: true))
    try run.end("schema")
    try run.hear(.inspected(run.attempt("schema"), .accepted(head: try run.commit("HEAD"))))
    try run.check(
      "schema", Check(gate: 0), Verdict(.passed, "exit status 0, 12 tests"), log: "12 passed\n")
    try run.land("schema")
    try run.wait(.minutes(2))
    try run.hear(
      .ended(
        run.attempt("tools"), .failed(Failure(.environment, "`protoc` is not installed")),
        Usage(cost: Money(microdollars: 10_000), tokens: 50)))
    for step in ["api", "guide", "mail"] as [StepID] { try run.launch(step) }
    try run.wait(.minutes(4))
    try run.write("api", "stdout.jsonl", stream(tool: "make test", done: true))
    try run.end("api", cost: 340_000)
    try run.hear(.inspected(run.attempt("api"), .accepted(head: try run.commit("HEAD"))))
    try run.check(
      "api", Check(gate: 0), Verdict(.failed, "exit status 2: 1 of 12 tests failed"),
      log: "test_a passed\n\u{1B}[31mtest_b FAILED\u{1B}[0m: expected 3, found 4\r\n")
    try run.hear(.command(.retry(step: "api"), by: "ada"))
    try run.launch("api")
    try run.write("api", "stdout.jsonl", stream(tool: "make test", done: false))
    try run.hear(
      .observed(run.attempt("guide"), .waitingForPerson(question: "which of the two formats?")))
    let reset = run.now + .minutes(45)
    try run.hear(
      .ended(
        run.attempt("mail"), .failed(Failure(.rateLimit, "usage limit", resetAt: reset)),
        Usage(cost: .zero, tokens: 0)))
    try run.wait(.minutes(5))
    return run
  }

  /// What Claude Code prints, as far as it matters here.
  static func stream(tool: String, done: Bool) -> String {
    let id = #""session_id":"s-1""#
    var lines = [
      #"{"type":"system","subtype":"init",\#(id)}"#,
      #"{"type":"assistant","message":{"content":[{"type":"text","text":"I'll look at the tests first."}]},\#(id)}"#,
      #"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"\#(tool)"}}]},\#(id)}"#,
    ]
    if done {
      lines += [
        #"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":"12 passed\n\u001b[31mbad\u001b[0m"}]},\#(id)}"#,
        #"{"type":"result","subtype":"success","is_error":false,"num_turns":2,"result":"all done","total_cost_usd":0.12,"usage":{"input_tokens":2000,"output_tokens":400},\#(id)}"#,
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
