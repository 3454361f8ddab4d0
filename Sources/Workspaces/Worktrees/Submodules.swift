import Files

/// The submodules of a new worktree, filled from the person's checkout without asking a server.
struct Submodules {
  private let git: Git

  init(_ git: Git) { self.git = git }

  /// Fills those submodules that the person's checkout has filled. Where what is checked out there
  /// lacks the commit, git fetches it as it would for the person.
  func fill(_ worktree: Worktree) throws(WorkspaceError) {
    for (path, name) in try names(in: worktree).sorted(by: { $0.key < $1.key }) {
      let store = store(of: name)
      guard entryKind(store + "/HEAD") == .file else { continue }
      let url = try git.run(
        ["config", "--get", "submodule.\(name).url"], expecting: [0, 1]
      ).line
      try git.run(
        ["submodule", "--quiet", "update", "--init", "--", path], in: worktree.path,
        options: GitOptions.common
          + GitOptions.settings(["protocol.file.allow=always", "submodule.\(name).url=\(store)"]))
      guard !url.isEmpty else { continue }
      try git.run(["remote", "set-url", "origin", url], in: worktree.path + "/" + path)
    }
  }

  /// Takes the commits that somebody made in submodules of a worktree to where all worktrees fill theirs from. They
  /// would else be in that worktree alone, and the commits that name them would name nothing.
  ///
  /// - Returns: submodules that are nowhere but in the worktree, as they were only added there.
  func store(
    _ worktree: Worktree, from base: ObjectID, to head: ObjectID
  ) throws(WorkspaceError) -> [String] {
    let links = try links(from: base, to: head)
    guard !links.isEmpty else { return [] }
    let names = try names(in: worktree)
    var homeless: [String] = []
    for (path, commit) in links {
      guard let name = names[path], entryKind(store(of: name) + "/HEAD") == .file,
        entryKind(worktree.path + "/" + path + "/.git") != .missing
      else {
        homeless.append(path)
        continue
      }
      let store = store(of: name)
      let isThere = try git.run(
        ["cat-file", "-e", commit.hex + "^{commit}"], in: store,
        environment: ["GIT_DIR": store], expecting: [0, 1, 128]
      ).status
      if isThere == 0 { continue }
      try git.run(
        [
          "push", "--quiet", "--no-verify", store,
          "\(commit.hex):refs/divisi/submodules/\(commit.hex)",
        ], in: worktree.path + "/" + path)
    }
    return homeless
  }

  /// The submodules that are at another commit than before, or new.
  private func links(
    from base: ObjectID, to head: ObjectID
  ) throws(WorkspaceError) -> [(path: String, commit: ObjectID)] {
    let fields = try git.run(["diff-tree", "-r", "-z", "--raw", "--no-renames", base.hex, head.hex])
      .fields
    var links: [(path: String, commit: ObjectID)] = []
    for (what, path) in zip(fields, fields.dropFirst()) where what.hasPrefix(":") {
      let words = what.split(separator: " ")
      guard words.count > 3, words[1] == "160000", let commit = ObjectID(String(words[3])) else {
        continue
      }
      links.append((path, commit))
    }
    return links
  }

  private func store(of name: String) -> String {
    git.repository.commonFolder + "/modules/" + name
  }

  /// What the submodules at paths of a worktree are called.
  private func names(in worktree: Worktree) throws(WorkspaceError) -> [String: String] {
    guard entryKind(worktree.path + "/.gitmodules") == .file else { return [:] }
    let fields = try git.run(
      ["config", "--file", ".gitmodules", "-z", "--get-regexp", #"^submodule\..*\.path$"#],
      in: worktree.path, expecting: [0, 1]
    ).fields
    var names: [String: String] = [:]
    for field in fields {
      let parts = field.split(separator: "\n", maxSplits: 1)
      guard parts.count == 2 else { continue }
      names[String(parts[1])] = String(
        parts[0].dropFirst("submodule.".count).dropLast(".path".count))
    }
    return names
  }
}

extension Git {
  /// See `Submodules.store`.
  package func storeSubmodules(
    of worktree: Worktree, from base: ObjectID, to head: ObjectID
  ) throws(WorkspaceError) -> [String] {
    try Submodules(self).store(worktree, from: base, to: head)
  }
}
