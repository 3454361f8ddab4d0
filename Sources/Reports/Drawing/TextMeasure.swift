/// How wide text will be at the most, without asking a font: the widths of the widest of the fonts
/// that pictures are commonly shown in, in bold.
enum TextMeasure {
  static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    text.unicodeScalars.reduce(0) { $0 + em($1) } * size * (isBold ? 1 : 0.92)
  }

  /// The text in lines that fit, at most so many; what does not fit ends in an ellipsis.
  static func lines(
    _ text: String, width: Double, size: Double, atMost limit: Int, isBold: Bool = false
  ) -> [String] {
    func fits(_ line: String) -> Bool { self.width(line, size: size, isBold: isBold) <= width }
    var lines: [String] = []
    var line = ""
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    while let word = words.first {
      let longer = line.isEmpty ? word : line + " " + word
      if fits(longer) {
        line = longer
        words.removeFirst()
      } else if line.isEmpty {
        // One word wider than the box is cut in two.
        let head = String(prefix(of: word, that: fits))
        guard !head.isEmpty, lines.count + 1 < limit else { break }
        lines.append(head)
        words[words.startIndex] = String(word.dropFirst(head.count))
      } else if lines.count + 1 < limit {
        lines.append(line)
        line = ""
      } else {
        break
      }
    }
    guard !words.isEmpty else { return line.isEmpty ? lines : lines + [line] }
    let rest = ([line] + words).filter { !$0.isEmpty }.joined(separator: " ")
    return lines + [prefix(of: rest) { fits($0 + "\u{2026}") } + "\u{2026}"]
  }

  private static func prefix(of text: String, that fits: (String) -> Bool) -> String {
    var kept = ""
    for character in text {
      guard fits(kept + String(character)) else { break }
      kept.append(character)
    }
    return kept
  }

  private static func em(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", "J", " ", "'", "|", "!", ".", ",", ":", ";", "/", "\\": 0.40
    case "f", "t", "r", "-", "(", ")", "[", "]", "*", "\"", "`": 0.52
    case "m", "w", "M", "@", "%": 1.05
    case "W": 1.11
    case "A"..."Z": 0.85
    case "a"..."z", "0"..."9", "_", "?", "#", "$", "~": 0.72
    case _ where scalar.value < 0x300: 0.85
    case _ where scalar.properties.generalCategory == .nonspacingMark: 0
    default: 1.1
    }
  }
}
