import Configuration

/// How a program is started that is known by its command alone.
struct CommandRecipe: Sendable {
  /// The system takes no argument of more than 128 KiB.
  static let longestArgument = 100_000

  let program: String
  let arguments: [String]
  let definition: HarnessDefinition

  init(program: String, _ arguments: [String], _ definition: HarnessDefinition) {
    self.program = program
    self.arguments = arguments
    self.definition = definition
  }

  func launch(_ assignment: Assignment) -> Launch {
    var values = [
      "prompt_file": assignment.promptFile, "worktree": assignment.worktree,
      "attempt_dir": assignment.attemptFolder, "model": assignment.model ?? "",
      "turns": String(assignment.turns), "session": assignment.resumedSession ?? "",
    ]
    values["prompt"] =
      assignment.prompt.utf8.count > Self.longestArgument
      ? "Read and follow: \(assignment.promptFile)" : assignment.prompt
    var words = arguments
    if assignment.model != nil { words += definition.model ?? [] }
    words += definition.turns ?? []
    if assignment.resumedSession != nil { words += definition.resume ?? [] }
    words += definition.arguments ?? []
    return Launch(
      arguments: [program] + words.map { Self.filled($0, values) },
      environment: (definition.environment ?? [:]).mapValues { Self.filled($0, values) },
      inherited: definition.pass ?? [], folders: [assignment.attemptFolder],
      input: definition.prompt == .stdin ? .file(assignment.promptFile) : .nothing,
      workingFolder: assignment.worktree)
  }

  /// A text with the known names in braces replaced, each once: what comes in is not looked at again.
  static func filled(_ text: String, _ values: [String: String]) -> String {
    guard text.contains("{") else { return text }
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      if let close = rest.firstIndex(of: "}"),
        let value = values[String(rest[rest.index(after: open)..<close])]
      {
        result += value
        rest = rest[rest.index(after: close)...]
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }
}
