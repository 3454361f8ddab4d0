/// The paths that a text names and that exist.
package struct MentionedPaths {
  private let files: Set<String>
  private let folders: Set<String>

  /// - Parameter files: the files of the repository, as paths from its root.
  package init(among files: some Sequence<String>) {
    self.files = Set(files)
    var folders: Set<String> = []
    for file in self.files {
      var path = file[...]
      while let slash = path.lastIndex(of: "/") {
        path = path[..<slash]
        // A folder that is there already has its parents there too.
        if !folders.insert(String(path)).inserted { break }
      }
    }
    self.folders = folders
  }

  /// In the order in which they first occur. A word names a file if it is its path, with `./`, a
  /// line number or punctuation around it; it names a folder only with a slash in it, because
  /// `docs` and `src` are words too.
  package func named(in text: String) -> [String] {
    var found: [String] = []
    var seen: Set<String> = []
    for word in text.split(whereSeparator: { $0.isWhitespace || Self.parting.contains($0) }) {
      guard let path = path(meantBy: word), seen.insert(path).inserted else { continue }
      found.append(path)
    }
    return found
  }

  private static let parting: Set<Character> = [
    "`", "\"", "'", "(", ")", "[", "]", "<", ">", "{", "}", ",", ";", "|", "*",
  ]

  private func path(meantBy word: Substring) -> String? {
    var rest = word
    while let last = rest.last, ".:!?".contains(last) { rest.removeLast() }
    if rest.hasPrefix("./") { rest = rest.dropFirst(2) }
    if let path = existing(rest) { return path }
    // `src/a.py:12` and `src/a.py#L3` name a place in a file.
    for mark: Character in [":", "#"] {
      if let end = rest.firstIndex(of: mark), let path = existing(rest[..<end]) { return path }
    }
    return nil
  }

  private func existing(_ word: Substring) -> String? {
    let hasSlash = word.contains("/")
    let path = String(word.hasSuffix("/") ? word.dropLast() : word)
    if files.contains(path) { return path }
    return hasSlash && folders.contains(path) ? path : nil
  }
}
