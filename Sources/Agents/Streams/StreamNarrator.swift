import Evidence
import JSONValues

/// What a stream tells to somebody who reads along: its events, and what the tools printed, which events leave out.
package struct StreamNarrator: Sendable {
  package enum Item: Sendable, Equatable {
    case event(StreamEvent)
    /// What a tool printed; it stands before the event of the tool's end.
    case output(tool: String, text: String)
  }

  private let dialect: StreamDialect
  private var splitter = LineSplitter()
  private var reader: StreamReader

  package init(_ dialect: StreamDialect) {
    self.dialect = dialect
    reader = StreamReader(dialect)
  }

  /// What the whole of the stream says so far.
  package var account: StreamAccount { reader.account }

  /// Takes the next bytes and gives what they tell, in the order of the stream.
  package mutating func receive(_ bytes: [UInt8]) -> [Item] {
    var items: [Item] = []
    var reader = reader
    let dialect = dialect
    bytes.withUnsafeBytes { buffer in
      splitter.receive(buffer) { line in items += Self.tell(line, &reader, dialect) }
    }
    self.reader = reader
    return items
  }

  /// Takes what stands behind the last line break: the stream has ended.
  package mutating func finish() -> [Item] {
    var items: [Item] = []
    var reader = reader
    let dialect = dialect
    splitter.finish { line in items += Self.tell(line, &reader, dialect) }
    items += reader.finish().map(Item.event)
    self.reader = reader
    return items
  }

  private static func tell(
    _ line: UnsafeRawBufferPointer, _ reader: inout StreamReader, _ dialect: StreamDialect
  ) -> [Item] {
    var ended = Array(line)
    ended.append(UInt8(ascii: "\n"))
    var outputs = dialect.outputs(in: line)
    var items: [Item] = []
    for event in reader.receive(ended) {
      if case .toolEnded(let id, _) = event,
        let place = outputs.firstIndex(where: { $0.id == id })
      {
        items.append(.output(tool: id, text: outputs.remove(at: place).text))
      }
      items.append(.event(event))
    }
    return items + outputs.map { .output(tool: $0.id, text: $0.text) }
  }
}

extension StreamDialect {
  /// The dialect of a stream, by its first line that is JSON: for those who no longer know which program wrote it.
  package init(sniffing bytes: some Sequence<UInt8>) {
    self = .text
    for line in Array(bytes).split(separator: UInt8(ascii: "\n")).prefix(20) {
      guard line.first == UInt8(ascii: "{"), let entry = try? JSON.parse(Array(line)) else {
        continue
      }
      let type = entry["type"]?.text
      if type == "thread.started" || type?.hasPrefix("turn.") == true
        || type?.hasPrefix("item.") == true
      {
        self = .codex
      } else if entry["session_id"] != nil,
        ["system", "assistant", "user", "result"].contains(type)
      {
        self = .claude
      } else if type != nil || entry["role"] != nil {
        self = .entries
      }
      return
    }
  }

  /// What tools printed, as far as a line tells it.
  fileprivate func outputs(in line: UnsafeRawBufferPointer) -> [(id: String, text: String)] {
    guard self != .text, line.first == UInt8(ascii: "{"), let entry = try? JSON.parse(line) else {
      return []
    }
    let found: [(id: String?, text: String?)] =
      switch self {
      case .text: []
      case .claude:
        (entry["message"]?["content"]?.items ?? []).map { block in
          let isResult = block["type"]?.text == "tool_result"
          return (isResult ? block["tool_use_id"]?.text : nil, block["content"]?.spoken)
        }
      case .codex:
        entry["type"]?.text == "item.completed"
          ? [(entry["item"]?["id"]?.text, entry["item"]?["aggregated_output"]?.text)] : []
      case .entries: [entry.toolOutput]
      }
    return found.compactMap { id, text in
      guard let id, let text, !text.isEmpty else { return nil }
      return (id, text.withoutTerminalCodes)
    }
  }
}

extension JSON {
  /// What a tool printed, in an entry of a conversation.
  fileprivate var toolOutput: (id: String?, text: String?) {
    if self["type"]?.text == "effect" {
      return (
        self["id"]?.text ?? self["effectId"]?.text, self["state"]?["outputText"]?.text
      )
    }
    let isResult = self["type"]?.text == "tool_result" || self["role"]?.text == "tool"
    return (
      isResult ? self["tool_id"]?.text ?? self["tool_call_id"]?.text : nil,
      self["content"]?.spoken ?? self["output"]?.text ?? self["result"]?.text
    )
  }
}
