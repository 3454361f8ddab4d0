import Conducting
package import JSONValues
import Plans

extension StepReport {
  /// Times are milliseconds since 1970, costs US dollars.
  package var json: JSON {
    let terms = state.terms(index)
    let standing = standing
    let (began, ended) = state.times(index)
    return [
      "step": .string(id.text), "session": .string(state.session),
      "plan": .string(state.plan.text), "kind": .string(state.kind(index).rawValue),
      "state": .string(standing.word), "doing": .string(standing.doing), "began": time(began),
      "ended": time(ended), "group": text(state.group(index)?.text),
      "needs": .array(state.needs(index).map { .string(state.id(Int($0)).text) }),
      "needed_by": .array(state.dependents(index).map { .string(state.id(Int($0)).text) }),
      "priority": .string(state.priority(index).rawValue),
      "estimate_seconds": .double(Double(state.estimate(index)) / 1000),
      "attempts_allowed": .int(state.allowedAttempts(index)),
      "seats": .array(state.seats(index).map(\.report)),
      "files_allowed": .array(terms.files.map { .string($0) }),
      "gates": .array(terms.gates.map(\.report)),
      "merge_gates": .array(terms.hasWorkspace ? state.gates.map(\.report) : []),
      "cost": money(history.told.knownCost), "tokens": number(history.told.knownTokens),
      "cost_known": .bool(history.told.isCostWhole),
      "tokens_known": .bool(history.told.areTokensWhole),
      "prompt": text(surroundings.prompt?.text), "prompt_file": text(surroundings.prompt?.path),
      "attempts": .array(history.attempts.map(attemptJSON)),
      "commit": text(history.landed),
      "files": surroundings.files.map { .array($0.map(\.report)) } ?? .null,
      "dropped": .array(dropped.map(\.report)),
      "blockers": .array(history.blockers.map(blockerJSON)),
      "events": .array(history.events.map { .int($0) }),
      "folder": text(surroundings.folder),
    ]
  }

  private func attemptJSON(_ attempt: AttemptHistory) -> JSON {
    [
      "attempt": .int(attempt.number), "began": time(attempt.began),
      "launched": time(attempt.launched), "finished": time(attempt.finished),
      "ended": time(attempt.ended?.at), "seat": attempt.seat?.report ?? .null,
      "ports": surroundings.ports[attempt.number].map { ports in
        ["first": .int(ports.lowerBound), "count": .int(ports.count)]
      } ?? .null, "base": text(attempt.base), "head": text(attempt.head),
      "summary": text(attempt.summary), "cost": money(attempt.usage?.cost),
      "tokens": number(attempt.usage?.tokens),
      "answers": .array(attempt.answers.map { .string($0) }),
      "overdue": .bool(attempt.isOverdue), "withdrawn": .bool(attempt.wasWithdrawn),
      "failure": attempt.ended?.failure.map(failureJSON) ?? .null,
      "trials": .array(attempt.trials.map { trialJSON($0, attempt) }),
      "approvals": .array(attempt.approvals.map(approvalJSON)),
      "merges": .array(attempt.merges.map(mergeJSON)),
    ]
  }

  private func failureJSON(_ failure: Failure) -> JSON {
    ["kind": .string(failure.kind.rawValue), "message": .string(failure.message)]
  }

  private func trialJSON(_ trial: AttemptHistory.Trial, _ attempt: AttemptHistory) -> JSON {
    [
      "gate": text(name(trial.check)), "merge": number(trial.check.merge),
      "trial": .int(trial.check.round), "began": time(trial.began), "ended": time(trial.ended),
      "result": text(trial.verdict?.result.rawValue),
      "flaky": .bool(trial.verdict.map(trial.check.isFlaky) ?? false),
      "evidence": text(trial.verdict?.evidence),
      "output": text(surroundings.outputs[attempt.number]?[trial.check]),
      "seat": trial.seat?.report ?? .null,
    ]
  }

  private func approvalJSON(_ approval: AttemptHistory.Approval) -> JSON {
    [
      "gate": text(approval.gate.flatMap { name(Check(gate: $0)) }),
      "asked": time(approval.asked), "given": time(approval.given), "by": text(approval.by),
    ]
  }

  private func mergeJSON(_ merge: AttemptHistory.Merging) -> JSON {
    [
      "merge": .int(merge.number), "base": .string(merge.base), "began": time(merge.began),
      "candidate": text(merge.candidate), "failure": merge.refusal.map(failureJSON) ?? .null,
      "built_again": .bool(merge.wasReset), "commit": text(merge.landed),
    ]
  }

  private func blockerJSON(_ known: BlockerHistory) -> JSON {
    guard case .object(var members) = known.blocker.report else { return .null }
    members += [
      .init("resolved", time(known.resolved?.at)), .init("how", text(known.resolved?.how)),
      .init("by", text(known.resolved?.by)),
    ]
    return .object(members)
  }

  private func time(_ instant: Instant?) -> JSON {
    instant.map { .int(Int($0.milliseconds)) } ?? .null
  }
  private func text(_ words: String?) -> JSON { words.map { .string($0) } ?? .null }
  private func number(_ count: Int?) -> JSON { count.map { .int($0) } ?? .null }
  private func money(_ amount: Money?) -> JSON { amount.map { .double($0.dollars) } ?? .null }
}

extension Seat {
  fileprivate var report: JSON {
    [
      "agent": agent.map { .string($0) } ?? .null, "harness": .string(harness),
      "model": model.map { .string($0) } ?? .null, "account": .string(account),
    ]
  }
}

extension RunGate {
  fileprivate var report: JSON {
    ["kind": .string(kind.rawValue), "gate": .string(name), "trials": .int(rounds)]
  }
}

extension StepFile {
  fileprivate var report: JSON {
    [
      "path": .string(path), "change": .string(kind), "added": added.map { .int($0) } ?? .null,
      "removed": removed.map { .int($0) } ?? .null,
    ]
  }
}

extension MissingLines {
  fileprivate var report: JSON {
    [
      "of": .string(of.rawValue), "path": .string(path), "count": .int(count),
      "lines": .array(lines.map { .string($0) }),
    ]
  }
}
