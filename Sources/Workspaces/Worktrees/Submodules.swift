import Files

/// The submodules of a worktree, filled from the person's checkout without asking a server.
struct Submodules {
  private let git: Git

  /// A submodule that has files, and the repository that they are of.
  struct Filled {
    let path: String
    let name: String
    let git: Git
    let place: Worktree
  }

  init(_ git: Git) { self.git = git }

  /// Fills those submodules that the person's checkout has filled. Where what is there lacks the
  /// commit, git fetches it as it would for the person.
  func fill(_ worktree: Worktree) throws(WorkspaceError) {
    var urls: [String: String] = [:]
    for (path, name) in try names(in: worktree).sorted(by: { $0.key < $1.key }) {
      // A path of `.gitmodules` may have become plain files since.
      guard entryKind(store(of: name) + "/HEAD") == .file,
        let wanted = try link(at: path, in: worktree)
      else { continue }
      let url = try git.run(
        ["config", "--get", "submodule.\(name).url"], expecting: [0, 1]
      ).line
      if !url.isEmpty { urls[path] = url }
      let isStored = try holds(store(of: name), wanted)
      try checkOut(path, name, from: isStored ? nil : urls[path], in: worktree)
    }
    for submodule in try filled(in: worktree) {
      guard let url = urls[submodule.path] else { continue }
      try submodule.git.run(["remote", "set-url", "origin", url], at: submodule.place)
    }
  }

  /// Brings the submodules of a worktree that was used before to what its commit says of them, and fills those that came
  /// with it. git itself leaves the files of a submodule as they are, whatever is checked out around them.
  func update(_ worktree: Worktree) throws(WorkspaceError) {
    let filled = try filled(in: worktree)
    for submodule in filled {
      guard let wanted = try link(at: submodule.path, in: worktree) else { continue }
      let status = try submodule.git.status(of: submodule.place)
      if status.head == wanted, status.isClean { continue }
      let store = store(of: submodule.name)
      let isThere = try submodule.git.run(
        ["cat-file", "-e", wanted.hex + "^{commit}"], at: submodule.place, expecting: [0, 1, 128]
      ).status
      if isThere != 0, try holds(store, wanted) {
        try submodule.git.run(
          ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", store, wanted.hex],
          at: submodule.place)
      }
      try checkOut(submodule.path, submodule.name, in: worktree)
    }
    let paths = Set(filled.map(\.path))
    if try names(in: worktree).keys.contains(where: { !paths.contains($0) }) {
      try fill(worktree)
    }
  }

  /// The submodules of a worktree that have files. Costs nothing where there are no submodules.
  func filled(in worktree: Worktree) throws(WorkspaceError) -> [Filled] {
    try names(in: worktree).sorted(by: { $0.key < $1.key }).compactMap { path, name in
      let folder = worktree.path + "/" + path
      guard let repository = try? Repository.find(from: folder), repository.root == folder else {
        return nil
      }
      return Filled(
        path: path, name: name, git: git.moved(to: repository),
        place: Worktree(path: folder, gitFolder: repository.gitFolder))
    }
  }

  /// - Parameter url: where it is cloned from; else from where all worktrees fill theirs.
  private func checkOut(
    _ path: String, _ name: String, from url: String? = nil, in worktree: Worktree
  ) throws(WorkspaceError) {
    let source = url ?? store(of: name)
    // As settings and not options, so that git writes none of its own into the configuration.
    let settings = [
      "submodule.\(name).url=\(source)", "submodule.\(name).update=checkout",
      "clone.defaultRemoteName=origin",
    ]
    try git.run(
      ["submodule", "--quiet", "update", "--init", "--force", "--", path], at: worktree,
      options: GitOptions.common
        + GitOptions.settings(settings + (url == nil ? ["protocol.file.allow=always"] : [])))
  }

  /// The commit of a submodule that the index of its worktree names.
  private func link(
    at path: String, in worktree: Worktree
  ) throws(WorkspaceError) -> ObjectID? {
    let fields = try git.run(
      ["ls-files", "--stage", "-z", "--", ":(literal)" + path], at: worktree
    ).fields
    let entry = fields.first.flatMap(IndexEntry.init)
    return entry.flatMap { $0.mode == "160000" ? ObjectID($0.object) : nil }
  }

  /// Those of some commits in a submodule that are only in its worktree.
  func unstored(
    _ commits: [ObjectID], at path: String, in worktree: Worktree
  ) throws(WorkspaceError) -> [ObjectID] {
    guard let name = try names(in: worktree)[path],
      entryKind(store(of: name) + "/HEAD") == .file
    else { return commits }
    var found: [ObjectID] = []
    for commit in commits where try !holds(store(of: name), commit) { found.append(commit) }
    return found
  }

  private func holds(_ store: String, _ commit: ObjectID) throws(WorkspaceError) -> Bool {
    guard entryKind(store + "/HEAD") == .file else { return false }
    return try git.run(
      ["cat-file", "-e", commit.hex + "^{commit}"], in: store,
      environment: ["GIT_DIR": store], expecting: [0, 1, 128]
    ).status == 0
  }

  /// Whether a tree's commit of a submodule holds another one.
  func isHeld(_ commit: ObjectID, at path: String, by tree: ObjectID) throws(WorkspaceError) -> Bool
  {
    let entry = try git.run(
      ["ls-tree", "-z", "--full-tree", tree.hex, "--", path]
    ).fields.first?.split(whereSeparator: { $0 == " " || $0 == "\t" })
    let names = try names(["--blob", tree.hex + ":.gitmodules"])
    guard let entry, entry.count > 2, let now = ObjectID(String(entry[2])), let name = names[path],
      case let store = store(of: name), entryKind(store + "/HEAD") == .file
    else { return false }
    return try git.run(
      ["merge-base", "--is-ancestor", commit.hex, now.hex], in: store,
      environment: ["GIT_DIR": store], expecting: [0, 1, 128]
    ).status == 0
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
    let filled = try filled(in: worktree)
    var homeless: [String] = []
    for (path, commit) in links {
      guard let submodule = filled.first(where: { $0.path == path }),
        case let store = store(of: submodule.name), entryKind(store + "/HEAD") == .file
      else {
        homeless.append(path)
        continue
      }
      if try holds(store, commit) { continue }
      try submodule.git.run(
        [
          "push", "--quiet", "--no-verify", store,
          "\(commit.hex):refs/divisi/submodules/\(commit.hex)",
        ], at: submodule.place)
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
    return try names(["--file", worktree.path + "/.gitmodules"])
  }

  private func names(_ source: [String]) throws(WorkspaceError) -> [String: String] {
    let fields = try git.run(
      ["config"] + source + ["-z", "--get-regexp", #"^submodule\..*\.path$"#],
      expecting: [0, 1, 128]
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
