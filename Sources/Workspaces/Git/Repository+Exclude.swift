package import Files

extension Repository {
  /// The file of patterns that git leaves alone in every checkout of this repository, without a
  /// trace in anything that is committed.
  package var excludeFile: String { commonFolder + "/info/exclude" }

  /// Adds those patterns to the exclude file that are not in it, and gives those that were added.
  ///
  /// What is there already stays byte for byte: it is the person's, in whatever encoding, and another run may add to it at
  /// the same moment.
  package func exclude(_ patterns: [String], because reason: String) throws(FileError) -> [String] {
    var bytes: [UInt8] = []
    do { bytes = try readFile(excludeFile) } catch  where error.isMissing {}
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let present = Set(lines.map { trimmed($0) })
    let missing = patterns.filter { !present.contains($0) }
    guard !missing.isEmpty else { return [] }
    let end = bytes.isEmpty || bytes.last == UInt8(ascii: "\n") ? "" : "\n"
    let text = end + "# \(reason)\n" + missing.map { $0 + "\n" }.joined()
    try appendToFile(excludeFile, Array(text.utf8))
    return missing
  }

  private func trimmed(_ line: Substring) -> String {
    String(
      line.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
