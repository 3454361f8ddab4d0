package import Conducting
package import Plans
package import Terminal

/// What a state does not know and a person wants to see with it.
package struct StatusSurroundings: Sendable {
  package var now: Instant
  package var clock = WallClock.utc
  /// Who runs the run, and since when; nothing where nobody does.
  package var runner: (name: String, since: Instant)?
  /// What has happened to steps, at least to those that have a line.
  package var histories: [StepID: StepHistory] = [:]
  /// What agents were seen doing last, in words.
  package var activities: [StepID: String] = [:]
  /// Why steps that could start do not.
  package var waits: [Wait] = []
  /// What is wanted of the run and nobody has taken up yet, and by whom.
  package var waitingCommands: [(command: Command, by: String)] = []
  /// Where the run's files are, where they are in an archive.
  package var archive: String?
  /// Other runs of the repository that have not ended.
  package var others: [String] = []

  package init(now: Instant) { self.now = now }

  func wait(of step: StepID) -> Wait? { waits.first { $0.steps.contains(step) } }
}

/// How a run stands, as text or JSON.
package struct StatusReport: Sendable {
  /// The run in one word.
  package enum Standing: String, Sendable {
    case planning, running, blocked, paused, cancelling
    /// Nobody runs it, and it has not ended.
    case interrupted
    case completed, failed, cancelled
  }

  let state: RunState
  let surroundings: StatusSurroundings
  let layout: StatusLayout
  let progress: Progress
  /// The tasks of each group.
  private let groups: [StepID: [Int]]
  package let standing: Standing

  package init(
    _ state: RunState, _ surroundings: StatusSurroundings, layout: StatusLayout? = nil
  ) {
    self.state = state
    self.surroundings = surroundings
    self.layout = layout ?? StatusLayout(state)
    progress = state.progress()
    groups = (0..<state.count).reduce(into: [:]) { groups, index in
      if let group = state.group(index) { groups[group, default: []].append(index) }
    }
    standing = Standing(of: state, isRun: surroundings.runner != nil)
  }

  /// 0 while it goes on and when it is completed, 1 when it has failed or was cancelled, 3 when a person has to act.
  package var exitStatus: Int32 {
    switch standing {
    case .planning, .running, .cancelling, .completed: 0
    case .failed, .cancelled: 1
    case .blocked, .paused, .interrupted: 3
    }
  }

  /// Who does a step, or would.
  func doer(_ index: Int) -> String {
    switch state.kind(index) {
    case .group: ""
    case .approval: "a person"
    case .command: "command"
    case .agent: seat(index)?.name ?? ""
    }
  }

  func seat(_ index: Int) -> Seat? {
    state.active[index]?.seat
      ?? surroundings.histories[state.id(index)]?.attempts.last?.seat ?? state.seats(index).first
  }

  /// How a group stands: how many of its tasks are satisfied, how many there are, and that in one word.
  func standing(ofGroup group: Int) -> (word: String, role: TextRole, done: Int, all: Int) {
    var (done, all, isBegun) = (0, 0, false)
    for task in groups[state.id(group)] ?? [] {
      let phase = state.phase(task)
      all += 1
      if phase.isSatisfying { done += 1 }
      if phase.isEnd || phase == .active { isBegun = true }
    }
    let phase = state.phase(group)
    let isRunning = phase == .pending && isBegun
    return (isRunning ? "running" : phase.word, isRunning ? .running : phase.role, done, all)
  }
}

extension StatusReport.Standing {
  package init(of state: RunState, isRun: Bool) {
    self =
      switch state.phase {
      case .planning: isRun ? .planning : .interrupted
      case .ended(.completed): .completed
      case .ended(.failed): .failed
      case .ended(.cancelled): .cancelled
      case .paused: .paused
      case .cancelling: isRun ? .cancelling : .interrupted
      case .running: state.isBlocked ? .blocked : isRun ? .running : .interrupted
      }
  }

  var role: TextRole {
    switch self {
    case .planning, .running, .cancelling: .running
    case .blocked, .interrupted: .blocked
    case .paused: .waiting
    case .completed: .completed
    case .failed, .cancelled: .failed
    }
  }
}
