import Foundation
import JSONValues
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `divisi rehearse`, as a person runs it.
@Suite struct RehearseCommandTests {
  @Test func theExampleIsShownAsATimeTable() throws {
    let scratch = try Scratch(example: true)
    let result = try scratch.divisi("rehearse checkout")
    #expect(result.status == 0)
    #expect(
      result.output == """
        Checkout flow: 56m with 4 agents

                    0          10m        20m        30m         40m        50m
                    ┬──────────┬──────────┬──────────┬───────────┬──────────┬──────
        * schema    ███████████▒▒                                                    11m
        * api                   █████████████████████████████▒▒▒▒                    29m
          form                  ███████████████████████▒▒                            21m
        * receipts              ·································█████████████████▒  16m
        * release                                                                 ◆

          █ at work  ▒ gates  ◆ approved  · could go on, waits  * critical path

          length          56m where every estimate holds
          likely          55m; 32m to 1h 22m, 9 of 10 within 1h 19m (20 seeds)
          critical path   schema -> api -> receipts -> release
          agents          4 at once, 33% of their time at work
          held up by      shared files 52%, what steps need 45%, gates and merges 4%
          one agent more  changes nothing
          without limit   changes nothing
          cost            unknown, as no history says what steps cost
          tokens          unknown
          taken for       1m for a command gate, 3m for a review, nothing for an
                          approval

        """)
  }

  @Test func aTerminalOfPlainLettersIsGivenPlainLetters() throws {
    let scratch = try Scratch(example: true)
    let output = try scratch.divisi("rehearse checkout", environment: ["LANG": "C"]).output
    #expect(output.utf8.allSatisfy { $0 < 0x80 })
    #expect(output.contains("* api                   #############################===="))
  }

  @Test func optionsChangeWhatIsPlayed() throws {
    let scratch = try Scratch(example: true)
    func seconds(_ options: String) throws -> Double {
      let line = "--json rehearse checkout --seeds 1 " + options
      return try #require(JSON.parse(scratch.divisi(line).output)["seconds"]?.number)
    }
    #expect(try seconds("") == 56 * 60)
    #expect(try seconds("--agents 1") == (11 + 29 + 21 + 16) * 60 - 2 * 60)
    #expect(try seconds("--speed 2") == 28 * 60)
    #expect(try seconds("--approval-delay 1h") == 116 * 60)
    #expect(try seconds("--set limits.agents=1") == (try seconds("--agents 1")))
    #expect(try seconds("--failures 30 --seed 3") > 56 * 60)
  }

  @Test func programsAreGivenEverything() throws {
    let scratch = try Scratch(example: true)
    let json = try JSON.parse(scratch.divisi("--json rehearse checkout").output)
    #expect(
      json.keys == [
        "plan", "title", "seed", "agents", "result", "seconds", "range", "failed_attempts",
        "critical_path", "utilisation", "held_up_by", "one_more_agent", "unlimited_agents", "cost",
        "tokens", "steps",
      ])
    #expect(
      json["range"]?.keys == [
        "seeds", "failed", "blocked", "min", "median", "p90", "max",
      ])
    guard case .array(let steps)? = json["steps"], let first = steps.first,
      case .array(let bars)? = first["bars"], let bar = bars.first
    else {
      Issue.record("no steps")
      return
    }
    #expect(steps.count == 5)
    #expect(first.keys == ["id", "critical", "began", "ended", "bars"])
    #expect(bar.keys == ["attempt", "doing", "from", "to", "failed"])
    #expect(bar["doing"] == "working")
    #expect(bar["to"]?.number == 600)
  }

  @Test func thePictureIsWellFormed() throws {
    let scratch = try Scratch(example: true)
    let result = try scratch.divisi("rehearse checkout --quiet -o table.svg --failures 30 --seed 3")
    #expect(result.status == 0)
    #expect(result.output == "")
    let data = try Data(contentsOf: URL(fileURLWithPath: scratch.folder.path + "/table.svg"))
    let text = String(decoding: data, as: UTF8.self)
    let parser = XMLParser(data: data)
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    for id in ["schema", "api", "form", "receipts", "release"] {
      #expect(text.contains(">\(id)</text>"))
    }
    for name in ["working", "verifying", "failed", "outline", "path"] {
      #expect(text.contains("class=\"\(name)\""), "\(name)")
    }
    #expect(text.contains("prefers-color-scheme:dark"))
  }

  @Test func aPlanThatIsNotValidIsToldAsCheckTellsIt() throws {
    let scratch = try Scratch(example: true)
    let path = scratch.folder.path + "/.orchestration/sessions/checkout.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("[schema]", with: "[shema]").write(
      toFile: path, atomically: true, encoding: .utf8)
    let (checked, rehearsed) = (
      try scratch.divisi("check checkout --quiet"), try scratch.divisi("rehearse checkout --quiet")
    )
    #expect(rehearsed.status == 1)
    #expect(rehearsed.status == checked.status)
    #expect(rehearsed.errors == checked.errors)
    #expect(rehearsed.errors.contains("needs `shema`, which is no step"))
  }

  @Test func aRunThatWouldWaitForEverSaysForWhat() throws {
    let scratch = try Scratch()
    try """
    id: starved
    title: Never enough
    status: planned
    workflow:
      phases:
        - {id: a, title: A, status: pending, run: make, estimate: 5m}
        - {id: b, title: B, status: pending, run: make, resources: [{licence: 5}]}
    """.write(
      toFile: scratch.folder.path + "/starved.yaml", atomically: true, encoding: .utf8)
    let result = try scratch.divisi("rehearse starved.yaml")
    #expect(result.status == 1)
    #expect(result.output.contains("Never enough: stops after 5m with 4 agents, and is not done"))
    #expect(
      result.output.contains("waits for       b: it takes 5 of `resource:licence`"))
    let json = try JSON.parse(scratch.divisi("--json rehearse starved.yaml").output)
    #expect(json["result"] == "blocked")
    #expect(json.keys.contains("waits"))
  }

  @Test func aFinishedPlanHasNothingLeftToPlay() throws {
    let scratch = try Scratch()
    try """
    id: over
    title: All done
    status: planned
    workflow:
      phases:
        - {id: a, title: A, status: completed, run: make}
    """.write(toFile: scratch.folder.path + "/over.yaml", atomically: true, encoding: .utf8)
    let result = try scratch.divisi("rehearse over.yaml")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("All done: nothing is left to do\n"))
  }

  @Test func valuesThatMakeNoSenseAreRefused() throws {
    let scratch = try Scratch(example: true)
    for options in [
      "--agents 0", "--seeds 0", "--failures 101", "--failures -1", "--speed 0",
      "--approval-delay soon", "--set agents",
    ] {
      #expect(try scratch.divisi("rehearse checkout " + options).status == 2, "\(options)")
    }
  }

  @Test func longPlansAreFoldedAndTheRestIsCounted() throws {
    let scratch = try Scratch()
    var text = "id: long\ntitle: Long\nstatus: planned\nworkflow:\n  phases:\n"
    for number in 0..<90 {
      text += "    - {id: s-\(number), title: S, status: pending, run: make, estimate: 5m}\n"
    }
    try text.write(toFile: scratch.folder.path + "/long.yaml", atomically: true, encoding: .utf8)
    let output = try scratch.divisi("rehearse long.yaml --seeds 1").output
    #expect(output.contains("  and 30 more steps (--json lists them)\n"))
    #expect(output.split(separator: "\n").count { $0.contains("█") && $0.contains("s-") } == 60)
  }
}

extension JSON {
  fileprivate var keys: [String] {
    if case .object(let members) = self { members.map(\.name) } else { [] }
  }

  fileprivate var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }
}
