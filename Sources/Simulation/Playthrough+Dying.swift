import Conducting
import Plans

extension Playthrough {
  enum Death { case before, behind }

  mutating func crash() -> Death? {
    // The first commit makes the run: without it there is nothing to take up.
    if isFirst {
      isFirst = false
      return nil
    }
    switch scenario.crashes {
    case .none: return nil
    case .random(let permille):
      var chance = world.chance("crash \(decisions)")
      guard world.isWild(clock), chance.happens(permille) else { return nil }
      return chance.happens(500) ? .before : .behind
    case .at(let commit, let isCommitted):
      guard !hasCrashed, journal.commits == commit else { return nil }
      hasCrashed = true
      return isCommitted ? .behind : .before
    }
  }

  /// A new runner, with nothing but the journal, finds out what is really there and goes on.
  mutating func restart(isCommitted: Bool = true) throws(Violation) {
    restarts += 1
    let before = conductor
    let events: [Event]
    do { events = try journal.events() } catch {
      throw Violation(promise: "what is written can be read", detail: "\(error)")
    }
    conductor = Conductor(RunState(of: tampering.recovered(events)))
    if isCommitted {
      guard before.state == conductor.state,
        before.state.outstandingEffects() == conductor.state.outstandingEffects()
      else {
        throw Violation(
          promise: "a restart changes nothing",
          detail: conductor.state.difference(from: before.state))
      }
    }
    try compareSnapshot()
    replica = conductor.state
    // Whatever was being waited for is waited for no more; processes live on, and so do people.
    var kept: [Scheduled] = []
    while let next = line.pop() {
      switch next.happening {
      case .person, .hour: kept.append(next)
      case .answer(let effect, _): world.abandon(effect, clock)
      case .sighting, .seenAgain, .processEnds: break
      }
    }
    for next in kept { line.push(next) }
    underWay = [:]
    runUnderWay = []
    clock = clock + .seconds(1)
    let outstanding = conductor.state.outstandingEffects()
    for effect in outstanding { try begin(effect) }
    for effect in outstanding {
      if let step = effect.attempt?.step { underWay[step, default: []].append(effect) }
    }
    runUnderWay = conductor.state.runEffects()
    try receive(.opened(runner: "runner \(restarts + 1)"))
    // Who takes a run up reads anew what others hold.
    let known = conductor.state.others.keys.sorted()
    if !known.isEmpty {
      try receive(.sharesChanged(others: known.map { Quota($0, world.others[$0] ?? 0) }))
    }
  }

  /// A snapshot is only a saving of time.
  private func compareSnapshot() throws(Violation) {
    let state = conductor.state
    guard let read = try? RunState(snapshot: state.snapshot()), read == state else {
      throw Violation(promise: "a snapshot is the state", detail: "at \(state.sequence)")
    }
  }
}
