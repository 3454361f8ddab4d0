// Documents: the files that people write, read with a place for every value and changed in place.
//
// YAML (over libyaml's events) and front matter become a `YAMLTree`; decoders turn a tree into
// plans and agent definitions and collect everything that is wrong; edits change single values and
// leave every other byte of the file as it was.
//
// May import: Plans, Diagnostics, Files, JSONValues, CYAML. Start reading at `YAML/YAMLTree.swift`,
// then the folders `Decoding` (from tree to value), `Editing` (from value to file) and `Schema`.

package import Diagnostics

/// What came of reading something: the value, where enough was right to have one, and everything
/// that is to be said about the text.
package struct Reading<Value> {
  package var value: Value?
  package var diagnostics: [Diagnostic]

  package init(_ value: Value?, diagnostics: [Diagnostic] = []) {
    self.value = value
    self.diagnostics = diagnostics
  }

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Reading: Sendable where Value: Sendable {}
