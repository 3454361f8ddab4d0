import Conducting
import Documents
import Files
import Glibc
import Plans

/// The plan file that the run was started from, with the status of the run.
struct PlanFileMirror {
  let subject: MirrorSubject
  let planPath: String

  /// Writes how the run stands, and moves a completed plan to the completed ones.
  func write(_ state: RunState, updated: Instant) -> [MirrorWarning] {
    guard let path = place(state) else { return [.planGone(path: planPath)] }
    let text = PlanFileText(subject: subject, state: state, updated: updated)
    var shared: [String] = []
    var isPartial = false
    var foreign: String?
    var isUnfinished = false
    var patience = 20
    do throws(EditFileError) {
      repeat {
        if isUnfinished { usleep(100_000) }
        isUnfinished = false
        try editFile(path) { bytes throws(YAMLEditError) in
          let mayWait = patience > 0 && Self.isBeingWritten(path)
          patience -= 1
          do {
            let written = try text.written(into: bytes)
            shared = written.shared
            isPartial = written.isPartial
            isUnfinished = mayWait && written.lacksSteps
            return isUnfinished ? bytes : written.bytes
          } catch let error as PlanFileText.Foreign {
            foreign = error.id
            return bytes
          } catch {
            isUnfinished = mayWait
            if mayWait { return bytes }
            throw error as? YAMLEditError ?? .notYAML("\(error)")
          }
        }
      } while isUnfinished
    } catch {
      return [warning(error, path)]
    }
    if let foreign { return [.otherPlan(path: path, id: foreign)] }
    var warnings: [MirrorWarning] = []
    if !shared.isEmpty { warnings.append(.sharedSteps(path: path, steps: shared)) }
    if case .ended(.completed) = state.phase, !isPartial {
      do throws(FileError) { try complete(path) } catch { warnings.append(.unwritable(error)) }
    }
    return warnings
  }

  /// Whether a program may be about to write the rest of what it has begun to write, into this very file: one put in its
  /// place now would lack that.
  private static func isBeingWritten(_ path: String) -> Bool {
    guard let written = try? modificationTime(path) else { return false }
    let age = Int64(time(nil)) * 1000 - written
    return (-1000...1000).contains(age)
  }

  private func warning(_ error: EditFileError, _ path: String) -> MirrorWarning {
    switch error {
    case .file(let error): error.isMissing ? .planGone(path: path) : .unwritable(error)
    case .edit(let error, let path): .planUnreadable(path: path, reason: "\(error)")
    case .neverAtRest(let path):
      .planUnreadable(path: path, reason: "others change it all the time")
    }
  }

  /// Where the plan lies now: where it was, or among the completed ones once this run has moved it. A plan that lies where
  /// it was since then is a new one.
  private func place(_ state: RunState) -> String? {
    if case .ended(.completed) = state.phase, let moved = movedPlace { return moved }
    return entryKind(planPath) == .file ? planPath : movedPlace
  }

  private var movedPlace: String? {
    let folder = subject.completed
    let (stem, ending) = Self.parts(of: lastComponent(of: planPath))
    return ((try? listFolder(folder)) ?? []).filter { $0.hasPrefix(stem) && $0.hasSuffix(ending) }
      .map { folder + "/" + $0 }
      .first { path in
        (try? readFile(path)).flatMap(YAMLTree.session(inPlan:)) == subject.session
      }
  }

  /// Moves a plan from the active folder to the completed ones; one that is there already stays, and
  /// a number tells the two apart. Plans that a person keeps elsewhere stay where they are.
  private func complete(_ path: String) throws(FileError) {
    guard path.hasPrefix(subject.active + "/") else { return }
    let folder = subject.completed
    try createFolder(folder)
    let (stem, ending) = Self.parts(of: lastComponent(of: path))
    var number = 1
    while true {
      let name = stem + (number == 1 ? "" : "-\(number)") + ending
      if try renameFile(path, toFree: folder + "/" + name) { return }
      number += 1
    }
  }

  private static func parts(of name: String) -> (stem: String, ending: String) {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return (name, "") }
    return (String(name[..<dot]), String(name[dot...]))
  }
}
