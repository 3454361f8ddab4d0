import Conducting
import Foundation
import JSONValues
import Plans
import TestSupport
import Testing

/// A program that goes on while the test does.
final class Running {
  private let process = Process()
  private let capture: TemporaryFolder

  init(
    _ line: String, in scratch: Scratch, person: String = "ada", environment: [String: String] = [:]
  ) throws {
    capture = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: builtProgram("divisi"))
    process.arguments = line.split(separator: " ").map(String.init)
    process.currentDirectoryURL = URL(fileURLWithPath: scratch.folder.path)
    process.environment = scratch.environment.merging(["USER": person]) { _, new in new }
      .merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: try capture.write("out", ""))
    process.standardError = FileHandle(forWritingAtPath: try capture.write("err", ""))
    try process.run()
  }

  /// Ends it at once, as a power cut would.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

  var isRunning: Bool { process.isRunning }

  /// What it has told so far, on both streams.
  func told() throws -> String { try capture.read("out") + capture.read("err") }

  deinit { if process.isRunning { kill() } }

  /// Waits for its end.
  func result() throws -> (status: Int32, output: String, errors: String) {
    process.waitUntilExit()
    return (process.terminationStatus, try capture.read("out"), try capture.read("err"))
  }
}

/// What goes on until something has ended, and does end with it.
@Suite(.timeLimit(.minutes(20))) struct FollowingTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func eventsAreFollowedToTheEndOfTheRun() throws {
    let run = try PlayedRun(in: scratch, [RunStep("a", kind: .command)])
    let running = try Running("--json events -f", in: scratch)
    try run.hear(.launched(run.attempt("a"), process: "1"))
    try run.wait(.minutes(1))
    try run.hear(.ended(run.attempt("a"), .succeeded(summary: "ok"), Usage()))
    let result = try running.result()
    #expect(result.status == 0, "\(result.errors)")
    let events = try result.output.split(separator: "\n").map { try JSON.parse(String($0)) }
    #expect(events.map { $0["event"]?["seq"]?.count } == Array(1...run.state.sequence))
    #expect(events.last?["event"]?["kind"] == "runEnded")
    let later = try scratch.divisi("--json events -f --after 3 --step a")
    #expect(later.output.split(separator: "\n").count == 4)
  }

  @Test func whoFollowsIsToldThatNobodyRunsTheRun() throws {
    let run = try PlayedRun(in: scratch, [RunStep("a", kind: .command)])
    run.leave()
    let followers = [
      try Running("events -f", in: scratch), try Running("logs a -f", in: scratch),
    ]
    let words = "nobody runs \(run.session) now; divisi resume \(run.session) goes on with it\n"
    for follower in followers {
      while follower.isRunning, !(try follower.told().contains(words)) { usleep(20_000) }
      let told = try follower.told()
      #expect(follower.isRunning, "\(told)")
      #expect(told.hasSuffix(words), "\(told)")
      follower.kill()
    }
  }

  @Test func anAttemptIsReadAlongToItsEnd() throws {
    let run = try PlayedRun(in: scratch, [PlayedRun.agent("api")])
    try run.launch("api")
    let stream = PlayedRun.stream(tool: "make test", done: true)
    try run.write("api", "stdout.jsonl", String(stream.prefix(300)))
    let running = try Running("logs api -f", in: scratch)
    try run.write("api", "stdout.jsonl", stream)
    try run.end("api")
    try run.hear(.inspected(run.attempt("api"), .accepted(head: try run.commit("HEAD"))))
    try run.check("api", Check(gate: 0), Verdict(.passed, "12 tests"), log: "12 passed\n")
    try run.land("api")
    let result = try running.result()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("$ make test\n  12 passed\n"))
    #expect(result.output.contains("gate `make test`\n  12 passed\n  all of it in .divisi/runs/"))
    #expect(result.output.contains("/output.log\npassed: 12 tests\n"))
    #expect(result.output.contains("landed as "))
  }
}
