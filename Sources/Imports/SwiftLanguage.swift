/// Swift: a module is the folder of its name below `Sources` or `Tests`.
struct SwiftLanguage: SourceLanguage {
  let endings = ["swift"]

  private static let syntax = TokenSyntax(
    lineComments: ["//"], blockComment: ("/*", "*/"),
    quotes: [
      .init(open: "\"\"\"", close: "\"\"\"", spansLines: true),
      .init(open: "#\"", close: "\"#", hasEscapes: false), .init(open: "\"", close: "\""),
    ])
  /// What may stand between `import` and the module: `import struct Plans.Step`.
  private static let kinds: Set<String> = [
    "struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor",
  ]

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    var found: [String] = []
    var rest = tokens(of: text, Self.syntax)[...]
    while let token = rest.popFirst() {
      guard token == .word("import") else { continue }
      if case .word(let word)? = rest.first, Self.kinds.contains(word) { rest.removeFirst() }
      guard let module = rest.takeName(separator: ".").first else { continue }
      for folder in repository.folders(endingIn: module) {
        let parent = RepositoryPaths.folder(of: folder)
        guard parent.hasSuffix("Sources") || parent.hasSuffix("Tests") else { continue }
        found += repository.files(below: folder).filter { $0.hasSuffix(".swift") }
      }
      // A module whose files all lie in folders of their own has none right in its own.
      if found.isEmpty {
        found += ["Sources/\(module)", "Tests/\(module)"].flatMap { folder in
          repository.files(below: folder).filter { $0.hasSuffix(".swift") }
        }
      }
    }
    return found
  }
}
