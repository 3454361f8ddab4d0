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
  /// Filters of files without which git checks nothing out (`filter.NAME.required`).
  package let requiredFilters: [RequiredFilter]
  /// Names that differ only in case are one file here.
  package let ignoresCase: Bool

  /// Looks at a repository; says what makes it unusable.
  package static func read(_ git: Git) throws(WorkspaceError) -> RepositoryFacts {
    let answer = try git.line(["version"])
    guard let version = GitVersion(answer: answer), version >= .least else {
      throw .oldGit(answer.split(separator: " ").dropFirst(2).first.map(String.init) ?? answer)
    }
    let (head, isBare, isShallow) = try readHead(git)
    if isBare { throw .bare(git.repository.root) }
    let settings = GitSettings(try git.run(["config", "--list", "-z"]).fields)
    let root = git.repository.root
    let filters = filterNames(git.repository)
    return RepositoryFacts(
      version: version, head: head, isShallow: isShallow,
      isSparse: settings.isTrue("core.sparsecheckout"),
      hasSubmodules: entryKind(root + "/.gitmodules") == .file,
      leavesPointers: filters.contains("lfs")
        && !settings.has("filter.lfs.process") && !settings.has("filter.lfs.smudge"),
      requiredFilters: filters.filter { settings.isTrue("filter.\($0).required") }.sorted().map {
        RequiredFilter(
          name: $0,
          command: settings.text("filter.\($0).process") ?? settings.text("filter.\($0).smudge"))
      },
      ignoresCase: settings.isTrue("core.ignorecase"))
  }

  fileprivate static func readHead(
    _ git: Git
  ) throws(WorkspaceError) -> (head: Head, isBare: Bool, isShallow: Bool) {
    // Before git is asked: one that does not know the format says only that.
    if let format = git.repository.refFormat, format != "files" { throw .otherRefFormat(format) }
    // Before the first commit it answers the first two, and stumbles over the rest.
    let facts = try git.run(
      [
        "rev-parse", "--is-bare-repository", "--is-shallow-repository", "HEAD",
        "--symbolic-full-name", "HEAD",
      ], expecting: [0, 128]
    ).lines
    let (isBare, isShallow) = (facts.first == "true", facts.dropFirst().first == "true")
    guard facts.count > 3, let commit = ObjectID(facts[2]) else {
      let branch = isBare ? "" : try git.run(["symbolic-ref", "--quiet", "HEAD"]).line
      return (.unborn(branchName(branch)), isBare, isShallow)
    }
    let head: Head = facts[3] == "HEAD" ? .detached(commit) : .branch(branchName(facts[3]), commit)
    return (head, isBare, isShallow)
  }

  private static func branchName(_ ref: String) -> String {
    ref.hasPrefix("refs/heads/") ? String(ref.dropFirst(11)) : ref
  }

  /// The filters that attributes name, at the top and in git's own folder.
  private static func filterNames(_ repository: Repository) -> Set<String> {
    var names: Set<String> = []
    for path in [repository.root + "/.gitattributes", repository.commonFolder + "/info/attributes"]
    {
      guard let bytes = try? readFile(path) else { continue }
      for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      where !line.hasPrefix("#") {
        for word in line.split(whereSeparator: \.isWhitespace) where word.hasPrefix("filter=") {
          names.insert(String(word.dropFirst("filter=".count)))
        }
      }
    }
    return names
  }
}

/// A program that files go through when they are checked out, and that must be there for it.
package struct RequiredFilter: Sendable, Hashable {
  package let name: String
  /// Nothing where no command is set.
  package let command: String?
}

extension RepositoryFacts.Head {
  /// Where the person's checkout stands.
  package static func read(_ git: Git) throws(WorkspaceError) -> Self {
    try RepositoryFacts.readHead(git).head
  }

  /// The commit that a run begins from.
  package func base() throws(WorkspaceError) -> ObjectID {
    switch self {
    case .branch(_, let commit), .detached(let commit): return commit
    case .unborn(let branch): throw .noCommit(branch)
    }
  }
}

/// The settings of a repository, as `git config --list -z` gives them: names in small letters.
private struct GitSettings {
  /// The last of a name counts; one without a value has none.
  private var values: [String: String?] = [:]

  init(_ fields: [String]) {
    for field in fields {
      let parts = field.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      values.updateValue(parts.count > 1 ? String(parts[1]) : nil, forKey: String(parts[0]))
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  /// What is set; nothing where that is nothing.
  func text(_ name: String) -> String? {
    (values[name] ?? nil).flatMap { $0.isEmpty ? nil : $0 }
  }

  func isTrue(_ name: String) -> Bool {
    guard let value = values[name] else { return false }
    // A name alone is true for git.
    guard let text = value?.lowercased() else { return true }
    return ["true", "yes", "on"].contains(text) || Int(text).map { $0 != 0 } ?? false
  }
}

extension Git {
  /// Whether attributes send a file of the index through a filter.
  package func tracksFiles(filteredBy name: String) throws(WorkspaceError) -> Bool {
    try !run(["ls-files", "-z", "--", ":(top,attr:filter=\(name))"]).fields.isEmpty
  }

  /// A setting of the repository that is true or false.
  func flag(_ name: String) throws(WorkspaceError) -> Bool {
    try run(["config", "--type=bool", "--get", name], expecting: [0, 1]).line == "true"
  }
}
