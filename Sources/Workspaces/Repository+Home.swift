internal import Files

extension Repository {
  /// The top of the main checkout, which all worktrees have in common: what there is once a
  /// repository (`.divisi`) lies here. Of a repository without one (a submodule), this checkout's.
  package var home: String {
    lastComponent(of: commonFolder) == ".git" ? parentFolder(of: commonFolder) : root
  }
}
