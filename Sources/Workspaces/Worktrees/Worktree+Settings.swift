import Files
import Glibc

/// The settings of a worktree alone, which say among other things what of the tree is checked out. They are an agent's
/// to change while it works there, and not for who comes after it.
extension Worktree {
  private var settings: [(file: String, made: String)] {
    [
      (gitFolder + "/config.worktree", gitFolder + "/divisi-made-config"),
      (gitFolder + "/info/sparse-checkout", gitFolder + "/divisi-made-sparse"),
    ]
  }

  /// Whether it has been noted how the worktree was made.
  var isNoted: Bool { settings.contains { entryKind($0.made) != .missing } }

  /// Notes how the worktree was made, once.
  func noteSettings() throws(WorkspaceError) {
    for (file, made) in settings where entryKind(made) == .missing {
      // An empty note says that there was no such file.
      let bytes = (try? readFile(file)) ?? []
      try withFiles { () throws(FileError) in try appendToFile(made, bytes) }
    }
  }

  /// Puts the settings back as they were made; says whether they had changed.
  func restoreSettings() throws(WorkspaceError) -> Bool {
    var hasChanged = false
    for (file, made) in settings {
      guard let wanted = try? readFile(made), wanted != (try? readFile(file)) ?? [] else {
        continue
      }
      hasChanged = true
      if wanted.isEmpty {
        unlink(file)
      } else {
        try withFiles { () throws(FileError) in try writeFile(file, wanted) }
      }
    }
    return hasChanged
  }
}
