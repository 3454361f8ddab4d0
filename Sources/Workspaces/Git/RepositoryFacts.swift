import Files

/// What is particular about a repository, and decides how Divisi can work in it.
package struct RepositoryFacts: Sendable, Hashable {
  package enum Head: Sendable, Hashable {
    case branch(String, ObjectID)
    case detached(ObjectID)
    /// A branch that has no commit yet.
    case unborn(String)
  }

  package let version: GitVersion
  package let head: Head
  package let isShallow: Bool
  package let isSparse: Bool
  package let hasSubmodules: Bool
  /// Large files are kept elsewhere, and nothing here fetches them: worktrees hold pointers.
  package let leavesPointers: Bool
  /// Names that differ only in case are one file here.
  package let ignoresCase: Bool

  /// Looks at a repository; says what makes it unusable.
  package static func read(_ git: Git) throws(WorkspaceError) -> RepositoryFacts {
    let answer = try git.line(["version"])
    guard let version = GitVersion(answer: answer), version >= .least else {
      throw .oldGit(answer.split(separator: " ").dropFirst(2).first.map(String.init) ?? answer)
    }
    let facts = try git.run([
      "rev-parse", "--is-bare-repository", "--is-shallow-repository",
    ]).lines
    guard facts.first != "true" else { throw .bare(git.repository.root) }
    let branch = try git.run(["symbolic-ref", "--quiet", "HEAD"], expecting: [0, 1]).line
    let name = branch.hasPrefix("refs/heads/") ? String(branch.dropFirst(11)) : branch
    let head: Head
    switch (try git.commit("HEAD"), name.isEmpty) {
    case (let commit?, false): head = .branch(name, commit)
    case (let commit?, true): head = .detached(commit)
    case (nil, _): head = .unborn(name)
    }
    let configuration = try git.run(["config", "--list", "--name-only", "-z"]).fields
    let root = git.repository.root
    return RepositoryFacts(
      version: version, head: head, isShallow: facts.dropFirst().first == "true",
      isSparse: try git.flag("core.sparseCheckout"),
      hasSubmodules: entryKind(root + "/.gitmodules") == .file,
      leavesPointers: usesLargeFiles(root)
        && !configuration.contains { $0 == "filter.lfs.process" || $0 == "filter.lfs.smudge" },
      ignoresCase: try git.flag("core.ignoreCase"))
  }

  private static func usesLargeFiles(_ root: String) -> Bool {
    guard let bytes = try? readFile(root + "/.gitattributes") else { return false }
    return String(decoding: bytes, as: UTF8.self).contains("filter=lfs")
  }

  /// The commit that a run begins from.
  package func base() throws(WorkspaceError) -> ObjectID {
    switch head {
    case .branch(_, let commit), .detached(let commit): return commit
    case .unborn(let branch): throw .noCommit(branch)
    }
  }

  /// What a person should know before a run, in whole sentences.
  package var remarks: [String] {
    var remarks: [String] = []
    if case .detached(let commit) = head {
      remarks.append("no branch is checked out; the run begins from commit \(commit.short)")
    }
    if isShallow {
      remarks.append(
        "the clone is shallow; what was merged before its oldest commit cannot be told")
    }
    if isSparse { remarks.append("the checkout is sparse, and worktrees will be as well") }
    if leavesPointers {
      remarks.append(
        "files of git-lfs stay pointers in worktrees, because git-lfs is not set up here")
    }
    return remarks
  }
}

extension Git {
  /// A setting of the repository that is true or false.
  func flag(_ name: String) throws(WorkspaceError) -> Bool {
    try run(["config", "--type=bool", "--get", name], expecting: [0, 1]).line == "true"
  }
}
