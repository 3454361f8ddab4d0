import Files

/// What a step changed: files, and the patch that a person reads.
package struct ChangedFile: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable {
    case added = "A"
    case modified = "M"
    case deleted = "D"
    /// A file became a link, or a link a folder of another repository.
    case retyped = "T"
  }

  package let path: String
  package let kind: Kind
  /// Lines added and removed; nothing for files that are not text.
  package let lines: Lines?
  /// The size of the new file, in bytes.
  package let size: Int
  /// The size of the old or the new file, whichever is larger.
  let largest: Int

  init(path: String, kind: Kind, lines: Lines?, size: Int, largest: Int? = nil) {
    self.path = path
    self.kind = kind
    self.lines = lines
    self.size = size
    self.largest = largest ?? size
  }

  package struct Lines: Sendable, Hashable {
    package let added: Int
    package let removed: Int
  }
}

extension Git {
  /// The files that differ between two commits or trees; a renamed file is one that went and one
  /// that came, because both paths were touched.
  package func changes(
    from base: ObjectID, to head: ObjectID
  ) throws(WorkspaceError) -> [ChangedFile] {
    var fields = try run([
      "diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev", "--numstat", base.hex,
      head.hex, "--",
    ]).fields[...]
    var found: [(path: String, kind: ChangedFile.Kind, old: String, new: String)] = []
    while let field = fields.first, field.hasPrefix(":") {
      let words = field.split(separator: " ")
      fields.removeFirst()
      guard let path = fields.popFirst(), words.count == 5,
        let kind = ChangedFile.Kind(rawValue: String(words[4].prefix(1)))
      else { continue }
      found.append(
        (
          path, kind, words[0] == ":160000" ? "" : String(words[2]),
          words[1] == "160000" ? "" : String(words[3])
        ))
    }
    var lines: [String: ChangedFile.Lines] = [:]
    for field in fields {
      let parts = field.split(separator: "\t", maxSplits: 2)
      guard parts.count == 3, let added = Int(parts[0]), let removed = Int(parts[1]) else {
        continue
      }
      lines[String(parts[2])] = ChangedFile.Lines(added: added, removed: removed)
    }
    let sizes = try sizes(of: found.flatMap { [$0.old, $0.new] })
    return found.map { file in
      let (old, new) = (sizes[file.old] ?? 0, sizes[file.new] ?? 0)
      return ChangedFile(
        path: file.path, kind: file.kind, lines: lines[file.path], size: new,
        largest: max(old, new))
    }
  }

  private func sizes(of objects: [String]) throws(WorkspaceError) -> [String: Int] {
    let asked = objects.filter { !$0.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }
    guard !asked.isEmpty else { return [:] }
    let lines = try run(
      ["cat-file", "--batch-check=%(objectname) %(objectsize)"],
      input: Array(asked.map { $0 + "\n" }.joined().utf8)
    ).lines
    var sizes: [String: Int] = [:]
    for line in lines {
      let words = line.split(separator: " ")
      if words.count == 2, let size = Int(words[1]) { sizes[String(words[0])] = size }
    }
    return sizes
  }

  /// Writes the patch from one commit to another to a file, as `git apply` takes it. It passes through no memory of ours,
  /// and what of it would be large is only named.
  ///
  /// - Parameters:
  ///   - changes: what `changes` says of the two.
  ///   - limit: how large a file may be, before and after.
  package func writePatch(
    from base: ObjectID, to head: ObjectID, _ changes: [ChangedFile], into path: String,
    limit: Int = 16 << 20
  ) throws(WorkspaceError) {
    let large = changes.filter { $0.largest > limit }.map(\.path)
    try run(
      [
        "diff-tree", "-r", "--patch", "--binary", "--full-index", "--no-ext-diff", "--no-textconv",
        "--src-prefix=a/", "--dst-prefix=b/", "--output=" + path, base.hex, head.hex, "--",
      ] + (large.isEmpty ? [] : [":(top)"] + large.map { ":(top,exclude,literal)" + $0 }))
    guard !large.isEmpty else { return }
    let lines = large.map { "\nLarger than \(limit >> 20) MiB: git show \(head):\($0)\n" }
    try withFiles { () throws(FileError) in
      try appendToFile(path, Array(lines.joined().utf8))
    }
  }
}

extension Git {
  /// Those of some paths that a commit has, and that are not empty.
  package func filled(
    _ paths: [String], in commit: ObjectID
  ) throws(WorkspaceError) -> Set<String> {
    guard !paths.isEmpty else { return [] }
    func plain(_ path: String) -> String {
      absolutePath(path, from: "/").split(separator: "/").joined(separator: "/")
    }
    var found: Set<String> = []
    let fields = try run(
      ["ls-tree", "-z", "--long", "--full-tree", commit.hex, "--"] + paths.map(plain)
    ).fields
    for field in fields {
      // MODE TYPE OBJECT SIZE<tab>PATH, and no size for a folder.
      let parts = field.split(separator: "\t", maxSplits: 1)
      let words = parts.first?.split(separator: " ") ?? []
      if parts.count == 2, words.last != "0" { found.insert(String(parts[1])) }
    }
    return Set(paths.filter { found.contains(plain($0)) })
  }
}

extension Sequence<ChangedFile> {
  /// The paths that a step touched and may not touch.
  package func outside(_ isAllowed: (String) -> Bool) -> [String] {
    filter { !isAllowed($0.path) }.map(\.path)
  }
}
