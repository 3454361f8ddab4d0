import Foundation
import JSONValues
import TestSupport
import Testing

@Suite struct JSONTests {
  @Test func keysKeepTheirOrder() throws {
    let value: JSON = ["z": 1, "a": [true, nil, 2.5], "m": [:], "e": []]
    #expect(value.text(.compact) == #"{"z":1,"a":[true,null,2.5],"m":{},"e":[]}"#)
    #expect(
      value.text() == """
        {
          "z": 1,
          "a": [
            true,
            null,
            2.5
          ],
          "m": {},
          "e": []
        }
        """)
  }

  @Test(arguments: [
    (#""\u00e4\ud83d\ude00\n""#, "\u{E4}\u{1F600}\n"), (#""\ud83dx""#, "\u{FFFD}x"),
    (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""a\/b""#, "a/b"),
  ])
  func escapesAreRead(text: String, meant: String) throws {
    #expect(try JSON.parse(text) == .string(meant))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "-", "\"\u{1}\"", "\"abc", "nul", "1 2", "{\"a\":}",
    "\"\\u12g4\"", "\"\\x\"", "[1 2]", "+1", ".5", "1e",
  ])
  func whatIsNotJSONIsRefused(text: String) {
    #expect(throws: JSONFlaw.self) { try JSON.parse(text) }
  }

  @Test func depthIsBounded() {
    #expect(throws: JSONFlaw.self) { try JSON.parse(String(repeating: "[", count: 100_000)) }
  }

  @Test func numbersThatFitAreWhole() throws {
    #expect(
      try JSON.parse("[9223372036854775807, 9223372036854775808, -0, 1e3]")
        == [.int(.max), .double(9_223_372_036_854_775_808), 0, 1000.0])
  }

  @Test func whatIsWrittenIsReadBackTheSame() throws {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let value = randomJSON(&generator, depth: 4)
      #expect(try JSON.parse(value.text(.compact)) == value, "seed \(seed)")
      #expect(try JSON.parse(value.text(.indented)) == value, "seed \(seed)")
    }
  }

  @Test func anotherReaderUnderstandsWhatIsWritten() throws {
    var generator = SeededGenerator(seed: 7)
    let value: JSON = .array((0..<50).map { _ in randomJSON(&generator, depth: 3) })
    let read = try JSONSerialization.jsonObject(with: Data(value.text().utf8)) as? [Any]
    #expect(read?.count == 50)
  }

  private func randomJSON(_ generator: inout SeededGenerator, depth: Int) -> JSON {
    let letters = Array("abc\"\\\n\t\u{7F}\u{E4}\u{1F600}/ \u{0}")
    func word(_ generator: inout SeededGenerator) -> String {
      String(
        (0..<Int.random(in: 0...6, using: &generator)).map { _ in
          letters.randomElement(using: &generator)!
        })
    }
    switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
    case 0: return nil
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int.random(in: .min ... .max, using: &generator))
    case 3: return .double(Double.random(in: -1e300...1e300, using: &generator))
    case 4: return .string(word(&generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          randomJSON(&generator, depth: depth - 1)
        })
    default:
      return .object(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          JSON.Member(word(&generator), randomJSON(&generator, depth: depth - 1))
        })
    }
  }
}
