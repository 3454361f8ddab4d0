// PlanLibrary: the plans of a repository. Finds them, reads them, and answers what validation asks
// about the files around a plan.
//
// May import: Documents, Plans, Imports, Workspaces, Files, Diagnostics. Start reading here.

package import Diagnostics
package import Documents
package import Files
package import Plans
package import Workspaces

/// The plans of one repository, read when they are asked for.
package final class PlanLibrary {
  package let repository: Repository
  private var summaries: [PlanSummary]?

  package init(_ repository: Repository) { self.repository = repository }

  /// Where plans lie, by kind; a run moves what is completed to the second folder.
  package static let folders: [(kind: PlanKind, active: String, completed: String)] = [
    (.orchestration, ".orchestration/sessions", ".orchestration/completed"),
    (.milestone, ".milestones/active", ".milestones/completed"),
  ]

  /// The paths of all plan files, relative to the root.
  package func planFiles() -> [String] {
    Self.folders.flatMap { [$0.active, $0.completed] }.flatMap { folder in
      ((try? listFolder(repository.root + "/" + folder)) ?? [])
        .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
        .map { folder + "/" + $0 }
    }
  }

  /// As much of every plan as others need; files that hold no plan are passed over.
  package func allPlans() -> [PlanSummary] {
    if let summaries { return summaries }
    let found = planFiles().compactMap { path -> PlanSummary? in
      guard let plan = try? read(path).value, !plan.id.value.text.isEmpty else { return nil }
      return PlanSummary(
        id: plan.id.value, status: plan.status.value, requires: plan.requires.map(\.value),
        path: path)
    }
    summaries = found
    return found
  }

  /// Reads a plan file, by a path from the root or a full one.
  package func read(_ path: String) throws(FileError) -> Reading<Plan> {
    PlanDocument.read(try source(path))
  }

  /// The text of a file, called by its path from the root where it lies below.
  package func source(_ path: String) throws(FileError) -> SourceText {
    let full = absolutePath(path, from: repository.root)
    let bytes = try readFile(full)
    return SourceText(path: repository.relativePath(of: full) ?? path, bytes: bytes)
  }
}
