/// Two sides of a merge and its result, each as what it changed of their base.
struct Comparison {
  let ours: LineDiff
  let theirs: LineDiff
  let result: LineDiff
  /// What git itself makes of the merge, and the files that it leaves to somebody else.
  var merged: LineDiff?
  var undecided: Set<String> = []

  init(ours: LineDiff, theirs: LineDiff, result: LineDiff) {
    self.ours = ours
    self.theirs = theirs
    self.result = result
  }

  /// What the result lacks of each side.
  func dropped() -> [DroppedPart] {
    // What came to a file from nowhere that the sides know of has come from another file.
    var spare: [UInt64: Int] = [:]
    for (key, count) in result.net {
      let expected = max(0, ours.net[key] ?? 0) + max(0, theirs.net[key] ?? 0)
      if count > expected { spare[key.text, default: 0] += count - expected }
    }
    return dropped(.ours, ours, beside: theirs, &spare)
      + dropped(.theirs, theirs, beside: ours, &spare)
  }

  private func dropped(
    _ side: DroppedPart.Side, _ own: LineDiff, beside other: LineDiff,
    _ spare: inout [UInt64: Int]
  ) -> [DroppedPart] {
    struct Place: Hashable {
      let path: String
      let isCertain: Bool
    }
    var lines: [Place: [(place: Int, text: String)]] = [:]
    for (key, added) in own.net where added > 0 {
      var missing = added + min(0, other.net[key] ?? 0) - (result.net[key] ?? 0)
      if let merged, !undecided.contains(key.file) {
        missing = min(missing, (merged.net[key] ?? 0) - (result.net[key] ?? 0))
      }
      guard missing > 0 else { continue }
      let moved = min(missing, spare[key.text] ?? 0)
      if moved > 0 { spare[key.text, default: 0] -= moved }
      missing -= moved
      guard missing > 0, !isRephrased(key, own, beside: other) else { continue }
      let place = Place(path: key.file, isCertain: !isReplaced(key, own, beside: other))
      let start = own.places[key]?.lowerBound ?? 0
      lines[place, default: []] += Array(repeating: (start, own.text(of: key)), count: missing)
    }
    var found = lines.map { place, lines in
      DroppedPart(
        side: side, path: place.path, lines: lines.sorted { $0.place < $1.place }.map(\.text),
        isCertain: place.isCertain)
    }
    for (path, object) in own.binaries where !object.isEmpty && result.binaries[path] != object {
      let now = result.binaries[path]
      if let merged, !undecided.contains(path), merged.binaries[path] == now { continue }
      // Made anew from both, perhaps; where it is the other side's, or that of before, it is gone.
      let isNew = now.map { !$0.isEmpty && $0 != other.binaries[path] } ?? false
      found.append(DroppedPart(side: side, path: path, lines: [], isCertain: !isNew))
    }
    return found.sorted { ($0.path, $0.isCertain ? 0 : 1) < ($1.path, $1.isCertain ? 0 : 1) }
  }

  // MARK: what a resolution wrote itself

  /// The lines of a part of the result that neither side has.
  private func written(_ hunk: LineDiff.Hunk) -> [LineDiff.Added] {
    hunk.added.filter { line in
      (result.net[line.key] ?? 0) > 0 && (ours.net[line.key] ?? 0) <= 0
        && (theirs.net[line.key] ?? 0) <= 0
    }
  }

  /// Whether a line that the resolution wrote has all that a line of a side brought: `call(x, a, b)` has what made
  /// `call(x)` into `call(x, a)`.
  private func isRephrased(
    _ key: LineDiff.Key, _ own: LineDiff, beside other: LineDiff
  ) -> Bool {
    guard let hunk = own.hunk(of: key), let place = own.places[key] else { return false }
    let words = own.words(in: place)
    var new = words
    for removed in hunk.removed {
      for (word, count) in own.words(in: removed) { new[word, default: 0] -= count }
    }
    return (result.hunks[key.file] ?? []).contains { part in
      written(part).contains { line in
        let there = result.words(in: line.place)
        let shared = words.reduce(0) { $0 + min($1.value, there[$1.key] ?? 0) }
        return new.allSatisfy { $0.value <= there[$0.key] ?? 0 }
          && shared * 2 >= words.values.reduce(0, +)
      }
    }
  }

  /// Whether both sides changed what a line stands for, and the resolution wrote something else there.
  private func isReplaced(
    _ key: LineDiff.Key, _ own: LineDiff, beside other: LineDiff
  ) -> Bool {
    guard let hunk = own.hunk(of: key), !hunk.removed.isEmpty,
      other.hunks[key.file]?.contains(where: { $0.old.overlaps(hunk.old) }) == true
    else { return false }
    let missing = hunk.added.filter { (result.net[$0.key] ?? 0) <= 0 }.count
    let written = (result.hunks[key.file] ?? []).filter { $0.old.overlaps(hunk.old) }
      .reduce(0) { $0 + self.written($1).count }
    return written > 0 && written * 2 >= missing
  }
}
