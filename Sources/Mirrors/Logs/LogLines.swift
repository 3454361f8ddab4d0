import Conducting
import JSONValues
import Plans

/// Makes the lines of all logs from events, in order, and from nothing else.
///
/// A line has `seq`, the number of its event in the journal, `at` and `event`, its kind, and then
/// what its log is about: `execution`, `git` and `blockers` what the journal has of the event, the
/// others where the step stands by it and how far the run is.
struct LogLines: Sendable {
  /// The member that tells whose a line is, where several runs write to one log.
  private let owner: [UInt8]
  private var tally: StepTally

  init(session: String, after tally: StepTally = StepTally()) {
    owner = Array("\"session\":\(JSON.line(of: session)),".utf8)
    self.tally = tally
  }

  struct Line: Sendable {
    let log: MirrorLog
    let bytes: [UInt8]
  }

  mutating func lines(of event: Event, _ sequence: Int) -> [Line] {
    let step = tally.take(event.fact)
    let text = event.fact.body
    let kind = Fact.kind(ofBody: text)
    let body = Array(text.utf8)
    let number = Array("{\"seq\":\(sequence),".utf8)
    let head = Array("\"at\":\"\(Timestamp.precise(event.at))\",\"event\":\"\(kind)\"".utf8)
    return (event.fact.logs + [.execution]).map { log in
      var bytes = number
      if log == .coordination { bytes += owner }
      bytes += head
      bytes += members(for: log, event.fact, body, step)
      bytes += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
      return Line(log: log, bytes: bytes)
    }
  }

  /// What stands behind the kind, with its comma.
  private func members(
    for log: MirrorLog, _ fact: Fact, _ body: [UInt8],
    _ step: (step: StepID, outcome: StepTally.Outcome)?
  ) -> [UInt8] {
    switch (log, fact) {
    case (_, .runCreated(_, let plan, let title, _, _)):
      return written(["plan": .string(plan.text), "title": .string(title)])
    case (.dependencies, .stepsPlanned(let steps)):
      let needs = steps.filter { !$0.needs.isEmpty || $0.group != nil }.map { step in
        JSON.Member(
          step.id.text,
          .array((step.needs + [step.group].compactMap { $0 }).map { .string($0.text) })
        )
      }
      return written(["steps": .int(steps.count), "needs": .object(needs)])
    case (_, .stepsPlanned(let steps)): return written(["steps": .int(steps.count)])
    case (.progress, _): return written(.object(standing(of: step) + progress))
    case (.dependencies, .stepSkipped(_, .need(let need))):
      return written(.object(standing(of: step) + [.init("because", .string(need.text))]))
    case (.dependencies, _) where step != nil: return written(.object(standing(of: step)))
    case (.coordination, _) where step != nil:
      return written(.object(standing(of: step) + progress))
    default: return inner(body)
    }
  }

  private func standing(
    of step: (step: StepID, outcome: StepTally.Outcome)?
  ) -> [JSON.Member] {
    guard let step else { return [] }
    return [
      .init("step", .string(step.step.text)), .init("standing", .string(step.outcome.rawValue)),
    ]
  }

  private var progress: [JSON.Member] {
    [
      .init("percentage", .int(tally.percent)), .init("steps", .int(tally.steps)),
      .init("completed", .int(tally.count(.completed))),
      .init("skipped", .int(tally.count(.skipped))), .init("failed", .int(tally.count(.failed))),
      .init("cancelled", .int(tally.count(.cancelled))),
    ]
  }

  private func written(_ json: JSON) -> [UInt8] {
    inner(members: Array(json.text(.compact).utf8)[...])
  }

  /// The members of the fact in `{"v":1,"kind":{...}}`.
  private func inner(_ body: [UInt8]) -> [UInt8] {
    guard let comma = body.firstIndex(of: UInt8(ascii: ",")),
      let brace = body[comma...].firstIndex(of: UInt8(ascii: "{"))
    else { return [] }
    return inner(members: body[brace..<(body.count - 1)])
  }

  private func inner(members object: ArraySlice<UInt8>) -> [UInt8] {
    let members = object.dropFirst().dropLast()
    return members.isEmpty ? [] : [UInt8(ascii: ",")] + members
  }
}
