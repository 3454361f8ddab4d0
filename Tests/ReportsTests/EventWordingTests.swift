import Conducting
import Foundation
import Plans
import Terminal
import TestSupport
import Testing

@testable import Reports

/// Every kind of fact is said in plain words. The facts are those whose bodies are kept for ever.
@Suite struct EventWordingTests {
  private static func facts() throws -> [Fact] {
    let path = packageRoot() + "/Tests/ConductingTests/Golden/facts.jsonl"
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try Fact(body: String($0))
    }
  }

  @Test func everyKindOfFactHasItsSentence() throws {
    let wording = EventWording { _, check in check.gate == 1 ? "make test" : nil }
    let lines = try Self.facts().map { fact in
      let event = Event(at: Instant(milliseconds: 0), fact)
      let kind = Fact.kind(ofBody: fact.body)
      return kind + String(repeating: " ", count: max(1, 20 - kind.count))
        + wording.sentence(event)
    }
    for line in lines { #expect(line.split(separator: " ").count > 1, "\(line)") }
    expectGolden(
      lines.joined(separator: "\n") + "\n",
      at: packageRoot() + "/Tests/ReportsTests/Golden/sentences.txt")
  }

  @Test func aLineFitsItsScreenAndHarmsNobody() throws {
    var state = RunState()
    state.apply(
      Event(at: Instant(milliseconds: 0), .stepsPlanned(steps: [RunStep("api", kind: .agent)])))
    var lines = EventLines(of: state, on: Screen(width: 60, palette: .plain), clock: .utc)
    let event = NumberedEvent(
      sequence: 7,
      Event(
        at: Instant(milliseconds: 1_767_225_661_000),
        .attemptAnswered(
          step: "api", attempt: 2, text: "first\u{1B}[2J line\nsecond, which is much too long",
          by: "ada")))
    let text = lines.line(event)
    #expect(
      text == """
        2026-01-01
            7  00:01:01  api #2  answered by ada: first·[2J line...
        """)
    #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= 60 })
    #expect(!lines.line(event).contains("2026"), "a day is told once")
  }

  @Test func aLineForProgramsHoldsTheWholeFact() throws {
    for fact in try Self.facts() {
      let event = NumberedEvent(sequence: 3, Event(at: Instant(milliseconds: 5), fact))
      let line = EventLines.json(event)
      #expect(!line.contains("\n"))
      #expect(
        line.hasPrefix(
          "{\"event\":{\"seq\":3,\"at\":5,\"kind\":\"\(Fact.kind(ofBody: fact.body))\""))
      let body = try #require(line.range(of: "\"body\":"))
      #expect(try Fact(body: String(line[body.upperBound...].dropLast(2))) == fact)
    }
  }

  @Test func whatProvesAVerdictIsAnObject() throws {
    let verdict = Verdict(.passed, "exit 0", proof: #"{"command":"make","status":0}"#)
    let fact = Fact.checkEnded(step: "a", attempt: 1, check: Check(gate: 0), verdict: verdict)
    let line = EventLines.json(
      NumberedEvent(sequence: 3, Event(at: Instant(milliseconds: 5), fact)))
    #expect(
      line == #"""
        {"event":{"seq":3,"at":5,"kind":"checkEnded","step":"a","attempt":1,"body":{"v":1,\#
        "checkEnded":{"step":"a","attempt":1,"check":{"gate":0,"round":1},\#
        "verdict":{"result":"passed","evidence":"exit 0","proof":{"command":"make","status":0}}}}}}
        """#)
  }
}
