import Diagnostics

/// Changes single values of a text and leaves every other byte as it was: comments, order, line
/// ends, quotes, white space.
package struct YAMLEditor {
  /// One stretch of the text that was replaced.
  package struct Splice: Hashable, Sendable {
    /// In the text before the change.
    package let range: Range<Int>
    package let replacement: [UInt8]
  }

  package private(set) var bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Carries a change out and says which bytes it replaced; nothing where there was nothing to do.
  ///
  /// What was written is read again and compared with what the change means; where the two differ,
  /// the text is left as it was. So a change either does exactly what it says or nothing.
  @discardableResult
  package mutating func apply(_ edit: YAMLEdit) throws(YAMLEditError) -> Splice? {
    let tree = try Self.parse(bytes)
    let before = tree.value
    let meant = try before.applying(edit)
    guard meant.inKeyOrder != before.inKeyOrder else { return nil }
    let writer = SpliceWriter(tree)
    let splice = try writer.splice(for: edit)
    var changed = bytes
    changed.replaceSubrange(splice.range, with: splice.replacement)
    guard let after = try? Self.parse(changed), after.value.inKeyOrder == meant.inKeyOrder else {
      throw .cannotBeWritten(edit.path)
    }
    bytes = changed
    return splice
  }

  static func parse(_ bytes: [UInt8]) throws(YAMLEditError) -> YAMLTree {
    let reading = YAMLTree.parse(SourceText(path: "", bytes: bytes))
    guard let tree = reading.value, !reading.hasErrors else {
      throw .notYAML(reading.diagnostics.first?.message ?? "it is not YAML")
    }
    return tree
  }
}

extension YAMLEdit {
  package var path: YAMLPath {
    switch self {
    case .set(let path, _), .append(let path, _), .remove(let path): path
    }
  }
}
