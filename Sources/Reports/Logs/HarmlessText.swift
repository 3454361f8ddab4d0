import Evidence
import Terminal

extension String {
  /// The text in lines that a terminal only shows and never obeys: without codes, other control characters as dots.
  package var harmlessLines: [String] {
    var text = withoutTerminalCodes
    while text.last?.isWhitespace == true { text.removeLast() }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // Tabs line things up and harm nobody.
      line.split(separator: "\t", omittingEmptySubsequences: false).map(\.printable)
        .joined(separator: "\t")
    }
  }
}
