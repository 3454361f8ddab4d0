import Files
import Glibc

/// An index beside the worktree's own, gone with its last use.
struct IndexCopy: ~Copyable {
  private let path: String
  var environment: [String: String] { ["GIT_INDEX_FILE": path] }

  init(emptyFor worktree: Worktree) {
    path = worktree.gitFolder + "/divisi-index-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
  }

  init(of worktree: Worktree) throws(WorkspaceError) {
    self.init(emptyFor: worktree)
    let index = worktree.gitFolder + "/index"
    guard entryKind(index) == .file else { return }
    let (path, bytes) = (path, try withFiles { () throws(FileError) in try readFile(index) })
    try withFiles { () throws(FileError) in try writeFile(path, bytes) }
  }

  deinit {
    unlink(path)
    unlink(path + ".lock")
  }
}

/// A line of the index.
struct IndexEntry {
  let mode: String
  let object: String
  let stage: Int
  let path: String

  /// What stands for its object in a line that takes it out of the index.
  var noObject: String { String(repeating: "0", count: object.utf8.count) }

  init?(_ field: String) {
    let parts = field.split(separator: "\t", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let words = parts[0].split(separator: " ")
    guard words.count == 3, let stage = Int(words[2]) else { return nil }
    mode = String(words[0])
    object = String(words[1])
    self.stage = stage
    path = String(parts[1])
  }
}
