/// A merge of two commits that happens in git's store alone: no checkout, no index, no ref.
package enum Merge: Sendable, Hashable {
  /// Both sides in one tree.
  case clean(tree: ObjectID)
  case conflicts([Conflict])
}

/// A file that a merge could not decide.
package struct Conflict: Sendable, Hashable {
  package let path: String
  /// In git's words: `contents`, `modify/delete`, `rename/rename` ...
  package let kind: String
  /// What git says of it, in one line.
  package let text: String
}

extension Git {
  /// Merges one commit into another.
  package func merge(
    _ branch: ObjectID, into head: ObjectID
  ) throws(WorkspaceError) -> Merge {
    let answer = try mergeTree(branch, into: head, ["--messages"], expecting: [0, 1])
    guard let answer else {
      throw .git(
        GitError(
          .refused(1, "it names no tree"), arguments: ["merge-tree"], folder: repository.root))
    }
    return answer.isClean ? .clean(tree: answer.tree) : .conflicts(conflicts(in: answer.fields))
  }

  /// Reads what follows the tree: files with their stages, an empty field, then messages, each a
  /// count, so many paths, a kind and a text.
  private func conflicts(in fields: ArraySlice<String>) -> [Conflict] {
    var unmerged: [String] = []
    var rest = fields
    while let field = rest.popFirst(), !field.isEmpty {
      if let path = field.split(separator: "\t", maxSplits: 1).last.map(String.init),
        unmerged.last != path
      {
        unmerged.append(path)
      }
    }
    var found: [Conflict] = []
    while let count = rest.popFirst().flatMap({ Int($0) }), rest.count >= count + 2 {
      let paths = rest.prefix(count)
      rest = rest.dropFirst(count)
      guard let kind = rest.popFirst(), let text = rest.popFirst() else { break }
      guard kind.hasPrefix("CONFLICT") else { continue }
      let name = kind.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
      let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      for path in paths {
        found.append(Conflict(path: path, kind: name.isEmpty ? kind : String(name), text: line))
      }
    }
    // No file is left out, whatever a newer git says about it.
    let told = Set(found.map(\.path))
    return found
      + unmerged.filter { !told.contains($0) }.map {
        Conflict(path: $0, kind: "unmerged", text: "could not be merged")
      }
  }

  /// One commit that brings everything of a branch onto a head: the branch keeps its history, and
  /// the integration branch gets one commit a step.
  package func squash(
    tree: ObjectID, onto head: ObjectID, message: String
  ) throws(WorkspaceError) -> ObjectID {
    try writeCommit(tree: tree, parents: [head], message: message)
  }
}
