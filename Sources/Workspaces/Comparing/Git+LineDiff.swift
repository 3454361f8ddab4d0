import Files

extension Git {
  /// How trees differ from a base, line by line.
  ///
  /// What attributes forbid to show as a difference (`-diff`, such as for lock files of packages) is
  /// compared all the same where it is text.
  func lineDiffs(
    from base: ObjectID, to trees: [ObjectID]
  ) throws(WorkspaceError) -> [LineDiff] {
    let plain = try trees.map { tree throws(WorkspaceError) in
      LineDiff(try differences(from: base, to: tree, []))
    }
    var isText: [String: Bool] = [:]
    for diff in plain {
      for (path, object) in diff.binaries where !object.isEmpty && isText[path] != false {
        isText[path] = try isTextual(object)
      }
    }
    let texts = isText.filter(\.value).map(\.key).sorted()
    guard !texts.isEmpty else { return plain }
    var diffs: [LineDiff] = []
    for (tree, diff) in zip(trees, plain) {
      let shown = diff.binaries.keys.filter { texts.contains($0) }.sorted()
      diffs.append(
        shown.isEmpty
          ? diff
          : diff.joined(with: LineDiff(try differences(from: base, to: tree, ["--text"], shown))))
    }
    return diffs
  }

  private func differences(
    from base: ObjectID, to tree: ObjectID, _ options: [String], _ paths: [String] = []
  ) throws(WorkspaceError) -> [UInt8] {
    try run(
      [
        "--literal-pathspecs", "diff-tree", "-r", "--patch", "--unified=0", "--full-index",
        "--no-renames", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/",
        "--submodule=short", "--ignore-submodules=none",
      ] + options + [base.hex, tree.hex, "--"] + paths
    ).bytes
  }

  /// Whether a file is text as git would say without being told otherwise. One that is too large to look into is not.
  private func isTextual(_ object: String) throws(WorkspaceError) -> Bool {
    guard let size = Int(try line(["cat-file", "-s", object])), size <= 8 << 20 else {
      return false
    }
    return try !run(["cat-file", "blob", object]).bytes.prefix(8000).contains(0)
  }

  /// What git makes of a merge by itself: the tree, and the files that it could not decide. Nothing where the two have no
  /// history in common, or are no commits.
  func merged(
    _ theirs: ObjectID, into ours: ObjectID
  ) throws(WorkspaceError) -> (tree: ObjectID, undecided: Set<String>)? {
    let answer = try mergeTree(
      theirs, into: ours, ["--name-only", "--no-messages"], expecting: [0, 1, 128])
    return answer.map { ($0.tree, Set($0.fields)) }
  }
}
