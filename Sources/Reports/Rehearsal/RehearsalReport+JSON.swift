import Conducting
package import JSONValues
import Plans
import Simulation

extension RehearsalReport {
  /// The whole rehearsal for programs; its keys are documented in docs/JSON.md and stay.
  package var json: JSON {
    let shown = rehearsal.shown
    let settings = rehearsal.order.settings
    var members: [JSON.Member] = [
      .init("plan", .string(id)), .init("title", .string(title)),
      .init("seed", .int(Int(truncatingIfNeeded: rehearsal.terms.seed))),
      .init("agents", .int(settings.agents)), .init("result", .string(result)),
      .init("seconds", seconds(shown.length)),
    ]
    if case .blocked(let waits) = shown.ending {
      members.append(
        .init(
          "waits",
          .array(
            waits.map { wait in
              [
                "kind": .string(wait.kind.rawValue), "message": .string(wait.message),
                "steps": .array(wait.steps.map { .string($0.text) }),
              ]
            })))
    }
    members += [
      .init("range", range), .init("failed_attempts", .int(shown.failedAttempts)),
      .init("critical_path", .array(path.map { .string($0) })),
      .init("utilisation", .double(rehearsal.utilisation)),
      .init(
        "held_up_by",
        .array(
          rehearsal.lacks.map { ["by": .string($0.lack.key), "seconds": seconds($0.time)] })),
      .init("one_more_agent", variant(rehearsal.oneMore)),
      .init("unlimited_agents", variant(rehearsal.unlimited)),
      .init(
        "cost",
        rehearsal.expectedCost.map { .double(Double($0.microdollars) / 1_000_000) } ?? .null),
      .init("tokens", .null),
      .init("steps", .array(rows.map(step))),
    ]
    return .object(members)
  }

  private var result: String {
    switch rehearsal.shown.ending {
    case .completed: "completed"
    case .failed: "failed"
    case .blocked: "blocked"
    }
  }

  private var range: JSON {
    let spread = rehearsal.spread
    func value(_ span: Span?) -> JSON { span.map(seconds) ?? .null }
    return [
      "seeds": .int(spread.seeds), "failed": .int(spread.failed), "blocked": .int(spread.blocked),
      "min": value(spread.shortest), "median": value(spread.median),
      "p90": value(spread.share(90)), "max": value(spread.longest),
    ]
  }

  private func variant(_ variant: Rehearsal.Variant?) -> JSON {
    guard let variant else { return .null }
    return [
      "agents": .int(variant.agents), "seconds": seconds(variant.length),
      "median": variant.median.map(seconds) ?? .null,
    ]
  }

  private func step(_ row: Row) -> JSON {
    [
      "id": .string(row.id), "critical": .bool(row.isCritical), "began": seconds(row.began),
      "ended": seconds(row.ended),
      "bars": .array(
        row.bars.map { bar in
          [
            "attempt": .int(bar.attempt), "doing": .string(bar.kind.rawValue),
            "from": seconds(bar.from), "to": seconds(bar.to), "failed": .bool(bar.hasFailed),
          ]
        }),
    ]
  }

  private func seconds(_ span: Span) -> JSON { .double(Double(span.milliseconds) / 1000) }
}
