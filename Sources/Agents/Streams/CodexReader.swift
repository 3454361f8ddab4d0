import JSONValues
import Plans

/// Reads the lines of `codex exec --json`.
///
/// The program has no line that is its last: `turn.completed` or `turn.failed` ends the one turn that
/// it is run for, and the answer is the last message before.
struct CodexReader: LineReader {
  private var lastMessage: String?
  private var openIDs: Set<String> = []

  mutating func read(_ line: UnsafeRawBufferPointer) -> [StreamEvent] {
    guard line.first == UInt8(ascii: "{"), let entry = try? JSON.parse(line) else { return [] }
    switch entry["type"]?.text {
    case "thread.started": return entry["thread_id"]?.text.map { [.session($0)] } ?? []
    case "item.started", "item.updated": return begun(entry["item"])
    case "item.completed": return ended(entry["item"])
    case "error": return error(entry["message"]?.text ?? "")
    case "turn.completed":
      return [
        .concluded(Conclusion(isError: false, text: lastMessage, usage: usage(entry["usage"])))
      ]
    case "turn.failed":
      let words = entry["error"]?["message"]?.text ?? "the turn failed"
      let kind = FailureWords.kind(of: words)
      return limit(kind, words) + [
        .concluded(Conclusion(isError: true, text: words, failure: kind))
      ]
    default: return []
    }
  }

  private mutating func begun(_ item: JSON?) -> [StreamEvent] {
    guard let item, let use = toolUse(item), openIDs.insert(use.id).inserted else { return [] }
    return [.toolBegan(use)]
  }

  private mutating func ended(_ item: JSON?) -> [StreamEvent] {
    guard let item else { return [] }
    switch item["type"]?.text {
    case "agent_message":
      guard let words = item["text"]?.text, !words.isEmpty else { return [] }
      lastMessage = words
      return [.said(words)]
    case "reasoning": return [.thought]
    default: break
    }
    guard let use = toolUse(item) else { return [] }
    let hasFailed = item["status"]?.text == "failed" || item["status"]?.text == "declined"
    let isNew = openIDs.remove(use.id) == nil
    return (isNew ? [.toolBegan(use)] : []) + [.toolEnded(id: use.id, failed: hasFailed)]
  }

  private func toolUse(_ item: JSON) -> ToolUse? {
    guard let id = item["id"]?.text, let type = item["type"]?.text else { return nil }
    switch type {
    case "command_execution":
      let command = item["command"]?.text ?? ""
      return ToolUse(id: id, name: "shell", kind: .command(Self.withoutShell(command)))
    case "file_change":
      let paths = (item["changes"]?.items ?? []).compactMap { $0["path"]?.text }
      return ToolUse(id: id, name: "apply_patch", kind: .edit(paths))
    case "mcp_tool_call":
      let names = [item["server"]?.text, item["tool"]?.text].compactMap { $0 }
      return ToolUse(id: id, name: (["mcp"] + names).joined(separator: "__"))
    case "collab_tool_call":
      return ToolUse(id: id, name: "agent", kind: .subAgent(item["tool"]?.text ?? ""))
    case "web_search": return ToolUse(id: id, name: "web_search")
    default: return nil
    }
  }

  /// `/bin/bash -lc 'make test'` is, to a person, `make test`.
  private static func withoutShell(_ command: String) -> String {
    let parts = command.split(separator: " ", maxSplits: 2)
    guard parts.count == 3, ["-lc", "-c"].contains(parts[1]),
      ["bash", "sh", "zsh"].contains(where: { parts[0] == $0 || parts[0].hasSuffix("/" + $0) })
    else { return command }
    let inner = parts[2]
    guard inner.count > 1, let quote = inner.first, quote == "'" || quote == "\"",
      inner.last == quote
    else { return String(inner) }
    return String(inner.dropFirst().dropLast())
  }

  private func error(_ words: String) -> [StreamEvent] {
    guard words.hasPrefix("Reconnecting...") else {
      // The same words follow in `turn.failed`.
      return []
    }
    let counts = words.dropFirst("Reconnecting...".count).drop { $0 == " " }
    let numbers = counts.prefix { $0 != " " }.split(separator: "/").map { Int($0) }
    return [
      .retrying(
        RetryNotice(
          cause: FailureWords.kind(of: words) ?? .network, words: words,
          attempt: numbers.first ?? nil, limit: numbers.count == 2 ? numbers[1] : nil))
    ]
  }

  private func limit(_ kind: FailureKind?, _ words: String) -> [StreamEvent] {
    guard kind == .rateLimit else { return [] }
    return [.limited(LimitNotice(isReached: true, reset: .named(in: words)))]
  }

  private func usage(_ counts: JSON?) -> Usage? {
    guard let input = counts?["input_tokens"]?.count, let output = counts?["output_tokens"]?.count
    else { return nil }
    return Usage(
      input: input, cached: counts?["cached_input_tokens"]?.count ?? 0, output: output)
  }
}
