import Files
import Glibc

/// What git says of a merge in its store alone.
struct MergeAnswer {
  /// Whether every file was decided.
  let isClean: Bool
  let tree: ObjectID
  /// What follows the tree.
  let fields: ArraySlice<String>
}

extension Git {
  /// Has git merge two commits, by the attributes of the one that is merged into; nothing where it cannot.
  func mergeTree(
    _ theirs: ObjectID, into ours: ObjectID, _ options: [String], expecting statuses: Set<Int32>
  ) throws(WorkspaceError) -> MergeAnswer? {
    let result = try whereMerged(into: ours) { place throws(WorkspaceError) in
      try run(
        ["merge-tree", "--write-tree", "-z"] + options + ["--", ours.hex, theirs.hex], at: place,
        expecting: statuses)
    }
    let fields = result.fields
    // What programs print that merge files comes before it.
    guard let tree = fields.first.flatMap({ ObjectID(String($0.suffix(ours.hex.count))) }) else {
      return nil
    }
    return MergeAnswer(isClean: result.status == 0, tree: tree, fields: fields.dropFirst())
  }

  /// Those of some files that are merged by a program of the repository's choice, as a commit says.
  func pathsWithMergeDrivers(
    among paths: [String], into commit: ObjectID
  ) throws(WorkspaceError) -> Set<String> {
    guard !paths.isEmpty else { return [] }
    let usual = try line(["config", "--default", "text", "--get", "merge.default"])
    let own: Set<String> = ["set", "unset", "text", "binary", "union"]
    let fields = try whereMerged(into: commit) { place throws(WorkspaceError) in
      try run(
        ["check-attr", "-z", "--stdin", "merge"], at: place,
        input: paths.map { $0 + "\0" }.joined().pathBytes,
        // Not the person's, which git would look into for attributes as well.
        environment: ["GIT_INDEX_FILE": place.path + "/no-index"]
      ).fields
    }
    var found: Set<String> = []
    // Path, attribute, value.
    for start in stride(from: 0, to: fields.count - 2, by: 3) {
      let value = fields[start + 2] == "unspecified" ? usual : fields[start + 2]
      if !own.contains(value) { found.insert(fields[start]) }
    }
    return found
  }

  /// Does something in a folder that holds no more of a commit than what says how files are merged into it.
  ///
  /// Programs of the person's choice may merge files (`merge.NAME.driver`). Git runs them where it is called itself, and
  /// what they do there is not to be done to a checkout.
  private func whereMerged<Result>(
    into commit: ObjectID, _ body: (Worktree) throws(WorkspaceError) -> Result
  ) throws(WorkspaceError) -> Result {
    let name = "\(Self.mergeFolderPrefix)\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    let folder = repository.commonFolder + "/" + name
    removeLeftMergeFolders()
    try withFiles { () throws(FileError) in try createFolder(folder) }
    defer { try? removeAll(folder) }
    try writeMergeFiles(of: commit, into: folder)
    return try body(Worktree(path: folder, gitFolder: repository.commonFolder))
  }

  private static let mergeFolderPrefix = "divisi-merge-"

  /// Removes the folders of merges that were killed. No merge takes as long as a day.
  private func removeLeftMergeFolders() {
    let dayAgo = (Int64(time(nil)) - 86_400) * 1000
    let names = (try? listFolder(repository.commonFolder)) ?? []
    for name in names where name.hasPrefix(Self.mergeFolderPrefix) {
      let path = repository.commonFolder + "/" + name
      if let made = try? modificationTime(path), made < dayAgo { try? removeAll(path) }
    }
  }

  /// Writes those files of a commit that say how to merge: attributes, and programs of the repository's own.
  private func writeMergeFiles(of commit: ObjectID, into folder: String) throws(WorkspaceError) {
    let nothing = try object(["hash-object", "-t", "tree", "--stdin"], input: [])
    let paths = try [":(top,glob)**/.gitattributes"] + mergePrograms().map { ":(top,literal)" + $0 }
    let format = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"]
    let fields = try run(
      format + [nothing.hex, commit.hex, "--"] + paths, expecting: [0, 128]
    ).fields
    // :MODE MODE OBJECT OBJECT LETTER, then the path.
    for start in stride(from: 0, to: fields.count - 1, by: 2) {
      let words = fields[start].split(separator: " ")
      guard words.count == 5, words[1].hasPrefix("100") else { continue }
      let bytes = try run(["cat-file", "blob", String(words[3])]).bytes
      let path = folder + "/" + fields[start + 1]
      try withFiles { () throws(FileError) in
        try createFolder(parentFolder(of: path))
        try writeFile(path, bytes)
      }
      if words[1] == "100755" { chmod(path.rawPath, 0o755) }
    }
  }

  /// What the commands of merge drivers may name within the repository.
  private func mergePrograms() throws(WorkspaceError) -> [String] {
    let drivers = try run(
      ["config", "-z", "--get-regexp", #"^merge\..*\.driver$"#], expecting: [0, 1]
    ).fields
    return drivers.flatMap { driver in
      driver.drop { $0 != "\n" }.split { " \n\t\"';&|()".contains($0) }.compactMap { word in
        let path = word.hasPrefix("./") ? word.dropFirst(2) : word
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPath = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        return isPath && !path.contains("%") ? String(path) : nil
      }
    }
  }
}
