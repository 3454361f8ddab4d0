package import Files

/// A git repository with a checkout, found from any folder in it.
package struct Repository: Sendable, Hashable {
  /// The top of the checkout, links resolved.
  package let root: String
  /// Where git keeps what belongs to this checkout alone; differs from `commonFolder` in a worktree.
  package let gitFolder: String
  /// Where git keeps what all checkouts of the repository share.
  package let commonFolder: String

  /// The repository that a folder lies in, or nothing where there is none.
  ///
  /// A `.git` that is a file names the real folder (worktrees, submodules), which may in turn name
  /// the one that it shares (`commondir`).
  package static func find(from folder: String) throws(RepositoryError) -> Repository {
    guard let start = realPath(folder) else { throw .noSuchFolder(folder) }
    var candidate = start
    while true {
      let git = candidate == "/" ? "/.git" : candidate + "/.git"
      switch entryKind(git) {
      case .folder where entryKind(git + "/HEAD") == .file:
        return Repository(root: candidate, gitFolder: git, commonFolder: commonFolder(of: git))
      case .file:
        let folder = try linkedFolder(named: git, from: candidate)
        return Repository(
          root: candidate, gitFolder: folder, commonFolder: commonFolder(of: folder))
      default: break
      }
      if lastComponent(of: candidate) != ".git", isGitFolder(candidate) { throw .bare(candidate) }
      guard candidate != "/" else { throw .outsideRepository(start) }
      candidate = parentFolder(of: candidate)
    }
  }

  private static func isGitFolder(_ path: String) -> Bool {
    entryKind(path + "/HEAD") == .file && entryKind(path + "/objects") == .folder
      && entryKind(path + "/refs") == .folder
  }

  /// Reads `gitdir: PATH` from a `.git` file.
  private static func linkedFolder(
    named file: String, from root: String
  ) throws(RepositoryError) -> String {
    let text: String
    do {
      text = String(decoding: try readFile(file), as: UTF8.self)
    } catch {
      throw .unreadable(error)
    }
    guard let line = text.split(whereSeparator: \.isNewline).first, line.hasPrefix("gitdir: ")
    else {
      throw .notAGitFile(file)
    }
    let path = String(line.dropFirst("gitdir: ".count))
    let full = path.hasPrefix("/") ? path : root + "/" + path
    guard let real = realPath(full) else { throw .missingGitFolder(file, full) }
    return real
  }

  private static func commonFolder(of gitFolder: String) -> String {
    guard let bytes = try? readFile(gitFolder + "/commondir") else { return gitFolder }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let line = text.split(whereSeparator: \.isNewline).first else { return gitFolder }
    let full = line.hasPrefix("/") ? String(line) : gitFolder + "/" + line
    return realPath(full) ?? gitFolder
  }

  /// How many bytes the name of an object has: 20, or 32 where git was told so when the repository was made.
  var hashLength: Int { format("objectformat") == "sha256" ? 32 : 20 }

  /// How git keeps refs and their logs, where it was told.
  var refFormat: String? { format("refstorage") }

  /// What a repository says of its own format, read without git: an old one knows no new format.
  private func format(_ name: String) -> String? {
    guard let bytes = try? readFile(commonFolder + "/config") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).lowercased()
      .split(whereSeparator: \.isNewline).map { $0.split { " \t=\"".contains($0) } }
    return lines.last { $0.count == 2 && $0[0] == name }.map { String($0[1]) }
  }

  /// A path as it is known below the root, or nothing where it lies outside.
  package func relativePath(of path: String) -> String? {
    if path == root { return "" }
    let prefix = root == "/" ? "/" : root + "/"
    guard path.hasPrefix(prefix) else { return nil }
    return String(path.dropFirst(prefix.count))
  }
}

/// Why there is no repository to work in.
package enum RepositoryError: Error, Hashable, Sendable {
  case noSuchFolder(String)
  case outsideRepository(String)
  case bare(String)
  case notAGitFile(String)
  case missingGitFolder(String, String)
  case unreadable(FileError)
}

extension RepositoryError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noSuchFolder(let path): "there is no folder \(path)"
    case .outsideRepository(let path): "\(path) is not in a git repository"
    case .bare(let path): "\(path) is a repository without a checkout"
    case .notAGitFile(let path): "\(path) is a file, but does not name a git folder"
    case .missingGitFolder(let file, let path): "\(file) names \(path), which is not there"
    case .unreadable(let error): error.description
    }
  }

  /// What to do about it.
  package var hint: String {
    switch self {
    case .noSuchFolder: "check the path behind -C"
    case .outsideRepository: "make one with `git init`, or name one with -C DIR"
    case .bare: "work in a clone of it, or in a worktree: git worktree add ../checkout"
    case .notAGitFile, .missingGitFolder:
      "the checkout is damaged; `git worktree repair` may mend it"
    case .unreadable: "check the permissions"
    }
  }
}
