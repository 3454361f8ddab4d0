/// A commit with several parents.
package struct MergeCommit: Sendable, Hashable {
  package let commit: ObjectID
  package let parents: [ObjectID]
}

extension Git {
  /// The merges among the commits of a branch since its base, the newest first, and not more than a person would read.
  package func merges(
    from base: ObjectID, to head: ObjectID
  ) throws(WorkspaceError) -> [MergeCommit] {
    try run([
      "rev-list", "--merges", "--parents", "--max-count=20", base.hex + ".." + head.hex, "--",
    ]).lines.compactMap { line in
      let names = line.split(separator: " ").compactMap { ObjectID(String($0)) }
      return names.first.map { MergeCommit(commit: $0, parents: Array(names.dropFirst())) }
    }
  }
}
