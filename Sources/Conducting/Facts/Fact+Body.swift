internal import JSONValues
internal import Plans

extension Fact {
  /// The fact as one line of JSON: `{"v":1,"attemptBegan":{"step":"api","attempt":1}}`.
  package var body: String { plainBody ?? codedBody }

  /// The same by way of a coder, which can write every fact.
  var codedBody: String { "{\"v\":\(Self.format)," + JSON.line(of: self).dropFirst() }

  /// What every attempt at a command comes to, put together as text: a coder takes ten times as long, which thousands
  /// of short commands would feel. Nothing for all other facts, and for names that must be escaped.
  private var plainBody: String? {
    switch self {
    case .attemptBegan(let step, let attempt, nil, nil, nil):
      return Self.plain("attemptBegan", step, attempt)
    case .attemptLaunched(let step, let attempt, let process):
      guard process.isPlain else { return nil }
      return Self.plain("attemptLaunched", step, attempt, ",\"process\":\"\(process)\"")
    case .attemptFinished(let step, let attempt, let summary, let usage, let charged):
      guard summary.isPlain else { return nil }
      return Self.plain(
        "attemptFinished", step, attempt,
        ",\"summary\":\"\(summary)\",\"usage\":\(usage.body),\"charged\":\(charged.body)")
    case .attemptEnded(let step, let attempt, nil, let usage, let charged, .completed):
      return Self.plain(
        "attemptEnded", step, attempt,
        ",\"usage\":\(usage.body),\"charged\":\(charged.body),\"fate\":{\"completed\":{}}")
    default: return nil
    }
  }

  private static func plain(
    _ kind: String, _ step: StepID, _ attempt: Int, _ more: String = ""
  ) -> String? {
    guard step.text.isPlain else { return nil }
    return "{\"v\":\(format),\"\(kind)\":{\"step\":\"\(step.text)\",\"attempt\":\(attempt)\(more)}}"
  }
}

extension Usage {
  fileprivate var body: String {
    let tokens = tokens.map { "\"tokens\":\($0)" }
    guard let cost else { return "{\(tokens ?? "")}" }
    return "{\"cost\":\(cost.microdollars)\(tokens.map { "," + $0 } ?? "")}"
  }
}

extension String {
  /// Whether it stands in JSON as it is.
  fileprivate var isPlain: Bool {
    utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
  }
}
