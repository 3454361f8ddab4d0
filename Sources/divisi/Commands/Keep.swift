import Arguments
import JSONValues
import Terminal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct KeepList: Command {
  static let spec = CommandSpec<Self>("list", "list work that was set aside") {
    Example("divisi keep list", "list it, the newest first")
    Discussion(
      """
      Before Divisi removes or resets a worktree or a branch it keeps what no other branch holds: \
      commits, the index, files that were not committed, stashes, merges that were half done. It \
      lies under refs/divisi/keep and is forgotten after the time of the setting \
      workspace.keep_for.
      """)
  }

  func run(in session: Session) throws -> ExitStatus {
    let kept = try session.kept { keep throws(WorkspaceError) in try keep.list() }
    let now = Int(time(nil))
    if session.wantsJSON {
      session.print(.array(kept.map(json)))
    } else if kept.isEmpty {
      session.say("nothing is kept")
    } else {
      var table = Table([.init("work"), .init("age"), .init("why", mayShrink: true)])
      for work in kept {
        table.append([
          .init(work.name), .init(Duration.seconds(max(0, now - work.time)).words),
          .init(work.reason, .dim),
        ])
      }
      session.print(table.text(on: session.output))
    }
    return .success
  }

  private func json(_ work: KeptWork) -> JSON {
    let branch: JSON = work.branch.map { .string($0) } ?? .null
    return [
      "name": .string(work.name), "ref": .string(work.ref), "commit": .string(work.commit.hex),
      "time": .int(work.time), "reason": .string(work.reason), "branch": branch,
    ]
  }
}

struct KeepRestore: Command {
  var name = ""

  static let spec = CommandSpec<Self>("restore", "bring kept work back in a worktree of its own") {
    Example("divisi keep restore exec-shop-20260101-abcdef/api/1", "bring that work back")
    Discussion(
      """
      The work comes back in a new worktree below .worktrees, on a new branch: files, index, \
      untracked files, and a merge that was half done. Nothing else changes, and the work stays \
      kept.
      """)
    Argument(\.name, "WORK", "its name in the list", completion: .dynamic("kept"))
  }

  func run(in session: Session) throws -> ExitStatus {
    let git = try session.git()
    let restored = try session.kept { keep throws(WorkspaceError) in
      try keep.restore(try keep.work(named: name), among: Worktrees(git))
    }
    if session.wantsJSON {
      session.print([
        "path": .string(restored.worktree.path), "branch": .string(restored.branch),
        "operation": restored.operation.map { .string($0.rawValue) } ?? .null,
      ])
    } else {
      session.print(restored.worktree.path)
      session.say("on branch \(restored.branch)")
      if let operation = restored.operation {
        session.say("in the midst of a \(operation.rawValue), as it was")
      }
    }
    return .success
  }
}

struct KeepDrop: Command {
  var names: [String] = []

  static let spec = CommandSpec<Self>("drop", "forget kept work") {
    Example("divisi keep drop exec-shop-20260101-abcdef/api/1", "forget that work")
    Discussion(
      """
      Prints, for each, the command that brings it back until git collects what nothing names.
      """)
    Argument(\.names, "WORK", "names in the list", completion: .dynamic("kept"))
  }

  func objection() -> String? {
    names.isEmpty ? "`divisi keep drop` needs the name of a work" : nil
  }

  func run(in session: Session) throws -> ExitStatus {
    let dropped = try session.kept { keep throws(WorkspaceError) in
      var found: [KeptWork] = []
      // All are found before the first is dropped, so that a wrong name drops none.
      for name in names { found.append(try keep.work(named: name)) }
      for work in found { try keep.drop(work) }
      return found
    }
    if session.wantsJSON {
      session.print(
        .array(
          dropped.map { ["name": .string($0.name), "commit": .string($0.commit.hex)] }))
    } else {
      for work in dropped {
        session.print("git update-ref \(work.ref) \(work.commit.hex)")
      }
      session.say("forgotten; the lines above bring it back until git collects it")
    }
    return .success
  }
}

extension Session {
  /// Does something with what is kept in the repository.
  func kept<Result>(
    _ body: (Keep) throws(WorkspaceError) -> Result
  ) throws(Failure) -> Result {
    let keep = Keep(try git())
    do { return try body(keep) } catch { throw Failure(error) }
  }
}
