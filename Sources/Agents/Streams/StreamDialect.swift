/// The form in which a program writes what its agent does.
package enum StreamDialect: String, Sendable, Hashable, CaseIterable {
  /// `claude -p --output-format stream-json --verbose`
  case claude
  /// `codex exec --json`
  case codex
  /// A line of JSON for each entry of a conversation, in any of the forms in use: `role` and `content`,
  /// `type` message, tool_use, tool_result, effect, result.
  case entries
  /// Text for people. The last line may be a JSON object that says what came of it.
  case text
}

/// Reads one line of a stream.
protocol LineReader: Sendable {
  /// What the line tells. Lines that are no JSON, or of a kind that is not known, tell nothing.
  mutating func read(_ line: UnsafeRawBufferPointer) -> [StreamEvent]

  /// What can only be told at the end of the stream.
  mutating func finish() -> [StreamEvent]
}

extension LineReader {
  mutating func finish() -> [StreamEvent] { [] }
}

/// Reads the output of a program as it comes.
///
/// The events do not depend on how the stream is cut into pieces. Nothing that a program can print is an
/// error: what cannot be read is passed over and counted.
package struct StreamReader: Sendable {
  private var splitter: LineSplitter
  private var reader: any LineReader
  /// What the whole of the stream says so far.
  package private(set) var account = StreamAccount()

  package let dialect: StreamDialect

  package init(_ dialect: StreamDialect, longestLine: Int = LineSplitter.longest) {
    self.dialect = dialect
    splitter = LineSplitter(longest: longestLine)
    reader =
      switch dialect {
      case .claude: ClaudeReader()
      case .codex: CodexReader()
      case .entries: EntryReader()
      case .text: TextReader()
      }
  }

  /// Takes the next bytes and gives what they tell.
  package mutating func receive(_ bytes: some Sequence<UInt8>) -> [StreamEvent] {
    let found = bytes.withContiguousStorageIfAvailable { buffer in
      take(UnsafeRawBufferPointer(buffer))
    }
    if let found { return found }
    return Array(bytes).withUnsafeBytes { take($0) }
  }

  /// Takes what stands behind the last line break: the stream has ended.
  package mutating func finish() -> [StreamEvent] {
    let events = collect { splitter, take in splitter.finish(take) }
    let last = reader.finish()
    account.note(last)
    return events + last
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer) -> [StreamEvent] {
    collect { splitter, take in splitter.receive(bytes, take) }
  }

  private mutating func collect(
    _ feed: (inout LineSplitter, (UnsafeRawBufferPointer) -> Void) -> Void
  ) -> [StreamEvent] {
    var events: [StreamEvent] = []
    var account = account
    var reader = reader
    feed(&splitter) { line in
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) else { return }
      let told = reader.read(line)
      account.note(told)
      events += told
    }
    account.overlongLines = splitter.dropped
    self.account = account
    self.reader = reader
    return events
  }
}
