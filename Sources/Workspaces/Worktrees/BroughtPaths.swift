import Files
import Glibc

/// What Divisi copied or linked into a worktree, and no commit is to hold. A copied `node_modules` is tens of thousands of
/// paths: they are never named on a command line.
struct BroughtPaths: Sendable {
  /// In order.
  let all: [String]
  private let known: Set<String>

  init(_ paths: some Sequence<String>) {
    known = Set(paths)
    all = known.sorted()
  }

  var isEmpty: Bool { all.isEmpty }

  /// Whether a path was brought, or lies in a folder that was.
  func holds(_ path: String) -> Bool {
    if known.isEmpty { return false }
    if known.contains(path) { return true }
    var end = path.utf8.endIndex
    while let slash = path.utf8[..<end].lastIndex(of: UInt8(ascii: "/")) {
      if known.contains(String(path[..<slash])) { return true }
      end = slash
    }
    return false
  }
}

extension Worktree {
  private var list: String { gitFolder + "/divisi-brought" }

  var brought: BroughtPaths {
    guard let bytes = try? readFile(list) else { return BroughtPaths([]) }
    return BroughtPaths(bytes.split(separator: 0).map { String(path: $0) })
  }

  func note(brought: BroughtPaths) throws(WorkspaceError) {
    try withFiles { () throws(FileError) in
      try writeFile(list, brought.all.map { $0 + "\0" }.joined().pathBytes)
    }
  }

  /// All of it has been removed.
  func forgetBrought() { unlink(list) }
}
