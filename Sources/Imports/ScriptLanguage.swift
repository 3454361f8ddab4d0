/// JavaScript and TypeScript: relative paths, with the endings and index files that may be left out.
struct ScriptLanguage: SourceLanguage {
  let endings = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"]

  private static let syntax = TokenSyntax(
    lineComments: ["//"], blockComment: ("/*", "*/"),
    quotes: [
      .init(open: "\"", close: "\""), .init(open: "'", close: "'"),
      .init(open: "`", close: "`", spansLines: true),
    ], moreWordCharacters: ["$"])

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    let tokens = tokens(of: text, Self.syntax)
    var found: [String] = []
    for (index, token) in tokens.enumerated() {
      guard case .string(let target) = token, target.hasPrefix("."), index > 0 else { continue }
      // `from "x"`, `import "x"`, `import("x")`, `require("x")`.
      let before = tokens[index - 1]
      let isCall = before == .symbol("(") && index > 1
      let word = isCall ? tokens[index - 2] : before
      let importing: [Token] =
        isCall ? [.word("import"), .word("require")] : [.word("from"), .word("import")]
      guard importing.contains(word) else { continue }
      if let file = resolve(target, from: path, repository) { found.append(file) }
    }
    return found
  }

  private func resolve(
    _ target: String, from path: String, _ repository: RepositoryPaths
  ) -> String? {
    guard let base = RepositoryPaths.resolve(target, from: RepositoryPaths.folder(of: path)) else {
      return nil
    }
    var candidates = [base] + endings.map { "\(base).\($0)" } + ["\(base).json", "\(base).d.ts"]
    // TypeScript names the file that will be made: `./a.js` is `./a.ts`.
    for (made, source) in [(".js", ".ts"), (".jsx", ".tsx"), (".mjs", ".mts"), (".cjs", ".cts")]
    where base.hasSuffix(made) {
      candidates.append(base.dropLast(made.count) + source)
    }
    return repository.first(of: candidates + endings.map { "\(base)/index.\($0)" })
  }
}
