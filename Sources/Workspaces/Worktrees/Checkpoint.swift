import Files

/// What an agent left, made a commit of its branch.
package struct Checkpoint: Sendable, Hashable {
  /// The branch's last commit now.
  package let head: ObjectID
  /// Whether something had been left that no commit held.
  package let isCommitted: Bool
  /// What git was in the midst of, and could be brought to its end.
  package let finished: [HalfDone]
  /// The same, given up because files were still undecided; all of it is in `kept`.
  package let aborted: [HalfDone]
  /// Repositories of their own in the worktree, which no commit here can hold.
  package let nested: [String]
  /// Submodules with changes that nobody committed there, and that no commit here can hold either.
  package let uncommitted: [String]
  /// What Divisi had brought and somebody added to a commit: taken out of it again.
  package let takenOut: [String]
  package let kept: KeptWork?
}

extension Git {
  /// Commits all that is in a worktree and not ignored, on the branch that the worktree is for.
  ///
  /// A half-done merge is pinned first, and then finished where every file is decided, otherwise
  /// given up. Where the agent has gone to another branch that holds all of its own, it is brought
  /// back; where the two differ that is an error, and all is as it was.
  ///
  /// - Parameters:
  ///   - start: where the branch was when the attempt began. What it held by then and HEAD does not
  ///     is nothing that the attempt has made: it is pinned, and no part of the work.
  ///   - base: the commit that the work is measured from.
  package func checkpoint(
    _ worktree: Worktree, branch: String, since start: ObjectID? = nil, from base: ObjectID? = nil,
    message: String, of owner: WorkOwner
  ) throws(WorkspaceError) -> Checkpoint {
    guard worktree.isThere else { throw .worktreeGone(worktree.path) }
    let before = try status(of: worktree)
    var kept: KeptWork?
    var finished: [HalfDone] = []
    var aborted: [HalfDone] = []
    if !before.operations.isEmpty {
      let keep = Keep(self)
      kept = try keep.pin(
        worktree, status: before, of: owner, because: "half-done work before a checkpoint")
      for operation in before.operations {
        if operation.endsWithACommit, try undecided(before.unmerged, in: worktree).isEmpty {
          finished.append(operation)
        } else {
          kept = try keep.release(
            .abort(worktree, operation), of: owner,
            because: "a \(operation.rawValue) that was given up")
          aborted.append(operation)
        }
      }
    }
    if before.operations.isEmpty { try refuseUndecided(worktree, before, of: owner) }
    try returnToBranch(branch, since: start, worktree, of: owner)
    let now = aborted.isEmpty ? before : try status(of: worktree)
    let isMerging = finished.contains { $0.isMarked(in: worktree.gitFolder) }
    let takenOut = try takeOutBrought(of: worktree, besides: base)
    let hasLeft =
      !now.changed.isEmpty || !now.unmerged.isEmpty || !now.untracked.isEmpty || !takenOut.isEmpty
    if hasLeft || isMerging {
      try commitAll(in: worktree, without: now.nested, message: message, allowEmpty: isMerging)
    }
    // What was to come after it is given up.
    for operation in finished where operation != .merge {
      try Keep(self).release(
        .forget(worktree, operation), of: owner, because: "a \(operation.rawValue) that was ended")
    }
    guard let head = try head(of: worktree) else { throw .noCommit(branch) }
    return Checkpoint(
      head: head, isCommitted: hasLeft || isMerging, finished: finished, aborted: aborted,
      nested: now.nested, uncommitted: try uncommitted(now.submodules, in: worktree),
      takenOut: takenOut, kept: kept)
  }

  /// Takes what Divisi brought out of the index: an agent that adds all there is adds that as well. It stays on disk.
  private func takeOutBrought(
    of worktree: Worktree, besides base: ObjectID?
  ) throws(WorkspaceError) -> [String] {
    let brought = worktree.brought
    guard !brought.isEmpty else { return [] }
    let tracked = try run(["ls-files", "-z", "--", ":(top)"], at: worktree).fields
      .filter(brought.holds)
    guard !tracked.isEmpty else { return [] }
    var known: Set<String> = []
    if let base {
      known = Set(try run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", base.hex]).fields)
    }
    let added = tracked.filter { !known.contains($0) }
    guard !added.isEmpty else { return [] }
    try run(
      ["update-index", "-z", "--force-remove", "--stdin"], at: worktree,
      input: added.map { $0 + "\0" }.joined().pathBytes)
    return added
  }

  /// Those of some submodules with changes that count: whether they do is a setting of each (`submodule.NAME.ignore`).
  private func uncommitted(
    _ submodules: [String], in worktree: Worktree
  ) throws(WorkspaceError) -> [String] {
    guard !submodules.isEmpty else { return [] }
    let format = ["status", "--porcelain=v2", "-z", "--untracked-files=normal", "--no-renames"]
    return try run(
      format + ["--"] + submodules.map { ":(top,literal)" + $0 }, at: worktree
    ).fields.filter { $0.hasPrefix("1 ") }.compactMap { $0.words(9).last.map(String.init) }
  }

  private func commitAll(
    in worktree: Worktree, without nested: [String], message: String, allowEmpty: Bool
  ) throws(WorkspaceError) {
    try stageAll(in: worktree, without: nested)
    let hasStaged =
      try run(
        ["diff", "--cached", "--quiet", "--ignore-submodules=none"], at: worktree,
        expecting: [0, 1]
      )
      .status == 1
    guard hasStaged || allowEmpty else { return }
    let hooks = runsHooks ? [] : ["--no-verify"]
    do throws(WorkspaceError) {
      try run(
        ["commit", "--quiet", "--no-gpg-sign", "--cleanup=verbatim", "--allow-empty", "--file=-"]
          + hooks,
        at: worktree, input: Array(message.utf8),
        options: runsHooks ? GitOptions.withHooks : GitOptions.common)
    } catch {
      // What stops git itself ends it with another status.
      if runsHooks, case .git(let failure) = error, case .refused(1, let words) = failure.reason {
        throw .hookRefused(words)
      }
      throw error
    }
  }

  /// Brings a worktree back onto its branch where nothing is lost by it.
  private func returnToBranch(
    _ branch: String, since start: ObjectID?, _ worktree: Worktree, of owner: WorkOwner
  ) throws(WorkspaceError) {
    let ref = "refs/heads/" + branch
    guard try self.branch(of: worktree) != ref else { return }
    let tip = try commit(ref)
    guard let head = try head(of: worktree) else {
      throw .strayed(branch: branch, path: worktree.path)
    }
    if let tip, tip != head, try !isAncestor(tip, of: head) {
      guard try isAncestor(head, of: tip) else {
        throw .strayed(branch: branch, path: worktree.path)
      }
      if tip == start {
        try Keep(self).release(
          .returnBranch(branch, to: head), of: owner, because: "left by an attempt before")
        try attach(worktree, to: ref)
        return
      }
      // The branch is ahead: going there keeps what is not committed, or refuses.
      let result = try run(
        ["checkout", "--quiet", branch, "--"], at: worktree, expecting: [0, 1, 128])
      guard result.status == 0 else { throw .strayed(branch: branch, path: worktree.path) }
      return
    }
    if tip != head, try !moveRef(ref, to: head, from: tip, because: "follow the agent") {
      throw .strayed(branch: branch, path: worktree.path)
    }
    try attach(worktree, to: ref)
  }

  private func attach(_ worktree: Worktree, to ref: String) throws(WorkspaceError) {
    try run(["symbolic-ref", "-m", "divisi: back on the branch", "HEAD", ref], at: worktree)
  }

  /// What leaves conflicts without being an operation that git is in the midst of, such as `git stash pop`, is nothing that
  /// could be given up: somebody must decide.
  private func refuseUndecided(
    _ worktree: Worktree, _ status: WorktreeStatus, of owner: WorkOwner
  ) throws(WorkspaceError) {
    let paths = try undecided(status.unmerged, in: worktree)
    guard !paths.isEmpty else { return }
    _ = try Keep(self).pin(
      worktree, status: status, of: owner, because: "conflicts that nobody decided")
    throw .undecided(paths)
  }

  /// The files that a merge left open and that still have its marks.
  private func undecided(
    _ paths: [String], in worktree: Worktree
  ) throws(WorkspaceError) -> [String] {
    guard !paths.isEmpty else { return [] }
    let fields = try run(
      ["check-attr", "-z", "--stdin", "conflict-marker-size"], at: worktree,
      input: paths.map { $0 + "\0" }.joined().pathBytes
    ).fields
    var found: [String] = []
    // Path, attribute, value.
    for start in stride(from: 0, to: fields.count - 2, by: 3) {
      let size = Int(fields[start + 2]) ?? 7
      let marks = ["<", ">"].map { Array((String(repeating: $0, count: size) + " ").utf8) }
      guard let bytes = contents(of: worktree.path + "/" + fields[start]) else { continue }
      let isOpen = bytes.split(separator: UInt8(ascii: "\n")).contains { line in
        marks.contains { line.starts(with: $0) }
      }
      if isOpen { found.append(fields[start]) }
    }
    return found
  }
}

extension HalfDone {
  /// Whether one commit brings it to its end.
  fileprivate var endsWithACommit: Bool {
    switch self {
    case .merge, .cherryPick, .revert: true
    case .rebase, .am, .bisect: false
    }
  }
}
