package import Files

/// How much must be free for another worktree or attempt (`workspace.free_disk` and
/// `workspace.free_disk_share`).
package struct DiskRule: Sendable, Hashable {
  /// In bytes.
  package let leastFree: Int
  package let leastPercent: Double

  package init(leastFree: Int = 5 << 30, leastPercent: Double = 10) {
    self.leastFree = leastFree
    self.leastPercent = leastPercent
  }
}

/// Whether there is room to prepare another workspace.
package enum DiskVerdict: Sendable, Hashable {
  case enough
  case short(DiskSpace, DiskRule)
}

/// Looks at the disk that a path, or what is above it, lies on.
package func diskVerdict(at path: String, _ rule: DiskRule) throws(FileError) -> DiskVerdict {
  rule.verdict(try DiskSpace.at(path))
}

extension DiskRule {
  package func verdict(_ space: DiskSpace) -> DiskVerdict {
    space.isEnough(leastFree: leastFree, leastShare: leastPercent / 100)
      ? .enough : .short(space, self)
  }
}

extension DiskVerdict: CustomStringConvertible {
  package var description: String {
    switch self {
    case .enough: "there is room"
    case .short(let space, let rule):
      "only \(words(space.free)) of \(words(space.total)) are free; "
        + "\(words(rule.least(of: space))) are to stay free"
    }
  }

  /// What to do about it.
  package var hint: String? {
    guard case .short = self else { return nil }
    return "`divisi clean` and workspace.prune make room, workspace.free_disk(_share) asks for less"
  }

  private func words(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + (1 << 29)) >> 30
    return bytes < 1 << 30 ? "\(bytes >> 20) MiB" : "\(tenths / 10).\(tenths % 10) GiB"
  }
}

extension DiskRule {
  fileprivate func least(of space: DiskSpace) -> Int {
    max(leastFree, Int(Double(space.total) * leastPercent / 100))
  }
}
