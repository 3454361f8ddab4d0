import Conducting
import Files
import Plans

/// The mirrors that are written as a whole: the plan file's status, the saved session, and the name of
/// the plan that runs. A plan made of prompt files has none of them.
struct WholeMirrors {
  let subject: MirrorSubject

  /// - Parameters:
  ///   - updated: when the last event happened.
  ///   - isNewest: whether no later run of the plan has written its status over this one's.
  /// - Returns: everything that is not as it should be.
  func write(_ state: RunState, updated: Instant, isNewest: Bool = true) -> [MirrorWarning] {
    guard let planPath = subject.planPath else { return [] }
    var warnings: [MirrorWarning] = []
    if isNewest {
      warnings += PlanFileMirror(subject: subject, planPath: planPath)
        .write(state, updated: updated)
    }
    do throws(FileError) {
      let text = SavedSession(subject: subject, state: state, updated: updated).text
      try replace(subject.savedSession, with: Array(text.utf8))
      // A worktree that its person has removed is not made again.
      if isNewest, entryKind(subject.checkout) == .folder {
        try CurrentPlans.set(subject.plan, runs: !state.hasEnded, in: subject.current)
      }
    } catch {
      warnings.append(.unwritable(error))
    }
    return warnings
  }
}

/// Writes a file that holds something else, with the folders above it; says whether it was written.
@discardableResult
func replace(_ path: String, with bytes: [UInt8]) throws(FileError) -> Bool {
  if let before = try? readFile(path), before == bytes { return false }
  try createFolder(parentFolder(of: path))
  try writeFile(path, bytes)
  return true
}

extension MirrorSubject {
  var savedSession: String { path("\(folders.savedSessions)/\(session).yaml") }
}

extension RunState {
  var hasEnded: Bool { if case .ended = phase { true } else { false } }
}
