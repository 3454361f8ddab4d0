/// The program that a line for the shell begins with, to be looked for on the PATH; nothing where the line does
/// not tell, or where what it begins with may come from the repository itself.
func firstProgram(of command: String) -> String? {
  // Where there is another way, none is needed for certain.
  if command.contains("||") { return nil }
  var rest = command[...]
  while let (word, behind) = firstWord(of: rest) {
    rest = behind
    // `command -v x` only asks for it.
    if word.hasPrefix("-") { return nil }
    if word.hasPrefix("PATH=") { return nil }
    if transparentWords.contains(word) || isAssignment(word) { continue }
    // What comes behind a question is needed only where the answer is yes.
    if questions.contains(word) || inventors.contains(word) { return nil }
    guard builtins.contains(word) else { return isProgramName(word) ? word : nil }
    // `cd docs && make`: what comes behind is of interest, unless the words between need a shell to read.
    guard let next = behindSeparator(rest) else { return nil }
    rest = next
  }
  return nil
}

/// Words that only say how the next one is run.
private let transparentWords: Set<String> = ["!", "exec", "command", "time", "nohup"]

private let questions: Set<String> = ["[", "[[", "test", "type", "hash"]

/// What may make programs of any name known to the shell: a virtual environment, an alias, another PATH.
private let inventors: Set<String> = [".", "source", "alias", "eval", "export", "function"]

/// What every shell has itself. Words of its grammar (`if`, `for` ...) are among them: what follows them is not the
/// business of this.
private let builtins: Set<String> = [
  ":", "[", "[[", "bg", "break", "case", "cd", "continue", "do", "done", "echo",
  "elif", "else",
  "esac", "exit", "false", "fg", "fi", "for", "getopts", "hash", "if",
  "in", "jobs",
  "kill", "local", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "select", "set",
  "shift",
  "shopt", "test", "then", "times", "trap", "true", "type", "ulimit", "umask", "unalias",
  "unset",
  "until", "wait", "while", "{", "}",
]

private func firstWord(of text: Substring) -> (String, Substring)? {
  let start = text.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
  guard !start.isEmpty else { return nil }
  let word = start.prefix { !" \t\n;|&".contains($0) }
  // A line that begins with a separator or a group is for the shell alone.
  return word.isEmpty ? nil : (String(word), start[word.endIndex...])
}

private func isAssignment(_ word: String) -> Bool {
  guard let sign = word.firstIndex(of: "="), sign != word.startIndex else { return false }
  return word[..<sign].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    && word[sign...].allSatisfy { !"'\"`$\\(".contains($0) }
}

/// A path within the repository may be made by a step, and quotes and variables are for the shell.
private func isProgramName(_ word: String) -> Bool {
  let isPlain = word.utf8.allSatisfy { byte in
    let character = Character(Unicode.Scalar(byte))
    return byte < 0x80 && (character.isLetter || character.isNumber || "._+-/@".contains(character))
  }
  return isPlain && (word.hasPrefix("/") || !word.contains("/"))
}

/// The text behind the first `&&` or `;`, where nothing before it is quoted.
private func behindSeparator(_ text: Substring) -> Substring? {
  var place = text.startIndex
  while place < text.endIndex {
    let character = text[place]
    if "'\"`$\\()|<>{}".contains(character) { return nil }
    let next = text.index(after: place)
    if character == ";" || character == "\n" { return text[next...] }
    if character == "&" {
      guard next < text.endIndex, text[next] == "&" else { return nil }
      return text[text.index(after: next)...]
    }
    place = next
  }
  return nil
}
