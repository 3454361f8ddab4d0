import Conducting
import Plans
import Testing

/// A run that cannot go on though it should. No order begins one; a journal that was written by a wrong program might
/// hold it.
@Suite struct DeadlockTests {
  /// Two steps that wait for each other.
  private func run() -> Playing {
    let steps = [command("a", needs: ["b"]), command("b", needs: ["a"])]
    let facts: [Fact] = [
      .runCreated(
        session: "exec-test-20260101-abcdef", plan: "test", title: "", settings: RunSettings(),
        gates: []), .stepsPlanned(steps: steps), .runStarted,
    ]
    return Playing(facts)
  }

  @Test func itIsToldAndGoesAwayWhenSomethingMoves() {
    var run = run()
    run.hear(.opened(runner: "1"))
    #expect(run.state.blockers.map(\.kind) == [.deadlock])
    #expect(run.state.isBlocked)
    #expect(run.command(.skip(step: "a", reason: "it is not needed")) == nil)
    #expect(run.active == ["b"])
    #expect(run.state.blockers == [])
    #expect(!run.state.isBlocked)
    run.complete("b")
    #expect(run.state.phase == .ended(.completed))
  }

  @Test func itIsGoneAtTheEnd() {
    var run = run()
    run.hear(.opened(runner: "1"))
    _ = run.command(.cancel(step: "a"))
    #expect(run.state.phase == .ended(.failed))
    #expect(run.state.blockers == [])
  }
}
