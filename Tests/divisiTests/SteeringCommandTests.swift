import Conducting
import Foundation
import JSONValues
import Journal
import Plans
import Runtime
import TestSupport
import Testing

/// The commands that change the course of a run, without a runner and with one.
@Suite(.serialized, .timeLimit(.minutes(20))) struct SteeringCommandTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Gives a line to the program while this process runs the run and answers.
  private func answered(
    _ line: String, _ run: PlayedRun, answering: (PlayedRun) throws -> Bool = { try $0.takeUp() }
  ) throws -> (status: Int32, output: String, errors: String) {
    let watch = ChangeWatch([run.folder.run(run.session)])
    let program = try Running(line, in: scratch)
    while try !answering(run) { watch.wait(atMost: .seconds(1)) }
    return try program.result()
  }

  @Test func anApprovalIsGivenAndTold() throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try answered("approve accept", run)
    #expect(result.status == 0)
    #expect(result.output == "accept: approved by ada\n")
    #expect(run.state.phase(run.state.index(of: "accept")!) == .completed)
  }

  @Test(arguments: [
    ("answer guide take the first", "guide: answered by ada: take the first\n"),
    ("retry tools", "tools: to be tried again, by ada\n"),
    ("skip ui --why later", "ui: skipped by ada: later\n"),
    ("priority ui critical", "ui: priority critical, by ada\n"),
    ("limit agents 2", "limit agents 2, by ada\n"),
    ("limit cost 20", "limit cost $20.00, by ada\n"),
    ("limit spacing 5s", "limit spacing 5s, by ada\n"),
    ("limit model:opus 1", "limit model:opus 1, by ada\n"),
    ("pause", "paused by ada, what runs goes on\n"),
    ("pause --now", "paused by ada, what runs is stopped\n"),
    ("cancel --yes", "being cancelled by ada\n"),
    ("cancel --step ui --yes", "ui: cancelled by ada\n"),
    ("resolve 1 --why installed", "blocker 1 resolved by ada: retried\n"),
    (
      "reject accept --why no",
      "accept: ended, ada rejected it: no; the step has failed\n"
    ),
  ])
  func whatIsDoneIsTold(_ line: String, _ output: String) throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try answered(line, run)
    #expect(result.errors == "")
    #expect(result.status == 0)
    #expect(result.output == output)
  }

  @Test func whatIsRefusedByTheRunnerFails() throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try answered("approve accept", run) { run in
      guard try !JournalFile.open(run.folder, .read).waitingMessages(of: run.session).isEmpty else {
        return false
      }
      // Somebody else was faster.
      try run.hear(.command(.approve(step: "accept"), by: "bob"))
      return try run.takeUp()
    }
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("divisi: `accept` waits for no one\n"))
  }

  @Test func withoutARunnerItIsKept() throws {
    let run = try PlayedRun.busy(in: scratch)
    run.leave()
    let result = try scratch.divisi("approve accept", environment: ["USER": "ada"])
    #expect(result.status == 0)
    #expect(
      result.errors
        == "kept: nobody runs \(run.session); it takes effect on divisi resume \(run.session)\n")
    let status = try scratch.divisi("status")
    #expect(status.output.contains("inbox     approve `accept` (ada), not taken up yet\n"))
    let again = try scratch.divisi("--json approve accept")
    #expect(again.status == 1)
    let json = try JSON.parse(again.output)
    #expect(json["result"] == "refused")
    #expect(json["reason"] == "`accept` waits for no one")
  }

  @Test(arguments: [
    ("approve ui", "divisi: `ui` waits for no one\n"),
    ("retry lint", "divisi: `lint` is completed\n"),
    ("answer api yes", "divisi: `api` has asked nothing\n"),
    ("resolve 9 --why x", "divisi: there is no blocker 9\n"),
    ("priority lint low", "divisi: `lint` is completed\n"),
    ("limit agents 0", "divisi: at least one is needed; to start nothing, pause the run\n"),
    ("cancel", "divisi: nobody is there to ask\n  hint: --yes cancels without asking\n"),
    (
      "approve acept",
      "divisi: there is no step `acept` in checkout\n  hint: did you mean `accept`?\n"
    ),
  ])
  func whatPlainlyCannotBeIsNotPosted(_ line: String, _ errors: String) throws {
    let run = try PlayedRun.busy(in: scratch)
    let result = try scratch.divisi(line)
    #expect(result.status == 1)
    #expect(result.errors == errors)
    #expect(try JournalFile.open(run.folder, .read).waitingMessages(of: run.session).isEmpty)
  }

  @Test(arguments: [
    "skip ui", "reject ui", "resolve 1", "limit speed 3", "limit agents many",
    "limit cost lots", "limit model: 3", "priority ui urgent", "answer ui",
  ])
  func aLineThatSaysTooLittleIsAUsageError(_ line: String) throws {
    let result = try scratch.divisi(line)
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.errors.contains("--help"))
  }
}
