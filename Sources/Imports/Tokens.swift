/// A piece of source code. Comments are none, and what stands in a string is one piece, so that
/// neither can be taken for an import.
enum Token: Hashable {
  case word(String)
  case string(String)
  case symbol(Character)
  case lineEnd
}

/// How a language writes comments and strings; enough to tell code from what is not.
struct TokenSyntax: Sendable {
  struct Quote: Sendable {
    let open: String
    let close: String
    var hasEscapes = true
    var spansLines = false
  }

  var lineComments: [String] = []
  var blockComment: (open: String, close: String)?
  /// Longer ones first: `"""` before `"`.
  var quotes: [Quote] = []
  /// What a word may hold besides letters, digits and `_`.
  var moreWordCharacters: Set<Character> = []

  static let cLike = TokenSyntax(
    lineComments: ["//"], blockComment: ("/*", "*/"),
    quotes: [Quote(open: "\"", close: "\""), Quote(open: "'", close: "'")])
}

/// Splits source code. Never fails: what is not understood becomes symbols.
func tokens(of text: String, _ syntax: TokenSyntax) -> [Token] {
  var scanner = Scanner(text: Array(text), syntax: syntax)
  return scanner.scan()
}

private struct Scanner {
  let text: [Character]
  let syntax: TokenSyntax
  private var index = 0
  private var found: [Token] = []

  init(text: [Character], syntax: TokenSyntax) {
    self.text = text
    self.syntax = syntax
  }

  mutating func scan() -> [Token] {
    while index < text.count {
      let character = text[index]
      if character.isNewline {
        found.append(.lineEnd)
        index += 1
      } else if character.isWhitespace {
        index += 1
      } else if syntax.lineComments.contains(where: stands) {
        while index < text.count, !text[index].isNewline { index += 1 }
      } else if let block = syntax.blockComment, stands(block.open) {
        index += block.open.count
        while index < text.count, !stands(block.close) { index += 1 }
        index += block.close.count
      } else if let quote = syntax.quotes.first(where: { stands($0.open) }) {
        found.append(.string(takeString(quote)))
      } else if isWord(character) {
        let start = index
        while index < text.count, isWord(text[index]) { index += 1 }
        found.append(.word(String(text[start..<index])))
      } else {
        found.append(.symbol(character))
        index += 1
      }
    }
    found.append(.lineEnd)
    return found
  }

  private func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
      || syntax.moreWordCharacters.contains(character)
  }

  private func stands(_ words: String) -> Bool {
    var place = index
    for character in words {
      guard place < text.count, text[place] == character else { return false }
      place += 1
    }
    return true
  }

  /// What stands between the quotes. A quote that is not closed on its line is none, so that one
  /// odd apostrophe does not swallow the rest of a file.
  private mutating func takeString(_ quote: TokenSyntax.Quote) -> String {
    index += quote.open.count
    let start = index
    while index < text.count, !stands(quote.close) {
      if text[index].isNewline, !quote.spansLines {
        index = start
        return ""
      }
      index += quote.hasEscapes && text[index] == "\\" ? 2 : 1
    }
    let value = String(text[start..<min(index, text.count)])
    index += quote.close.count
    return value
  }
}

extension ArraySlice where Element == Token {
  /// The words of a dotted name that begins here, `a.b.c` or `a::b`; what follows stays.
  mutating func takeName(separator: Character) -> [String] {
    var names: [String] = []
    while case .word(let name)? = first {
      names.append(name)
      removeFirst()
      var width = 0
      while dropFirst(width).first == .symbol(separator) { width += 1 }
      guard width > 0, case .word? = dropFirst(width).first else { break }
      removeFirst(width)
    }
    return names
  }
}
