import Files
import Glibc

/// Writes everything that a worktree holds into one commit, without changing the worktree.
struct Snapshot {
  private let git: Git
  private let worktree: Worktree
  private var parents: [ObjectID] = []
  private var lines: [(KeepRole, String)] = []

  init(_ git: Git, _ worktree: Worktree) {
    self.git = git
    self.worktree = worktree
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
    return try git.writeCommit(tree: tree, parents: parents, message: message)
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
    var snapshot = Snapshot(inner, place)
    for commit in own { snapshot.add(.left, commit) }
    let commit = try snapshot.write(status: status, because: "a repository within: \(path)")
    let ref = "refs/divisi/nested"
    try inner.run(["update-ref", ref, commit.hex], at: place)
    let git = git
    try git.alone { () throws(WorkspaceError) in
      try git.run([
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
        repository.root, ref,
      ])
    }
    add(.nested, commit, " " + path)
  }
}

/// An index beside the worktree's own, gone with its last use.
struct IndexCopy: ~Copyable {
  private let path: String
  var environment: [String: String] { ["GIT_INDEX_FILE": path] }

  init(emptyFor worktree: Worktree) {
    path = worktree.gitFolder + "/divisi-index-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
  }

  init(of worktree: Worktree) throws(WorkspaceError) {
    self.init(emptyFor: worktree)
    let index = worktree.gitFolder + "/index"
    guard entryKind(index) == .file else { return }
    let (path, bytes) = (path, try withFiles { () throws(FileError) in try readFile(index) })
    try withFiles { () throws(FileError) in try writeFile(path, bytes) }
  }

  deinit {
    unlink(path)
    unlink(path + ".lock")
  }
}

/// A line of the index.
struct IndexEntry {
  let mode: String
  let object: String
  let stage: Int
  let path: String

  /// What stands for its object in a line that takes it out of the index.
  var noObject: String { String(repeating: "0", count: object.utf8.count) }

  init?(_ field: String) {
    let parts = field.split(separator: "\t", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let words = parts[0].split(separator: " ")
    guard words.count == 3, let stage = Int(words[2]) else { return nil }
    mode = String(words[0])
    object = String(words[1])
    self.stage = stage
    path = String(parts[1])
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
