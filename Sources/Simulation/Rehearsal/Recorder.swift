import Conducting
import Plans

/// Watches a play, and remembers what each step did when, and what each beginning waited for.
struct Recorder {
  /// Something that was begun: an attempt, a gate, a merge.
  private struct Beginning {
    /// The step whose doing let it begin; -1 where it was nobody's.
    let because: Int32
    /// The beginning before it at the same step.
    let before: Int32
  }

  private struct Open {
    var attempt: Int
    var kind: Bar.Kind
    var from: Instant
  }

  private(set) var bars: [Bar] = []
  private(set) var failedAttempts = 0
  private let start: Instant
  private var open: [Int: Open] = [:]
  private var ended: [Instant?]
  /// When the last attempt at a step ended without ending the step.
  private var retried: [Int: Instant] = [:]
  private var beginnings: [Beginning] = []
  private var lastBeginning: [Int32]
  private var lastLaunch: (at: Instant, because: Int32)?
  private var lastEnded: Int?

  init(_ order: RunOrder, start: Instant) {
    self.start = start
    ended = Array(repeating: nil, count: order.steps.count)
    lastBeginning = Array(repeating: -1, count: order.steps.count)
    bars.reserveCapacity(order.steps.count * 3)
  }

  mutating func record(_ events: [Event], because step: Int?, _ state: RunState) {
    for event in events { record(event, because: step, state) }
  }

  private mutating func record(_ event: Event, because step: Int?, _ state: RunState) {
    switch event.fact {
    case .attemptBegan(let id, let attempt, let seat, _, _):
      guard let index = state.index(of: id) else { return }
      let ready = readiness(index, state)
      if ready.since < event.at {
        add(
          Bar(
            step: index, attempt: attempt, kind: .ready, from: ready.since - start,
            to: event.at - start))
      }
      open[index] = Open(attempt: attempt, kind: .working, from: event.at)
      let cause = step.map(Int32.init) ?? causeOfPace(ready)
      begin(index, cause)
      if seat != nil { lastLaunch = (event.at, cause) }
    case .attemptFinished(let id, _, _, _, _), .approvalGiven(let id, _, _, _):
      turn(id, to: .verifying, event.at, state)
    case .approvalAsked(let id, _, _): turn(id, to: .approving, event.at, state)
    case .mergeQueued(let id, _), .mergeReset(let id, _, _):
      turn(id, to: .queued, event.at, state)
    case .mergeBegan(let id, _, _, _):
      turn(id, to: .merging, event.at, state)
      if let index = state.index(of: id) { begin(index, step.map(Int32.init) ?? -1) }
    case .checkBegan(let id, _, _, _), .landingDecided(let id, _, _, _, _):
      if let index = state.index(of: id) { begin(index, step.map(Int32.init) ?? -1) }
    case .attemptEnded(let id, _, let failure, _, _, let fate):
      guard let index = state.index(of: id) else { return }
      close(index, event.at, hasFailed: failure != nil)
      if failure != nil { failedAttempts += 1 }
      switch fate {
      case .ready, .handed: retried[index] = event.at
      case .waiting(let until): retried[index] = until
      default: end(index, event.at)
      }
    case .stepCompleted(let id), .stepSkipped(let id, _), .stepFailed(let id, _):
      if let index = state.index(of: id) { ended[index] = event.at }
    default: break
    }
  }

  // MARK: Bars

  private mutating func turn(
    _ id: StepID, to kind: Bar.Kind, _ now: Instant, _ state: RunState
  ) {
    guard let index = state.index(of: id), let attempt = open[index]?.attempt else { return }
    close(index, now)
    open[index] = Open(attempt: attempt, kind: kind, from: now)
  }

  private mutating func close(_ index: Int, _ now: Instant, hasFailed: Bool = false) {
    // An approval that is given at once has no length, and is all that its step does.
    guard let open = open.removeValue(forKey: index),
      open.from < now || hasFailed || open.kind == .approving
    else { return }
    add(
      Bar(
        step: index, attempt: open.attempt, kind: open.kind, from: open.from - start,
        to: now - start, hasFailed: hasFailed))
  }

  private mutating func add(_ bar: Bar) { bars.append(bar) }

  private mutating func end(_ index: Int, _ now: Instant) {
    ended[index] = now
    lastEnded = index
  }

  // MARK: Causes

  private mutating func begin(_ index: Int, _ because: Int32) {
    beginnings.append(Beginning(because: because, before: lastBeginning[index]))
    lastBeginning[index] = Int32(beginnings.count - 1)
  }

  /// Since when a step could start, and which of those that it needs was the last; nobody where it is tried again.
  private func readiness(_ index: Int, _ state: RunState) -> (since: Instant, because: Int32) {
    if let again = retried[index] { return (again, Int32(index)) }
    var latest: (since: Instant, because: Int32) = (start, -1)
    for need in state.needs(index) {
      guard let time = ended[Int(need)], time >= latest.since else { continue }
      latest = (time, need)
    }
    // A group is done with the last of its tasks.
    while latest.because >= 0, state.kind(Int(latest.because)) == .group {
      let tasks = state.needs(Int(latest.because))
      guard let last = tasks.max(by: { (ended[Int($0)] ?? start) < (ended[Int($1)] ?? start) })
      else { break }
      latest.because = last
    }
    return latest
  }

  /// What was begun because time had passed waited for the launch before it, or for what made it ready since.
  private func causeOfPace(_ ready: (since: Instant, because: Int32)) -> Int32 {
    guard let lastLaunch, lastLaunch.at > ready.since else { return ready.because }
    return lastLaunch.because
  }

  /// From the end back to the begin: whose doing let the last step that ended begin, and so on.
  var path: [Int] {
    guard var index = lastEnded else { return [] }
    var path = [index]
    var limit = Int32(beginnings.count)
    while true {
      var number = lastBeginning[index]
      while number >= limit { number = beginnings[Int(number)].before }
      // What a step waited for that was its own is passed over.
      while number >= 0, case let because = beginnings[Int(number)].because,
        because < 0 || Int(because) == index
      {
        number = beginnings[Int(number)].before
      }
      guard number >= 0 else { break }
      limit = number
      index = Int(beginnings[Int(number)].because)
      path.append(index)
    }
    var seen: Set<Int> = []
    return path.reversed().filter { seen.insert($0).inserted }
  }
}
