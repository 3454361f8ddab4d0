extension StringProtocol {
  /// The text in lines of at most so many columns, broken between words.
  ///
  /// Line ends in the text stay, an empty line parts paragraphs, and a line that begins with
  /// spaces keeps them on every line that is made of it. A word that is wider than a line stands
  /// on a line of its own, uncut, so that paths and addresses can still be copied.
  package func wrapped(toWidth width: Int) -> [String] {
    split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      let indent = String(line.prefix { $0 == " " })
      return wrap(line.split(separator: " "), indent: indent, width: width)
    }
  }
}

private func wrap(_ words: [some StringProtocol], indent: String, width: Int) -> [String] {
  guard let first = words.first else { return [""] }
  var lines: [String] = []
  var line = indent + first
  var lineWidth = line.displayWidth
  for word in words.dropFirst() {
    let wordWidth = word.displayWidth
    if lineWidth + 1 + wordWidth <= width {
      line += " " + word
      lineWidth += 1 + wordWidth
    } else {
      lines.append(line)
      line = indent + word
      lineWidth = indent.count + wordWidth
    }
  }
  return lines + [line]
}
