package import Files
import Supervision

/// The environment that every program in an attempt's workspace has: the agent, its gates, and the
/// commands of `workspace.setup` and `workspace.teardown`.
package struct WorkspaceVariables: Sendable, Hashable {
  package let session: String
  package let plan: String
  package let step: String
  package let attempt: Int
  package let worktree: String
  /// A folder of the attempt's own, for what it wants to put down outside of its worktree.
  package let scratch: String
  package let ports: Range<Int>?

  /// - Parameter folder: the attempt's, below which its scratch folder lies.
  package init(
    session: String, plan: String, step: String, attempt: Int, worktree: String,
    folder: String, ports: Range<Int>? = nil
  ) {
    self.session = session
    self.plan = plan
    self.step = step
    self.attempt = attempt
    self.worktree = worktree
    scratch = folder + "/scratch"
    self.ports = ports
  }

  /// What marks the attempt's processes, wherever they move to: the marker of its launch, and of
  /// every command that is run for it. It may be the name of a file.
  package var marker: String { "\(session).\(step).\(attempt)" }

  package var all: [String: String] {
    var variables = [
      "DIVISI_RUN": session, "DIVISI_PLAN": plan, "DIVISI_STEP": step, markerVariable: marker,
      "DIVISI_ATTEMPT_NUMBER": String(attempt), "DIVISI_WORKTREE": worktree,
      "DIVISI_SCRATCH": scratch,
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
