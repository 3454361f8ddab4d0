import Evidence
import JSONValues
import Plans

/// Reads text for people. Each line is something said. The last line may be a JSON object that says what
/// came of it: `{"summary": "...", "error": "...", "session": "...", "turns": 3, "cost": 0.12,
/// "tokens": {"input": 100, "output": 10}}`, with at least one of these keys.
struct TextReader: LineReader {
  private static let keys: Set<String> = [
    "summary", "error", "session", "turns", "cost", "tokens", "answer", "resets_at",
  ]

  /// A line that says what came of it if it is the last.
  private var pending: (line: String, report: JSON)?

  mutating func read(_ line: UnsafeRawBufferPointer) -> [StreamEvent] {
    let before = pending.map { [StreamEvent.said($0.line)] } ?? []
    pending = nil
    let text = String(decoding: line, as: UTF8.self).withoutTerminalCodes
    if line.first == UInt8(ascii: "{"), let entry = try? JSON.parse(line),
      entry.members.contains(where: { Self.keys.contains($0.name) })
    {
      pending = (text, entry)
      return before
    }
    return before + (text.isEmpty ? [] : [.said(text)])
  }

  mutating func finish() -> [StreamEvent] {
    defer { pending = nil }
    return pending.map { Self.report($0.report) } ?? []
  }

  private static func words(ofError error: JSON) -> String? {
    switch error {
    case .null, .bool(false): nil
    case .string(let text): text.allSatisfy(\.isWhitespace) ? nil : text
    default: error["message"]?.text ?? error.text(.compact)
    }
  }

  private static func report(_ entry: JSON) -> [StreamEvent] {
    var events: [StreamEvent] = []
    if let session = entry["session"]?.text { events.append(.session(session)) }
    let tokens = entry["tokens"]
    let usage: Usage? =
      tokens.flatMap { tokens in
        if let total = tokens.count { return Usage(input: total) }
        guard let input = tokens["input"]?.count, let output = tokens["output"]?.count else {
          return nil
        }
        return Usage(input: input, output: output)
      }
    // Many write the key whatever came of it, and leave it empty.
    let error = entry["error"].flatMap(words(ofError:))
    let kind = error.flatMap { words in
      FailureKind(rawValue: words) ?? FailureWords.kind(of: words)
    }
    if kind == .rateLimit {
      let reset =
        entry["resets_at"]?.count.map { ResetTime.at($0) } ?? error.flatMap(ResetTime.named)
      events.append(.limited(LimitNotice(isReached: true, reset: reset)))
    }
    events.append(
      .concluded(
        Conclusion(
          isError: error != nil, text: error ?? entry["summary"]?.text, failure: kind,
          turns: entry["turns"]?.count, usage: usage,
          cost: entry["cost"]?.number.flatMap { Money(dollars: $0) },
          answer: entry["answer"].map { $0.text(.compact) })))
    return events
  }
}
