extension GlobPattern {
  static let longest = 1024
  private static let mostAlternatives = 64

  /// Reads the glob language. Braces are written out first, so that each alternative is a plain row
  /// of segments.
  init(parsing text: String) throws(GlobFlaw) {
    guard text.utf8.count <= Self.longest else {
      throw GlobFlaw(
        message: "has more than \(Self.longest) characters", hint: "write several shorter globs")
    }
    if text.utf8.contains(0) {
      throw GlobFlaw(message: "holds a zero byte", hint: "no path can")
    }
    var alternatives: [Alternative] = []
    for expanded in try Self.expandBraces(Array(text.unicodeScalars)) {
      let alternative = try Self.alternative(expanded)
      if !alternatives.contains(alternative) { alternatives.append(alternative) }
    }
    self.init(alternatives: alternatives)
  }

  // MARK: Braces

  /// Writes `a{b,c}d` out as `abd` and `acd`. Escapes are kept for the reader of segments.
  private static func expandBraces(
    _ text: [Unicode.Scalar]
  ) throws(GlobFlaw) -> [[Unicode.Scalar]] {
    var finished: [[Unicode.Scalar]] = []
    var waiting = [text]
    while let next = waiting.popLast() {
      guard let braces = try firstBraces(in: next) else {
        finished.append(next)
        continue
      }
      for choice in braces.choices.reversed() {
        waiting.append(next[..<braces.range.lowerBound] + choice + next[braces.range.upperBound...])
      }
      guard finished.count + waiting.count <= mostAlternatives else {
        throw GlobFlaw(
          message: "stands for more than \(mostAlternatives) patterns",
          hint: "write several globs with fewer braces")
      }
    }
    return finished
  }

  private static func firstBraces(
    in text: [Unicode.Scalar]
  ) throws(GlobFlaw) -> (range: Range<Int>, choices: [[Unicode.Scalar]])? {
    var depth = 0
    var start = 0
    var choiceStart = 0
    var choices: [[Unicode.Scalar]] = []
    var index = 0
    while index < text.count {
      switch text[index] {
      case "\\": index += 1
      case "[" where depth == 0:
        if let end = classEnd(in: text, from: index) { index = end }
      case "{":
        if depth == 0 {
          start = index
          choiceStart = index + 1
        }
        depth += 1
      case "," where depth == 1:
        choices.append(Array(text[choiceStart..<index]))
        choiceStart = index + 1
      case "}" where depth > 0:
        depth -= 1
        if depth == 0 {
          choices.append(Array(text[choiceStart..<index]))
          return (start..<index + 1, choices)
        }
      default: break
      }
      index += 1
    }
    guard depth == 0 else {
      throw GlobFlaw(
        message: "opens `{` and does not close it", hint: "write `\\{` for a brace itself")
    }
    return nil
  }

  /// Where a class that begins here ends; a `]` right behind `[` or `[!` belongs to it.
  private static func classEnd(in text: [Unicode.Scalar], from start: Int) -> Int? {
    var index = start + 1
    if index < text.count, text[index] == "!" || text[index] == "^" { index += 1 }
    if index < text.count, text[index] == "]" { index += 1 }
    while index < text.count {
      if text[index] == "]" { return index }
      index += text[index] == "\\" ? 2 : 1
    }
    return nil
  }

  // MARK: Segments

  private static func alternative(_ text: [Unicode.Scalar]) throws(GlobFlaw) -> Alternative {
    if text.first == "/" {
      throw GlobFlaw(
        message: "begins with `/`", hint: "globs are relative to the root of the repository")
    }
    var alternative: Alternative = []
    var hasWildcard = false
    var endsInSlash = false
    for part in splitAtSlashes(text) {
      endsInSlash = part.isEmpty
      if part.isEmpty || part == ["."] { continue }
      if part == [".", "."] {
        throw GlobFlaw(
          message: "leads out of its folder by `..`",
          hint: "globs are relative to the root of the repository")
      }
      if part == ["*", "*"] {
        hasWildcard = true
        if alternative.last != .run { alternative.append(.run) }
        continue
      }
      let segment = try segment(part)
      if names(of: segment).isEmpty {
        throw GlobFlaw(
          message: "has a part that no file can be called", hint: "`.` and `..` are no names")
      }
      if segment.contains(where: { !isLiteral($0) }) { hasWildcard = true }
      alternative.append(.one(segment))
    }
    if alternative.isEmpty, !text.contains(".") {
      throw GlobFlaw(message: "is empty", hint: "write ** for every file")
    }
    // A plain path means the file of that name, or all that is below the folder of that name.
    if (!hasWildcard || endsInSlash), alternative.last != .run { alternative.append(.run) }
    return alternative
  }

  private static func isLiteral(_ item: PatternItem<ScalarSet>) -> Bool {
    guard case .one(let set) = item else { return false }
    return set.ranges.count == 1 && set.ranges[0].count == 1
  }

  private static func splitAtSlashes(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var parts: [[Unicode.Scalar]] = [[]]
    var index = 0
    while index < text.count {
      if text[index] == "/" {
        parts.append([])
      } else {
        parts[parts.count - 1].append(text[index])
        if text[index] == "\\", index + 1 < text.count {
          index += 1
          parts[parts.count - 1].append(text[index])
        }
      }
      index += 1
    }
    return parts
  }

  private static func segment(_ text: [Unicode.Scalar]) throws(GlobFlaw) -> Segment {
    var segment: Segment = []
    var index = 0
    while index < text.count {
      switch text[index] {
      case "*": if segment.last != .run { segment.append(.run) }
      case "?": segment.append(.one(.all))
      case "[":
        guard let end = classEnd(in: text, from: index) else {
          throw GlobFlaw(
            message: "opens `[` and does not close it", hint: "write `\\[` for a bracket itself")
        }
        segment.append(.one(try characterClass(Array(text[index + 1..<end]))))
        index = end
      case "\\":
        index += 1
        guard index < text.count, text[index] != "/" else {
          throw GlobFlaw(
            message: "has a backslash with nothing behind it",
            hint:
              "folders are separated by `/`; a backslash takes the meaning from the next character")
        }
        segment.append(.one(ScalarSet(text[index])))
      default: segment.append(.one(ScalarSet(text[index])))
      }
      index += 1
    }
    return segment
  }

  private static func characterClass(_ text: [Unicode.Scalar]) throws(GlobFlaw) -> ScalarSet {
    let isNegated = text.first == "!" || text.first == "^"
    var ranges: [ClosedRange<UInt32>] = []
    var index = isNegated ? 1 : 0
    func scalar() -> UInt32 {
      if text[index] == "\\", index + 1 < text.count { index += 1 }
      return text[index].value
    }
    while index < text.count {
      let low = scalar()
      var high = low
      if index + 2 < text.count, text[index + 1] == "-" {
        index += 2
        high = scalar()
      }
      guard low <= high else {
        throw GlobFlaw(
          message: "has a range of characters that runs backwards", hint: "write it like [a-z]")
      }
      ranges.append(low...high)
      index += 1
    }
    let set = ScalarSet(ranges, negated: isNegated)
    guard !set.isEmpty else {
      throw GlobFlaw(message: "has a class that no character is in", hint: "no name holds `/`")
    }
    return set
  }
}
