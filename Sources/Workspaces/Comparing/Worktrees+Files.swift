extension Worktrees {
  /// The tree of the files that lie in the worktree of a step or lane and would be committed, those among them that git
  /// does not know yet; nothing where there is no such worktree.
  ///
  /// Only looks: the index is a copy, so that neither an agent at work nor its git notices.
  package func files(of step: String) throws(WorkspaceError) -> ObjectID? {
    guard let listed = try git.listWorktrees().first(where: { $0.path == path(of: step) }) else {
      return nil
    }
    let worktree = try git.worktree(listed)
    guard worktree.isThere else { return nil }
    let index = try IndexCopy(of: worktree)
    let nested = try git.status(of: worktree).nested
    try git.stageAll(in: worktree, without: nested, environment: index.environment)
    return ObjectID(
      try git.run(["write-tree"], at: worktree, environment: index.environment).line)
  }
}
