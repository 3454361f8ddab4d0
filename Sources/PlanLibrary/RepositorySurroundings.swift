import Files
import Plans
import Workspaces

/// Answers about the files around a plan, from disk. The files are listed once, when first asked.
final class RepositorySurroundings: PlanSurroundings {
  private let library: PlanLibrary
  private lazy var files = library.workingFiles()
  private lazy var byFirstFolder = Dictionary(grouping: files) { path in
    String(path.prefix { $0 != "/" })
  }
  private lazy var plans = Dictionary(
    library.allPlans().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

  init(_ library: PlanLibrary) { self.library = library }

  private var root: String { library.repository.root }

  func entry(at path: String) -> RepositoryEntry {
    let full = absolutePath(path, from: root)
    guard let real = realPath(full) else { return .missing }
    guard library.repository.relativePath(of: real) != nil else { return .outside }
    switch entryKind(real) {
    case .missing: return .missing
    case .folder: return .directory
    case .other: return .unreadable("it is no file")
    case .file: break
    }
    do {
      // Blank text is as empty as none; a prompt that large is not blank.
      let size = try fileSize(real)
      if size < 4096, try readFile(real).allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
        return .file(size: 0)
      }
      return .file(size: size)
    } catch {
      return .unreadable(error.reason)
    }
  }

  func files(beside path: String) -> [String] {
    let folder = parentFolder(of: path)
    let names = (try? listFolder(absolutePath(folder, from: root))) ?? []
    return folder == "." ? names : names.map { "\(folder)/\($0)" }
  }

  func hasMatch(for glob: Glob) -> Bool {
    let pattern = glob.pattern
    guard let first = pattern.firstFolder else { return files.contains { pattern.matches($0) } }
    return byFirstFolder[first]?.contains { pattern.matches($0) } ?? false
  }

  func plan(_ id: PlanID) -> PlanSummary? { plans[id] }

  var planIDs: [PlanID] { plans.keys.sorted() }
}

extension PlanLibrary {
  /// The files of the checkout, without git's and Divisi's own folders.
  package func workingFiles() -> [String] {
    walkFolder(repository.root) { folder in
      let name = lastComponent(of: folder)
      return name != ".git" && folder != ".divisi" && folder != ".worktrees"
    }
  }
}
