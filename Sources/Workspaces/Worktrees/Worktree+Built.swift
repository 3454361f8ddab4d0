import Files

extension Worktree {
  private var builtFile: String { gitFolder + "/divisi-built" }

  /// The commit that Divisi put into a worktree for gates; nothing for a worktree that agents work in.
  var builtCommit: ObjectID? {
    guard let bytes = try? readFile(builtFile) else { return nil }
    return ObjectID(String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self))
  }

  func note(built commit: ObjectID) throws(WorkspaceError) {
    try withFiles { () throws(FileError) in
      try writeFile(builtFile, Array((commit.hex + "\n").utf8))
    }
  }
}
