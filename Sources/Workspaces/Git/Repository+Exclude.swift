package import Files

extension Repository {
  /// The file of patterns that git leaves alone in every checkout of this repository, without a
  /// trace in anything that is committed.
  package var excludeFile: String { commonFolder + "/info/exclude" }

  /// Adds those patterns to the exclude file that are not in it, and gives those that were added.
  package func exclude(_ patterns: [String], because reason: String) throws(FileError) -> [String] {
    var text = ""
    do {
      text = String(decoding: try readFile(excludeFile), as: UTF8.self)
    } catch  where error.isMissing {
      try createFolder(parentFolder(of: excludeFile))
    }
    let present = Set(text.split(whereSeparator: \.isNewline).map { trimmed($0) })
    let missing = patterns.filter { !present.contains($0) }
    guard !missing.isEmpty else { return [] }
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
    text += "# \(reason)\n" + missing.map { $0 + "\n" }.joined()
    try writeFile(excludeFile, Array(text.utf8))
    return missing
  }

  private func trimmed(_ line: Substring) -> String {
    String(
      line.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
