/// What validation must know of the repository around a plan.
///
/// Paths are relative to the repository's root. The shell answers from disk; tests answer from a
/// dictionary.
package protocol PlanSurroundings {
  func entry(at path: String) -> RepositoryEntry
  /// The paths of the files in the folder that a path lies in, for suggestions.
  func files(beside path: String) -> [String]
  /// Whether at least one file that exists now matches.
  func hasMatch(for glob: Glob) -> Bool
  /// Another plan of the repository, for `requires`.
  func plan(_ id: PlanID) -> PlanSummary?
  /// The ids of all plans, for suggestions.
  var planIDs: [PlanID] { get }
}

/// What lies at a path of the repository.
package enum RepositoryEntry: Sendable, Equatable {
  case missing
  case file(size: Int)
  case directory
  /// The path leads out of the repository, by `..`, from the root or through a symbolic link.
  case outside
  case unreadable(String)
}

/// As much of another plan as `requires` needs.
package struct PlanSummary: Sendable, Equatable {
  package var id: PlanID
  package var status: PlanStatus
  package var requires: [PlanID]
  package var path: String

  package init(id: PlanID, status: PlanStatus, requires: [PlanID], path: String) {
    self.id = id
    self.status = status
    self.requires = requires
    self.path = path
  }
}
