package import Conducting
internal import Files
package import Journal
internal import JSONValues

/// What came of a command that was left for a run.
package enum CommandAnswer: Sendable {
  /// Nobody was asked: as the run stands, it cannot be done.
  case impossible(reason: String)
  case refused(NumberedEvent, reason: String)
  /// These events say what became of it.
  case done([NumberedEvent])
  /// Nobody runs the run: it is kept, and takes effect when somebody resumes it.
  case kept
  /// The runner lives and has not taken it up in the time that was given for it. It is kept.
  case unanswered
}

extension RunReading {
  /// Leaves a command for the run and waits a moment for what becomes of it.
  ///
  /// Whether it can be done at all is asked first of a copy of the conductor, which is told what waits before it.
  package mutating func post(
    _ command: Command, by person: String, at now: Instant, patience: Duration = .seconds(5)
  ) throws(RunBookError) -> CommandAnswer {
    let file: JournalFile
    let number: Int
    do {
      let waiting = try JournalFile.open(folder, .read).waitingMessages(of: session)
      if let reason = refusal(of: command, by: person, at: now, after: waiting) {
        return .impossible(reason: reason)
      }
      file = try JournalFile.open(folder, .write(.full))
      number = try file.post(
        command.message, to: session, from: person, at: now.milliseconds)
    } catch { throw .journal(error) }
    return try answer(to: number, command, by: person, in: file, patience)
  }

  /// Why a command would be refused, as the run stands and when what waits in its inbox has been done.
  package func refusal(
    of command: Command, by person: String, at now: Instant, after waiting: [InboxMessage] = []
  ) -> String? {
    var conductor = Conductor(state)
    for message in waiting {
      guard let earlier = Command(message: message.body) else { continue }
      _ = conductor.decide(.command(earlier, by: message.sender), at: now)
    }
    let decision = conductor.decide(.command(command, by: person), at: now)
    for event in decision.events {
      if case .commandRefused(command, person, let reason) = event.fact { return reason }
    }
    return nil
  }

  private mutating func answer(
    to number: Int, _ command: Command, by person: String, in file: JournalFile,
    _ patience: Duration
  ) throws(RunBookError) -> CommandAnswer {
    let watch = ChangeWatch([folder.run(session)])
    let deadline = ContinuousClock.now + patience
    var news: [NumberedEvent] = []
    while true {
      let taken: Int?
      do { taken = try file.message(number, of: session)?.taken } catch { throw .journal(error) }
      news += try catchUp(in: file)
      if let taken {
        return Self.answer(command, person, news.filter { $0.sequence <= taken })
      }
      guard holder != nil else { return .kept }
      let left = deadline - .now
      guard left > .zero else { return .unanswered }
      watch.wait(atMost: min(left, .milliseconds(500)))
    }
  }

  private static func answer(
    _ command: Command, _ person: String, _ events: [NumberedEvent]
  ) -> CommandAnswer {
    // The last one is about this command, should the same have been asked before.
    for event in events.reversed() {
      if case .commandRefused(command, person, let reason) = event.fact {
        return .refused(event, reason: reason)
      }
    }
    return .done(events.filter { $0.fact.answers(command) })
  }
}

extension Command {
  /// As it lies in an inbox.
  package var message: String { JSON.line(of: self) }

  /// Nothing where the text is no command that this program knows.
  package init?(message: String) {
    guard let json = try? JSON.parse(message), let command = try? json.decode(Command.self) else {
      return nil
    }
    self = command
  }
}

extension Fact {
  /// Whether it says what became of a command that was done.
  fileprivate func answers(_ command: Command) -> Bool {
    switch (command, self) {
    case (.pause, .runPaused), (.pauseNow, .runPaused), (.resume, .runResumed),
      (.cancelRun, .runCancelling), (.setLimit, .limitChanged), (.amend, .planAmended):
      return true
    case (.resolve(let id, _), .blockerResolved(let resolved, _, _)): return id == resolved
    case (.cancel(let step), _): return subject?.step == step && endsStep
    case (.skip(let step, _), _): return subject?.step == step && endsStep
    case (.retry(let step), .stepRevived(let other, _)),
      (.retry(let step), .stepReleased(let other)),
      (.approve(let step), .approvalGiven(let other, _, _, _)),
      (.approve(let step), .checkEnded(let other, _, _, _)),
      (.reject(let step, _), .checkEnded(let other, _, _, _)),
      (.reject(let step, _), .attemptEnded(let other, _, _, _, _, _)),
      (.answer(let step, _), .attemptAnswered(let other, _, _, _)),
      (.setPriority(let step, _), .priorityChanged(let other, _, _)):
      return step == other
    default: return false
    }
  }

  private var endsStep: Bool {
    switch self {
    case .attemptStopping, .attemptEnded, .stepCancelled, .stepSkipped: true
    default: false
    }
  }
}
