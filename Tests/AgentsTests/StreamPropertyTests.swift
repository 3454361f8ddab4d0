import Agents
import TestSupport
import Testing

@Suite struct StreamPropertyTests {
  @Test(arguments: Recording.names)
  func aStreamTellsTheSameHoweverItIsCut(_ name: String) throws {
    let recording = try Recording(name)
    let whole = try events(of: recording, cutAt: [])
    for seed in UInt64(0)..<8 {
      var generator = SeededGenerator(seed: seed)
      var cuts: [Int] = []
      var position = 0
      while position < recording.output.count {
        cuts.append(position)
        position += Int.random(in: 0...(seed < 4 ? 40 : 3000), using: &generator)
      }
      #expect(try events(of: recording, cutAt: cuts) == whole, "seed \(seed)")
    }
  }

  @Test func anyBytesAreReadPast() {
    for seed in UInt64(0)..<60 {
      var generator = SeededGenerator(seed: seed)
      let count = Int.random(in: 0...4000, using: &generator)
      let bytes = (0..<count).map { _ in
        // Much of what breaks readers of JSON is made of few characters.
        Bool.random(using: &generator)
          ? Array("{}[]\":,\\\n\"type\"".utf8).randomElement(using: &generator)!
          : UInt8.random(in: 0...255, using: &generator)
      }
      for dialect in StreamDialect.allCases {
        var reader = StreamReader(dialect)
        _ = reader.receive(bytes)
        _ = reader.finish()
        _ = AttemptResult(
          AttemptRemains(account: reader.account, ending: .exited(0)),
          by: ResultRules(needsConclusion: true))
      }
    }
  }

  /// Values of every type in every place of real lines.
  @Test func linesOfUnexpectedShapeAreReadPast() throws {
    let values = [
      "null", "-1", "1e300", "\"x\"", "[]", "{}", "[null,{}]", "true", "99999999999999999999",
    ]
    for name in Recording.names {
      let recording = try Recording(name)
      for seed in UInt64(0)..<10 {
        var generator = SeededGenerator(seed: seed)
        var bytes = recording.output
        for _ in 0..<5 {
          let colons = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
          guard let colon = colons.randomElement(using: &generator) else { break }
          let end = bytes[colon...].dropFirst().firstIndex { [0x2C, 0x7D, 0x5D].contains($0) }
          bytes.replaceSubrange(
            (colon + 1)..<(end ?? bytes.endIndex),
            with: Array(values.randomElement(using: &generator)!.utf8))
        }
        var reader = try recording.reader()
        _ = reader.receive(bytes)
        _ = reader.finish()
        _ = AttemptResult(
          AttemptRemains(account: reader.account, ending: recording.ending),
          by: ResultRules(needsConclusion: true, usageOver: .session, costOver: .session))
      }
    }
  }

  @Test func garbageBetweenLinesChangesNothing() throws {
    let recording = try Recording("claude-success")
    let lines = recording.output.split(separator: UInt8(ascii: "\n"))
    let garbage: [[UInt8]] = [
      Array("warning: something\n".utf8), [0xFF, 0xFE, 0x80, 0x0A], Array("{\"type\":\n".utf8),
      Array("{\"type\":\"brand_new\",\"x\":[1,2]}\r\n".utf8), [0x0A, 0x0A], Array("[1,2]\n".utf8),
      Array("null\n".utf8),
    ]
    var reader = StreamReader(.claude)
    var found: [StreamEvent] = []
    for (index, line) in lines.enumerated() {
      found += reader.receive(garbage[index % garbage.count])
      found += reader.receive(Array(line) + [0x0A])
    }
    #expect(try events(of: recording, cutAt: []) == found)
  }

  @Test func anEndlessLineIsLetGoAndTheNextIsRead() {
    var reader = StreamReader(.codex, longestLine: 1000)
    for _ in 0..<100 { #expect(reader.receive(Array(repeating: 0x78, count: 777)).isEmpty) }
    let events = reader.receive(Array("\n{\"type\":\"thread.started\",\"thread_id\":\"t\"}\n".utf8))
    #expect(events == [.session("t")])
    #expect(reader.account.overlongLines == 1)
  }

  @Test func aLastLineWithoutItsBreakIsRead() {
    var reader = StreamReader(.codex)
    #expect(reader.receive(Array("{\"type\":\"thread.started\",\"thread_id\":\"t\"}".utf8)).isEmpty)
    #expect(reader.finish() == [.session("t")])
  }

  private func events(of recording: Recording, cutAt cuts: [Int]) throws -> [StreamEvent] {
    var reader = try recording.reader()
    var found: [StreamEvent] = []
    var start = 0
    for cut in cuts + [recording.output.count] {
      found += reader.receive(recording.output[start..<cut])
      start = cut
    }
    return found + reader.finish()
  }
}
