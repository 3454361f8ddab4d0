import Conducting
import JSONValues
import Plans
import Reports
import Runtime
import Terminal

/// Tells a run's person what happens, a line each, as it happens.
final class ConsoleWatcher: RunWatcher {
  private let session: Session

  init(_ session: Session) { self.session = session }

  func saw(_ events: [Event], before: Int, _ state: RunState) {
    if session.wantsJSON {
      let first = before - events.count
      let lines = events.enumerated().map { offset, event in
        "{\"sequence\":\(first + offset),\"at\":\(event.at.milliseconds),\"event\":\(event.fact.body)}"
      }
      session.print(lines.joined(separator: "\n"))
      return
    }
    guard !session.isQuiet else { return }
    let lines = events.compactMap { RunLine($0, state)?.text(session.output.palette) }
    session.print(lines.joined(separator: "\n"))
  }

  func note(_ words: String) {
    if session.wantsJSON {
      session.print(JSON.object([.init("note", .string(words))]).text(.compact))
    } else {
      session.complain("divisi: " + words)
    }
  }

  func ended(_ how: RunEnd, _ state: RunState) {
    guard !session.wantsJSON else { return }
    switch how {
    case .ended: session.say(RunLine.summary(of: state))
    case .waiting(let waits):
      session.complain("divisi: the run waits, and only a person can move it on")
      for wait in waits { session.complain("  " + wait.message) }
      session.complain("  hint: then `divisi resume \(state.session)`")
    case .letGo: session.complain("divisi: `divisi resume \(state.session)` goes on with the run")
    case .broken(let words):
      session.complain("divisi: \(words)")
      session.complain(
        "  hint: nothing is lost; `divisi resume \(state.session)` goes on when that is mended")
    }
  }
}
