/// What every call of git is given, so that neither the person's configuration nor the
/// repository's changes what Divisi does, and Divisi's calls hinder nobody.
enum GitOptions {
  /// Reading takes no lock; nothing runs by itself (hooks, watchers, collections of garbage); no
  /// signature is asked for; what is written is on the disk before a ref names it.
  static let common: [String] =
    ["--no-optional-locks", "--no-pager"]
    + settings(["core.hooksPath=/dev/null"]) + quiet

  /// The same, with the repository's hooks.
  static let withHooks: [String] = ["--no-optional-locks", "--no-pager"] + quiet

  private static let quiet = settings([
    "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false",
    "commit.gpgSign=false", "tag.gpgSign=false", "core.quotePath=false", "color.ui=false",
    "core.fsync=committed,loose-object,reference", "core.fsyncMethod=batch",
    "advice.detachedHead=false", "submodule.recurse=false", "diff.ignoreSubmodules=none",
    "worktree.useRelativePaths=false", "core.ignoreStat=false",
    // What an agent wrote is committed as it is, whatever the ends of its lines are.
    "core.safecrlf=false",
    // Divisi's own trailers are found whatever the person parts theirs with.
    "trailer.separators=:",
  ])

  static func settings(_ settings: [String]) -> [String] { settings.flatMap { ["-c", $0] } }

  /// The same arguments as a person would type them.
  static func withoutCommon(_ arguments: [String]) -> ArraySlice<String> {
    var rest = arguments[...]
    while let first = rest.first, first.hasPrefix("-") {
      rest = rest.dropFirst(first == "-c" ? 2 : 1)
    }
    return rest
  }
}
