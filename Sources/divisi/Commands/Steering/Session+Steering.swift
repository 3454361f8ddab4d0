import Arguments
import Conducting
import Journal
import JSONValues
import Plans
import Reports
import Runtime
import Terminal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Session {
  /// Leaves a command for a run and tells what came of it.
  func order(_ command: Conducting.Command, of run: ChosenRun) throws -> ExitStatus {
    if let archive = run.reading.archive {
      throw Failure(
        "`\(run.session)` is archived, in \(archive), and cannot go on",
        hint: "`divisi run \(run.state.plan)` starts another")
    }
    var reading = run.reading
    let answer = try reading.post(command, by: person, at: Instant(milliseconds: now))
    return try tell(answer, of: command, reading)
  }

  /// Cancels a run. One that nobody runs is taken up for as long as that takes.
  func cancel(_ run: ChosenRun) async throws -> ExitStatus {
    var reading = run.reading
    let before = reading.state.sequence
    var answer = try reading.post(.cancelRun, by: person, at: Instant(milliseconds: now))
    if case .kept = answer, try await takeUpToEnd(run.session) {
      var current = run.reading
      try current.catchUp(in: run.file)
      var events: [NumberedEvent] = []
      try run.file.eachEvent(of: run.session, after: before) { events.append($0) }
      answer = .done(
        events.filter {
          switch $0.fact {
          case .runCancelling, .runEnded: true
          default: false
          }
        })
      return try tell(answer, of: .cancelRun, current)
    }
    return try tell(answer, of: .cancelRun, reading)
  }

  /// Lets a run hear what was kept for it; says whether it has ended. What stands in the way is told.
  private func takeUpToEnd(_ run: String) async throws -> Bool {
    let console = ConsoleWatcher(self, isSilent: true)
    let runner: Runner
    do {
      runner = try runSite().resume(run, watcher: console, waitsForPeople: false)
    } catch let error as RunSiteError {
      complain("divisi: \(error)")
      return false
    }
    let end = await runner.run(as: "process \(getpid())")
    await console.close()
    if case .ended = end { return true }
    return false
  }

  private func tell(
    _ answer: CommandAnswer, of command: Conducting.Command, _ reading: RunReading
  ) throws -> ExitStatus {
    if wantsJSON { print(json(answer, of: command, reading)) }
    switch answer {
    case .impossible(let reason), .refused(_, let reason):
      if wantsJSON { return .failure }
      throw Failure(reason, hint: answer.wasAsked ? "the runner refused it" : nil)
    case .done(let events): if !wantsJSON { tell(events, reading) }
    case .kept:
      say(
        "kept: nobody runs \(reading.session); it takes effect on divisi resume \(reading.session)")
    case .unanswered:
      say(
        "kept: \(reading.holder.map { "\($0)" } ?? "the runner") has not taken it up yet; "
          + "divisi events \(reading.session) shows what comes of it")
    }
    return .success
  }

  private func tell(_ events: [NumberedEvent], _ reading: RunReading) {
    let wording = EventWording(clock: .local, reading.state)
    for event in events {
      let subject = event.fact.subject.map { "\($0.step): " } ?? ""
      print(subject + wording.sentence(event.event).printable)
    }
    if events.isEmpty { say("done") }
  }

  private func json(
    _ answer: CommandAnswer, of command: Conducting.Command, _ reading: RunReading
  ) -> JSON {
    [
      "session": .string(reading.session), "command": .string(command.words),
      "result": .string(answer.word), "reason": answer.reason.map { .string($0) } ?? .null,
      "events": .array(answer.events.map { .int($0.sequence) }),
    ]
  }

  /// Does what a person wants with a step.
  func order(
    step name: String, of run: String?, _ command: (StepID) -> Conducting.Command
  ) throws -> ExitStatus {
    let chosen = try self.run(run, having: name)
    let index = try step(name, of: chosen)
    return try order(command(chosen.state.id(index)), of: chosen)
  }

  /// Whether a person at the terminal says yes; nothing where nobody is there.
  func agrees(to question: String) -> Bool? {
    guard isatty(0) == 1, isatty(2) == 1 else { return nil }
    complain(question + " [y/N]")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}

extension CommandAnswer {
  fileprivate var word: String {
    switch self {
    case .impossible, .refused: "refused"
    case .done: "done"
    case .kept, .unanswered: "kept"
    }
  }

  fileprivate var reason: String? {
    switch self {
    case .impossible(let reason), .refused(_, let reason): reason
    case .done, .kept, .unanswered: nil
    }
  }

  fileprivate var wasAsked: Bool { if case .impossible = self { false } else { true } }

  fileprivate var events: [NumberedEvent] {
    switch self {
    case .done(let events): events
    case .refused(let event, _): [event]
    case .impossible, .kept, .unanswered: []
    }
  }
}
