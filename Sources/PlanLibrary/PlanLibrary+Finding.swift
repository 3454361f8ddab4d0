package import Diagnostics
import Documents
package import Files
package import Plans
import Workspaces

/// A plan as it was found, with everything that is wrong with it.
package struct LoadedPlan: Sendable {
  /// Nothing where the file holds none.
  package let plan: Plan?
  /// The texts that the diagnostics point into; the first is what the person named.
  package let sources: [SourceText]
  package let diagnostics: [Diagnostic]
  /// For a plan of prompt files, why it is ordered as it is.
  package let prompts: PromptPlan?

  init(
    plan: Plan?, sources: [SourceText], diagnostics: [Diagnostic], prompts: PromptPlan? = nil
  ) {
    self.plan = plan
    self.sources = sources
    self.diagnostics = diagnostics
    self.prompts = prompts
  }

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Why no plan was found for what a person named.
package enum PlanNotFound: Error, Hashable, Sendable {
  case noSuchPlan(String, suggestion: String?)
  case unreadable(FileError)
  case notAPrompt(String)
}

extension PlanNotFound: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noSuchPlan(let name, _): "there is no plan or file `\(name)`"
    case .unreadable(let error): error.description
    case .notAPrompt(let path): "\(path) is not a prompt file"
    }
  }

  package var hint: String {
    switch self {
    case .noSuchPlan(_, let near?): "did you mean `\(near)`?"
    case .noSuchPlan: "`divisi list` shows the plans of the repository"
    case .unreadable: "check the path and its permissions"
    case .notAPrompt: "name one plan, or prompt files that end in .md"
    }
  }
}

extension PlanLibrary {
  /// The plan that a person means by an id, a path, or the paths of prompt files.
  ///
  /// - Parameter folder: where the person stands; paths are relative to it, then to the root.
  package func load(
    _ names: [String], from folder: String
  ) throws(PlanNotFound) -> LoadedPlan {
    if names.count > 1 || names.first?.hasSuffix(".md") == true {
      return try loadPrompts(names, from: folder)
    }
    let name = names.first ?? ""
    let path = try find(name, from: folder)
    let text: SourceText
    do {
      text = try source(path)
    } catch {
      throw .unreadable(error)
    }
    let reading = PlanDocument.read(text)
    var diagnostics = reading.diagnostics
    if let plan = reading.value {
      diagnostics += plan.diagnostics(in: RepositorySurroundings(self))
    }
    return LoadedPlan(
      plan: reading.value, sources: [text], diagnostics: diagnostics.inOrderOfPlace())
  }

  /// The path of a plan by its id or by a path.
  private func find(_ name: String, from folder: String) throws(PlanNotFound) -> String {
    for base in [folder, repository.root] {
      let full = absolutePath(name, from: base)
      if entryKind(full) == .file { return full }
    }
    for ending in [".yaml", ".yml"] {
      for place in Self.folders.flatMap({ [$0.active, $0.completed] }) {
        let path = "\(place)/\(name)\(ending)"
        if !name.isEmpty, entryKind(repository.root + "/" + path) == .file { return path }
      }
    }
    if let plan = allPlans().first(where: { $0.id.text == name }) { return plan.path }
    throw .noSuchPlan(
      name, suggestion: closestMatch(to: name, in: allPlans().map(\.id.text)))
  }
}

extension [Diagnostic] {
  /// In the order of the file, what has no place first, equal ones once.
  package func inOrderOfPlace() -> [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return enumerated().sorted { one, other in
      switch (one.element.place, other.element.place) {
      case (let mine?, let theirs?) where mine.offset != theirs.offset:
        return mine.offset < theirs.offset
      case (nil, _?): return true
      case (_?, nil): return false
      default: return one.offset < other.offset
      }
    }.map(\.element).filter { seen.insert($0).inserted }
  }
}
