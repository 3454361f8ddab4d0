import Diagnostics
import Documents
import TestSupport
import Testing

/// For random documents and random changes: the changed text means what the change means, and no
/// byte outside of the stretch that the change reports is another.
@Suite struct EditPropertyTests {
  @Test func aChangeDoesWhatItSaysAndNothingElse() throws {
    var done = 0
    var refused = 0
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var writer = RandomDocument(generator: generator)
      let text = writer.write()
      generator = writer.generator
      let reading = YAMLTree.parse(SourceText(path: "random.yaml", text))
      guard let tree = reading.value, !reading.hasErrors else {
        Issue.record("seed \(seed): the generator wrote no YAML: \(reading.diagnostics)\n\(text)")
        return
      }
      let edit = randomEdit(of: tree.value, &generator)
      var editor = YAMLEditor(Array(text.utf8))
      do {
        let splice = try editor.apply(edit)
        done += 1
        let after = YAMLTree.parse(SourceText(path: "random.yaml", bytes: editor.bytes))
        let meant = try tree.value.applying(edit)
        #expect(after.value?.value.inKeyOrder == meant.inKeyOrder, "seed \(seed): \(edit)\n\(text)")
        var expected = Array(text.utf8)
        if let splice { expected.replaceSubrange(splice.range, with: splice.replacement) }
        #expect(editor.bytes == expected, "seed \(seed)")
      } catch YAMLEditError.cannotBeWritten {
        Issue.record("seed \(seed): cannot write \(edit)\n\(text)")
      } catch {
        // Nothing was changed where a change makes no sense.
        refused += 1
        #expect(editor.bytes == Array(text.utf8), "seed \(seed)")
      }
    }
    #expect(done > 3300, "only \(done) changes were made, \(refused) refused")
  }

  // MARK: Random changes

  private func randomEdit(of value: YAMLValue, _ generator: inout SeededGenerator) -> YAMLEdit {
    var parts: [YAMLPath.Part] = []
    var current = value
    descending: while true {
      switch current {
      case .mapping(let entries)
      where !entries.isEmpty && Int.random(in: 0..<6, using: &generator) > 0:
        let entry = entries.randomElement(using: &generator)!
        parts.append(.key(entry.key))
        current = entry.value
      case .list(let items) where !items.isEmpty && Int.random(in: 0..<6, using: &generator) > 0:
        let index = items.indices.randomElement(using: &generator)!
        parts.append(.index(index))
        current = items[index]
      default: break descending
      }
    }
    if parts.isEmpty || Int.random(in: 0..<5, using: &generator) == 0 {
      parts.append(.key(["added", "new key", "x-y"].randomElement(using: &generator)!))
      if Bool.random(using: &generator) { parts.append(.key("inner")) }
    }
    let path = YAMLPath(parts)
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return .remove(path)
    case 1: return .append(path, randomValue(&generator))
    default: return .set(path, randomValue(&generator))
    }
  }

  private func randomValue(_ generator: inout SeededGenerator) -> YAMLValue {
    [
      .text("completed"), .text("with: colon"), .text("# no comment"), .text("it's"), .text("null"),
      .text("two\nlines"), .text("\u{E4}\u{1F600}"), .text(""), .text("- dash"), .text("*star"),
      .text("a, b]"), .text("1.10"), .plain("42"), .plain("true"), .plain("null"),
      .list([.text("a"), .text("b, c")]),
      .mapping([.init("k", .text("v")), .init("n", .plain("1"))]),
      .list([]), .text(" leading"), .text("trailing "), .text("say \"hi\""), .text("back\\slash"),
    ].randomElement(using: &generator)!
  }
}

/// Writes YAML as people do: blocks and brackets mixed, comments, quotes, odd line ends.
private struct RandomDocument {
  var generator: SeededGenerator
  private var text = ""
  private var lineEnd = "\n"
  private var step = 2

  init(generator: SeededGenerator) { self.generator = generator }

  mutating func write() -> String {
    lineEnd = chance(5) ? "\r\n" : "\n"
    step = [2, 2, 4].randomElement(using: &generator)!
    if chance(8) { text += "\u{FEFF}" }
    if chance(4) { text += "# first line\(lineEnd)" }
    mapping(indent: 0, depth: 3, isBehindDash: false)
    if chance(4) {
      while text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
    }
    return text
  }

  private mutating func chance(_ one: Int) -> Bool {
    Int.random(in: 0..<one, using: &generator) == 0
  }

  private mutating func mapping(indent: Int, depth: Int, isBehindDash: Bool) {
    let keys = ["id", "title", "steps", "b", "a key", "\u{FC}ber", "'quoted'", "x"].shuffled(
      using: &generator)
    for (index, key) in keys.prefix(Int.random(in: 1...4, using: &generator)).enumerated() {
      if index > 0 || !isBehindDash {
        if chance(6) { text += spaces(indent) + "# about \(key)" + lineEnd }
        if chance(9) { text += lineEnd }
        text += spaces(indent)
      }
      text += key + ":"
      value(indent: indent, depth: depth)
    }
  }

  private mutating func value(indent: Int, depth: Int) {
    switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &generator) {
    case 0: end(comment: true)
    case 1:
      text += " |" + lineEnd
      for line in 0..<Int.random(in: 1...2, using: &generator) {
        text += spaces(indent + step) + "line \(line): here # not a comment" + lineEnd
      }
    case 2:
      text += " " + flow(depth: 2)
      end(comment: true)
    case 3:
      text += " \"double \\\"quoted\\\" \u{E9}\""
      end(comment: true)
    case 4:
      text += " 'single ''quoted'''"
      end(comment: true)
    case 5...7:
      text += " " + word()
      end(comment: true)
    case 8, 9:
      end(comment: true)
      mapping(indent: indent + step, depth: depth - 1, isBehindDash: false)
    default:
      end(comment: true)
      let inner = chance(2) ? indent : indent + step
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        text += spaces(inner) + "-"
        if chance(3) {
          text += " "
          mapping(indent: inner + 2, depth: depth - 1, isBehindDash: true)
        } else {
          text += " " + word()
          end(comment: true)
        }
      }
    }
  }

  private mutating func flow(depth: Int) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 4 : 2), using: &generator) {
    case 0: return word()
    case 1: return "\"q, \(Int.random(in: 0..<9, using: &generator))\""
    case 2:
      return "["
        + (0..<Int.random(in: 0...3, using: &generator)).map { _ in flow(depth: depth - 1) }
        .joined(separator: chance(2) ? ", " : ",") + "]"
    default:
      let keys = ["k", "l", "m"].prefix(Int.random(in: 0...3, using: &generator))
      return "{" + keys.map { "\($0): \(flow(depth: depth - 1))" }.joined(separator: ", ") + "}"
    }
  }

  private mutating func word() -> String {
    [
      "plain", "two words", "7", "true", "30m", "src/x.py", "null", "3.5", "\u{E4}\u{F6}", "x#y",
      "a:b",
    ]
    .randomElement(using: &generator)!
  }

  private mutating func end(comment: Bool) {
    if comment, chance(5) { text += "  # why" }
    if chance(12) { text += " " }
    text += lineEnd
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
