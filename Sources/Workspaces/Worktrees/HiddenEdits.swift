import Files
import Glibc

/// Marks in an index with which anybody can tell git not to look at a file: `update-index --assume-unchanged` and
/// `--skip-worktree`. What is done to such a file is in no status and no commit, and no checkout takes it back.
extension Worktree {
  fileprivate var isSparse: Bool { entryKind(gitFolder + "/info/sparse-checkout") == .file }

  /// Whether the index marks a file so. Where the checkout is sparse the second mark is git's own, and git takes it from
  /// files that are there.
  ///
  /// Read from the bytes of the index, which is a fraction of what it costs to ask git.
  func hidesEdits(_ hashLength: Int) -> Bool {
    guard let bytes = try? readFile(gitFolder + "/index") else { return false }
    return IndexMarks(bytes, hashLength: hashLength).areThere(besidesSparse: isSparse)
  }
}

/// The marks of the entries of an index, in the formats 2 to 4 that git documents.
private struct IndexMarks {
  private let bytes: [UInt8]
  private let hashLength: Int

  init(_ bytes: [UInt8], hashLength: Int) {
    self.bytes = bytes
    self.hashLength = hashLength
  }

  /// What cannot be read counts as marked: git is asked then.
  func areThere(besidesSparse isSparse: Bool) -> Bool {
    bytes.withUnsafeBytes { buffer in
      func number(_ place: Int, _ size: Int) -> Int {
        (0..<size).reduce(0) { $0 << 8 | Int(buffer[place + $1]) }
      }
      guard buffer.count > 12 + hashLength, buffer.starts(with: "DIRC".utf8) else { return true }
      let (version, count) = (number(4, 4), number(8, 4))
      guard (2...4).contains(version) else { return true }
      let end = buffer.count - hashLength
      var place = 12
      for _ in 0..<count {
        var name = place + 40 + hashLength + 2
        guard name + 2 < end else { return true }
        let flags = number(name - 2, 2)
        if flags & 0x8000 != 0 { return true }
        if flags & 0x4000 != 0 {
          if !isSparse, number(name, 2) & 0x4000 != 0 { return true }
          name += 2
        }
        if version == 4 {
          while name < end, buffer[name] & 0x80 != 0 { name += 1 }
          name += 1
        } else if flags & 0xfff < 0xfff {
          name += flags & 0xfff
        }
        while name < end, buffer[name] != 0 { name += 1 }
        // Entries end with one zero, or as many as fill up eight bytes.
        place = version == 4 ? name + 1 : place + ((name - place + 8) & ~7)
        guard place <= end else { return true }
      }
      // Of an index in two files only the changes are here.
      return place + 4 <= end && buffer[place..<place + 4].elementsEqual("link".utf8)
    }
  }
}

extension Git {
  /// Takes those marks from an index: a worktree's own, or the copy that the environment names.
  func revealEdits(
    in worktree: Worktree, environment: [String: String] = [:]
  ) throws(WorkspaceError) {
    let entries = try run(["ls-files", "-v", "-z"], at: worktree, environment: environment).fields
    let assumed = entries.filter { $0.utf8.first.map { (97...122).contains($0) } ?? false }
    let skipped =
      worktree.isSparse ? [] : entries.filter { $0.hasPrefix("S ") || $0.hasPrefix("s ") }
    for (flag, marked) in [("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)]
    where !marked.isEmpty {
      try run(
        ["update-index", "-z", flag, "--stdin"], at: worktree,
        input: marked.map { $0.dropFirst(2) + "\0" }.joined().pathBytes,
        environment: environment)
    }
  }
}
