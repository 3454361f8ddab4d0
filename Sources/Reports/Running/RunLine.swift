package import Conducting
import Plans
package import Terminal

/// One line about one thing that happened, for whoever watches a run go. What only matters afterwards has none.
package struct RunLine: Sendable {
  private let at: Instant
  private let subject: String
  private let words: String
  private let role: TextRole?

  package init?(_ event: Event, _ state: RunState) {
    at = event.at
    switch event.fact {
    case .runStarted:
      (subject, role) = (state.plan.text, .heading)
      words = "run \(state.session)"
    case .attemptBegan(let step, let attempt, let seat, _, _):
      (subject, role) = (step.text, .running)
      let who = seat.map {
        [$0.agent, $0.harness, $0.model].compactMap { $0 }.joined(separator: ", ")
      }
      words =
        "started" + (who.map { " with \($0)" } ?? "") + (attempt > 1 ? ", attempt \(attempt)" : "")
    case .checkEnded(let step, _, let check, let verdict):
      let gate = check.words(state.index(of: step).flatMap { state.checkedGate($0, check)?.name })
      subject = step.text
      switch verdict.result {
      case .passed:
        role = check.isFlaky(verdict) ? .warning : nil
        words = "\(gate) \(check.words(verdict))"
      case .failed, .broken:
        role = .warning
        words = "\(gate) \(verdict.result.word): \(Self.cut(verdict.evidence.finding))"
      }
    case .attemptInspected(let step, _, _, let dropped?),
      .mergeBuilt(let step, _, _, _, let dropped?):
      (subject, role) = (step.text, .warning)
      words = "dropped \(dropped.map(\.words).listed()); `divisi show \(step)` names them"
    case .approvalAsked(let step, _, _):
      (subject, role) = (step.text, .waiting)
      words = "waits for a person: divisi approve \(step), or divisi reject \(step) --why ..."
    case .attemptObserved(let step, _, .waitingForPerson(let question)):
      (subject, role) = (step.text, .waiting)
      words = "asks: \(Self.cut(question.headline)); divisi answer \(step) TEXT"
    case .mergeRefused(let step, _, _, let failure):
      (subject, role) = (step.text, .warning)
      words = "not merged: \(Self.cut(failure.brief))"
    case .landed(let step, _, _, let commit, let wasEmpty):
      (subject, role) = (step.text, nil)
      words = wasEmpty == true ? "changed nothing" : "merged as \(commit.shortCommit)"
    case .attemptEnded(let step, let attempt, let failure, _, _, let fate):
      subject = step.text
      // What a gate or a merge said has a line of its own already.
      let isTold = failure.map { $0.kind == .conflict || $0.message.hasPrefix("gate `") } ?? false
      let why = failure.map { Self.cut($0.briefWithLastWords) } ?? "stopped"
      switch fate {
      case .completed:
        role = .completed
        let times = state.index(of: step).map { state.times($0) }
        let took = times?.began.flatMap { began in times?.ended.map { $0 - began } }
        words = "completed" + (took.map { " in \($0.duration.words)" } ?? "")
      case .failed:
        role = .failed
        words = isTold ? "failed at attempt \(attempt)" : "failed: \(why)"
      case .blocked: return nil
      case .cancelled:
        role = .dim
        words = "cancelled"
      case .skipped(let person, let reason):
        role = .dim
        words = "skipped by \(person): \(reason)"
      case .waiting, .ready, .handed, .replaced:
        role = .warning
        words = isTold ? Self.next(fate, at) : "\(why); \(Self.next(fate, at))"
      }
    case .stepFailed(let step, let reason):
      (subject, role) = (step.text, .failed)
      words = "failed: \(reason)"
    case .stepSkipped(let step, let cause):
      (subject, role) = (step.text, .dim)
      switch cause {
      case .need(let need): words = "skipped: \(need) did not complete"
      case .person(let person, let reason): words = "skipped by \(person): \(reason)"
      case .notNeeded: return nil
      }
    case .accountLimited(let account, let until, _):
      (subject, role) = (account, .waiting)
      words = "met a limit; all its agents wait until \(until.clock(on: event.at))"
    case .blockerRaised(let blocker):
      (subject, role) = (blocker.subject, .blocked)
      words =
        "blocked: \(Self.cut(blocker.message.headline))"
        + (blocker.proposals.first.map { "; \($0)" } ?? "")
    case .blockerResolved(let blocker, let how, _):
      (subject, role) = ("blocker \(blocker)", .success)
      words = "resolved: \(how)"
    case .headMoved(let head):
      (subject, role) = (state.plan.text, .warning)
      words = "somebody moved the branch to \(head.prefix(10)); merging goes on from there"
    case .commandRefused(_, let person, let reason):
      (subject, role) = (person, .warning)
      words = "refused: \(reason)"
    case .runPaused(_, let person):
      (subject, role) = (state.plan.text, .waiting)
      words = "paused by \(person)"
    case .runResumed(let person):
      (subject, role) = (state.plan.text, .running)
      words = "resumed by \(person)"
    case .runEnded(let result):
      (subject, role) = (state.plan.text, result == .completed ? .completed : .failed)
      words = result.rawValue
    default: return nil
    }
  }

  private static func next(_ fate: Fate, _ now: Instant) -> String {
    switch fate {
    case .waiting(let until): "again at \(until.clock(on: now))"
    case .handed(let seats): "handed to \(seats.first?.agent ?? seats.first?.harness ?? "others")"
    case .replaced(let other): "\(other) stands in"
    default: "again"
    }
  }

  private static func cut(_ line: String) -> String {
    line.count > 200 ? line.prefix(200) + " ..." : line
  }

  package func text(_ palette: Palette) -> String {
    let name =
      subject.count < 16 ? subject + String(repeating: " ", count: 16 - subject.count) : subject
    return palette.paint(.dim, at.clock) + "  " + name + "  "
      + (role.map { palette.paint($0, words) } ?? words)
  }

  /// How the run stands, in a line.
  package static func summary(of state: RunState) -> String {
    let tally = state.progress().tally
    var words = ["\(tally.words) in \((state.now - state.began).duration.words)"] + tally.restWords
    if !state.told.isNothing { words.append(state.told.costWords) }
    let flaky = state.flaky.isEmpty ? "" : "; flaky: \(state.flakyWords.listed())"
    return words.joined(separator: ", ") + flaky
  }
}

extension Blocker {
  fileprivate var subject: String {
    switch scope {
    case .run: "run"
    case .step(let step): step.text
    case .pool(let name): name
    }
  }
}
