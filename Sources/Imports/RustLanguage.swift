/// Rust: `mod` names a file beside or below, `use` a path from the crate, the parent or the module.
struct RustLanguage: SourceLanguage {
  let endings = ["rs"]

  /// A lifetime begins like a character, so single quotes are no quotes here.
  private static let syntax = TokenSyntax(
    lineComments: ["//"], blockComment: ("/*", "*/"),
    quotes: [
      .init(open: "r#\"", close: "\"#", hasEscapes: false, spansLines: true),
      .init(open: "\"", close: "\"", spansLines: true),
    ])

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    var found: [String] = []
    var rest = tokens(of: text, Self.syntax)[...]
    let own = moduleFolder(of: path)
    while let token = rest.popFirst() {
      if token == .word("mod"), case .word(let name)? = rest.first {
        if rest.dropFirst().first == .symbol(";") {
          found += file(of: own, [name], repository)
        }
      } else if token == .word("use") {
        for name in usedPaths(&rest) { found += resolve(name, path, repository) }
      }
    }
    return found
  }

  /// The paths of a `use`, with the braces written out one level deep.
  private func usedPaths(_ rest: inout ArraySlice<Token>) -> [[String]] {
    let prefix = rest.takeName(separator: ":")
    var width = 0
    while rest.dropFirst(width).first == .symbol(":") { width += 1 }
    guard rest.dropFirst(width).first == .symbol("{") else { return [prefix] }
    rest.removeFirst(width + 1)
    var paths: [[String]] = []
    var depth = 1
    while depth > 0, let token = rest.first {
      if case .word = token {
        paths.append(prefix + rest.takeName(separator: ":"))
        continue
      }
      rest.removeFirst()
      if token == .symbol("{") { depth += 1 }
      if token == .symbol("}") { depth -= 1 }
    }
    return paths
  }

  private func resolve(
    _ name: [String], _ path: String, _ repository: RepositoryPaths
  ) -> [String] {
    var folder = moduleFolder(of: path)
    var names = name[...]
    switch names.first {
    case "crate"?:
      guard let root = crateFolder(of: path) else { return [] }
      folder = root
      names.removeFirst()
    case "self"?: names.removeFirst()
    case "super"?:
      while names.first == "super" {
        folder = String(RepositoryPaths.folder(of: folder))
        names.removeFirst()
      }
    default: break
    }
    // The last names may be items in a module; the longest path that is a file is the module.
    while !names.isEmpty {
      let found = file(of: folder, Array(names), repository)
      if !found.isEmpty { return found }
      names.removeLast()
    }
    return []
  }

  private func file(
    of folder: String, _ names: [String], _ repository: RepositoryPaths
  ) -> [String] {
    let base = ([folder] + names).filter { !$0.isEmpty }.joined(separator: "/")
    return [base + ".rs", base + "/mod.rs"].filter(repository.contains)
  }

  /// The folder in which the modules inside of a file's module lie.
  private func moduleFolder(of path: String) -> String {
    let folder = String(RepositoryPaths.folder(of: path))
    let stem = path.dropFirst(folder.isEmpty ? 0 : folder.count + 1).dropLast(".rs".count)
    if ["mod", "lib", "main"].contains(stem) { return folder }
    return folder.isEmpty ? String(stem) : folder + "/" + stem
  }

  private func crateFolder(of path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let source = parts.lastIndex(of: "src") else { return nil }
    return parts[...source].joined(separator: "/")
  }
}
