package import Diagnostics

/// A Markdown file with an optional header between lines of three dashes.
package struct FrontMatter: Sendable {
  package let source: SourceText
  /// The header as a tree whose places are right in the file; nothing where there is none, or none
  /// that could be read.
  package let header: YAMLTree?
  /// The bytes behind the header; the whole file where there is no header.
  package let bodyRange: Range<Int>

  package var body: String { String(decoding: source.bytes[bodyRange], as: UTF8.self) }

  /// Splits a file. A header that is not quite YAML, as many in the wild are not, is mended line by
  /// line, which is told as notes; one that cannot be mended is told as an error.
  package static func read(_ source: SourceText) -> Reading<FrontMatter> {
    guard let parts = Parts(of: source) else {
      let start = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      let whole = FrontMatter(
        source: source, header: nil, bodyRange: start..<source.bytes.count)
      guard let opening = Parts.opening(of: source) else { return Reading(whole) }
      return Reading(
        whole,
        diagnostics: [
          Diagnostic(
            .warning, "the header is never closed, so all of the file is taken for its text",
            file: source.path, at: source.place(opening.lowerBound..<opening.lowerBound + 3),
            hint: "end the header with a line of three dashes")
        ])
    }
    let header = readHeader(parts.header, of: source)
    return Reading(
      FrontMatter(source: source, header: header.value, bodyRange: parts.body),
      diagnostics: header.diagnostics)
  }

  private static func readHeader(
    _ range: Range<Int>, of source: SourceText
  ) -> Reading<YAMLTree> {
    // Everything before the header becomes a comment of the same length, so that places stay.
    var bytes = Array(source.bytes[..<range.upperBound])
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    bytes[start] = UInt8(ascii: "#")
    var repair = HeaderRepair(bytes, header: range)
    repair.keepWhole(inValuesOf: ["description"])
    if repair.repairs.isEmpty {
      let strict = YAMLTree.parse(SourceText(path: source.path, bytes: bytes))
      if let tree = strict.value {
        return Reading(tree.moved(to: source), diagnostics: strict.diagnostics)
      }
    }
    repair.mendLines()
    let mended = YAMLTree.parse(SourceText(path: source.path, bytes: repair.text))
    guard let tree = mended.value, !repair.repairs.isEmpty else {
      let strict = YAMLTree.parse(SourceText(path: source.path, bytes: bytes))
      return Reading(nil, diagnostics: strict.diagnostics)
    }
    let notes = repair.repairs.map { line in
      Diagnostic(
        .note, "this line is not YAML as it stands; the rest of it is read as text",
        file: source.path, at: source.place(line), hint: "put it in quotes")
    }
    let moved = mended.diagnostics.map { diagnostic in
      var moved = diagnostic
      moved.place = diagnostic.place.map { repair.original($0, in: source) }
      return moved
    }
    return Reading(
      tree.moved(to: source) { repair.original($0, in: source) }, diagnostics: notes + moved)
  }

  /// Where header and body lie.
  private struct Parts {
    let header: Range<Int>
    let body: Range<Int>

    init?(of source: SourceText) {
      guard let opening = Self.opening(of: source) else { return nil }
      var number = 2
      while let line = source.lineBytes(number) {
        let text = Self.trimmedEnd(source, line)
        if text == "---" || text == "..." {
          header = opening.upperBound..<line.lowerBound
          let next = source.lineBytes(number + 1)?.lowerBound ?? source.bytes.count
          body = next..<source.bytes.count
          return
        }
        number += 1
      }
      return nil
    }

    /// The first line, where it opens a header.
    static func opening(of source: SourceText) -> Range<Int>? {
      guard var line = source.lineBytes(1) else { return nil }
      if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { line = 3..<max(3, line.upperBound) }
      guard trimmedEnd(source, line) == "---" else { return nil }
      return line.lowerBound..<(source.lineBytes(2)?.lowerBound ?? source.bytes.count)
    }

    private static func trimmedEnd(_ source: SourceText, _ line: Range<Int>) -> String {
      var end = line.upperBound
      while end > line.lowerBound, [0x20, 0x09, 0x0D].contains(source.bytes[end - 1]) { end -= 1 }
      return String(decoding: source.bytes[line.lowerBound..<end], as: UTF8.self)
    }
  }
}

extension YAMLTree {
  /// The same tree with its places in another source.
  fileprivate func moved(to source: SourceText, _ place: (Place) -> Place = { $0 }) -> YAMLTree {
    var moved = YAMLTree(source: source)
    moved.root = root
    moved.nodes = nodes.map { node in
      var node = node
      node.place = place(node.place)
      return node
    }
    moved.edges = edges
    moved.aliases = aliases.mapValues { Alias(name: $0.name, place: place($0.place)) }
    moved.tags = tags
    moved.anchors = anchors
    return moved
  }
}
