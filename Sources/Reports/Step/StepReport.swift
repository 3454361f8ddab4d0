package import Conducting
import Plans
import Terminal

/// A file that a step changed.
package struct StepFile: Sendable {
  package var path: String
  /// `A`, `M`, `D` or `T`, as git says it.
  package var kind: String
  /// Lines; nothing where the file is not text.
  package var added: Int?
  package var removed: Int?

  package init(path: String, kind: String, added: Int?, removed: Int?) {
    self.path = path
    self.kind = kind
    self.added = added
    self.removed = removed
  }
}

/// What lies on disk and in git of a step.
package struct StepSurroundings: Sendable {
  package var status: StatusSurroundings
  /// The newest attempt's prompt, and where it lies.
  package var prompt: (path: String, text: String)?
  /// What the step changed; nothing where that is not known.
  package var files: [StepFile]?
  /// Where the whole output of each trial of a gate lies, by attempts.
  package var outputs: [Int: [Check: String]] = [:]
  /// Which ports each attempt has, or had.
  package var ports: [Int: ClosedRange<Int>] = [:]
  /// Where the newest attempt's files lie, seen from the repository.
  package var folder: String?

  package init(_ status: StatusSurroundings) { self.status = status }
}

/// Everything that is known of a step, as text or JSON.
package struct StepReport: Sendable {
  let state: RunState
  let index: Int
  let history: StepHistory
  let surroundings: StepSurroundings

  package init(
    _ state: RunState, _ index: Int, _ history: StepHistory, _ surroundings: StepSurroundings
  ) {
    self.state = state
    self.index = index
    self.history = history
    self.surroundings = surroundings
  }

  var id: StepID { state.id(index) }

  var standing: StepStanding { StepStanding(of: index, state, surroundings.status) }

  /// What the newest attempt, or the merge of it, lost of either side.
  var dropped: [MissingLines] { history.attempts.last?.dropped ?? [] }

  /// The name of the gate that a trial is of; nothing where the run's state does not know it.
  func name(_ check: Check) -> String? { state.checkedGate(index, check)?.name }
}

extension RunGate {
  /// `run make test`, `review security`, `approve maintainer`.
  var words: String {
    switch kind {
    case .command: "run \(name)"
    case .review: "review \(name)"
    case .approval: "approve \(name)"
    }
  }
}
