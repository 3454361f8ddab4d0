/// Java: a name is the end of a path; a star is all of a folder.
struct JavaLanguage: SourceLanguage {
  let endings = ["java"]

  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String] {
    var found: [String] = []
    var rest = tokens(of: text, .cLike)[...]
    while let token = rest.popFirst() {
      guard token == .word("import") else { continue }
      if rest.first == .word("static") { rest.removeFirst() }
      var names = rest.takeName(separator: ".")
      if rest.first == .symbol("."), rest.dropFirst().first == .symbol("*") {
        let package = names.joined(separator: "/")
        found += repository.folders(endingIn: package).flatMap(repository.files(in:))
          .filter { $0.hasSuffix(".java") }
      }
      // `import static a.b.C.member` and inner classes name something in the class.
      while names.count > 1 {
        let files = repository.files(endingIn: names.joined(separator: "/") + ".java")
        if !files.isEmpty {
          found += files
          break
        }
        names.removeLast()
      }
    }
    return found
  }
}
