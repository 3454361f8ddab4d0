import Files

/// What in a worktree is not in the commit that it stands on.
package struct WorktreeStatus: Sendable, Hashable {
  package fileprivate(set) var head: ObjectID?
  /// Tracked files that differ, in the index or on disk.
  package fileprivate(set) var changed: [String] = []
  /// Files that a merge could not decide.
  package fileprivate(set) var unmerged: [String] = []
  /// Files that git neither tracks nor ignores.
  package fileprivate(set) var untracked: [String] = []
  /// Folders that are repositories of their own, unknown to this one.
  package fileprivate(set) var nested: [String] = []
  /// Submodules with changes that no commit of theirs holds.
  package fileprivate(set) var submodules: [String] = []
  package fileprivate(set) var ignored: [String] = []
  /// Repositories in folders that git ignores. Looked for only before they would be cleaned away.
  package internal(set) var hidden: [String] = []
  /// What git was in the midst of.
  package fileprivate(set) var operations: [HalfDone] = []

  /// Whether nothing in it would be lost if its files were replaced.
  package var isClean: Bool {
    changed.isEmpty && unmerged.isEmpty && untracked.isEmpty && nested.isEmpty
      && operations.isEmpty
  }
}

/// Something that git began and did not end.
package enum HalfDone: String, Sendable, Hashable, CaseIterable {
  case merge
  case cherryPick = "cherry-pick"
  case revert
  case rebase
  /// `git am`, which keeps its state where some rebases do.
  case am
  case bisect

  /// What in the worktree's git folder says so.
  var marks: [String] {
    switch self {
    case .merge: ["MERGE_HEAD"]
    case .cherryPick: ["CHERRY_PICK_HEAD"]
    case .revert: ["REVERT_HEAD"]
    case .rebase: ["rebase-merge", "rebase-apply"]
    case .am: ["rebase-apply/applying"]
    case .bisect: ["BISECT_LOG"]
    }
  }

  func isUnderWay(in gitFolder: String) -> Bool {
    if self == .rebase, Self.am.isMarked(in: gitFolder) { return false }
    return isMarked(in: gitFolder) || self == Self.sequence(in: gitFolder)
  }

  func isMarked(in gitFolder: String) -> Bool {
    marks.contains { entryKind(gitFolder + "/" + $0) != .missing }
  }

  /// What is left to do of several commits, which outlives the one at work where somebody commits that by hand.
  private static func sequence(in gitFolder: String) -> HalfDone? {
    let folder = gitFolder + "/sequencer"
    guard entryKind(folder) == .folder else { return nil }
    let left = (try? readFile(folder + "/todo")) ?? []
    return left.starts(with: "revert".utf8) ? .revert : .cherryPick
  }
}

extension Git {
  /// Looks at a worktree without changing anything in it.
  ///
  /// Copies and links that Divisi itself brought into it do not count. Where nobody else works in
  /// the worktree, git may note in its index which files it found unchanged, so that the next look
  /// need not read them.
  package func status(
    of worktree: Worktree, noting: Bool = false
  ) throws(WorkspaceError) -> WorktreeStatus {
    var fields = try statusFields(worktree, noting: noting)
    if worktree.hidesEdits(repository.hashLength) {
      let index = try IndexCopy(of: worktree)
      try revealEdits(in: worktree, environment: index.environment)
      fields = try statusFields(worktree, environment: index.environment)
    }
    let brought = worktree.brought
    var status = WorktreeStatus()
    for field in fields {
      let words = field.words(2)
      guard words.count == 2 else { continue }
      let rest = words[1]
      switch words[0] {
      case "#":
        if rest.hasPrefix("branch.oid ") { status.head = ObjectID(String(rest.dropFirst(11))) }
      case "1":
        let parts = rest.words(8)
        guard parts.count == 8, !brought.holds(String(parts[7])) else { continue }
        status.changed.append(String(parts[7]))
        // S, then whether it is at another commit, has changed files, has new files.
        if parts[1].hasPrefix("S"), parts[1].suffix(2) != ".." {
          status.submodules.append(String(parts[7]))
        }
      case "u":
        if let path = rest.words(10).last { status.unmerged.append(String(path)) }
      case "?":
        let isRepository = rest.hasSuffix("/")
        let path = String(isRepository ? rest.dropLast() : rest)
        if brought.holds(path) { continue }
        if isRepository { status.nested.append(path) } else { status.untracked.append(path) }
      case "!": status.ignored.append(String(rest))
      default: continue
      }
    }
    status.operations = HalfDone.allCases.filter { $0.isUnderWay(in: worktree.gitFolder) }
    return status
  }

  private func statusFields(
    _ worktree: Worktree, noting: Bool = false, environment: [String: String] = [:]
  ) throws(WorkspaceError) -> [String] {
    try run(
      [
        "status", "--porcelain=v2", "-z", "--branch", "--untracked-files=all",
        "--ignored=matching", "--no-renames", "--ignore-submodules=none",
      ], at: worktree, environment: environment,
      options: noting
        ? GitOptions.common.filter { $0 != "--no-optional-locks" } : GitOptions.common
    ).fields
  }
}
