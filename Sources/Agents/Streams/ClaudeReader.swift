import JSONValues
import Plans

/// Reads the lines of `claude -p --output-format stream-json --verbose`.
struct ClaudeReader: LineReader {
  private var session: String?
  /// The error of the service that the program spoke of last, unless the model has answered since.
  private var serviceError: String?

  mutating func read(_ line: UnsafeRawBufferPointer) -> [StreamEvent] {
    guard line.first == UInt8(ascii: "{"), let entry = try? JSON.parse(line) else { return [] }
    var events: [StreamEvent] = []
    // Lines of a sub-agent carry the session too; the name is told when it changes.
    if let name = entry["session_id"]?.text, !name.isEmpty, name != session {
      session = name
      events.append(.session(name))
    }
    switch entry["type"]?.text {
    case "assistant": events += answer(entry)
    case "user": events += toolResults(entry)
    case "system": events += notice(entry)
    case "rate_limit_event": events += limit(entry["rate_limit_info"])
    case "control_request": events += request(entry["request"])
    case "result": events.append(.concluded(conclusion(entry)))
    default: break
    }
    return events
  }

  private mutating func answer(_ entry: JSON) -> [StreamEvent] {
    serviceError = entry["error"]?.text
    // The program's own words about an error stand as an answer, and again in the result.
    guard serviceError == nil else { return [] }
    let isNested = entry["parent_tool_use_id"]?.text != nil
    return (entry["message"]?["content"]?.items ?? []).flatMap { block -> [StreamEvent] in
      switch block["type"]?.text {
      case "text":
        guard let words = block["text"]?.text, !words.isEmpty, !isNested else { return [] }
        return [.said(words)]
      case "thinking", "redacted_thinking": return [.thought]
      case "tool_use":
        guard let id = block["id"]?.text, let name = block["name"]?.text else { return [] }
        let use = ToolUse(id: id, name: name, kind: kind(name, block["input"]), isNested: isNested)
        let questions = name == "AskUserQuestion" ? questions(block["input"]) : []
        return [.toolBegan(use)] + questions
      default: return []
      }
    }
  }

  private func questions(_ input: JSON?) -> [StreamEvent] {
    (input?["questions"]?.items ?? []).compactMap { $0["question"]?.text }.map {
      .asked(.answer($0))
    }
  }

  private func kind(_ name: String, _ input: JSON?) -> ToolUse.Kind {
    switch name {
    case "Bash": input?["command"]?.text.map { .command($0) } ?? .other
    case "Write", "Edit", "MultiEdit":
      input?["file_path"]?.text.map { .edit([$0]) } ?? .other
    case "NotebookEdit": input?["notebook_path"]?.text.map { .edit([$0]) } ?? .other
    case "Read": input?["file_path"]?.text.map { .read($0) } ?? .other
    case "Task", "Agent": .subAgent(input?["description"]?.text ?? "")
    default: .other
    }
  }

  private func toolResults(_ entry: JSON) -> [StreamEvent] {
    (entry["message"]?["content"]?.items ?? []).compactMap { block in
      if block["text"]?.text?.hasPrefix("[Request interrupted by user") == true {
        return .interrupted
      }
      guard block["type"]?.text == "tool_result", let id = block["tool_use_id"]?.text else {
        return nil
      }
      return .toolEnded(id: id, failed: block["is_error"]?.flag ?? false)
    }
  }

  private func notice(_ entry: JSON) -> [StreamEvent] {
    switch entry["subtype"]?.text {
    case "api_retry":
      let status = entry["error_status"]?.count
      let words = entry["error"]?.text ?? "error"
      let cause =
        status.flatMap { FailureWords.kind(ofStatus: $0) } ?? FailureWords.kind(of: words)
        ?? .network
      return [
        .retrying(
          RetryNotice(
            cause: cause, words: status.map { "\(words) (\($0))" } ?? words,
            attempt: entry["attempt"]?.count, limit: entry["max_retries"]?.count,
            delay: entry["retry_delay_ms"]?.count.map { .milliseconds($0) }))
      ]
    case "permission_denied":
      return [
        .asked(
          .permission(
            tool: entry["tool_name"]?.text ?? "", reason: entry["message"]?.text ?? ""))
      ]
    default: return []
    }
  }

  private func limit(_ details: JSON?) -> [StreamEvent] {
    guard let details, let status = details["status"]?.text else { return [] }
    // Plain `allowed` is told now and then and means nothing.
    guard status != "allowed" else { return [] }
    return [
      .limited(
        LimitNotice(
          isReached: status == "rejected", reset: details["resetsAt"]?.count.map { .at($0) },
          name: details["rateLimitType"]?.text))
    ]
  }

  private func request(_ request: JSON?) -> [StreamEvent] {
    guard request?["subtype"]?.text == "can_use_tool" else { return [] }
    return [
      .asked(
        .permission(
          tool: request?["tool_name"]?.text ?? "", reason: "the program asks whether it may"))
    ]
  }

  private func conclusion(_ entry: JSON) -> Conclusion {
    let subtype = entry["subtype"]?.text ?? ""
    let errors = (entry["errors"]?.items ?? []).compactMap(\.text).joined(separator: "\n")
    let text = entry["result"]?.text ?? (errors.isEmpty ? nil : errors)
    // Both are needed: a final error of the service comes as `success` with the flag.
    let isError = entry["is_error"]?.flag ?? (subtype != "success") || subtype.hasPrefix("error")
    return Conclusion(
      isError: isError, text: text,
      failure: isError ? failure(entry, subtype, text ?? "") : nil,
      turns: entry["num_turns"]?.count, usage: usage(entry),
      cost: entry["total_cost_usd"]?.number.flatMap { Money(dollars: $0) },
      answer: entry["structured_output"].map { $0.text(.compact) },
      denials: (entry["permission_denials"]?.items ?? []).compactMap { $0["tool_name"]?.text })
  }

  private func failure(_ entry: JSON, _ subtype: String, _ text: String) -> FailureKind? {
    switch (subtype, entry["terminal_reason"]?.text ?? "") {
    case ("error_max_turns", _), (_, "max_turns"): return .turnLimit
    case ("error_max_budget_usd", _), (_, "budget_exhausted"): return .budget
    case (_, "aborted_tools"), (_, "aborted_streaming"): return .interrupted
    // What the session holds by now is too much for the model, and would be again.
    case (_, "prompt_too_long"), (_, "image_error"): return .session
    default: break
    }
    if entry["stop_reason"]?.text == "refusal" { return .refusal }
    if let status = entry["api_error_status"]?.count,
      let kind = FailureWords.kind(ofStatus: status)
    {
      return kind
    }
    return FailureWords.kind(of: text) ?? serviceError.flatMap(FailureWords.kind(ofError:))
  }

  /// The counts by model: of the whole session, and with those of sub-agents, which `usage` leaves out.
  private func usage(_ entry: JSON) -> Usage? {
    let models = entry["modelUsage"]?.members.map(\.value) ?? []
    let parts =
      models.isEmpty
      ? [
        Usage(
          fresh: entry["usage"]?["input_tokens"],
          written: entry["usage"]?["cache_creation_input_tokens"],
          cached: entry["usage"]?["cache_read_input_tokens"],
          output: entry["usage"]?["output_tokens"])
      ]
      : models.map { counts in
        Usage(
          fresh: counts["inputTokens"], written: counts["cacheCreationInputTokens"],
          cached: counts["cacheReadInputTokens"], output: counts["outputTokens"])
      }
    // Where one of them cannot be read, all together are not known.
    return parts.reduce(Usage()) { sum, part in sum.flatMap { sum in part.map { sum + $0 } } }
  }
}

extension Usage {
  /// Here the input is what came past the cache; everywhere else it is all of it.
  fileprivate init?(fresh: JSON?, written: JSON?, cached: JSON?, output: JSON?) {
    guard let fresh = fresh?.count, let output = output?.count else { return nil }
    let cached = cached?.count ?? 0
    let input = [written?.count ?? 0, cached].reduce(fresh) { $0.addingClamped($1) }
    self.init(input: input, cached: cached, output: output)
  }

  fileprivate static func + (one: Usage, other: Usage) -> Usage {
    Usage(
      input: one.input.addingClamped(other.input), cached: one.cached.addingClamped(other.cached),
      output: one.output.addingClamped(other.output))
  }
}
