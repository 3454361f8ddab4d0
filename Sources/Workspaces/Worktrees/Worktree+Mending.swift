import Files
import Glibc

extension Worktree {
  /// Writes the `.git` that git itself wrote, where an agent removed or replaced it, so that git
  /// knows the worktree again. A repository that took its place is moved to where git keeps what
  /// belongs to this worktree: no commit takes it in there, and it is pinned before it goes.
  func mend() throws(WorkspaceError) {
    guard isThere else { return }
    let file = path + "/.git"
    let right = "gitdir: \(gitFolder)\n"
    if let bytes = try? readFile(file), String(decoding: bytes, as: UTF8.self) == right { return }
    if entryKind(file) == .folder {
      let number = replacedRepositories.count + 1
      guard rename(file, gitFolder + "/\(Self.replaced)\(number)") == 0 else {
        throw .file(FileError("move", file, code: errno))
      }
    }
    try withFiles { () throws(FileError) in try writeFile(file, Array(right.utf8)) }
  }
}

extension Worktree {
  private static let replaced = "divisi-replaced-"

  /// The git folders of repositories that had taken the place of the worktree's own.
  var replacedRepositories: [String] {
    ((try? listFolder(gitFolder)) ?? []).filter { $0.hasPrefix(Self.replaced) }
      .map { gitFolder + "/" + $0 }
  }
}

extension Git {
  /// Completes what git keeps of a worktree whose addition was killed half way: until then git
  /// refuses to list any worktree at all. What is younger than ten seconds may still be under way.
  ///
  /// Nothing is removed. The file `commondir` always says the same, and a HEAD that was never
  /// written, or names no commit as in the moment before it does, had nothing to say.
  func mendWorktreeRecords() throws(WorkspaceError) {
    let records = repository.commonFolder + "/worktrees"
    for name in (try? listFolder(records)) ?? [] {
      let record = records + "/" + name
      var status = stat()
      guard stat(record, &status) == 0, time(nil) - status.st_mtim.tv_sec >= 10,
        entryKind(record + "/gitdir") == .file
      else { continue }
      try withFiles { () throws(FileError) in
        if try isEmptyOrMissing(record + "/commondir") {
          try writeFile(record + "/commondir", Array("../..\n".utf8))
        }
        if try isEmptyOrMissing(record + "/HEAD") || isUnset(record + "/HEAD") {
          let head = try readFile(repository.gitFolder + "/HEAD")
          try writeFile(record + "/HEAD", head)
        }
      }
    }
  }

  /// The same for the record of one worktree; waits until it is complete, or so old that nobody completes it any more.
  func mendRecord(of worktree: Worktree) throws(WorkspaceError) {
    let head = worktree.gitFolder + "/HEAD"
    for _ in 0..<150 {
      try mendWorktreeRecords()
      if entryKind(head) == .file, !isUnset(head) { return }
      usleep(100_000)
    }
  }

  private func isUnset(_ path: String) -> Bool {
    guard let bytes = try? readFile(path) else { return false }
    return ObjectID(String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self))?.isNone == true
  }

  private func isEmptyOrMissing(_ path: String) throws(FileError) -> Bool {
    do { return try fileSize(path) == 0 } catch {
      guard error.isMissing else { throw error }
      return true
    }
  }

  /// Joins a worktree's folder with git's record of it again, where moving it was killed half way:
  /// the folder names its record, but the record names the folder's old place. Says whether there
  /// is a record.
  func rejoin(_ path: String) throws(WorkspaceError) -> Bool {
    guard let found = try? Repository.find(from: path), found.root == path,
      found.gitFolder.hasPrefix(repository.commonFolder + "/worktrees/")
    else { return false }
    try alone { () throws(WorkspaceError) in try run(["worktree", "repair", path]) }
    return true
  }
}
