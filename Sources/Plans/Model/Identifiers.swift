/// The name of a step within its plan.
package struct StepID: Hashable, Sendable, Comparable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }

  package var description: String { text }
  package static func < (one: StepID, other: StepID) -> Bool { one.text < other.text }
}

/// The name of a plan within its repository.
package struct PlanID: Hashable, Sendable, Comparable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }

  package var description: String { text }
  package static func < (one: PlanID, other: PlanID) -> Bool { one.text < other.text }
}

/// What an id may be made of, and why.
///
/// Ids of plans and steps become names of folders (`.worktrees/task-<step>`), of branches
/// (`feature/task-<step>`) and words on a command line, so they may hold only what is plain in all three.
package enum Identifier {
  package static let longest = 64
  package static let rule =
    "an id has 1 to 64 letters, digits, `-`, `_` or `.`, and begins with a letter or digit"
  package static let reason = "ids become names of folders and branches"

  /// What is wrong with an id, in words that continue "id `x` ...", or nothing.
  package static func flaw(in text: String) -> String? {
    if text.isEmpty { return "is empty" }
    if text.utf8.count > longest { return "has more than \(longest) characters" }
    var hasTwoDots = false
    var last: UInt8 = 0
    for byte in text.utf8 {
      guard isPlain(byte) else { return "holds a character that an id may not have" }
      if byte == UInt8(ascii: "."), last == byte { hasTwoDots = true }
      last = byte
    }
    guard let first = text.utf8.first, isLetterOrDigit(first) else {
      return "does not begin with a letter or digit"
    }
    // Branch names end neither in a dot nor in `.lock`, and hold no two dots in a row.
    if hasTwoDots { return "holds two dots in a row" }
    if last == UInt8(ascii: ".") { return "ends in a dot" }
    if text.hasSuffix(".lock") { return "ends in `.lock`" }
    return nil
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: ".")
  }
}
