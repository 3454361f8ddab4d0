extension Git {
  /// When a commit was made by the clock of whoever made it, in milliseconds since 1970.
  package func committed(_ commit: ObjectID) throws(WorkspaceError) -> Int64 {
    let seconds = Int64(try line(["show", "--no-patch", "--format=%ct", commit.hex])) ?? 0
    return seconds * 1000
  }
}
