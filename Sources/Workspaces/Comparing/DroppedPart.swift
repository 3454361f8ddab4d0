/// What one side of a merge added to a file and the result lacks.
package struct DroppedPart: Sendable, Hashable {
  package enum Side: String, Sendable, Hashable {
    case ours
    case theirs
  }

  package let side: Side
  package let path: String
  /// The lines, without the space around them; none where the file is not text and its whole
  /// content is what was dropped.
  package let lines: [String]
  /// Whether the side's part is certainly gone. Where both sides changed the same, and the result
  /// has something of its own in its place, only a person can tell.
  package let isCertain: Bool

  init(side: Side, path: String, lines: [String], isCertain: Bool = true) {
    self.side = side
    self.path = path
    self.lines = lines
    self.isCertain = isCertain
  }
}

extension Git {
  /// The lines that each side added since the base which the result of a merge lacks.
  ///
  /// Lines are counted and not placed: one that was moved, within its file or to another, or
  /// indented anew, survived; so did one whose new words are in a line that the resolution wrote in
  /// its place. A line that one side added and the other side took away elsewhere is missing only
  /// beyond what the other took. A file that git itself could merge lacks nothing that git's own
  /// merge lacks; but where a merge driver of the repository decides, git does not.
  package func droppedLines(
    base: ObjectID, ours: ObjectID, theirs: ObjectID, result: ObjectID
  ) throws(WorkspaceError) -> [DroppedPart] {
    let diffs = try lineDiffs(from: base, to: [ours, theirs, result])
    var comparison = Comparison(ours: diffs[0], theirs: diffs[1], result: diffs[2])
    var found = comparison.dropped()
    if !found.isEmpty, let merged = try merged(theirs, into: ours) {
      let driven = try pathsWithMergeDrivers(among: found.map(\.path), into: ours)
      comparison.merged = try lineDiffs(from: base, to: [merged.tree])[0]
      comparison.undecided = merged.undecided.union(driven)
      found = comparison.dropped()
    }
    var lost: [DroppedPart] = []
    for part in found where try !isHeldSubmodule(part, in: result) { lost.append(part) }
    return lost
  }

  /// What a merge without conflicts dropped all the same, because a merge driver of the repository
  /// decided so for a file that both sides changed. Costs little where there is none.
  package func droppedByDrivers(
    base: ObjectID, ours: ObjectID, theirs: ObjectID, result: ObjectID
  ) throws(WorkspaceError) -> [DroppedPart] {
    func touched(_ side: ObjectID) throws(WorkspaceError) -> [String] {
      try run(["diff-tree", "-r", "-z", "--no-renames", "--name-only", base.hex, side.hex, "--"])
        .fields
    }
    if ours == base { return [] }
    let both = Set(try touched(theirs)).intersection(try touched(ours))
    let driven = try pathsWithMergeDrivers(among: both.sorted(), into: ours)
    guard !driven.isEmpty else { return [] }
    return try droppedLines(base: base, ours: ours, theirs: theirs, result: result)
      .filter { driven.contains($0.path) }
  }

  /// Whether a part is a submodule at a commit that the one in the result holds.
  private func isHeldSubmodule(
    _ part: DroppedPart, in result: ObjectID
  ) throws(WorkspaceError) -> Bool {
    let mark = "Subproject commit "
    guard part.lines.count == 1, part.lines[0].hasPrefix(mark),
      let commit = ObjectID(String(part.lines[0].dropFirst(mark.count)))
    else { return false }
    return try Submodules(self).isHeld(commit, at: part.path, by: result)
  }
}

extension [DroppedPart] {
  /// The same without the lines that other parts name, each as often as it is there.
  package func besides(_ others: [DroppedPart]) -> [DroppedPart] {
    compactMap { part in
      let same = others.filter { $0.side == part.side && $0.path == part.path }
      // What is not text is named as a whole.
      if part.lines.isEmpty { return same.contains { $0.lines.isEmpty } ? nil : part }
      var gone = same.flatMap(\.lines).reduce(into: [:]) { $0[$1, default: 0] += 1 }
      let left = part.lines.filter { line in
        guard let count = gone[line], count > 0 else { return true }
        gone[line] = count - 1
        return false
      }
      return left.isEmpty
        ? nil
        : DroppedPart(side: part.side, path: part.path, lines: left, isCertain: part.isCertain)
    }
  }
}
