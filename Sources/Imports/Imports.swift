// Imports: which files of a repository a source file imports, found by reading its text.
//
// Good enough to tell which steps should not change the same code at once; not a compiler. A
// language is one file and one line in `languages`.
//
// May import: nothing. Start reading at `SourceLanguage`, then `Tokens`.

/// A language whose imports can be found.
package protocol SourceLanguage: Sendable {
  /// The endings of its files, without the dot.
  var endings: [String] { get }
  /// The files that a file imports. It may name itself; files outside of the repository are none.
  func imports(of path: String, text: String, in repository: RepositoryPaths) -> [String]
}

/// Every language that is known.
package let languages: [any SourceLanguage] = [
  SwiftLanguage(), PythonLanguage(), ScriptLanguage(), GoLanguage(), RustLanguage(),
  JavaLanguage(), CLanguage(),
]

/// Finds imports in the files of one repository.
package struct ImportScanner {
  /// A file above this size was made by a program; it is not read.
  static let largestFile = 1 << 20

  private let repository: RepositoryPaths
  private let read: (String) -> [UInt8]?
  private let byEnding: [String: any SourceLanguage]

  /// - Parameters:
  ///   - files: all files of the repository, as paths from its root.
  ///   - read: the bytes of one of them; nothing where it cannot be read.
  package init(files: [String], read: @escaping (String) -> [UInt8]?) {
    repository = RepositoryPaths(files, read: read)
    self.read = read
    var byEnding: [String: any SourceLanguage] = [:]
    for language in languages {
      for ending in language.endings { byEnding[ending] = language }
    }
    self.byEnding = byEnding
  }

  /// The other files of the repository that a file imports, sorted.
  package func imports(of path: String) -> [String] {
    guard let dot = path.lastIndex(of: "."),
      let language = byEnding[String(path[path.index(after: dot)...])],
      let bytes = read(path), bytes.count <= Self.largestFile
    else { return [] }
    let text = String(decoding: bytes, as: UTF8.self)
    return Set(language.imports(of: path, text: text, in: repository))
      .subtracting([path]).sorted()
  }
}
