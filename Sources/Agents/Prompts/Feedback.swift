package import Evidence

/// What was wrong with the attempt before, for the next to put right.
package enum Feedback: Sendable, Equatable {
  /// A command that did not pass, and the end of what it printed.
  case gate(name: String, command: String, failure: GateFailure, tail: String)
  case review(agent: String, findings: [ReviewVerdict.Finding])
  /// Files that must exist and be non-empty, and do not or are not.
  case artifacts([String])
  /// The same of files that are there, but that no commit holds.
  case ignoredArtifacts([String])
  /// Submodules in which files were changed and not committed.
  case submodules([String])
  /// Files that were changed and may not be.
  case outside([String])
  /// The work could not be merged with what was merged meanwhile.
  case conflict(files: [String], words: String)
  /// Lines of the other side that resolving a conflict took away.
  case dropped(file: String, lines: [String])
  /// The attempt itself ended badly.
  case ending(AttemptResult.Failure)
  /// What a person wrote.
  case person(String)
  /// What was said of it when it was judged, in the words of that time.
  case told(String)
}

extension Feedback {
  /// A section of a prompt: what is wrong, and what is to be done.
  package var text: String {
    switch self {
    case .gate(let name, let command, let failure, let tail):
      let title = name == command ? "`\(command)`" : "\(name) (`\(command)`)"
      let end = tail.isEmpty ? "It printed nothing." : "The end of its output:\n\n\(fenced(tail))"
      return "The gate \(title) did not pass: \(failure). \(end)"
    case .review(let agent, let findings):
      return "The review by \(agent) rejected the work:\n\n"
        + findings.map(\.listed).joined(separator: "\n")
    case .artifacts(let files):
      return "These files must exist and be non-empty:\n\n" + list(files)
    case .ignoredArtifacts(let files):
      return
        "These files are there, but git ignores them, so that they would not be merged. Add them with `git add --force`:\n\n"
        + list(files)
    case .submodules(let paths):
      return
        "What was changed in these submodules is not committed there, so that it would not be merged. Commit it in the "
        + "submodule, or undo it:\n\n" + list(paths)
    case .outside(let files):
      return
        "These files were changed and are not yours to change. Undo what you did to them:\n\n"
        + list(files)
    case .conflict(let files, let words):
      return
        """
        Your work conflicts with work that was merged meanwhile, in these files:

        \(list(files))

        Your worktree now begins with that work. Do the task again on top of it, and keep what both sides \
        mean.\(words.isEmpty ? "" : " Git said:\n\n\(fenced(words))")
        """
    case .dropped(let file, let lines) where lines.isEmpty:
      return
        "Resolving a conflict in `\(file)` took away what others had made of it. It is not text: make it anew from both, or "
        + "take theirs."
    case .dropped(let file, let lines):
      return
        "Resolving a conflict in `\(file)` took away lines that others had added. Put them back, or what they do:\n\n"
        + fenced(lines.joined(separator: "\n"))
    case .ending(let failure):
      return "The attempt before ended badly (\(failure.kind.rawValue)): \(failure.words)"
    case .person(let words): return "A person says:\n\n\(words)"
    case .told(let words): return words
    }
  }
}

extension ReviewVerdict.Finding {
  fileprivate var listed: String {
    let place = file.map { file in line.map { "\(file):\($0): " } ?? "\(file): " } ?? ""
    return "- \(place)\(severity.map { "[\($0)] " } ?? "")\(message)"
  }
}

/// A list as Markdown has it.
func list(_ items: [String]) -> String { items.map { "- \($0)" }.joined(separator: "\n") }

/// A text between fences that none of its own lines can close.
package func fenced(_ text: String, _ language: String = "") -> String {
  var longest = 2
  var run = 0
  for character in text {
    run = character == "`" ? run + 1 : 0
    longest = max(longest, run)
  }
  let fence = String(repeating: "`", count: longest + 1)
  return "\(fence)\(language)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)"
}
