import JSONValues
import Plans

/// Reads lines of JSON that are entries of a conversation, in the forms that programs use: bare chat
/// messages, messages with a `type`, tool uses and their results, and a result at the end. Text between
/// them is passed over.
struct EntryReader: LineReader {
  private var lastMessage: String?
  /// The pieces of a message that comes in pieces.
  private var pieces = ""

  mutating func read(_ line: UnsafeRawBufferPointer) -> [StreamEvent] {
    guard line.first == UInt8(ascii: "{"), let entry = try? JSON.parse(line) else { return [] }
    var events: [StreamEvent] = []
    if let session = entry["session_id"]?.text ?? entry["sessionId"]?.text {
      events.append(.session(session))
    }
    let type = entry["type"]?.text
    switch type {
    case "tool_use", "tool_call": events += toolUse(entry)
    case "tool_result":
      if let id = entry["tool_id"]?.text ?? entry["tool_call_id"]?.text {
        events.append(.toolEnded(id: id, failed: entry["status"]?.text == "error"))
      }
    case "effect": events += effect(entry)
    case "error": events += failure(entry)
    case "result": events += result(entry)
    default: events += message(entry)
    }
    return events
  }

  private mutating func message(_ entry: JSON) -> [StreamEvent] {
    let role = entry["role"]?.text ?? entry["source"]?.text
    if role == "tool", let id = entry["tool_call_id"]?.text {
      return [.toolEnded(id: id, failed: entry["is_error"]?.flag ?? false)]
    }
    guard role == "assistant" || role == "agent" || role == "model" else {
      pieces = ""
      return []
    }
    var events: [StreamEvent] = []
    if let words = entry["content"]?.spoken ?? entry["message"]?.text, !words.isEmpty {
      pieces = entry["delta"]?.flag == true ? pieces + words : words
      // Bounded, because a program that talks in pieces may do so for ever.
      if pieces.utf8.count > 1 << 20 { pieces = words }
      lastMessage = pieces
      events.append(.said(words))
    }
    for call in entry["tool_calls"]?.items ?? [] { events += toolUse(call) }
    return events
  }

  private mutating func toolUse(_ entry: JSON) -> [StreamEvent] {
    pieces = ""
    let function = entry["function"] ?? entry
    guard let id = entry["tool_id"]?.text ?? entry["id"]?.text,
      let name = entry["tool_name"]?.text ?? function["name"]?.text
    else { return [] }
    let written = function["arguments"]?.text.flatMap { try? JSON.parse($0) }
    let input = written ?? entry["parameters"] ?? function["arguments"] ?? entry["input"]
    return [.toolBegan(ToolUse(id: id, name: name, kind: Self.kind(name, input)))]
  }

  private mutating func effect(_ entry: JSON) -> [StreamEvent] {
    pieces = ""
    guard let detail = entry["detail"], let name = detail["toolName"]?.text else { return [] }
    let id = entry["id"]?.text ?? entry["effectId"]?.text ?? name
    let use = ToolUse(id: id, name: name, kind: Self.kind(name, detail["input"]))
    switch entry["state"]?["status"]?.text {
    case "completed", "success": return [.toolBegan(use), .toolEnded(id: id, failed: false)]
    case "failed", "error", "cancelled", "rejected":
      return [.toolBegan(use), .toolEnded(id: id, failed: true)]
    default: return [.toolBegan(use)]
    }
  }

  private static func kind(_ name: String, _ input: JSON?) -> ToolUse.Kind {
    guard let input else { return .other }
    if let command = input["command"]?.text ?? input["cmd"]?.text { return .command(command) }
    guard let path = input["file_path"]?.text ?? input["path"]?.text ?? input["filePath"]?.text
    else { return .other }
    let words = name.lowercased()
    if ["write", "edit", "replace", "patch", "create", "insert"].contains(where: words.contains) {
      return .edit([path])
    }
    return words.contains("read") || words.contains("view") ? .read(path) : .other
  }

  private func failure(_ entry: JSON) -> [StreamEvent] {
    // A program may warn and go on: only what it calls an error, and its end, count.
    if let severity = entry["severity"]?.text, severity != "error" { return [] }
    let words = entry["message"]?.text ?? entry["error"]?["message"]?.text ?? "error"
    return Self.failed(words)
  }

  private static func failed(_ words: String) -> [StreamEvent] {
    let kind = FailureWords.kind(of: words)
    let limit: [StreamEvent] =
      kind == .rateLimit ? [.limited(LimitNotice(isReached: true, reset: .named(in: words)))] : []
    return limit + [.concluded(Conclusion(isError: true, text: words, failure: kind))]
  }

  private func result(_ entry: JSON) -> [StreamEvent] {
    let hasFailed = entry["status"]?.text == "error" || entry["is_error"]?.flag == true
    if hasFailed {
      return Self.failed(
        entry["error"]?["message"]?.text ?? entry["result"]?.text ?? lastMessage ?? "error")
    }
    let counts = entry["stats"] ?? entry["usage"]
    let usage: Usage? = counts.flatMap { counts in
      guard let input = counts["input_tokens"]?.count, let output = counts["output_tokens"]?.count
      else { return nil }
      return Usage(input: input, cached: counts["cached"]?.count ?? 0, output: output)
    }
    return [
      .concluded(
        Conclusion(
          isError: false, text: entry["result"]?.text ?? entry["response"]?.text ?? lastMessage,
          turns: entry["num_turns"]?.count, usage: usage))
    ]
  }
}
