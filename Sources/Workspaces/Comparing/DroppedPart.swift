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
}

extension Git {
  /// The lines that each side added since the base which the result of a merge lacks.
  ///
  /// Lines are counted and not placed: one that was moved, within its file or to another, or
  /// indented anew, survived. A line that one side added and the other side took away elsewhere is
  /// missing only beyond what the other took. A clean merge of git's drops nothing.
  package func droppedLines(
    base: ObjectID, ours: ObjectID, theirs: ObjectID, result: ObjectID
  ) throws(WorkspaceError) -> [DroppedPart] {
    let our = try lineDiff(from: base, to: ours)
    let their = try lineDiff(from: base, to: theirs)
    let final = try lineDiff(from: base, to: result)

    // What came to a file from nowhere that the sides know of has come from another file.
    var spare: [UInt64: Int] = [:]
    for (key, count) in final.net {
      let expected = max(0, our.net[key] ?? 0) + max(0, their.net[key] ?? 0)
      if count > expected { spare[key.text, default: 0] += count - expected }
    }
    var found = dropped(.ours, our, beside: their, in: final, &spare)
    found += dropped(.theirs, their, beside: our, in: final, &spare)
    var lost: [DroppedPart] = []
    for part in found where try !isHeldSubmodule(part, in: result) { lost.append(part) }
    return lost
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

  private func dropped(
    _ side: DroppedPart.Side, _ own: LineDiff, beside other: LineDiff, in final: LineDiff,
    _ spare: inout [UInt64: Int]
  ) -> [DroppedPart] {
    var lines: [String: [(place: Int, text: String)]] = [:]
    for (key, added) in own.net where added > 0 {
      var missing = added + min(0, other.net[key] ?? 0) - (final.net[key] ?? 0)
      guard missing > 0 else { continue }
      let moved = min(missing, spare[key.text] ?? 0)
      if moved > 0 { spare[key.text, default: 0] -= moved }
      missing -= moved
      guard missing > 0 else { continue }
      let text = own.text(of: key)
      let place = own.places[key]?.lowerBound ?? 0
      lines[key.file, default: []] += Array(repeating: (place, text), count: missing)
    }
    var found = lines.map { path, lines in
      DroppedPart(
        side: side, path: path, lines: lines.sorted { $0.place < $1.place }.map(\.text))
    }
    for (path, object) in own.binaries where !object.isEmpty && final.binaries[path] != object {
      found.append(DroppedPart(side: side, path: path, lines: []))
    }
    return found.sorted { $0.path < $1.path }
  }

  private func lineDiff(from base: ObjectID, to tree: ObjectID) throws(WorkspaceError) -> LineDiff {
    LineDiff(
      try run([
        "diff-tree", "-r", "--patch", "--unified=0", "--full-index", "--no-renames",
        "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/",
        "--submodule=short", "--ignore-submodules=none", base.hex, tree.hex, "--",
      ]).bytes)
  }
}
