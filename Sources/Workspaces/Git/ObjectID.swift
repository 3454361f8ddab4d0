/// The name of a commit, tree or file in git: 40 hexadecimal digits, or 64.
package struct ObjectID: Hashable, Sendable, CustomStringConvertible {
  package let hex: String

  package init?(_ text: String) {
    guard text.utf8.count == 40 || text.utf8.count == 64,
      text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    hex = text
  }

  private init(zeros count: Int) { hex = String(repeating: "0", count: count) }

  /// What git writes where there is no object, in the length of another.
  static func none(like other: ObjectID) -> ObjectID { ObjectID(zeros: other.hex.utf8.count) }

  var isNone: Bool { hex.utf8.allSatisfy { $0 == 48 } }

  /// As much of it as people read.
  package var short: String { String(hex.prefix(10)) }
  package var description: String { hex }
}
