/// Python: absolute names from any folder that could be a root, relative ones by their dots.
struct PythonLanguage: SourceLanguage {
  let endings = ["py", "pyi"]

  private static let syntax = TokenSyntax(
    lineComments: ["#"],
    quotes: [
      .init(open: "\"\"\"", close: "\"\"\"", spansLines: true),
      .init(open: "'''", close: "'''", spansLines: true), .init(open: "\"", close: "\""),
      .init(open: "'", close: "'"),
    ])

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    var found: [String] = []
    var rest = tokens(of: text, Self.syntax)[...]
    var isLineStart = true
    while let token = rest.popFirst() {
      defer { isLineStart = token == .lineEnd || token == .symbol(";") || token == .symbol(":") }
      guard isLineStart else { continue }
      if token == .word("import") {
        while true {
          let name = rest.takeName(separator: ".")
          found += resolve(name, dots: 0, from: path, repository)
          if rest.first == .word("as") { rest = rest.dropFirst(2) }
          guard rest.first == .symbol(",") else { break }
          rest.removeFirst()
        }
      } else if token == .word("from") {
        found += fromImport(&rest, path, repository)
      }
    }
    return found
  }

  private func fromImport(
    _ rest: inout ArraySlice<Token>, _ path: String, _ repository: RepositoryPaths
  ) -> [String] {
    var dots = 0
    while rest.first == .symbol(".") {
      dots += 1
      rest.removeFirst()
    }
    let module = rest.first == .word("import") ? [] : rest.takeName(separator: ".")
    guard rest.popFirst() == .word("import") else { return [] }
    var found = resolve(module, dots: dots, from: path, repository)
    let isBracketed = rest.first == .symbol("(")
    while let token = rest.first, isBracketed ? token != .symbol(")") : token != .lineEnd {
      rest.removeFirst()
      if case .word(let name) = token {
        // A name may be a module of the package, not only something in it.
        found += resolve(module + [name], dots: dots, from: path, repository)
      }
    }
    return found
  }

  private func resolve(
    _ name: [String], dots: Int, from path: String, _ repository: RepositoryPaths
  ) -> [String] {
    let relative = name.joined(separator: "/")
    var folder = String(RepositoryPaths.folder(of: path))
    if dots > 0 {
      for _ in 1..<dots { folder = String(RepositoryPaths.folder(of: folder)) }
      let base = folder.isEmpty ? relative : relative.isEmpty ? folder : folder + "/" + relative
      return files(of: base, repository)
    }
    guard !name.isEmpty else { return [] }
    // The nearest root above the file wins: its own folder, then each above, then `src` folders.
    while true {
      let base = folder.isEmpty ? relative : folder + "/" + relative
      let found = files(of: base, repository)
      if !found.isEmpty { return found }
      if folder.isEmpty { break }
      folder = String(RepositoryPaths.folder(of: folder))
    }
    return files(of: "src/" + relative, repository)
  }

  private func files(of base: String, _ repository: RepositoryPaths) -> [String] {
    [base + ".py", base + "/__init__.py", base + ".pyi"].filter(repository.contains)
  }
}
