import Conducting
package import JSONValues
import Plans

extension StatusReport {
  /// The whole run: every step, whatever the text shows. Times are milliseconds since 1970.
  package var json: JSON {
    [
      "session": .string(state.session), "plan": .string(state.plan.text),
      "title": .string(state.title), "state": .string(standing.rawValue),
      "exit_status": .int(Int(exitStatus)), "began": time(state.began),
      "ended": state.result == nil ? .null : time(state.now), "runner": runnerJSON,
      "progress": progressJSON, "end": endJSON,
      "spent": [
        "cost": money(state.told.knownCost), "tokens": number(state.told.knownTokens),
        "cost_known": .bool(state.told.isCostWhole),
        "tokens_known": .bool(state.told.areTokensWhole),
        "cost_counted": money(state.spent.cost), "tokens_counted": .int(state.spent.tokens ?? 0),
        "cost_limit": money(state.settings.cost), "token_limit": number(state.settings.tokens),
      ],
      "flaky": .array(state.flaky.map(flakyJSON)),
      "steps": .array((0..<state.count).map(stepJSON)),
      "waits": .array((state.isBlocked ? state.blockedBy : surroundings.waits).map(\.report)),
      "blockers": .array(state.blockers.map(\.report)),
      "accounts": .array(
        state.accounts.sorted { $0.key < $1.key }.map { name, account in
          let until = account.limitedUntil.flatMap { $0 > surroundings.now ? $0 : nil }
          return [
            "account": .string(name), "limited_until": until.map(time) ?? .null,
            "limits_in_a_row": .int(account.strikes),
          ]
        }),
      "waiting_commands": .array(
        surroundings.waitingCommands.map {
          ["command": .string($0.command.words), "by": .string($0.by)]
        }),
      "archive": surroundings.archive.map { .string($0) } ?? .null,
      "others": .array(surroundings.others.map { .string($0) }),
    ]
  }

  private var runnerJSON: JSON {
    guard let runner = surroundings.runner else { return .null }
    return ["name": .string(runner.name), "since": time(runner.since)]
  }

  private var progressJSON: JSON {
    [
      "steps": .int(progress.tally.steps), "completed": .int(progress.tally.completed),
      "failed": .int(progress.tally.failed), "skipped": .int(progress.tally.skipped),
      "not_needed": .int(progress.tally.unneeded), "cancelled": .int(progress.tally.cancelled),
      "under_way": .int(progress.active), "percent": .int(progress.percentByCount),
      "percent_of_work": .int(progress.percentByWork),
    ]
  }

  private var endJSON: JSON {
    guard state.result == nil, let end = progress.end else { return .null }
    return [
      "expected": time(end), "earliest": progress.earliestEnd.map(time) ?? .null,
      "latest": progress.latestEnd.map(time) ?? .null, "due": progress.due.map(time) ?? .null,
      "late": .bool(progress.isLate),
    ]
  }

  private func flakyJSON(_ gate: FlakyGate) -> JSON {
    let name = state.index(of: gate.step).flatMap { state.checkedGate($0, gate.check)?.name }
    return [
      "step": .string(gate.step.text), "gate": name.map { .string($0) } ?? .null,
      "merge": number(gate.check.merge), "trial": .int(gate.check.round),
    ]
  }

  private func stepJSON(_ index: Int) -> JSON {
    let id = state.id(index)
    let history = surroundings.histories[id]
    let seat = seat(index)
    let isGroup = state.kind(index) == .group
    let standing = isGroup ? nil : StepStanding(of: index, state, surroundings)
    let (began, ended) = state.times(index)
    return [
      "step": .string(id.text), "group": state.group(index).map { .string($0.text) } ?? .null,
      "kind": .string(state.kind(index).rawValue),
      "state": .string(standing?.word ?? self.standing(ofGroup: index).word),
      "doing": .string(standing?.doing ?? ""), "since": standing?.since.map(time) ?? .null,
      "until": standing?.until.map(time) ?? .null, "began": began.map(time) ?? .null,
      "ended": ended.map(time) ?? .null, "agent": seat?.agent.map { .string($0) } ?? .null,
      "harness": seat.map { .string($0.harness) } ?? .null,
      "model": seat?.model.map { .string($0) } ?? .null,
      "account": seat.map { .string($0.account) } ?? .null,
      "attempt": .int(state.attempts(index)),
      "attempts_allowed": .int(state.allowedAttempts(index)),
      "cost": money(history?.told.knownCost), "tokens": number(history?.told.knownTokens),
      "cost_known": .bool(history?.told.isCostWhole ?? true),
      "tokens_known": .bool(history?.told.areTokensWhole ?? true),
      "commit": history?.landed.map { .string($0) } ?? .null,
    ]
  }

  private func time(_ instant: Instant) -> JSON { .int(Int(instant.milliseconds)) }
  private func money(_ amount: Money?) -> JSON { amount.map { .double($0.dollars) } ?? .null }
  private func number(_ count: Int?) -> JSON { count.map { .int($0) } ?? .null }
}

extension Wait {
  fileprivate var report: JSON {
    [
      "kind": .string(kind.rawValue), "message": .string(message),
      "steps": .array(steps.map { .string($0.text) }),
      "until": until.map { .int(Int($0.milliseconds)) } ?? .null,
    ]
  }
}

extension Blocker {
  /// A blocker, for programs.
  var report: JSON {
    let (step, pool): (JSON, JSON) =
      switch scope {
      case .run: (.null, .null)
      case .step(let step): (.string(step.text), .null)
      case .pool(let name): (.null, .string(name))
      }
    return [
      "blocker": .int(id), "step": step, "pool": pool, "kind": .string(kind.rawValue),
      "severity": .string(severity.rawValue), "message": .string(message),
      "proposals": .array(proposals.map { .string($0) }),
      "raised": .int(Int(raised.milliseconds)), "escalated": .bool(isEscalated),
    ]
  }
}

extension Money {
  /// US dollars as programs write them.
  var dollars: Double { Double(microdollars) / 1_000_000 }
}
