package import Conducting
package import Plans

/// Which steps of a run have a line of their own, and which are told together.
///
/// A small plan is shown whole. Of a large one, steps next to each other that merely wait or are done are one line, and
/// where that is still too much, what moves and what needs a person stays, and the rest is counted.
package struct StatusLayout: Sendable {
  package enum Row: Hashable, Sendable {
    case step(Int, isTask: Bool)
    /// Steps, or a group with its tasks, that all stand alike.
    case several([Int], group: Int?)
    /// So many steps that have no line.
    case rest([StepTally])
  }

  package struct StepTally: Hashable, Sendable {
    package let word: String
    package var count: Int
  }

  private static let largestWhole = 30
  private static let mostRows = 40
  /// So many of those that failed are named where there is no room for all.
  private static let fewestRows = 10
  /// So many alike in a row are told together.
  private static let fewestTogether = 4

  package let rows: [Row]

  /// - Parameter showsAll: whether every step has its line, however many there are.
  package init(_ state: RunState, showsAll: Bool = false) {
    let steps = (0..<state.count).filter { state.phase($0) != .removed || showsAll }
    guard !showsAll, steps.count > Self.largestWhole else {
      rows = steps.map { .step($0, isTask: state.isTask($0)) }
      return
    }
    let gathered = Self.gathered(steps, state)
    rows = gathered.count > Self.mostRows ? Self.cut(steps, state) : gathered
  }

  /// The steps that have a line of their own.
  package func steps(of state: RunState) -> Set<StepID> {
    rows.reduce(into: []) { steps, row in
      if case .step(let index, _) = row { steps.insert(state.id(index)) }
    }
  }

  private static func gathered(_ steps: [Int], _ state: RunState) -> [Row] {
    var rows: [Row] = []
    var place = 0
    while place < steps.count {
      let first = steps[place]
      let word = state.phase(first).quietWord
      var end = place + 1
      let isGroup = state.kind(first) == .group
      if isGroup {
        let tasks = steps[end...].prefix { state.group($0) == state.id(first) }
        if let word, tasks.allSatisfy({ state.phase($0).quietWord == word }) {
          rows.append(.several(Array(tasks), group: first))
          place = end + tasks.count
        } else {
          rows.append(.step(first, isTask: false))
          place = end
        }
        continue
      }
      while end < steps.count, let word, state.phase(steps[end]).quietWord == word,
        state.kind(steps[end]) != .group, state.group(steps[end]) == state.group(first)
      { end += 1 }
      let alike = Array(steps[place..<end])
      if alike.count >= fewestTogether {
        rows.append(.several(alike, group: nil))
      } else {
        rows += alike.map { .step($0, isTask: state.isTask($0)) }
      }
      place = end
    }
    return rows
  }

  private static func cut(_ steps: [Int], _ state: RunState) -> [Row] {
    let ranked = steps.map { (step: $0, rank: state.rank($0)) }
    var kept: Set<Int> = []
    for (rank, most) in [
      (Rank.needsPerson, mostRows), (.isNotDone, fewestRows), (.moves, mostRows),
    ] {
      let room = min(most, mostRows - kept.count)
      kept.formUnion(ranked.filter { $0.rank == rank }.prefix(max(0, room)).map(\.step))
    }
    var tallies: [StepTally] = []
    for step in steps where !kept.contains(step) && state.kind(step) != .group {
      let word = state.phase(step).word
      if let place = tallies.firstIndex(where: { $0.word == word }) {
        tallies[place].count += 1
      } else {
        tallies.append(StepTally(word: word, count: 1))
      }
    }
    return kept.sorted().map { .step($0, isTask: false) } + [.rest(tallies)]
  }
}

/// How much a step that has a line matters where there is no room for all.
private enum Rank {
  case needsPerson
  case isNotDone
  case moves
}

extension RunState {
  /// Nothing for steps that nobody has to look at.
  fileprivate func rank(_ index: Int) -> Rank? {
    switch phase(index) {
    case .blocked: return .needsPerson
    case .failed, .waiting, .replaced: return .isNotDone
    case .pending, .standby, .ready, .completed, .skipped, .cancelled, .removed: return nil
    case .active: break
    }
    guard let attempt = active[index] else { return nil }
    if case .approving = attempt.phase { return .needsPerson }
    switch attempt.activity {
    case .waitingForPerson, .stalled: return .needsPerson
    case .working, .longCommand, .limited:
      return attempt.isAwaitingMergedApproval ? .needsPerson : .moves
    }
  }

  fileprivate func isTask(_ index: Int) -> Bool { group(index) != nil }
}

extension StepPhase {
  /// The word of a step that nobody has to look at: it waits for others, or is over as it should be.
  fileprivate var quietWord: String? {
    switch self {
    case .pending, .standby, .ready, .completed, .skipped, .cancelled, .removed: word
    case .waiting, .active, .blocked, .replaced, .failed: nil
    }
  }
}
