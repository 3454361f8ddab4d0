import Agents
import Foundation
import Terminal
import TestSupport
import Testing

@testable import Reports

/// What agents said and did, from streams of the real programs.
@Suite struct ActivityLogTests {
  private static let streams = packageRoot() + "/Tests/AgentsTests/Streams/"

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: streams + name + ".jsonl")))
  }

  private static func dialect(_ name: String) -> StreamDialect {
    name.hasPrefix("claude") ? .claude : name.hasPrefix("codex") ? .codex : .entries
  }

  private static func log(_ name: String, pieces: Int = .max) throws -> String {
    var log = ActivityLog(dialect(name), in: "/repository", on: .plain)
    var text = ""
    var rest = try bytes(name)[...]
    while !rest.isEmpty {
      text += log.receive(Array(rest.prefix(pieces)))
      rest = rest.dropFirst(pieces)
    }
    return text + log.finish()
  }

  @Test func realStreamsReadLikeAStory() throws {
    let names = [
      "claude-success", "claude-sub-agent", "claude-question", "claude-rate-limit",
      "claude-retried", "codex-success", "codex-failing-command", "codex-patch", "codex-retried",
      "vibe-success",
    ]
    let text = try names.map { "=== \($0)\n\(try Self.log($0))" }.joined(separator: "\n")
    expectGolden(text, at: packageRoot() + "/Tests/ReportsTests/Golden/logs.txt")
  }

  @Test func howAStreamIsCutChangesNothing() throws {
    for name in ["claude-sub-agent", "codex-patch", "vibe-success"] {
      #expect(try Self.log(name) == (try Self.log(name, pieces: 7)), "\(name)")
    }
  }

  @Test func noRecordedStreamHarmsATerminal() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.streams)
      .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }
    #expect(names.count > 30)
    for name in names {
      let text = try Self.log(name)
      #expect(
        !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }, "\(name)")
    }
  }

  @Test func garbageAndCodesAreMadeHarmless() {
    var log = ActivityLog(.text, on: .plain)
    let bytes: [UInt8] = Array("one\u{1B}[31mred\u{1B}[0m\tx\r\n".utf8) + [0xFF, 0x07, 0x0A]
    #expect(log.receive(bytes) + log.finish() == "onered\tx\n\u{FFFD}·\n")
  }

  @Test func ofLongOutputTheEndIsShown() throws {
    var log = ActivityLog(.codex, on: .plain)
    let output = (1...100).map { "line \($0)" }.joined(separator: "\\n")
    let line =
      #"{"type":"item.completed","item":{"id":"1","type":"command_execution","command":"make","#
      + #""aggregated_output":"\#(output)","status":"failed"}}"#
    let text = log.receive(Array((line + "\n").utf8))
    #expect(
      text == """
        $ make
          ... 94 lines
          line 95
          line 96
          line 97
          line 98
          line 99
          line 100
          failed

        """)
  }

  @Test func whatAnAgentDoesIsSaidInFewWords() throws {
    var reader = StreamReader(.claude)
    let bytes = try Self.bytes("claude-success")
    var seen: Set<String> = []
    for line in bytes.split(separator: 10) {
      _ = reader.receive(Array(line) + [10])
      if let words = reader.account.doing(in: "/repository") { seen.insert(words) }
    }
    #expect(seen.contains("thinks"))
    #expect(seen.contains("is done"))
    #expect(seen.contains { $0.hasPrefix("edits hello.txt") }, "\(seen)")
  }
}
