import Foundation
import TestSupport
import Testing

@testable import Agents

/// What a stream tells to somebody who reads along.
@Suite struct NarratorTests {
  private static let streams = packageRoot() + "/Tests/AgentsTests/Streams/"

  private static var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: streams)) ?? []
    return all.filter { $0.hasSuffix(".jsonl") }.sorted()
  }

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: streams + name)))
  }

  private static func dialect(_ name: String) -> StreamDialect {
    name.hasPrefix("claude") ? .claude : name.hasPrefix("codex") ? .codex : .entries
  }

  @Test func itTellsTheEventsOfTheReader() throws {
    #expect(Self.names.count > 30)
    for name in Self.names {
      var reader = StreamReader(Self.dialect(name))
      let events = reader.receive(try Self.bytes(name)) + reader.finish()
      var narrator = StreamNarrator(Self.dialect(name))
      let items = narrator.receive(try Self.bytes(name)) + narrator.finish()
      let told = items.compactMap { item in
        if case .event(let event) = item { event } else { nil }
      }
      #expect(told == events, "\(name)")
      #expect(narrator.account == reader.account, "\(name)")
    }
  }

  @Test func whatToolsPrintedStandsBetweenTheirBeginningAndEnd() throws {
    for name in ["claude-success.jsonl", "codex-failing-command.jsonl", "vibe-success.jsonl"] {
      var narrator = StreamNarrator(Self.dialect(name))
      let items = narrator.receive(try Self.bytes(name)) + narrator.finish()
      var open: Set<String> = []
      var outputs = 0
      for item in items {
        switch item {
        case .event(.toolBegan(let use)): open.insert(use.id)
        case .event(.toolEnded(let id, _)): open.remove(id)
        case .output(let tool, let text):
          outputs += 1
          #expect(open.contains(tool), "\(name)")
          #expect(!text.isEmpty)
        default: break
        }
      }
      #expect(outputs > 0, "\(name)")
    }
  }

  @Test func aStreamIsKnownByItsFirstLines() throws {
    for name in Self.names {
      let bytes = try Self.bytes(name)
      // Some end before they have said anything.
      guard bytes.contains(UInt8(ascii: "{")) else { continue }
      #expect(StreamDialect(sniffing: bytes) == Self.dialect(name), "\(name)")
    }
    #expect(StreamDialect(sniffing: Array("hello\n{\"summary\":\"x\"}\n".utf8)) == .text)
    #expect(StreamDialect(sniffing: []) == .text)
  }
}
