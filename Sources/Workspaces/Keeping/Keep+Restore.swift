import Files

extension Keep {
  /// What was brought back, and where.
  package struct Restored: Sendable, Hashable {
    package let worktree: Worktree
    package let branch: String
    /// What git was in the midst of and is again, because it can be gone on with.
    package let operation: HalfDone?
  }

  /// Brings kept work back in a new worktree, on a new branch that begins where its HEAD was: its
  /// files, its index, its untracked files, and a merge that was half done. What is kept stays.
  package func restore(
    _ work: KeptWork, among worktrees: Worktrees
  ) throws(WorkspaceError) -> Restored {
    let label = work.name.split(separator: "/").joined(separator: "-")
    let branch = "kept/" + label
    let path = worktrees.folder + "/kept-" + label
    if entryKind(path) != .missing {
      let isThere = try git.listWorktrees().contains { $0.path == path }
      throw isThere ? .broughtBack(path) : .pathTaken(path)
    }
    let head = work.head ?? work.commit
    if try !git.moveRef("refs/heads/" + branch, to: head, from: nil, because: "bring back"),
      try git.commit("refs/heads/" + branch) != head
    {
      throw .wentOn(branch: branch)
    }
    try worktrees.makeFolder()
    let git = git
    let worktree = try git.alone { () throws(WorkspaceError) in
      try git.retryingRaces { () throws(WorkspaceError) in
        try git.run(["worktree", "add", "--quiet", "--no-checkout", path, branch])
      }
      let worktree = try git.worktree(at: path)
      try worktree.noteSettings()
      return worktree
    }
    try git.run(["read-tree", "-m", "-u", work.commit.hex], at: worktree)
    try git.run(["read-tree", (work.index ?? head).hex], at: worktree)
    let operation = try restoreOperation(of: work, in: worktree)
    return Restored(worktree: worktree, branch: branch, operation: operation)
  }

  private func restoreOperation(
    of work: KeptWork, in worktree: Worktree
  ) throws(WorkspaceError) -> HalfDone? {
    if let stages = work.stages {
      let entries = try git.run(["ls-tree", "-r", "-z", "--full-tree", stages.hex]).fields
      let text = entries.compactMap { entry -> String? in
        // MODE TYPE OBJECT<tab>STAGE/PATH
        let parts = entry.split(separator: "\t", maxSplits: 1)
        let words = parts.first?.split(separator: " ") ?? []
        guard parts.count == 2, words.count == 3 else { return nil }
        return "\(words[0]) \(words[2]) \(parts[1].prefix(1))\t\(parts[1].dropFirst(2))\0"
      }
      try git.run(
        ["update-index", "-z", "--index-info"], at: worktree, input: text.joined().pathBytes)
    }
    guard let operation = work.operation, !work.incoming.isEmpty, operation.isRestorable,
      let mark = operation.marks.first
    else { return nil }
    let text = work.incoming.map { $0.hex + "\n" }.joined()
    try withFiles { () throws(FileError) in
      try writeFile(worktree.gitFolder + "/" + mark, Array(text.utf8))
      try writeFile(worktree.gitFolder + "/MERGE_MSG", Array("\(work.reason)\n".utf8))
    }
    return operation
  }
}

extension HalfDone {
  /// Whether the commits that it brings in say all about it.
  fileprivate var isRestorable: Bool {
    switch self {
    case .merge, .cherryPick, .revert: true
    case .rebase, .am, .bisect: false
    }
  }
}
