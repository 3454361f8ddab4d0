import Conducting
import Plans
import Testing

@Suite struct TrainTests {
  /// Steps with work to merge, brought to where they wait for the train.
  private func merging(_ ids: [StepID], gates: [RunGate] = []) throws -> Playing {
    var run = try Playing(
      ids.map { id in command(id) { $0.terms.hasWorkspace = true } }, gates: gates)
    #expect(run.state.outstandingEffects() == [.openBranch])
    run.hear(.branchOpened(head: "base"))
    for id in ids {
      run.end(id)
      run.hear(.inspected(run.attempt(id), .accepted(head: "head")))
    }
    return run
  }

  @Test func oneMergeAtATimeReachesTheBranch() throws {
    var run = try merging(["a", "b"])
    let (a, b) = (AttemptID("a", 1), AttemptID("b", 1))
    #expect(run.state.outstandingEffects() == [.merge(a, merge: 1, base: "base")])
    run.hear(.merged(a, merge: 1, .built(candidate: "m1")))
    #expect(
      run.state.outstandingEffects() == [.land(a, merge: 1, from: "base", to: "m1")])
    run.hear(.landed(a, merge: 1, .done(commit: "m1")))
    #expect(run.phase("a") == .completed)
    #expect(run.state.outstandingEffects() == [.merge(b, merge: 2, base: "m1")])
  }

  @Test func theNextIsTestedWhileTheHeadIs() throws {
    var run = try merging(["a", "b"], gates: [RunGate(.command, "test")])
    let (a, b) = (AttemptID("a", 1), AttemptID("b", 1))
    run.hear(.merged(a, merge: 1, .built(candidate: "m1")))
    #expect(
      run.state.outstandingEffects() == [
        .check(a, Check(merge: 1, gate: 0)), .merge(b, merge: 2, base: "m1"),
      ])
    run.hear(.merged(b, merge: 2, .built(candidate: "m2")))
    run.hear(.checked(a, Check(merge: 1, gate: 0), Verdict(.passed, "9 tests")))
    run.hear(.landed(a, merge: 1, .done(commit: "m1")))
    // What was built ahead holds: only its gate is left.
    #expect(run.state.outstandingEffects() == [.check(b, Check(merge: 2, gate: 0))])
    run.hear(.checked(b, Check(merge: 2, gate: 0), Verdict(.passed, "9 tests")))
    #expect(run.state.outstandingEffects() == [.land(b, merge: 2, from: "m1", to: "m2")])
  }

  @Test func whatWasBuiltOnAFailedHeadIsThrownAway() throws {
    var run = try merging(["a", "b"], gates: [RunGate(.command, "test")])
    let (a, b) = (AttemptID("a", 1), AttemptID("b", 1))
    run.hear(.merged(a, merge: 1, .built(candidate: "m1")))
    run.hear(.merged(b, merge: 2, .built(candidate: "m2")))
    run.hear(.checked(a, Check(merge: 1, gate: 0), Verdict(.failed, "1 test failed")))
    #expect(
      run.state.notes[0]?.feedback
        == "gate `test` on the work merged with what others did: 1 test failed")
    #expect(run.state.outstandingEffects() == [.merge(b, merge: 3, base: "base")])
  }

  @Test func aConflictIsDoneAgainOnTheNewHeadAndThenBlocks() throws {
    var run = try merging(["a"])
    for merge in 1...3 {
      let attempt = run.attempt("a")
      run.hear(
        .merged(attempt, merge: merge, .refused(Failure(.conflict, "pay.swift, both sides"))))
      guard merge < 3 else { break }
      #expect(run.attempt("a").number == merge + 1)
      run.end("a")
      run.hear(.inspected(run.attempt("a"), .accepted(head: "head")))
    }
    #expect(run.state.blockers.map(\.kind) == [.conflict])
  }

  @Test func aBranchThatSomeoneElseMovedIsBuiltOn() throws {
    var run = try merging(["a"])
    let a = AttemptID("a", 1)
    run.hear(.merged(a, merge: 1, .built(candidate: "m1")))
    run.hear(.landed(a, merge: 1, .moved(head: "theirs")))
    #expect(run.state.head == "theirs")
    #expect(run.state.outstandingEffects() == [.merge(a, merge: 2, base: "theirs")])
  }

  @Test func aMergeThatIsLandingCannotBeCancelled() throws {
    var run = try merging(["a"])
    run.hear(.merged(AttemptID("a", 1), merge: 1, .built(candidate: "m1")))
    #expect(run.command(.cancel(step: "a")) == "`a` is being merged at this moment")
  }
}
