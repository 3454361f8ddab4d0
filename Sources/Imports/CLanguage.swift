/// C and C++: an include is a path from the file's folder, or the end of a path.
struct CLanguage: SourceLanguage {
  let endings = ["c", "h", "cc", "cpp", "cxx", "hpp", "hh", "hxx", "m", "mm"]

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    let tokens = tokens(of: text, .cLike)
    var found: [String] = []
    for index in tokens.indices {
      guard tokens[index] == .symbol("#"), index == 0 || tokens[index - 1] == .lineEnd,
        index + 2 < tokens.count, [.word("include"), .word("import")].contains(tokens[index + 1])
      else { continue }
      switch tokens[index + 2] {
      case .string(let target): found += resolve(target, from: path, repository)
      case .symbol("<"):
        let inside = tokens[(index + 3)...].prefix { $0 != .symbol(">") && $0 != .lineEnd }
        found += repository.files(endingIn: inside.map(Self.text).joined())
      default: break
      }
    }
    return found
  }

  private func resolve(
    _ target: String, from path: String, _ repository: RepositoryPaths
  ) -> [String] {
    if let beside = RepositoryPaths.resolve(target, from: RepositoryPaths.folder(of: path)),
      repository.contains(beside)
    {
      return [beside]
    }
    let inner = target.split(separator: "/").filter { $0 != "." && $0 != ".." }
    return repository.files(endingIn: inner.joined(separator: "/"))
  }

  private static func text(of token: Token) -> String {
    switch token {
    case .word(let word): word
    case .symbol(let character): String(character)
    case .string, .lineEnd: ""
    }
  }
}
