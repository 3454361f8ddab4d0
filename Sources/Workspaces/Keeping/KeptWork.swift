/// Whose work something is: the name under which it is kept.
package struct WorkOwner: Sendable, Hashable {
  package let session: String
  package let step: String

  package init(session: String, step: String) {
    self.session = session
    self.step = step
  }

  /// The folder of refs under which its work is kept.
  var refFolder: String {
    "\(KeptWork.folder)\(session)/\(step)/"
  }
}

/// Work that was set aside before its worktree or branch was removed or reset.
///
/// The ref names one commit. Its files are those of the worktree, tracked and untracked; its
/// parents hold all the rest (where HEAD was, the index, stashes, the sides of a merge), and its
/// message says which is which.
package struct KeptWork: Sendable, Hashable {
  static let folder = "refs/divisi/keep/"

  /// `SESSION/STEP/NUMBER`.
  package let name: String
  package let commit: ObjectID
  /// When it was set aside, in seconds since 1970.
  package let time: Int
  /// Why, in one line.
  package let reason: String
  /// The branch that the worktree was on.
  package let branch: String?
  package let head: ObjectID?
  package let index: ObjectID?
  /// The versions of files that a merge could not decide, in folders `1`, `2` and `3`.
  package let stages: ObjectID?
  package let operation: HalfDone?
  /// What the half-done operation was bringing in.
  package let incoming: [ObjectID]

  package var ref: String { Self.folder + name }

  /// Reads what `message` wrote.
  init?(ref: String, commit: ObjectID, time: Int, message: String) {
    guard ref.hasPrefix(Self.folder) else { return nil }
    let lines = message.split(separator: "\n").map(String.init)
    func values(_ key: String) -> [String] {
      lines.filter { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.utf8.count + 2)) }
    }
    name = String(ref.dropFirst(Self.folder.count))
    self.commit = commit
    self.time = time
    reason = lines.first ?? ""
    branch = values(KeepRole.branch.rawValue).first
    head = values(KeepRole.head.rawValue).first.flatMap(ObjectID.init)
    index = values(KeepRole.index.rawValue).first.flatMap(ObjectID.init)
    stages = values(KeepRole.stages.rawValue).first.flatMap(ObjectID.init)
    operation = values(KeepRole.operation.rawValue).first.flatMap(HalfDone.init)
    incoming = values(KeepRole.incoming.rawValue).compactMap(ObjectID.init)
  }
}

/// What a line in the message of a kept commit says.
enum KeepRole: String {
  case branch = "Divisi-Keep-Branch"
  case head = "Divisi-Keep-Head"
  case index = "Divisi-Keep-Index"
  case stages = "Divisi-Keep-Stages"
  case operation = "Divisi-Keep-Operation"
  case incoming = "Divisi-Keep-Incoming"
  case stash = "Divisi-Keep-Stash"
  case nested = "Divisi-Keep-Nested"
  case left = "Divisi-Keep-Left"
}
