import Files
import Glibc

/// The files that git does not track and a worktree needs all the same: `.env`, `node_modules`.
///
/// Patterns are written as in `.gitignore`, from the repository's root. Only what git does not
/// track is brought, never over something that is there, and no commit of Divisi's holds it.
package struct BroughtFiles: Sendable, Hashable {
  package let copied: [String]
  package let linked: [String]

  /// Patterns beside those in `.worktreeinclude`, which are copied.
  package init(copied: [String] = [], linked: [String] = []) {
    self.copied = copied
    self.linked = linked
  }

  /// Brings them, and gives the paths that were brought.
  func bring(into worktree: Worktree, of git: Git) throws(WorkspaceError) -> [String] {
    let root = git.repository.root
    let include = root + "/.worktreeinclude"
    var copies: [String] = []
    if entryKind(include) == .file || !copied.isEmpty {
      let own = entryKind(include) == .file ? ["--exclude-from=" + include] : []
      copies = try untracked(own + copied.map { "--exclude=" + anchored($0) }, git)
    }
    let links =
      linked.isEmpty
      ? [] : try untracked(linked.map { "--exclude=" + anchored($0) } + ["--directory"], git)
    var brought: [String] = []
    for path in links
    where try place(path, from: root, in: worktree, by: { symlink($1.rawPath, $0.rawPath) == 0 }) {
      brought.append(path)
    }
    let linked = BroughtPaths(links)
    for path in copies where !linked.holds(path) {
      if try place(path, from: root, in: worktree, by: copyEntry) { brought.append(path) }
    }
    guard !brought.isEmpty else { return [] }
    try worktree.note(brought: BroughtPaths(worktree.brought.all + brought))
    return brought.sorted()
  }

  /// Untracked files in the person's checkout that patterns name, without what Divisi works in.
  private func untracked(
    _ patterns: [String], _ git: Git
  ) throws(WorkspaceError) -> [String] {
    try git.run(["ls-files", "--others", "--ignored", "-z"] + patterns).fields.map { path in
      path.hasSuffix("/") ? String(path.dropLast()) : path
    }.filter { path in
      path != ".worktrees" && !path.hasPrefix(".worktrees/") && path != ".divisi"
        && !path.hasPrefix(".divisi/")
    }
  }

  /// Makes one entry, with the folders above it; says whether there was none before.
  private func place(
    _ path: String, from root: String, in worktree: Worktree,
    by make: (_ target: String, _ source: String) -> Bool
  ) throws(WorkspaceError) -> Bool {
    let target = worktree.path + "/" + path
    var status = stat()
    guard lstat(target.rawPath, &status) != 0 else { return false }
    let parent = parentFolder(of: target)
    // A link that is tracked may lead anywhere; nothing is written through it.
    var above = parent
    while stat(above.rawPath, &status) != 0 { above = parentFolder(of: above) }
    guard let real = resolved(above), let top = realPath(worktree.path),
      real == top || real.hasPrefix(top + "/")
    else { throw .outsideWorktree(path) }
    guard above == parent || makeFolders(parent) else {
      throw .file(FileError("make the folder", parent, code: errno))
    }
    guard make(target, root + "/" + path) else {
      throw .file(FileError("bring", target, code: errno))
    }
    return true
  }
}

private func resolved(_ path: String) -> String? {
  guard let pointer = realpath(path.rawPath, nil) else { return nil }
  defer { free(pointer) }
  return String(
    path: UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) })
}

private func makeFolders(_ path: String) -> Bool {
  if mkdir(path.rawPath, 0o777) == 0 || errno == EEXIST { return true }
  return errno == ENOENT && makeFolders(parentFolder(of: path)) && mkdir(path.rawPath, 0o777) == 0
}

/// A pattern as git is given it: from the root of the repository.
private func anchored(_ pattern: String) -> String {
  pattern.hasPrefix("/") ? pattern : "/" + pattern
}

/// Copies a file with its mode, a link as a link, or a folder with all that is in it: a repository of its own is one entry
/// to git. Half a copy of a file, on a full disk, does not stay.
private func copyEntry(to target: String, from source: String) -> Bool {
  var status = stat()
  guard lstat(source.rawPath, &status) == 0 else { return false }
  if status.st_mode & S_IFMT == S_IFLNK {
    guard let text = linkTarget(source) else { return false }
    return symlink(text.rawPath, target.rawPath) == 0
  }
  if status.st_mode & S_IFMT == S_IFDIR {
    guard mkdir(target.rawPath, status.st_mode & 0o777 | 0o700) == 0,
      let inner = entries(of: source)
    else { return false }
    return inner.allSatisfy { copyEntry(to: target + "/" + $0.name, from: source + "/" + $0.name) }
  }
  let input = open(source.rawPath, O_RDONLY | O_CLOEXEC)
  guard input >= 0 else { return false }
  defer { close(input) }
  let output = open(target.rawPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0o777)
  guard output >= 0 else { return false }
  defer { close(output) }
  while true {
    let count = sendfile(output, input, nil, 1 << 30)
    if count == 0 { return fchmod(output, status.st_mode & 0o777) == 0 }
    if count < 0, errno != EINTR {
      let code = errno
      unlink(target.rawPath)
      errno = code
      return false
    }
  }
}
