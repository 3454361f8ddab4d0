extension Worktree {
  /// The repositories in folders of the worktree that git ignores, as paths from its top: git does not tell of them, and
  /// cleans them away with what it ignores.
  func repositories(below ignored: [String]) -> [String] {
    ignored.filter { $0.hasSuffix("/") }.flatMap { repositories(in: String($0.dropLast())) }
  }

  /// The repositories in a folder and below it. Links are not followed.
  func repositories(in folder: String) -> [String] {
    var found: [String] = []
    var waiting = [folder]
    while let place = waiting.popLast() {
      for (name, isFolder) in entries(of: path + "/" + place) ?? [] {
        if name == ".git" {
          found.append(place)
        } else if isFolder {
          waiting.append(place + "/" + name)
        }
      }
    }
    return found.sorted()
  }
}
