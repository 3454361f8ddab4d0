/// A program that runs tests and says how many.
package enum TestRunner: String, Sendable, Hashable, CaseIterable {
  case swift = "swift test"
  case pytest
  case unittest
  case cargo = "cargo test"
  case nextest = "cargo nextest"
  case go = "go test"
  case jest
  case vitest
  case node = "node --test"
  case ctest
  case tap = "TAP"
  case junit = "JUnit"

  /// The runners that a command starts, as far as its words tell. `make test` tells none.
  package static func started(by command: String) -> [TestRunner] {
    var found: [TestRunner] = []
    for words in ShellWords.commands(in: command) {
      if let runner = started(words), !found.contains(runner) { found.append(runner) }
    }
    return found
  }

  /// The runners that a command starts once more where the first time fails: `ctest || ctest --rerun-failed`.
  static func startedAgain(by command: String) -> Set<TestRunner> {
    guard command.contains("||") else { return [] }
    let each = ShellWords.commands(in: command).compactMap { Self.started($0) }
    return Set(each.filter { runner in each.count { $0 == runner } > 1 })
  }

  private static func started(_ words: [String]) -> TestRunner? {
    guard let first = words.first else { return nil }
    let program = first.split(separator: "/").last.map(String.init) ?? first
    let second = words.dropFirst().first { !$0.hasPrefix("-") && !$0.hasPrefix("+") }
    switch program {
    case "swift": return second == "test" ? .swift : nil
    case "pytest", "py.test": return .pytest
    case "cargo":
      return second == "test" || second == "t" ? .cargo : second == "nextest" ? .nextest : nil
    case "go": return second == "test" ? .go : nil
    case "jest": return .jest
    case "vitest": return .vitest
    case "ctest": return .ctest
    case "node":
      return words.contains { $0 == "--test" || $0.hasPrefix("--test=") } ? .node : nil
    case _ where program.hasPrefix("python"):
      guard let flag = words.firstIndex(of: "-m"), flag + 1 < words.count else { return nil }
      return ["pytest": .pytest, "unittest": .unittest][words[flag + 1]]
    default: return nil
    }
  }
}

/// As much of a shell's language as tells which programs a command starts.
enum ShellWords {
  private static let wrappers: Set<String> = [
    "env", "time", "nice", "nohup", "exec", "command", "sudo", "npx", "bunx", "xvfb-run", "stdbuf",
    "ionice", "timeout", "uv", "poetry", "pipenv", "pdm", "hatch", "rye", "run", "pnpm", "yarn",
    "bun",
    "dlx",
  ]

  /// Whether some of its commands may not be run though all goes well: `a || b`, `[ -d x ] && a`, `if x; then a; fi`.
  static func isConditional(_ text: String) -> Bool {
    text.contains("||")
      || split(text).contains { words in
        ["if", "case", "while", "until", "for", "[", "[[", "test"].contains(words.first)
      }
  }

  /// The words of each simple command, without assignments and programs that only start others.
  static func commands(in text: String) -> [[String]] {
    split(text).map { words in
      var rest = words[...]
      var isWrapped = false
      while let word = rest.first {
        let isAssignment = word.contains("=") && !word.hasPrefix("-") && !word.hasPrefix("=")
        let isOption =
          isWrapped
          && (word.hasPrefix("-") || word.allSatisfy { $0.isNumber || "smhd.".contains($0) })
        let isWrapper = wrappers.contains(word) && (word != "run" || isWrapped)
        let isKeyword = ["if", "then", "else", "do", "while", "!", "{", "("].contains(word)
        guard isAssignment || isOption || isWrapper || isKeyword else { break }
        isWrapped = isWrapped || isWrapper
        rest = rest.dropFirst()
      }
      return Array(rest)
    }.filter { !$0.isEmpty }
  }

  private static func split(_ text: String) -> [[String]] {
    var commands: [[String]] = [[]]
    var word = ""
    var hasWord = false
    var quote: Character?
    func isSeparator(_ character: Character) -> Bool { ";&|()\n".contains(character) }
    var characters = text.makeIterator()
    while let character = characters.next() {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        hasWord = true
      } else if character == "\\" {
        if let next = characters.next(), next != "\n" { word.append(next) }
      } else if character.isWhitespace || isSeparator(character) {
        if hasWord || !word.isEmpty { commands[commands.count - 1].append(word) }
        (word, hasWord) = ("", false)
        if isSeparator(character) { commands.append([]) }
      } else {
        word.append(character)
      }
    }
    if hasWord || !word.isEmpty { commands[commands.count - 1].append(word) }
    return commands
  }
}
