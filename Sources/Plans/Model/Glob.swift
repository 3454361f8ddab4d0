/// A pattern for paths below the repository's root.
package struct Glob: Hashable, Sendable {
  /// As it was written.
  package let text: String

  package init(_ text: String) { self.text = text }
}
