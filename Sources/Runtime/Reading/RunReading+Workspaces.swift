internal import Conducting
internal import Plans
package import Workspaces

/// Which worktrees and branches are a run's. Their names say little: a run of another plan, or the person, may have had
/// the plain one first (`Drivers.claimName`).
extension RunReading {
  /// What the worktree of an attempt is called by: as it was noted when it was made, or, where those notes are in an
  /// archive, as the branch's says.
  package func workName(of index: Int, attempt number: Int, _ claims: BranchClaims) -> String {
    if let name = attempt(state.id(index), number).workName { return name }
    let plain = state.terms(index).lane ?? state.id(index).text
    let prefix = Worktrees.branch(of: "")
    let own = claims.branches(of: session).first {
      $0.value.subject == plain && $0.key.hasPrefix(prefix)
    }
    return own.map { String($0.key.dropFirst(prefix.count)) } ?? plain
  }

  /// The branches that are noted as the run's, and those that its attempts had and nobody has taken since.
  package func branches(_ claims: BranchClaims) -> Set<String> {
    var branches = Set(claims.branches(of: session).keys)
    for index in 0..<state.count where state.attempts(index) > 0 {
      for number in 1...state.attempts(index) {
        guard let name = attempt(state.id(index), number).workName else { continue }
        let branch = Worktrees.branch(of: name)
        if claims.claim(on: branch) == nil { branches.insert(branch) }
      }
    }
    return branches
  }
}
