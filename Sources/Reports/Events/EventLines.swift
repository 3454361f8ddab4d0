package import Conducting
import JSONValues
import Plans
package import Terminal

/// The events of a run, a line each, as they come.
package struct EventLines: Sendable {
  private let wording: EventWording
  private let clock: WallClock
  private let screen: Screen
  /// How wide steps are shown; what is longer pushes the rest of its line.
  private let stepWidth: Int
  /// The day of the event before.
  private var day: String?

  package init(of state: RunState, on screen: Screen, clock: WallClock) {
    wording = EventWording(clock: clock, state)
    self.clock = clock
    self.screen = screen
    // A name has an attempt behind it: `api #2`.
    let longest = (0..<min(state.count, 10_000)).lazy.map { state.id($0).text.utf8.count }.max()
    stepWidth = min(24, max(4, (longest ?? 0) + 3))
  }

  /// One line of text, number, time, step and sentence, behind one with the date where that is another than before.
  package mutating func line(_ event: NumberedEvent) -> String {
    let today = clock.day(event.at.milliseconds)
    defer { day = today }
    return (day == today ? "" : screen.palette.paint(.dim, today) + "\n") + line(of: event)
  }

  private func line(of event: NumberedEvent) -> String {
    let number = String(event.sequence)
    let subject = event.fact.subject
    let step =
      subject.map { $0.step.text + ($0.attempt.map { " #\($0)" } ?? "") } ?? "-"
    let blanks = String(repeating: " ", count: max(0, stepWidth - step.displayWidth))
    let head =
      String(repeating: " ", count: max(0, 5 - number.count))
      + screen.palette.paint(.dim, "\(number)  \(clock.time(event.at.milliseconds))")
      + "  " + screen.palette.paint(.emphasized, step.printable) + blanks + "  "
    let sentence = wording.sentence(event.event).printable
    guard let width = screen.width else { return head + sentence }
    let room = width - max(5, number.count) - 14 - max(stepWidth, step.displayWidth)
    let shown = sentence.truncated(toWidth: max(20, room))
    return head + (event.fact.role.map { screen.palette.paint($0, shown) } ?? shown)
  }

  /// One line of JSON: the one that an export of the journal has, but that what proves a verdict is an object.
  package static func json(_ event: NumberedEvent) -> String {
    let body = event.fact.body
    var line = "{\"event\":{\"seq\":\(event.sequence),\"at\":\(event.at.milliseconds)"
    line += ",\"kind\":\"\(Fact.kind(ofBody: body))\""
    if let subject = event.fact.subject {
      line += ",\"step\":" + JSON.string(subject.step.text).text(.compact)
      if let attempt = subject.attempt { line += ",\"attempt\":\(attempt)" }
    }
    return line + ",\"body\":" + (event.fact.openBody(body) ?? body) + "}}"
  }
}

extension Fact {
  /// The body of a verdict with its proof taken out of the text in which it is journaled; nothing where there is none.
  fileprivate func openBody(_ body: String) -> String? {
    guard case .checkEnded(_, _, _, let verdict) = self, let text = verdict.proof,
      let proof = try? JSON.parse(text), let whole = try? JSON.parse(body)
    else { return nil }
    return whole.replacing("proof", with: proof).text(.compact)
  }
}

extension JSON {
  /// The same with another value for every member of a name.
  fileprivate func replacing(_ name: String, with value: JSON) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(
      members.map { member in
        JSON.Member(
          member.name, member.name == name ? value : member.value.replacing(name, with: value))
      })
  }
}

extension Fact {
  /// How its line looks, where it should be found at a glance.
  fileprivate var role: TextRole? {
    switch self {
    case .attemptEnded(_, _, let failure, _, _, let fate):
      failure != nil ? .failed : fate == .completed ? .completed : nil
    case .landed, .stepCompleted: .completed
    case .stepFailed, .mergeRefused, .commandRefused: .failed
    case .runEnded(let result): result == .completed ? .completed : .failed
    case .checkEnded(_, _, _, let verdict): verdict.result == .passed ? nil : .failed
    case .blockerRaised, .blockerEscalated, .runBlocked, .accountLimited, .delayForeseen: .blocked
    case .attemptInspected(_, _, _, .some), .mergeBuilt(_, _, _, _, .some): .warning
    case .approvalAsked: .waiting
    case .attemptObserved(_, _, .waitingForPerson): .waiting
    case .attemptObserved(_, _, .stalled): .blocked
    default: nil
    }
  }
}
