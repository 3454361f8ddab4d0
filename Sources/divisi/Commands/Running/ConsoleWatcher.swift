import Conducting
import JSONValues
import Plans
import Reports
import Runtime

/// Tells a run's person what happens, a line each, as it happens. A run goes on where nobody reads it any more.
final class ConsoleWatcher: RunWatcher {
  private let session: Session
  private let isSilent: Bool
  private let printer: ConsolePrinter

  /// - Parameter isSilent: whether only what a person must know is told.
  init(_ session: Session, isSilent: Bool = false) {
    self.session = session
    self.isSilent = isSilent
    printer = ConsolePrinter(session)
  }

  func saw(_ events: [Event], before: Int, _ state: RunState) {
    guard !isSilent else { return }
    if session.wantsJSON {
      let first = before - events.count
      printer.add(
        events.enumerated().map { offset, event in
          .record(EventLines.json(NumberedEvent(sequence: first + offset, event)))
        })
      return
    }
    guard !session.isQuiet else { return }
    let lines = events.compactMap { RunLine($0, state) }
    if !lines.isEmpty { printer.add(lines.map { .line($0) }) }
  }

  func note(_ words: String) {
    if session.wantsJSON {
      printer.add([.record(JSON.object([.init("note", .string(words))]).text(.compact))])
    } else {
      tell("divisi: " + words)
    }
  }

  func ended(_ how: RunEnd, _ state: RunState) {
    if isSilent, case .ended = how { return }
    guard !session.wantsJSON else { return }
    let resume = "`divisi resume \(state.session)`"
    switch how {
    case .ended(let result):
      if !session.isQuiet {
        tell(RunLine.summary(of: state))
      } else if result != .completed {
        tell("divisi: \(state.plan) \(result.rawValue): \(RunLine.summary(of: state))")
      }
    case .waiting(let waits) where waits.allSatisfy({ $0.kind == .paused }):
      tell("divisi: paused; \(resume) goes on")
    case .waiting(let waits):
      tell("divisi: the run waits, and only a person can move it on")
      for wait in waits { tell("  " + wait.told) }
      tell("  hint: then \(resume)")
    case .letGo: tell("divisi: \(resume) goes on with the run")
    case .broken(let words):
      tell("divisi: \(words)")
      tell("  hint: nothing is lost; \(resume) goes on when that is mended")
    }
  }

  /// Prints nothing while a person is asked something.
  func pause<Answer>(while asking: () async -> Answer) async -> Answer {
    printer.hold()
    defer { printer.release() }
    return await asking()
  }

  /// Waits until all is printed.
  func close() async { await printer.close() }

  private func tell(_ text: String) { printer.add([.aside(text)]) }
}

extension Wait {
  /// What it waits for, and the command that gives it that.
  fileprivate var told: String {
    guard let step = steps.first else { return message }
    switch kind {
    case .approval: return "\(message): divisi approve \(step), or divisi reject \(step) --why ..."
    case .answer: return "\(message): divisi answer \(step) TEXT"
    default: return message
    }
  }
}
