/// How many blockers there are of each scope, so that a decision need not look through all of them: a missing program may
/// block every step of a large plan.
struct Barriers: Sendable {
  private var counts: [Blocker.Scope: Int] = [:]
  /// Those that keep the run from launching anything. That nothing can go on keeps nothing from going on that can.
  private(set) var stopping = 0

  init(_ blockers: [Blocker] = []) {
    for blocker in blockers { add(blocker) }
  }

  mutating func add(_ blocker: Blocker) { change(blocker, by: 1) }
  mutating func remove(_ blocker: Blocker) { change(blocker, by: -1) }

  private mutating func change(_ blocker: Blocker, by count: Int) {
    let new = counts[blocker.scope, default: 0] + count
    counts[blocker.scope] = new == 0 ? nil : new
    if blocker.scope == .run, blocker.kind != .deadlock { stopping += count }
  }

  func contains(_ scope: Blocker.Scope) -> Bool { counts[scope] != nil }
}

extension RunState {
  /// Whether a pool is closed by a blocker.
  func isBarred(_ pool: String) -> Bool { barriers.value.contains(.pool(name: pool)) }

  /// Whether a blocker of the whole run keeps it from launching anything.
  var isStopped: Bool { barriers.value.stopping > 0 }

  /// A blocker of the whole run of a kind.
  func runBlocker(_ kind: Blocker.Kind) -> Blocker? {
    guard barriers.value.contains(.run) else { return nil }
    return blockers.first { $0.scope == .run && $0.kind == kind }
  }

  /// What keeps the whole run from beginning anything, and is no word of a person's: a disk, a branch.
  package var machineFault: Blocker? { runBlocker(.disk) ?? runBlocker(.branch) }

  mutating func raise(_ blocker: Blocker) {
    blockers.append(blocker)
    barriers.value.add(blocker)
    lastBlocker = blocker.id
  }

  mutating func escalate(_ id: Int) {
    guard let place = place(ofBlocker: id) else { return }
    blockers[place].isEscalated = true
    blockers[place].severity = .critical
  }

  mutating func resolve(_ id: Int) {
    guard let place = place(ofBlocker: id) else { return }
    let blocker = blockers.remove(at: place)
    barriers.value.remove(blocker)
    if case .pool(let name) = blocker.scope { streaks[name] = nil }
  }

  func blocker(_ id: Int) -> Blocker? { place(ofBlocker: id).map { blockers[$0] } }

  /// Blockers stand in the order in which they were raised.
  private func place(ofBlocker id: Int) -> Int? {
    var (low, high) = (0, blockers.count)
    while low < high {
      let middle = (low + high) / 2
      if blockers[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < blockers.count && blockers[low].id == id ? low : nil
  }
}
