/// A version of git.
package struct GitVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let major: Int
  package let minor: Int

  /// The first that merges without a checkout.
  package static let least = GitVersion(major: 2, minor: 38)

  package init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads `git version 2.39.5 (Apple Git-154)`.
  package init?(answer: String) {
    guard let word = answer.split(separator: " ").dropFirst(2).first else { return nil }
    let numbers = word.split(separator: ".").prefix(2).map { Int($0) }
    guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
    self.init(major: major, minor: minor)
  }

  package static func < (one: GitVersion, other: GitVersion) -> Bool {
    (one.major, one.minor) < (other.major, other.minor)
  }
  package var description: String { "\(major).\(minor)" }
}
