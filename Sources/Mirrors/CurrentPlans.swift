import Files
import Glibc
import Plans

/// `current.txt`: the plans that run, one a line; gone when none does.
enum CurrentPlans {
  /// Adds a plan to those that run, or takes it from them; the others stay.
  static func set(
    _ plan: PlanID, runs: Bool, in path: String
  ) throws(FileError) {
    if entryKind(parentFolder(of: path)) == .missing {
      guard runs else { return }
      try createFolder(parentFolder(of: path))
    }
    do {
      try withLock(onFolderOf: path) { try setAlone(plan, runs, path) }
    } catch {
      throw error as? FileError ?? FileError("write", path, code: EIO)
    }
  }

  private static func setAlone(
    _ plan: PlanID, _ runs: Bool, _ path: String
  ) throws(FileError) {
    var bytes: [UInt8] = []
    do throws(FileError) { bytes = try readFile(path) } catch {
      guard error.isMissing else { throw error }
    }
    let before = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init)
    var plans = before
    if runs, !plans.contains(plan.text) { plans.append(plan.text) }
    if !runs { plans.removeAll { $0 == plan.text } }
    if plans.isEmpty {
      guard unlink(path) == 0 || errno == ENOENT else {
        throw FileError("remove", path, code: errno)
      }
    } else if plans != before {
      try writeFile(path, Array((plans.joined(separator: "\n") + "\n").utf8))
    }
  }
}
