import Plans

/// A time at which something may have to be decided.
struct Timer: Comparable, Sendable {
  enum Kind: Hashable, Sendable {
    /// A step's wait is over.
    case step(Int)
    /// An attempt has stalled for long, or takes longer than was thought.
    case attempt(Int)
    case blocker(Int)
    /// Launches may go on: of an account, or after a pause between two.
    case launches
  }

  let at: Instant
  let kind: Kind

  static func < (one: Timer, other: Timer) -> Bool { one.at < other.at }
}

/// Steps that lack something, in the order in which they were found to, to find the one that has waited longest.
struct AgingQueue: Sendable {
  private struct Entry: Sendable {
    let index: Int
    let since: Instant
    /// When it began to wait, or was last looked at.
    var from: Instant
  }

  private var entries: [Entry] = []
  private var start = 0
  /// One look in a while is enough, however many wait.
  private var restsUntil = Instant(milliseconds: 0)

  mutating func add(_ index: Int, since: Instant) {
    entries.append(Entry(index: index, since: since, from: since))
  }

  /// When the oldest has waited for so long; nothing where nobody waits.
  mutating func due(_ patience: Span, _ state: RunState) -> Instant? {
    dropGone(state)
    return start < entries.count ? max(entries[start].from + patience, restsUntil) : nil
  }

  /// The step that has waited longest, if that is long enough; it stands last from now on.
  mutating func oldest(_ patience: Span, _ state: RunState) -> Int? {
    guard let due = due(patience, state), due <= state.now else { return nil }
    var entry = entries[start]
    start += 1
    entry.from = state.now
    entries.append(entry)
    restsUntil = state.now + Span(milliseconds: patience.milliseconds / 10)
    return entry.index
  }

  private mutating func dropGone(_ state: RunState) {
    while start < entries.count {
      let entry = entries[start]
      if state.standings[entry.index].phase == .ready(since: entry.since) { break }
      start += 1
    }
    // What has gone is given back now and then, at a cost of one step each.
    if start > 64, start * 2 > entries.count {
      entries.removeFirst(start)
      start = 0
    }
  }
}

extension Agenda {
  /// All times that a state alone says.
  mutating func setTimers(_ state: RunState) {
    for blocker in state.blockers where !blocker.isEscalated {
      timers.push(
        Timer(at: blocker.raised + state.settings.escalation, kind: .blocker(blocker.id)))
    }
    for account in state.accounts.values { setTimer(account, state) }
    setLaunchTimer(state)
  }

  mutating func setTimer(_ account: AccountState, _ state: RunState) {
    guard account.isRecovering else { return }
    if let until = account.limitedUntil { timers.push(Timer(at: until, kind: .launches)) }
    if let last = account.lastLaunch {
      timers.push(Timer(at: last + state.settings.stagger, kind: .launches))
    }
  }

  /// When the next launch may follow, if that is not now.
  mutating func setLaunchTimer(_ state: RunState) {
    guard let next = state.nextCall, next > state.now else { return }
    timers.push(Timer(at: next, kind: .launches))
  }

  /// Takes what is due.
  mutating func popDue(_ now: Instant) -> Timer? {
    guard let first = timers.first, first.at <= now else { return nil }
    return timers.pop()
  }
}

extension RunState {
  /// When an attempt needs a look even if nothing is heard of it.
  func attention(_ index: Int, _ attempt: Attempt) -> Instant? {
    guard attempt.phase == .running else { return nil }
    if attempt.activity == .stalled { return attempt.since + settings.stallTime }
    guard !attempt.isOverdue, steps[index].estimate > 0 else { return nil }
    return attempt.began + overdueAfter(index)
  }

  /// An attempt that takes half as long again as was thought is told.
  func overdueAfter(_ index: Int) -> Span {
    Span(milliseconds: steps[index].estimate + steps[index].estimate / 2)
  }

  func gate(_ index: Int, _ check: Check) -> RunGate? {
    let gates = check.merge == nil ? terms(index).gates : self.gates
    return gates.indices.contains(check.gate) ? gates[check.gate] : nil
  }
}
