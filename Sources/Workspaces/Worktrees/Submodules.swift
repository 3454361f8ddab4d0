import Files

/// The submodules of a new worktree, filled from the person's checkout without asking a server.
struct Submodules {
  private let git: Git

  init(_ git: Git) { self.git = git }

  /// Fills those submodules that the person's checkout has filled. Where what is checked out there
  /// lacks the commit, git fetches it as it would for the person.
  func fill(_ worktree: Worktree) throws(WorkspaceError) {
    guard entryKind(worktree.path + "/.gitmodules") == .file else { return }
    let fields = try git.run(
      ["config", "--file", ".gitmodules", "-z", "--get-regexp", #"^submodule\..*\.path$"#],
      in: worktree.path, expecting: [0, 1]
    ).fields
    for field in fields {
      let parts = field.split(separator: "\n", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let name = String(parts[0].dropFirst("submodule.".count).dropLast(".path".count))
      let store = git.repository.commonFolder + "/modules/" + name
      guard entryKind(store + "/HEAD") == .file else { continue }
      let path = String(parts[1])
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
}
