package import Files
import Glibc

/// How much room there is where worktrees are made.
package struct DiskSpace: Sendable, Hashable {
  /// What this user may still use, in bytes.
  package let free: Int
  package let total: Int

  package init(free: Int, total: Int) {
    self.free = free
    self.total = total
  }

  /// The disk that a path, or what is above it, lies on.
  package static func at(_ path: String) throws(FileError) -> DiskSpace {
    var place = path
    while entryKind(place) == .missing, place != "/", place != "." {
      place = parentFolder(of: place)
    }
    var status = statvfs()
    guard statvfs(place, &status) == 0 else { throw FileError("measure", place, code: errno) }
    let unit = Int(status.f_frsize)
    return DiskSpace(free: Int(status.f_bavail) * unit, total: Int(status.f_blocks) * unit)
  }

  /// Whether there is room for another worktree: both limits must be kept.
  package func isEnough(leastFree: Int, leastShare: Double) -> Bool {
    free >= leastFree && Double(free) >= Double(total) * leastShare
  }
}
