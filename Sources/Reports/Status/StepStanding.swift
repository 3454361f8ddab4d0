import Conducting
import Plans
import Terminal

/// How a step stands: one word, and what it does or waits for.
struct StepStanding {
  var word: String
  var role: TextRole
  /// What it does, or waits for, or why it is not done.
  var doing: String
  /// Since when.
  var since: Instant?
  /// When that ends by itself.
  var until: Instant?

  init(
    _ word: String, _ role: TextRole, _ doing: String = "", since: Instant? = nil,
    until: Instant? = nil
  ) {
    self.word = word
    self.role = role
    self.doing = doing
    self.since = since
    self.until = until
  }

  init(of index: Int, _ state: RunState, _ surroundings: StatusSurroundings) {
    let history = surroundings.histories[state.id(index)]
    let (began, ended) = state.times(index)
    switch state.phase(index) {
    case .pending: self.init("pending", .pending, Self.needs(index, state))
    case .standby: self.init("standing by", .pending, "runs only if another step fails")
    case .ready(let since):
      let wait = surroundings.wait(of: state.id(index))
      self.init(
        "ready", .pending, wait?.message ?? "waits for its turn", since: since, until: wait?.until)
    case .waiting(let until):
      self.init(
        "waiting", .waiting, "tries again" + (history?.reason.map { ": \($0)" } ?? ""),
        until: until)
    case .active:
      guard let attempt = state.active[index] else { preconditionFailure("active has an attempt") }
      self.init(of: attempt, index, state, surroundings)
    case .blocked(let id):
      let blocker = state.blockers.first { $0.id == id }
      let words = blocker?.message.headline ?? "blocker \(id)"
      self.init("blocked", .blocked, words, since: blocker?.raised)
    case .replaced(let step): self.init("replaced", .waiting, "`\(step)` stands in for it")
    case .completed:
      let landed = history?.landed.map { "landed as \($0.shortCommit)" }
      let other = history?.changedNothing == true ? "changed nothing" : ""
      self.init(
        "completed", .completed,
        landed ?? (began == nil && ended == nil ? "done before the run" : other), since: ended)
    case .failed: self.init("failed", .failed, history?.reason ?? "", since: ended)
    case .skipped(let cause): self.init("skipped", .dim, cause.words, since: ended)
    case .cancelled: self.init("cancelled", .dim, history?.reason ?? "", since: ended)
    case .removed: self.init("removed", .dim, "taken out of the plan")
    }
  }

  private static func needs(_ index: Int, _ state: RunState) -> String {
    let open = state.needs(index).lazy.map(Int.init).filter { !state.phase($0).isSatisfying }
      .map { state.id($0).text }
    return open.isEmpty ? "" : "needs " + Array(open).listed()
  }

  private init(
    of attempt: Attempt, _ index: Int, _ state: RunState, _ surroundings: StatusSurroundings
  ) {
    self.init("running", .running, since: attempt.since)
    let step = state.id(index)
    switch attempt.phase {
    case .preparing: (word, doing) = ("preparing", "its workspace is made")
    case .launching: (word, doing) = ("preparing", "it is started")
    case .running: show(attempt.activity, seen: surroundings.activities[step], attempt)
    case .stopping(let reason, _): (word, role, doing) = ("stopping", .waiting, reason.words)
    case .inspecting: (word, doing) = ("verifying", "its work is looked at")
    case .checking(let checking): show(checking, index, state)
    case .approving(let gate):
      let name = gate.map { state.terms(index).gates[$0].name }
      (word, role) = ("approval", .waiting)
      doing = "waits for approval" + (name.map { " `\($0)`" } ?? "")
    case .queued:
      let before = state.train.firstIndex(of: index) ?? 0
      (word, role) = ("merging", .waiting)
      doing =
        before == 0 ? "waits for its merge" : "waits for \(counted(before, "merge")) before it"
    case .merging(let merge): show(merge, index, state)
    }
  }

  private mutating func show(_ activity: Activity, seen: String?, _ attempt: Attempt) {
    switch activity {
    case .working: doing = seen ?? "works"
    case .longCommand(let command): doing = "runs a long command: \(command)"
    case .limited(let until):
      (word, role, doing) = ("limited", .waiting, "waits for its limit")
      self.until = until
    case .waitingForPerson(let question):
      (word, role, doing) = ("asking", .blocked, "asks: \(question)")
    case .stalled: (word, role, doing) = ("stalled", .blocked, "has said nothing for too long")
    }
    if attempt.isOverdue, activity == .working { doing += ", longer than it should" }
  }

  private mutating func show(_ checking: Checking, _ index: Int, _ state: RunState) {
    word = "verifying"
    let gate = state.checkedGate(index, checking.check)
    let name = checking.check.words(gate?.name)
    guard !checking.isRunning else {
      doing = name
      return
    }
    role = .waiting
    switch gate?.kind {
    case .approval: (word, doing) = ("approval", "waits for approval `\(gate?.name ?? "")`")
    case .review: doing = "waits for a reviewer, for \(name)"
    case .command, nil: doing = "waits for a build slot, for \(name)"
    }
  }

  private mutating func show(_ merge: Merge, _ index: Int, _ state: RunState) {
    switch merge.stage {
    case .building: doing = "merged into \(merge.base.shortCommit)"
    case .testing(_, let checking): show(checking, index, state)
    case .tested: (doing, role) = ("tested as merged, waits for the one before it", .waiting)
    case .refused(let failure): (doing, role) = (failure.brief, .waiting)
    case .landing(let commit): doing = "the branch moves to \(commit.shortCommit)"
    case .landed(let commit):
      doing = commit == merge.base ? "changed nothing" : "landed as \(commit.shortCommit)"
    }
    if word == "running" { word = "merging" }
  }
}
