/// The branch that a run merges into. It is made and moved without a checkout.
package struct IntegrationBranch: Sendable {
  let git: Git
  /// Without `refs/heads/`: `orchestration/<plan>` or `milestone/<plan>`.
  package let name: String

  package init(_ git: Git, name: String) {
    self.git = git
    self.name = name
  }

  var ref: String { "refs/heads/" + name }

  /// The branch's last commit; where there is no such branch yet it is made at `base`.
  package func begin(at base: ObjectID) throws(WorkspaceError) -> ObjectID {
    if let head = try head() { return head }
    if try git.moveRef(ref, to: base, from: nil, because: "begin \(name)") { return base }
    guard let head = try head() else { throw .noSuchBranch(name) }
    return head
  }

  /// Where the branch is now, or nothing where it is not there.
  package func head() throws(WorkspaceError) -> ObjectID? { try git.commit(ref) }

  /// What became of moving the branch on.
  package enum Landing: Sendable, Hashable {
    /// The branch names the commit, now or since an earlier call.
    case landed(ObjectID)
    /// Somebody else moved the branch; nothing was changed. The next try begins from its head.
    case moved(ObjectID)
  }

  /// Moves the branch from the head that was merged with to the merged commit, or not at all.
  package func land(_ commit: ObjectID, on head: ObjectID) throws(WorkspaceError) -> Landing {
    if let place = try git.listWorktrees().first(where: { $0.branch == name }) {
      throw .branchCheckedOut(branch: name, path: place.path)
    }
    if try git.moveRef(ref, to: commit, from: head, because: "merge") { return .landed(commit) }
    guard let now = try self.head() else { throw .noSuchBranch(name) }
    if now == commit { return .landed(commit) }
    return .moved(now)
  }

  /// A step's commit on the branch.
  package struct Landed: Sendable, Hashable {
    package let commit: ObjectID
    package let provenance: Provenance
  }

  /// The steps that landed after a commit, the last first, found by their trailers alone: what a
  /// run that lost its memory in the middle of a merge asks.
  package func landed(since base: ObjectID) throws(WorkspaceError) -> [Landed] {
    guard let head = try head() else { throw .noSuchBranch(name) }
    return try git.provenances(of: [base.hex + ".." + head.hex])
      .map { Landed(commit: $0, provenance: $1) }
  }

  /// The commit of one attempt on the branch, or nothing where it has not landed since `base`.
  package func landed(
    _ provenance: Provenance, since base: ObjectID
  ) throws(WorkspaceError) -> ObjectID? {
    try landed(since: base).first { $0.provenance == provenance }?.commit
  }
}

extension Git {
  /// Where a commit comes from; nothing where its message does not say it.
  func provenance(of commit: ObjectID) throws(WorkspaceError) -> Provenance? {
    try provenances(of: ["--max-count=1", commit.hex]).first?.1
  }

  /// Where those of some commits come from that say so, the last first.
  fileprivate func provenances(
    of revisions: [String]
  ) throws(WorkspaceError) -> [(ObjectID, Provenance)] {
    let format = "--format=%H%x1f" + Provenance.logFormat
    let fields = try run(["log", "-z", "--no-show-signature", format] + revisions + ["--"]).fields
    return fields.compactMap { field in
      let parts = field.split(separator: "\u{1f}", omittingEmptySubsequences: false)
      guard let first = parts.first, let commit = ObjectID(String(first)),
        let provenance = Provenance(logFields: parts.dropFirst())
      else { return nil }
      return (commit, provenance)
    }
  }
}
