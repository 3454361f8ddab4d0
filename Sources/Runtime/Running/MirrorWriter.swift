import Conducting
import Journal
import Mirrors
import Synchronization

/// Keeps a run's mirrors on a task of its own: what people read beside the run never holds it up.
///
/// What happens in quick succession is written together: a line of a log costs as much as a hundred.
package final class MirrorWriter: Sendable {
  private let shelf: Shelf
  private let bell: AsyncStream<Void>.Continuation
  private let writing: Task<Void, Never>
  private let pace = Pace()

  /// For so long after something was written, news is collected.
  private static let rest = Duration.milliseconds(100)

  /// - Parameters:
  ///   - state: what the mirrors are to show first.
  ///   - history: all events of the journal, where the mirrors do not have them.
  init(
    _ subject: MirrorSubject, at state: RunState,
    history: () throws(RunBookError) -> [NumberedEvent],
    _ tell: @escaping @Sendable (String) -> Void
  ) throws(RunBookError) {
    var mirror = RunMirror(subject)
    let opening = mirror.open(at: state)
    for warning in opening.warnings { tell("\(warning)") }
    if !opening.isWhole {
      for warning in mirror.take(try history().map { ($0.sequence, $0.event) }) {
        tell("\(warning)")
      }
    }
    let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.bell = bell
    let shelf = Shelf()
    self.shelf = shelf
    let first = mirror
    writing = Task.detached {
      var mirror = first
      func write() {
        let news = shelf.take()
        var warnings = mirror.take(news.events)
        if let state = news.state { warnings += mirror.flush(state, at: .now()) }
        for warning in warnings { tell("\(warning)") }
      }
      // Cancelling ends the rest and the waiting, and never the writing.
      for await _ in rings {
        write()
        try? await Task.sleep(for: Self.rest)
      }
      write()
    }
  }

  /// Tells of events that are committed.
  func saw(_ events: [Event], before: Int, _ state: RunState) {
    let first = before - events.count
    let isUrgent = events.contains(where: \.fact.isForPeople)
    let shown = pace.isDue(isUrgent) ? state : nil
    shelf.add(events.enumerated().map { (first + $0.offset, $0.element) }, shown)
    bell.yield()
  }

  /// Shows what was not worth a copy of the state when it came. To be called now and then: no step waits for it.
  func catchUp(_ state: RunState) {
    guard pace.isOwed() else { return }
    shelf.add([], state)
    bell.yield()
  }

  /// Shows how the run stands now, where that is known, and ends when all is written.
  func close(_ state: RunState?) async {
    shelf.add([], state)
    writing.cancel()
    await writing.value
  }
}

/// What is still to be written.
private final class Shelf: Sendable {
  struct News: Sendable {
    var events: [(sequence: Int, event: Event)] = []
    /// A copy, made seldom: the state itself goes on.
    var state: RunState?
  }

  private let news = Mutex(News())

  func add(_ events: [(sequence: Int, event: Event)], _ state: RunState?) {
    news.withLock { news in
      news.events += events
      if let state { news.state = state }
    }
  }

  func take() -> News {
    news.withLock { news in
      defer { news = News() }
      return news
    }
  }
}

/// When a whole state is shown again: at once where people wait for it, otherwise now and then.
private final class Pace: Sendable {
  private struct State {
    var last = ContinuousClock.now - .seconds(60)
    /// Whether something came since then that was not shown.
    var isBehind = false

    mutating func show(mayWait: Bool) -> Bool {
      isBehind = mayWait && last.duration(to: .now) <= .seconds(5)
      if !isBehind { last = .now }
      return !isBehind
    }
  }

  private let state = Mutex(State())

  /// Whether news is shown with what it comes with.
  func isDue(_ isUrgent: Bool) -> Bool { state.withLock { $0.show(mayWait: !isUrgent) } }

  /// Whether earlier news is to be shown now.
  func isOwed() -> Bool { state.withLock { $0.isBehind && $0.show(mayWait: true) } }
}

extension Fact {
  /// Whether it changes what a person is waiting to see.
  fileprivate var isForPeople: Bool {
    switch self {
    case .runStarted, .runPaused, .runResumed, .runBlocked, .runUnblocked, .runEnded,
      .approvalAsked,
      .blockerRaised, .blockerResolved:
      true
    default: false
    }
  }
}
