import Files

/// A checkout that Divisi may work in, beside the person's own.
package struct Worktree: Sendable, Hashable {
  package let path: String
  /// Where git keeps what belongs to this worktree alone.
  package let gitFolder: String

  package init(path: String, gitFolder: String) {
    self.path = path
    self.gitFolder = gitFolder
  }
}

extension Git {
  /// Runs git in a worktree and in no other: both of its folders are named, so that a worktree
  /// whose `.git` an agent removed is never taken for the checkout that it lies in.
  @discardableResult
  func run(
    _ arguments: [String], at worktree: Worktree, input: [UInt8]? = nil,
    environment: [String: String] = [:], expecting statuses: Set<Int32> = [0],
    options: [String] = GitOptions.common
  ) throws(WorkspaceError) -> GitOutput {
    let isThere = entryKind(worktree.path) == .folder
    var places = ["GIT_DIR": worktree.gitFolder]
    if isThere { places["GIT_WORK_TREE"] = worktree.path }
    do throws(WorkspaceError) {
      return try run(
        arguments, in: isThere ? worktree.path : worktree.gitFolder, input: input,
        environment: environment.merging(places) { _, place in place }, expecting: statuses,
        options: options)
    } catch {
      guard case .git(let failure) = error, let full = failure.onFullDisk(worktree.path) else {
        throw error
      }
      throw .git(full)
    }
  }

  /// The commit that a worktree stands on, or nothing before its branch's first.
  package func head(of worktree: Worktree) throws(WorkspaceError) -> ObjectID? {
    ObjectID(
      try run(
        ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], at: worktree, expecting: [0, 1]
      )
      .line)
  }

  /// The full name of the branch that a worktree is on, or nothing where it is on none.
  func branch(of worktree: Worktree) throws(WorkspaceError) -> String? {
    let name = try run(["symbolic-ref", "--quiet", "HEAD"], at: worktree, expecting: [0, 1]).line
    return name.isEmpty ? nil : name
  }
}

/// A worktree as git has it on its list.
package struct ListedWorktree: Sendable, Hashable {
  package let path: String
  package let head: ObjectID?
  /// The branch without `refs/heads/`.
  package let branch: String?
  /// Why it is locked; nothing where it is not.
  package let lock: String?
  package let isBare: Bool
}

extension Git {
  /// All checkouts of the repository, the main one first.
  package func listWorktrees() throws(WorkspaceError) -> [ListedWorktree] {
    let words = ["worktree", "list", "--porcelain", "-z"]
    let fields: [String]
    do throws(WorkspaceError) {
      fields = try run(words).fields
    } catch {
      guard case .git(let failure) = error, failure.isRace else { throw error }
      try mendWorktreeRecords()
      fields = try run(words).fields
    }
    return fields.split(separator: "").map { entry in
      var values: [Substring: String] = [:]
      for line in entry {
        let parts = line.split(separator: " ", maxSplits: 1)
        if let key = parts.first { values[key] = parts.count > 1 ? String(parts[1]) : "" }
      }
      let branch = values["branch"].map { name in
        name.hasPrefix("refs/heads/") ? String(name.dropFirst(11)) : name
      }
      return ListedWorktree(
        path: values["worktree"] ?? "", head: values["HEAD"].flatMap(ObjectID.init),
        branch: branch, lock: values["locked"], isBare: values["bare"] != nil)
    }
  }
}
