/// A pattern for paths below the repository's root; docs/PLANS.md defines the language.
///
/// It was found right when it was made; what it means is worked out where it is needed, so that a
/// plan can hold a hundred thousand of them.
package struct Glob: Hashable, Sendable {
  /// As it was written.
  package let text: String

  package init(_ text: String) throws(GlobFlaw) {
    if Self.plainPath(text) == nil { _ = try GlobPattern(parsing: text) }
    self.text = text
  }

  /// The path that a text names, if it is made of plain letters only and so needs no parser: most
  /// globs are, and a plan may have a hundred thousand.
  static func plainPath(_ text: String) -> String? {
    var previous = UInt8(ascii: "/")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        break
      // A dot at the beginning of a name may be `.` or `..`.
      case UInt8(ascii: "."), UInt8(ascii: "/"):
        if previous == UInt8(ascii: "/") { return nil }
      default: return nil
      }
      previous = byte
    }
    return previous == UInt8(ascii: "/") || text.utf8.count > GlobPattern.longest ? nil : text
  }

  /// The plain path that it is, if it is one.
  var plainPath: String? { Self.plainPath(text) }

  /// What the text means.
  package var pattern: GlobPattern {
    // The text was parsed when the glob was made, so this cannot fail.
    (try? GlobPattern(parsing: text)) ?? GlobPattern(alternatives: [])
  }

  /// Whether it holds a wildcard, so that it may match nothing by mistake.
  package var hasWildcard: Bool {
    var isEscaped = false
    for character in text {
      if !isEscaped, "*?[{".contains(character) { return true }
      isEscaped = character == "\\" && !isEscaped
    }
    return false
  }

  package func matches(_ path: String) -> Bool { pattern.matches(path) }

  /// Whether some path, existing or not, matches both.
  package func overlaps(_ other: Glob) -> Bool { pattern.overlaps(other.pattern) }

  /// A path that matches both, or nothing where none can.
  package func commonPath(with other: Glob) -> String? { pattern.commonPath(with: other.pattern) }
}

/// Why a text is no glob; continues "`x` ...".
package struct GlobFlaw: Error, Hashable, Sendable {
  package let message: String
  package let hint: String
}

extension Glob {
  /// A path as a glob in which no character means anything but itself.
  package static func escaped(_ path: String) -> String {
    var text = ""
    for character in path {
      if "*?[]{}\\,".contains(character) { text.append("\\") }
      text.append(character)
    }
    return text
  }
}
