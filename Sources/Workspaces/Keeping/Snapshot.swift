import Files

/// Writes everything that a worktree holds into one commit, without changing the worktree.
struct Snapshot {
  private let git: Git
  private let worktree: Worktree
  /// Whether what is behind its commits is a part of it.
  private let hasHistory: Bool
  private var parents: [ObjectID] = []
  private var lines: [(KeepRole, String)] = []

  init(_ git: Git, _ worktree: Worktree, hasHistory: Bool = true) {
    self.git = git
    self.worktree = worktree
    self.hasHistory = hasHistory
  }

  /// The commit of all that is there.
  static func write(
    _ git: Git, of worktree: Worktree, status: WorktreeStatus?, leaving tip: ObjectID?,
    because reason: String
  ) throws(WorkspaceError) -> ObjectID {
    var snapshot = Snapshot(git, worktree)
    return try snapshot.write(status: status, leaving: tip, because: reason)
  }

  /// Whether a clean worktree's branch holds all that there is: no stash is this branch's, no
  /// commit was left, and no repository within has anything of its own.
  static func branchHoldsAll(
    _ git: Git, of worktree: Worktree, on branch: String, _ status: WorktreeStatus
  ) throws(WorkspaceError) -> Bool {
    var snapshot = Snapshot(git, worktree)
    if let head = status.head { snapshot.parents.append(head) }
    try snapshot.addStashes(of: branch)
    try snapshot.addLeftCommits()
    try snapshot.addNested(try Submodules(git).filled(in: worktree).map(\.path) + status.hidden)
    try snapshot.addReplaced()
    return snapshot.lines.isEmpty
  }

  private mutating func write(
    status: WorktreeStatus?, leaving tip: ObjectID? = nil, because reason: String
  ) throws(WorkspaceError) -> ObjectID {
    let head = try git.head(of: worktree)
    let branch = try git.branch(of: worktree)
    if let branch { lines.append((.branch, branch)) }
    if let head { add(.head, head) }
    let isClean = status?.isClean ?? false
    var tree: ObjectID?
    if isClean, let head {
      tree = try git.tree(of: head)
      try addNested(
        try Submodules(git).filled(in: worktree).map(\.path) + (status?.hidden ?? []))
    }
    if tree == nil { tree = try files(status, beside: head) }
    try addReplaced()
    try addOperations(status)
    try addStashes(of: branch)
    try addLeftCommits()
    if let tip, !parents.contains(tip) { add(.left, tip) }
    guard let tree else { throw .noCommit(branch ?? worktree.path) }
    let message =
      reason + "\n\n" + lines.map { "\($0.0.rawValue): \($0.1)\n" }.joined()
    var held: [ObjectID] = []
    for parent in parents {
      if let stand = try hasHistory ? parent : withoutHistory(parent) { held.append(stand) }
    }
    return try git.writeCommit(tree: tree, parents: held, message: message)
  }

  /// What stands for a parent where nothing behind it may be named; nothing where files of it are missing.
  private func withoutHistory(_ parent: ObjectID) throws(WorkspaceError) -> ObjectID? {
    switch lines.first(where: { $0.1.hasPrefix(parent.hex) })?.0 {
    // These have none.
    case .index, .stages, .nested: return parent
    default: break
    }
    guard try git.reachesAll(of: ["--no-walk", parent.hex]) else { return nil }
    let text = String(
      decoding: try git.run(["cat-file", "commit", parent.hex]).bytes, as: UTF8.self)
    // The index and the untracked files of a stash are its other parents.
    let others = text.split(separator: "\n").prefix {
      $0.hasPrefix("tree ") || $0.hasPrefix("parent ")
    }
    .dropFirst(2).compactMap { ObjectID(String($0.dropFirst("parent ".count))) }
    var copies: [ObjectID] = []
    for other in others where try git.reachesAll(of: ["--no-walk", other.hex]) {
      copies.append(
        try git.writeCommit(
          tree: try git.tree(of: other), parents: [], message: "\(other), without its history\n"))
    }
    return try git.writeCommit(
      tree: try git.tree(of: parent), parents: copies,
      message: "\(parent), without its history\n\n" + text)
  }

  private mutating func add(_ role: KeepRole, _ commit: ObjectID, _ more: String = "") {
    if !parents.contains(commit) { parents.append(commit) }
    lines.append((role, commit.hex + more))
  }

  /// The tree of the files on disk; the index beside it, where it says something else.
  private mutating func files(
    _ status: WorktreeStatus?, beside head: ObjectID?
  ) throws(WorkspaceError) -> ObjectID {
    let index = try IndexCopy(of: worktree)
    let entries = try git.run(
      ["ls-files", "--stage", "-z"], at: worktree, environment: index.environment
    ).fields.compactMap(IndexEntry.init)
    let unmerged = entries.filter { $0.stage > 0 }
    if unmerged.isEmpty {
      try addTree(.index, try writeTree(index), "the index")
    } else {
      try addStages(unmerged)
      let decided = try IndexCopy(of: worktree)
      let none = unmerged.map { "0 \($0.noObject)\t\($0.path)\0" }
      try feed(none, to: decided)
      try addTree(.index, try writeTree(decided), "the index")
    }
    guard let status, worktree.isThere else { return try writeTree(index) }
    let submodules = entries.filter { $0.mode == "160000" }.map(\.path)
    let ownGit = worktree.path + "/.git"
    let isReplaced = worktree.gitFolder != ownGit && entryKind(ownGit) == .folder
    let replaced = isReplaced ? ["."] : []
    try addNested(Set(status.nested + status.hidden + submodules + replaced).sorted())
    try git.stageAll(in: worktree, without: status.nested, environment: index.environment)
    return try writeTree(index)
  }

  private func writeTree(_ index: borrowing IndexCopy) throws(WorkspaceError) -> ObjectID {
    let result = try git.run(
      ["write-tree", "--missing-ok"], at: worktree, environment: index.environment)
    guard let tree = ObjectID(result.line) else { throw .noCommit(worktree.path) }
    return tree
  }

  private func feed(
    _ entries: [String], to index: borrowing IndexCopy
  ) throws(WorkspaceError) {
    try git.run(
      ["update-index", "-z", "--index-info"], at: worktree, input: entries.joined().pathBytes,
      environment: index.environment)
  }

  private mutating func addTree(
    _ role: KeepRole, _ tree: ObjectID, _ subject: String
  ) throws(WorkspaceError) {
    add(role, try git.writeCommit(tree: tree, parents: [], message: subject + "\n"))
  }

  /// All versions of the files that a merge could not decide, each in the folder of its number.
  private mutating func addStages(_ entries: [IndexEntry]) throws(WorkspaceError) {
    let index = IndexCopy(emptyFor: worktree)
    try feed(entries.map { "\($0.mode) \($0.object) 0\t\($0.stage)/\($0.path)\0" }, to: index)
    try addTree(.stages, try writeTree(index), "what a merge could not decide")
  }

  private mutating func addOperations(_ status: WorktreeStatus?) throws(WorkspaceError) {
    for operation in status?.operations ?? [] {
      lines.append((.operation, operation.rawValue))
      let marks =
        operation == .rebase
        ? [
          "REBASE_HEAD", "ORIG_HEAD", "rebase-merge/orig-head", "rebase-merge/onto",
          "rebase-merge/amend", "rebase-merge/autostash", "rebase-apply/orig-head",
        ]
        : operation.marks
      for mark in marks {
        guard let bytes = try? readFile(worktree.gitFolder + "/" + mark) else { continue }
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
          if let commit = ObjectID(String(line)) { add(.incoming, commit) }
        }
      }
    }
  }

  /// Stashes are one pile for all worktrees. Those that were made on this branch are this work's.
  private mutating func addStashes(of branch: String?) throws(WorkspaceError) {
    guard let branch, branch.hasPrefix("refs/heads/"),
      entryKind(git.repository.commonFolder + "/logs/refs/stash") == .file
    else { return }
    let name = branch.dropFirst(11)
    let fields = try git.run(["reflog", "show", "-z", "--format=%H %gs", "refs/stash", "--"]).fields
    for field in fields {
      let parts = field.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let stash = ObjectID(String(parts[0])) else { continue }
      if parts[1].hasPrefix("WIP on \(name): ") || parts[1].hasPrefix("On \(name): ") {
        add(.stash, stash)
      }
    }
  }

  /// Commits that were left (reset away, amended), which only the worktree's own log still knows.
  private mutating func addLeftCommits() throws(WorkspaceError) {
    guard let bytes = try? readFile(worktree.gitFolder + "/logs/HEAD") else { return }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    let logged = lines.suffix(1000).compactMap { line in
      ObjectID(
        String(
          decoding: line.split(separator: UInt8(ascii: " ")).dropFirst().first ?? [],
          as: UTF8.self))
    }
    let left = Set(logged).subtracting(parents)
    guard !left.isEmpty else { return }
    let unreachable = try git.run(
      ["rev-list", "--ignore-missing"] + left.map(\.hex).sorted()
        + ["--not", "--branches"] + parents.map(\.hex)
    ).lines
    for commit in unreachable.compactMap(ObjectID.init) where left.contains(commit) {
      add(.left, commit)
    }
  }

  /// Repositories within the worktree: what they hold and no server has is brought over.
  private mutating func addNested(_ paths: [String]) throws(WorkspaceError) {
    for path in paths {
      let folder = path == "." ? worktree.path : worktree.path + "/" + path
      guard let repository = try? Repository.find(from: folder), repository.root == folder else {
        continue
      }
      try addNested(repository, path, Worktree(path: folder, gitFolder: repository.gitFolder))
    }
  }

  /// Repositories that took the place of the worktree's own.
  private mutating func addReplaced() throws(WorkspaceError) {
    for folder in worktree.replacedRepositories {
      // It has no checkout any more: git is called in its own folder.
      let repository = Repository(root: folder, gitFolder: folder, commonFolder: folder)
      try addNested(repository, ".", Worktree(path: worktree.path, gitFolder: folder))
    }
  }

  private mutating func addNested(
    _ repository: Repository, _ path: String, _ place: Worktree
  ) throws(WorkspaceError) {
    let inner = git.moved(to: repository)
    let status = try inner.status(of: place)
    let unsent = try inner.run(
      ["rev-list", "--max-count=100", "--all", "HEAD", "--not", "--remotes"], at: place,
      expecting: [0, 128]
    ).lines.compactMap(ObjectID.init)
    let own = try Submodules(git).unstored(unsent, at: path, in: worktree)
    if status.isClean, own.isEmpty { return }
    // A commit here that names one which is not would be damage to the person's repository.
    for hasHistory in try inner.lacksHistory(place) ? [false] : [true, false] {
      var snapshot = Snapshot(inner, place, hasHistory: hasHistory)
      for commit in own { snapshot.add(.left, commit) }
      let commit = try snapshot.write(status: status, because: "a repository within: \(path)")
      guard try bring(commit, from: inner, place, mayFail: hasHistory) else { continue }
      add(.nested, commit, " " + path)
      return
    }
  }

  /// Brings a commit of a repository within over; says whether all that it reaches came with it.
  private func bring(
    _ commit: ObjectID, from inner: Git, _ place: Worktree, mayFail: Bool
  ) throws(WorkspaceError) -> Bool {
    let ref = "refs/divisi/nested"
    try inner.run(["update-ref", ref, commit.hex], at: place)
    let git = git
    let status = try git.alone { () throws(WorkspaceError) -> Int32 in
      try git.run(
        [
          "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
          inner.repository.root, ref,
        ], expecting: mayFail ? [0, 1, 128] : [0]
      ).status
    }
    guard mayFail else { return true }
    guard status == 0 else { return false }
    return try git.reachesAll(of: [commit.hex, "--not", "--all"])
  }
}

extension Git {
  /// Whether commits, files or both are left at a server: a clone that is shallow, or partial.
  fileprivate func lacksHistory(_ place: Worktree) throws(WorkspaceError) -> Bool {
    if try run(["rev-parse", "--is-shallow-repository"], at: place).line == "true" { return true }
    return try run(
      ["config", "--get-regexp", #"^(extensions\.partialclone|remote\..*\.promisor)$"#], at: place,
      expecting: [0, 1]
    ).status == 0
  }

  /// Whether all that revisions name is there, to the last file.
  fileprivate func reachesAll(of revisions: [String]) throws(WorkspaceError) -> Bool {
    try run(["rev-list", "--objects", "--quiet"] + revisions, expecting: [0, 1, 128]).status == 0
  }
}

extension Git {
  /// Puts everything in a worktree that is not ignored into the index, but what Divisi brought
  /// there and other paths that are named.
  func stageAll(
    in worktree: Worktree, without paths: [String], environment: [String: String] = [:]
  ) throws(WorkspaceError) {
    if worktree.hidesEdits(repository.hashLength) {
      try revealEdits(in: worktree, environment: environment)
    }
    let brought = worktree.brought.all
    var ignored: Set<String> = []
    if !brought.isEmpty {
      // git objects to being told to leave out what it leaves out anyway.
      let text = brought.map { $0 + "\0" }.joined()
      ignored = Set(
        try run(
          ["check-ignore", "-z", "--stdin"], at: worktree, input: text.pathBytes,
          expecting: [0, 1]
        ).fields)
    }
    let left = brought.filter { !ignored.contains($0) } + paths
    let specs = [":(top)"] + left.map { ":(top,exclude,literal)" + $0 }
    try run(
      ["add", "--all", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul"], at: worktree,
      input: specs.map { $0 + "\0" }.joined().pathBytes, environment: environment)
  }
}
