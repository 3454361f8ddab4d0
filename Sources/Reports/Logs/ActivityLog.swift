package import Agents
import Plans
package import Terminal

/// What an agent says and does, as text that is read along: its words, its tools with what they were for and the end of
/// what they printed, limits and retries, and at its end what it used.
package struct ActivityLog: Sendable {
  /// So much of what a tool printed is shown: its end, where failures are told.
  private static let linesOfOutput = 6
  private static let longestLine = 400

  private var narrator: StreamNarrator
  private let isText: Bool
  /// The folder that the agent works in: paths are shown as seen from there.
  private let folder: String
  private let screen: Screen
  private var open: [String: ToolUse] = [:]
  private var lastTool: String?
  /// Whether what was printed last is the agent's words, which stand in a paragraph of their own.
  private var isInWords = false
  private var hasBegun = false

  package init(_ dialect: StreamDialect, in folder: String? = nil, on screen: Screen) {
    narrator = StreamNarrator(dialect)
    isText = dialect == .text
    self.folder = folder.map { $0 + "/" } ?? ""
    self.screen = screen
  }

  /// Takes the next bytes of the stream and gives what they come to.
  package mutating func receive(_ bytes: [UInt8]) -> String { lines(narrator.receive(bytes)) }

  /// Takes what stands behind the last line break: the stream has ended.
  package mutating func finish() -> String { lines(narrator.finish()) }

  private mutating func lines(_ items: [StreamNarrator.Item]) -> String {
    var text = ""
    for item in items { text += tell(item) }
    return text
  }

  private mutating func tell(_ item: StreamNarrator.Item) -> String {
    switch item {
    case .output(let id, let text): return output(of: id, text)
    case .event(let event): return tell(event)
    }
  }

  private mutating func tell(_ event: StreamEvent) -> String {
    switch event {
    case .said(let words): return said(words)
    case .toolBegan(let use):
      open[use.id] = use
      lastTool = use.id
      return line(.note, head(of: use))
    case .toolEnded(let id, let hasFailed):
      let use = open.removeValue(forKey: id)
      guard hasFailed else { return "" }
      return line(
        .error, "  failed" + (lastTool == id ? "" : use.map { ": " + head(of: $0) } ?? ""))
    case .asked(.answer(let question)): return line(.warning, "asks: \(question)")
    case .asked(.permission(let tool, let reason)):
      return line(
        .warning, "was not allowed to use \(tool)" + (reason.isEmpty ? "" : ": \(reason)"))
    case .limited(let notice):
      let name = notice.name.map { " (\($0))" } ?? ""
      return line(.warning, (notice.isReached ? "limit reached" : "limit is near") + name)
    case .retrying(let notice):
      let place = notice.attempt.map { attempt in
        ", retry \(attempt)" + (notice.limit.map { " of \($0)" } ?? "")
      }
      let delay = notice.delay.map { " in \($0.words)" } ?? ""
      return line(.warning, "\(notice.words)\(place ?? ", retry")\(delay)")
    case .interrupted: return line(.warning, "interrupted")
    case .concluded(let conclusion): return concluded(conclusion)
    case .session, .thought, .used: return ""
    }
  }

  private mutating func said(_ words: String) -> String {
    let text = words.harmlessLines.joined(separator: "\n") + "\n"
    guard !isText else { return text }
    defer { (isInWords, hasBegun) = (true, true) }
    return (hasBegun ? "\n" : "") + text
  }

  private func head(of use: ToolUse) -> String {
    let words =
      switch use.kind {
      case .command(let command): "$ \(command)"
      case .edit(let paths): "edit \(paths.map(seen).listed(5))"
      case .read(let path): "read \(seen(path))"
      case .subAgent(let task): "agent \(task)"
      case .other: "tool \(use.name)"
      }
    return (use.isNested ? "  " : "") + words
  }

  private func seen(_ path: String) -> String {
    guard !folder.isEmpty, path.hasPrefix(folder) else { return path }
    return String(decoding: path.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
  }

  private mutating func output(of id: String, _ text: String) -> String {
    // What was read or written is in the files; only commands and the like tell something new.
    switch open[id]?.kind {
    case .read, .edit: return ""
    default: break
    }
    let lines = text.harmlessLines
    guard lines.contains(where: { !$0.isEmpty }) else { return "" }
    var shown = ""
    if lastTool != id, let use = open[id] { shown += line(.dim, "  of \(head(of: use))") }
    if lines.count > Self.linesOfOutput {
      shown += line(.dim, "  ... \(counted(lines.count - Self.linesOfOutput, "line"))")
    }
    let width = min(screen.width ?? Self.longestLine, Self.longestLine)
    for text in lines.suffix(Self.linesOfOutput) {
      shown += line(.dim, "  " + text.truncated(toWidth: max(20, width - 2)))
    }
    return shown
  }

  private mutating func concluded(_ conclusion: Conclusion) -> String {
    var words: [String] = []
    if let turns = conclusion.turns { words.append(counted(turns, "turn")) }
    if let usage = conclusion.usage {
      let cached = usage.cached > 0 ? ", \(grouped(usage.cached)) of them cached" : ""
      words.append(
        "\(grouped(usage.input)) tokens read\(cached), \(grouped(usage.output)) written")
    }
    if let cost = conclusion.cost { words.append(cost.exactWords) }
    let tail = words.isEmpty ? "" : ": " + words.joined(separator: "; ")
    let gap = isInWords || !hasBegun ? "" : "\n"
    guard conclusion.isError else { return gap + line(.success, "done\(tail)") }
    let kind = conclusion.failure.map { " (\($0.rawValue))" } ?? ""
    return gap + line(.error, "failed\(kind)\(tail)")
      + (conclusion.text.map { line(.error, $0) } ?? "")
  }

  /// A line of its own, behind an empty one where the agent spoke before. Line breaks in it stay, indented.
  private mutating func line(_ role: TextRole, _ text: String) -> String {
    defer { (isInWords, hasBegun) = (false, true) }
    let indent = String(text.prefix { $0 == " " })
    let lines = text.harmlessLines.enumerated().map { place, line in
      let whole = place == 0 ? line : indent + "  " + line
      return screen.palette.paint(role, whole.truncated(toWidth: Self.longestLine)) + "\n"
    }
    return (isInWords ? "\n" : "") + lines.joined()
  }
}

extension StreamAccount {
  /// What the agent does now, in a few words; nothing where that is not known.
  package func doing(in folder: String? = nil) -> String? {
    func seen(_ path: String) -> String {
      guard let folder, path.hasPrefix(folder + "/") else { return path }
      return String(decoding: path.utf8.dropFirst(folder.utf8.count + 1), as: UTF8.self)
    }
    switch activity {
    case .starting: return nil
    case .thinking: return "thinks"
    case .waiting(let notice): return "waits: \(notice.words)"
    case .limited: return "met its limit"
    case .done: return "is done"
    case .using(let use):
      switch use.kind {
      case .command(let command): return "runs \(command.harmlessLines.first ?? "")"
      case .edit(let paths): return "edits \(paths.map(seen).listed(1))"
      case .read(let path): return "reads \(seen(path))"
      case .subAgent(let task): return "has an agent \(task)"
      case .other: return "uses \(use.name)"
      }
    }
  }
}

extension Money {
  /// `$0.0123`: with what is left of a cent where there are few.
  fileprivate var exactWords: String {
    let rest = microdollars % 1_000_000 / 100
    let digits = String(rest)
    return "$\(microdollars / 1_000_000)." + String(repeating: "0", count: 4 - digits.count)
      + digits
  }
}
