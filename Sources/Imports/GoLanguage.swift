/// Go: a package is a folder below the module that `go.mod` names.
struct GoLanguage: SourceLanguage {
  let endings = ["go"]

  private static let syntax = TokenSyntax(
    lineComments: ["//"], blockComment: ("/*", "*/"),
    quotes: [
      .init(open: "\"", close: "\""),
      .init(open: "`", close: "`", hasEscapes: false, spansLines: true),
      .init(open: "'", close: "'"),
    ])

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    guard let (module, root) = module(of: path, repository) else { return [] }
    var found: [String] = []
    for package in packages(in: text) {
      guard package == module || package.hasPrefix(module + "/") else { continue }
      let inner = String(package.dropFirst(module.count).drop { $0 == "/" })
      let folder = [root, inner].filter { !$0.isEmpty }.joined(separator: "/")
      found += repository.files(in: folder).filter {
        $0.hasSuffix(".go") && !$0.hasSuffix("_test.go")
      }
    }
    return found
  }

  private func packages(in text: String) -> [String] {
    var packages: [String] = []
    var rest = tokens(of: text, Self.syntax)[...]
    while let token = rest.popFirst() {
      guard token == .word("import") else { continue }
      let isBracketed = rest.first == .symbol("(")
      while let next = rest.popFirst() {
        if case .string(let package) = next { packages.append(package) }
        if isBracketed ? next == .symbol(")") : next == .lineEnd { break }
      }
    }
    return packages
  }

  /// The module that a file belongs to: the nearest `go.mod` above it.
  private func module(
    of path: String, _ repository: RepositoryPaths
  ) -> (name: String, root: String)? {
    var folder = String(RepositoryPaths.folder(of: path))
    while true {
      let file = folder.isEmpty ? "go.mod" : folder + "/go.mod"
      if repository.contains(file), let text = repository.text(of: file) {
        for line in text.split(whereSeparator: \.isNewline) {
          let words = line.split(separator: " ")
          if words.first == "module", words.count > 1 { return (String(words[1]), folder) }
        }
        return nil
      }
      if folder.isEmpty { return nil }
      folder = String(RepositoryPaths.folder(of: folder))
    }
  }
}
