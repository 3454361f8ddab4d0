/// How it is known that nothing of a branch would be missing from another.
package enum MergedBy: String, Sendable, Hashable {
  /// Every commit of it is there.
  case commits
  /// Merging it would change nothing.
  case content
  /// Every change of it was made there by a commit of its own.
  case changes
  /// All of it was made there by one commit.
  case squash
}

extension Git {
  /// Whether what a branch brings is in another, however it got there; nothing where it is not, or
  /// where that cannot be told.
  package func isMerged(
    _ branch: ObjectID, into target: ObjectID
  ) throws(WorkspaceError) -> MergedBy? {
    if try isAncestor(branch, of: target) { return .commits }
    guard let base = try mergeBase(branch, target) else { return nil }
    let present = try tree(of: target)
    if try merge(branch, into: target) == .clean(tree: present) { return .content }
    let marks = try run(["cherry", target.hex, branch.hex]).lines
    if !marks.isEmpty, marks.allSatisfy({ $0.hasPrefix("- ") }) { return .changes }
    let isSquashed = try isSquashed(branch, in: target, since: base)
    return isSquashed ? .squash : nil
  }

  /// Looks for one commit that made the same change as the whole branch, in those parts of the
  /// history that touch the branch's files.
  private func isSquashed(
    _ branch: ObjectID, in target: ObjectID, since base: ObjectID
  ) throws(WorkspaceError) -> Bool {
    let paths = try run([
      "diff-tree", "-r", "-z", "--no-renames", "--name-only", base.hex, branch.hex, "--",
    ]).fields
    guard !paths.isEmpty, paths.count <= 500 else { return false }
    let places = ["--"] + paths.map { ":(top,literal)" + $0 }
    let commits = try run(
      ["rev-list", "--max-count=1000", "--no-merges", base.hex + ".." + target.hex] + places
    ).bytes
    // Not `git log`, which shows differences as the person likes them.
    let format = [
      "diff-tree", "-r", "--patch", "--full-index", "--no-renames", "--no-ext-diff",
      "--no-textconv",
    ]
    let whole = try run(format + [base.hex, branch.hex, "--"]).bytes
    let history = try run(format + ["--stdin"] + places, input: commits).bytes
    let wanted = try patchIDs(of: whole)
    let made = try patchIDs(of: history)
    return !wanted.isEmpty && wanted.isSubset(of: made)
  }

  private func patchIDs(of patch: [UInt8]) throws(WorkspaceError) -> Set<String> {
    let lines = try run(["patch-id", "--stable"], input: patch).lines
    return Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
  }
}
