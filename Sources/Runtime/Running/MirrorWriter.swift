import Conducting
import Journal
import Mirrors
import Synchronization

/// Keeps a run's mirrors on a task of its own: what people read beside the run never holds it up.
package final class MirrorWriter: Sendable {
  private struct News: Sendable {
    var events: [(sequence: Int, event: Event)]
    /// A copy, made seldom: the state itself goes on.
    var state: RunState?
  }

  private let news: AsyncStream<News>.Continuation
  private let writing: Task<Void, Never>
  private let pace = Pace()

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
    let (stream, continuation) = AsyncStream.makeStream(of: News.self)
    news = continuation
    let first = mirror
    writing = Task.detached {
      var mirror = first
      for await news in stream {
        var warnings = mirror.take(news.events)
        if let state = news.state { warnings += mirror.flush(state, at: .now()) }
        for warning in warnings { tell("\(warning)") }
      }
    }
  }

  /// Tells of events that are committed.
  func saw(_ events: [Event], before: Int, _ state: RunState) {
    let first = before - events.count
    let isUrgent = events.contains(where: \.fact.isForPeople)
    news.yield(
      News(
        events: events.enumerated().map { (first + $0.offset, $0.element) },
        state: pace.isDue(isUrgent) ? state : nil))
  }

  /// Shows how the run stands now, and ends when all is written.
  func close(_ state: RunState) async {
    news.yield(News(events: [], state: state))
    news.finish()
    await writing.value
  }
}

/// When a whole state is shown again: at once where people wait for it, otherwise now and then.
private final class Pace: Sendable {
  private let last = Mutex(ContinuousClock.now - .seconds(60))

  func isDue(_ isUrgent: Bool) -> Bool {
    last.withLock { last in
      guard isUrgent || last.duration(to: .now) > .seconds(5) else { return false }
      last = .now
      return true
    }
  }
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
