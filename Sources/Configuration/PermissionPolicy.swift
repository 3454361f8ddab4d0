/// What an agent is allowed to do without asking; nobody is there to be asked.
package enum PermissionPolicy: String, Sendable, Hashable, CaseIterable {
  /// Reads, and writes nothing: for reviewers.
  case readOnly = "read-only"
  /// Writes in its worktree; what else a program would ask for is denied.
  case workspace
  /// Anything: for agents whose walls are Divisi's own.
  case full
}
