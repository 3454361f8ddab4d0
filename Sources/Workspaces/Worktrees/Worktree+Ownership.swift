import Files
import Glibc
import Supervision

/// Whose a worktree is. Where it lies says nothing: a person may make one anywhere, in Divisi's folder too. What says it
/// lies in git's record of the worktree, and goes with that record.
extension Worktree {
  /// Whether Divisi made it.
  ///
  /// git writes the reason of a lock before anything else, so that an addition that was cut short is known by that; how
  /// the worktree was made is noted next, and stays when the lock goes.
  var isMadeByDivisi: Bool {
    isNoted || entryKind(gitFolder + "/divisi-parked") != .missing
      || lock.flatMap(WorktreeLock.init) != nil
  }

  /// Whether nothing was ever checked out in it: an addition that was cut short before it said whose it is holds nothing.
  private var isUnbegun: Bool {
    entryKind(gitFolder + "/index") == .missing
      && ((try? listFolder(path)) ?? []).allSatisfy { $0 == ".git" }
  }

  /// Why it is locked; nothing where it is not.
  var lock: String? {
    guard let bytes = try? readFile(gitFolder + "/locked") else { return nil }
    let line = bytes.split(separator: UInt8(ascii: "\n")).first ?? []
    return String(decoding: line, as: UTF8.self)
  }

  /// Refuses a worktree that is not this process's to take or to change: one that Divisi did not make, one that a person
  /// has locked, and one that another process has, and lives.
  func refuseOthers() throws(WorkspaceError) {
    guard isMadeByDivisi || isUnbegun else { throw .foreignWorktree(path) }
    guard let reason = lock else { return }
    guard let lock = WorktreeLock(reason) else { throw .locked(path, reason) }
    if let holder = lock.holder, holder.pid != getpid(), holder.isRunning {
      throw .occupied(path, [holder.pid])
    }
  }
}

/// What Divisi writes into the lock of a worktree: `divisi SESSION STEP by process ...`.
struct WorktreeLock {
  let owner: WorkOwner
  /// The process that works there; nothing where the system could not tell.
  let holder: ProcessIdentity?

  /// A lock in the name of this process.
  init(of owner: WorkOwner) {
    self.owner = owner
    holder = ProcessIdentity.current(of: getpid())
  }

  /// Reads the reason of a lock; nothing where it is a person's.
  init?(_ reason: String) {
    let words = reason.split(separator: " ").map(String.init)
    guard words.count > 4, words[0] == "divisi", words[3] == "by" else { return nil }
    owner = WorkOwner(session: words[1], step: words[2])
    holder = ProcessIdentity(in: reason)
  }

  var reason: String {
    "divisi \(owner.session) \(owner.step) by \(holder?.text ?? "a process")"
  }
}
