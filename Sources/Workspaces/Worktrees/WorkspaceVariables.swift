package import Files

/// The environment that every program in an attempt's workspace has: the agent, its gates, and the
/// commands of `workspace.setup` and `workspace.teardown`.
package struct WorkspaceVariables: Sendable, Hashable {
  package let session: String
  package let plan: String
  package let step: String
  package let attempt: Int
  package let worktree: String
  /// The attempt's, with what Divisi knows of it.
  package let folder: String
  package let ports: Range<Int>?

  package init(
    session: String, plan: String, step: String, attempt: Int, worktree: String,
    folder: String, ports: Range<Int>? = nil
  ) {
    self.session = session
    self.plan = plan
    self.step = step
    self.attempt = attempt
    self.worktree = worktree
    self.folder = folder
    self.ports = ports
  }

  /// A folder of the attempt's own, for what it wants to put down outside of its worktree.
  package var scratch: String { folder + "/scratch" }

  package var all: [String: String] {
    var variables = [
      "DIVISI_RUN": session, "DIVISI_PLAN": plan, "DIVISI_STEP": step,
      "DIVISI_ATTEMPT_NUMBER": String(attempt), "DIVISI_ATTEMPT_DIR": folder,
      "DIVISI_WORKTREE": worktree, "DIVISI_SCRATCH": scratch,
    ]
    if let ports {
      variables["DIVISI_PORT_BASE"] = String(ports.lowerBound)
      variables["DIVISI_PORT_COUNT"] = String(ports.count)
    }
    return variables
  }

  /// Makes the scratch folder, and gives its path.
  @discardableResult
  package func makeScratch() throws(FileError) -> String {
    try createFolder(scratch)
    return scratch
  }
}
