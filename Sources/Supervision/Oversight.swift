/// Decides when an attempt's processes are interrupted, terminated and killed. It is a value that
/// touches nothing: facts and the time go in, what to do comes out.
///
/// Invariant: the stages follow one another and never go back, and the first cause stays the reason.
package struct Oversight: Sendable {
  package enum Fact: Sendable, Hashable {
    case stopAsked
    /// The bytes printed so far, and for how long nothing was.
    case printed(bytes: Int, silence: Duration)
    case leaderEnded
    /// Nothing of the tree lives. Comes after `leaderEnded`.
    case treeEnded
    /// Whether all that lives of the tree refuses to be ended, being another user's by now.
    case outOfReach(Bool)
  }

  package enum Action: Sendable, Hashable {
    case interruptLeader
    case terminateTree
    case killTree
    /// See whether the tree has ended.
    case lookForTree
    case finish
  }

  package enum Stage: Int, Sendable, Comparable {
    case running
    case interrupting
    case terminating
    case killing
    case finished

    package static func < (one: Stage, other: Stage) -> Bool { one.rawValue < other.rawValue }
  }

  package private(set) var stage = Stage.running
  package private(set) var reason: AttemptExit.Reason?

  private let launch: Launch
  private var hasLeader = true
  /// When the stage began.
  private var since = Duration.zero
  /// When nothing was printed any more, as far as is known.
  private var silentSince = Duration.zero
  private var nextTreeLook: Duration?
  private var treePace = Self.briskPace

  // What ends on a signal does so in milliseconds; what hangs in the kernel may take for ever.
  private static let briskPace = Duration.milliseconds(5)
  private static let slowPace = Duration.seconds(1)

  /// Since when only what refuses to be ended is left.
  private var outOfReachSince: Duration?
  // What is in its last moments, or changes its user, is not given up.
  private static let reachPatience = Duration.seconds(3)

  /// Time is counted from the start of the program.
  package init(_ launch: Launch) { self.launch = launch }

  /// When to ask again though nothing has happened.
  package var nextLook: Duration? {
    switch stage {
    case .running: [launch.timeout, idleDeadline].compactMap { $0 }.min()
    case .interrupting: since + launch.interruptGrace
    case .terminating: min(since + launch.grace, nextTreeLook ?? since + launch.grace)
    case .killing: nextTreeLook
    case .finished: nil
    }
  }

  private var idleDeadline: Duration? { launch.idleTimeout.map { silentSince + $0 } }

  package mutating func receive(_ fact: Fact, at now: Duration) -> [Action] {
    switch fact {
    case .stopAsked: return interrupt(because: .stopped, now)
    case .printed(let bytes, let silence):
      silentSince = max(silentSince, now - silence)
      guard let limit = launch.outputLimit, bytes > limit else { return advance(to: now) }
      // Grace is for those who end; one that fills the disk meanwhile has had its share.
      if bytes - limit > limit / 4 { return kill(because: .output, now) }
      return interrupt(because: .output, now)
    case .leaderEnded:
      hasLeader = false
      reason = reason ?? .exited
      return stage < .terminating ? terminate(now) : [.lookForTree]
    case .treeEnded:
      guard !hasLeader, stage < .finished else { return [] }
      stage = .finished
      return [.finish]
    case .outOfReach(let isSo):
      guard stage == .killing, isSo else {
        outOfReachSince = nil
        return []
      }
      let begin = outOfReachSince ?? now
      outOfReachSince = begin
      guard now >= begin + Self.reachPatience else { return [] }
      stage = .finished
      return [.finish]
    }
  }

  /// Does what is due.
  package mutating func advance(to now: Duration) -> [Action] {
    switch stage {
    case .running:
      if let timeout = launch.timeout, now >= timeout { return interrupt(because: .timeout, now) }
      guard let deadline = idleDeadline, now >= deadline else { return [] }
      return interrupt(because: .idle, now)
    case .interrupting: return now >= since + launch.interruptGrace ? terminate(now) : []
    case .terminating: return now >= since + launch.grace ? kill(now) : lookForTree(now)
    case .killing: return lookForTree(now).isEmpty ? [] : [.killTree, .lookForTree]
    case .finished: return []
    }
  }

  /// Whether silence, just now, would be the end: then the output is looked at first.
  package func isIdleDue(at now: Duration) -> Bool {
    guard stage == .running, let deadline = idleDeadline else { return false }
    return now >= deadline
  }

  private mutating func interrupt(
    because cause: AttemptExit.Reason, _ now: Duration
  ) -> [Action] {
    guard stage == .running else { return [] }
    reason = cause
    enter(.interrupting, now)
    return [.interruptLeader]
  }

  private mutating func terminate(_ now: Duration) -> [Action] {
    enter(.terminating, now)
    nextTreeLook = now + treePace
    return [.terminateTree, .lookForTree]
  }

  private mutating func kill(
    because cause: AttemptExit.Reason? = nil, _ now: Duration
  ) -> [Action] {
    guard stage < .killing else { return [] }
    reason = reason ?? cause
    enter(.killing, now)
    treePace = Self.briskPace
    nextTreeLook = now + treePace
    return [.killTree, .lookForTree]
  }

  private mutating func lookForTree(_ now: Duration) -> [Action] {
    guard let due = nextTreeLook, now >= due else { return [] }
    treePace = min(treePace * 2, Self.slowPace)
    nextTreeLook = now + treePace
    return [.lookForTree]
  }

  private mutating func enter(_ stage: Stage, _ now: Duration) {
    precondition(stage > self.stage, "the stages of an end never go back")
    self.stage = stage
    since = now
  }
}
