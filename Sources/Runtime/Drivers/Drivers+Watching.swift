import Agents
import Conducting
import Configuration
import Evidence
import Files
import Glibc
import JSONValues
import Plans
import Processes
import Supervision
import Synchronization
import Workspaces

extension Drivers {
  /// Follows a living attempt: what it says, how long it says nothing, and how it ends.
  func watch(_ process: Supervised, _ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    outbox.put(.launched(id, process: "\(process.identity.pid)"))
    let following = Task {
      await self.follow(id, job, outbox)
    }
    let outcome: AttemptOutcome?
    do throws(StartError) {
      outcome = try await patiently(of: id) { () throws(StartError) in
        do throws(SupervisionError) {
          return try await process.ended()
        } catch {
          throw .supervision(error)
        }
      }
    } catch {
      following.cancel()
      await following.value
      if case .supervision(.waitingCancelled) = error { return }
      return outbox.put(.ended(id, .failed(error.failure), .unknown))
    }
    following.cancel()
    await following.value
    guard let outcome else { return }
    forget(id)
    await conclude(id, job, outcome, outbox)
  }

  func forget(_ id: AttemptID) {
    let place = folder.attempt(id)
    supervised.withLock { _ = $0.removeValue(forKey: place) }
  }

  /// Reads what the agent prints as it comes, and tells what it is doing. What is silent is looked at less and less.
  private func follow(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    let place = folder.attempt(id)
    let harness = job.attempt?.seat.flatMap { harnesses[$0.harness] }
    var tail = FileTail(place.output)
    var errors = FileTail(place.errors)
    var reader = StreamReader(harness?.dialect ?? .text)
    // While the machine sleeps nobody is silent.
    var lastHeard = SuspendingClock.now
    // What an earlier runner has told stands until something else is seen.
    var told = job.attempt?.activity ?? .working
    var answered = answerCount(id)
    let before = earlier(id)?.totals
    var used = Conducting.Usage()
    var pause = Duration.milliseconds(50)
    var resets = KnownReset()
    let configured = brief.configuration.value(Settings.shared.silence) ?? .seconds(600)
    while !Task.isCancelled {
      var hasHeard = errors.skip()
      if reader.dialect == .text { tail.passOver(butLast: Self.enoughText) }
      while !Task.isCancelled, let bytes = tail.next() {
        hasHeard = true
        _ = reader.receive(bytes)
      }
      if hasHeard {
        lastHeard = .now
        pause = .milliseconds(50)
      } else {
        pause = min(pause * 2, Self.beat)
      }
      let silence = lastHeard.duration(to: .now)
      let activity = activity(
        id, reader.account, harness, silence: silence, configured: configured, &resets)
      // An answer is followed by work, also where the same is asked again at once.
      if case let count = answerCount(id), count != answered {
        (answered, told) = (count, .working)
      }
      if activity != told {
        told = activity
        outbox.put(.observed(id, activity))
      }
      if let harness, case let sum = self.used(reader.account, since: before, by: harness.rules),
        sum != used
      {
        used = sum
        outbox.put(.used(id, sum))
      }
      // Agents that are silent are all looked at in one breath: to be woken for each costs more than to look.
      try? await Task.sleep(for: pause < Self.beat ? pause : Self.untilNextBeat)
    }
  }

  /// What a living attempt has used, as far as its program tells before its end. What it tells of its end is judged then:
  /// who has done their work is not ended for what it cost.
  private func used(
    _ account: StreamAccount, since before: SessionTotals?, by rules: ResultRules
  ) -> Conducting.Usage {
    let cost = account.activity == .done ? nil : account.conclusion?.cost
    let earlier = before?.session == account.session ? before?.cost : nil
    return Usage(
      cost: rules.costOver == .session ? cost?.since(earlier) : cost,
      tokens: account.used(since: before, by: rules)?.total)
  }

  private static let beat = Duration.seconds(2)
  private static let firstBeat = SuspendingClock.now

  private static var untilNextBeat: Duration {
    let passed = firstBeat.duration(to: .now)
    return beat * (Int(passed / beat) + 1) - passed
  }

  private func activity(
    _ id: AttemptID, _ account: StreamAccount, _ harness: Harness?, silence: Duration,
    configured: Duration, _ resets: inout KnownReset
  ) -> Conducting.Activity {
    if let question = openQuestion(id) { return .waitingForPerson(question: question) }
    let doing = account.activity
    let limits = harness?.silence ?? SilenceLimits(model: .zero, command: .zero)
    if harness != nil, silence > limits.limit(during: doing, configured: configured) {
      return .stalled
    }
    switch doing {
    case .using(let use):
      if case .command(let command) = use.kind { return .longCommand(command: command) }
      return .working
    case .limited(let notice):
      return .limited(
        until: resets.time(of: notice) {
          instant($0, saidAt: min(.now(), lastPrinted(folder.attempt(id))))
        })
    case .waiting(let notice) where notice.cause == .rateLimit: return .limited(until: nil)
    case .starting, .thinking, .waiting, .done: return .working
    }
  }

  /// When a limit ends of which a program told at some time: `5pm` is that of the day on which it said so.
  func instant(_ reset: ResetTime, saidAt said: Instant) -> Instant {
    let second = Int(said.milliseconds / 1000)
    let resolved = reset.resolved(now: second, localOffset: localOffset())
    return Instant(milliseconds: Int64(min(max(resolved, 0), 1 << 40)) * 1000)
  }

  /// The same of what a program has just told.
  func instant(_ reset: ResetTime) -> Instant { instant(reset, saidAt: .now()) }

  /// When something was last printed into a file: not now, where a runner that was gone comes upon it.
  private func lastPrinted(_ place: AttemptFolder) -> Instant {
    let times = [place.output, place.errors].compactMap { try? modificationTime($0) }
    return times.max().map { Instant(milliseconds: $0) } ?? .now()
  }

  /// A question that the agent left in `question.md` and that has had no answer.
  private func openQuestion(_ id: AttemptID) -> String? {
    let place = folder.attempt(id)
    guard entryKind(place.question) == .file, let bytes = try? readFile(place.question) else {
      return nil
    }
    let text = String(decoding: bytes.prefix(4000), as: UTF8.self)
    return text.allSatisfy(\.isWhitespace) ? nil : text.trimmed
  }

  private func answerCount(_ id: AttemptID) -> Int {
    (try? listFolder(folder.attempt(id).answers))?.count ?? 0
  }

  /// What the attempt before left on record.
  func earlier(_ id: AttemptID) -> AttemptRecord? {
    read(folder.attempt(AttemptID(id.step, id.number - 1)).result)
  }

  /// Lays a person's answers where the agent finds them, each in a file of its own, and takes the question away; again and
  /// again where that cannot be done.
  func answer(_ id: AttemptID, _ job: Job) async {
    var isTold = false
    while !Task.isCancelled {
      do throws(FileError) {
        return try handOver(job.attempt?.answers ?? [], to: id)
      } catch {
        if !isTold {
          watcher.note("an answer to \(id) could not be handed over: \(error); trying again")
        }
        isTold = true
        try? await Task.sleep(for: .seconds(2))
      }
    }
  }

  /// As far as it can be done now: what is answered already must not be seen as a question again.
  func answerAtOnce(_ id: AttemptID, _ job: Job) {
    try? handOver(job.attempt?.answers ?? [], to: id)
  }

  private func handOver(_ answers: [String], to id: AttemptID) throws(FileError) {
    let place = folder.attempt(id)
    // One after the other: whoever comes second must see what is there, or it takes the next question away.
    try answering.withLock { _ throws(FileError) in
      for (number, text) in answers.enumerated() {
        let path = "\(place.answers)/\(number + 1).md"
        guard entryKind(path) == .missing else { continue }
        // With all that it takes, before the question is gone; and the question first: when the answer is there, the agent
        // may ask the next.
        let draft = "\(place.path)/answer-\(number + 1).draft"
        try createFolder(place.answers)
        try writeFile(draft, Array((text + "\n").utf8))
        unlink(place.question)
        guard rename(draft, path) == 0 else { throw FileError("write", path, code: errno) }
      }
    }
  }

  /// Reads what the attempt left, says what came of it, and keeps that beside it.
  ///
  /// Nothing of it lives any more when that is said: the next attempt may begin at once.
  func conclude(
    _ id: AttemptID, _ job: Job, _ outcome: AttemptOutcome, _ outbox: Outbox
  ) async {
    switch outcome {
    case .lost(let lost): await endRemains(of: lost, "\(id)")
    case .ended(let exit): tell(ofLeft: exit, "\(id)")
    }
    let ending = outcome.ending
    guard let seat = job.attempt?.seat, let harness = harnesses[seat.harness] else {
      return outbox.put(.ended(id, commandEnding(ending, id), .nothing))
    }
    let place = folder.attempt(id)
    TemporaryFolders.remove(of: place)
    let account = account(of: place, harness)
    let remains = AttemptRemains(
      account: account, ending: ending, errors: lastText(of: place.errors),
      hasWork: await hasWork(id, job, harness, account), earlier: earlier(id)?.totals)
    let result = AttemptResult(remains, by: harness.rules)
    let record = AttemptRecord(result, seat)
    try? writeFile(place.result, Array((JSON.line(of: record) + "\n").utf8))
    let said = outcome.endedAt ?? lastPrinted(place)
    outbox.put(
      .ended(
        id, self.ending(result, saidAt: min(.now(), said)),
        Usage(cost: result.cost, tokens: result.usage?.total)))
  }

  /// Ends what is left of an attempt whose supervisor was killed.
  func endRemains(of lost: LostAttempt, _ name: String) async {
    await lost.endRemains(grace: grace)
    let rest = lost.remains()
    if !rest.isEmpty { watcher.note("\(name): \(words(ofLeft: rest))") }
  }

  /// Tells of what the supervisor had to leave.
  func tell(ofLeft exit: AttemptExit, _ name: String) {
    guard exit.reason != .spawnFailed, let problem = exit.problem else { return }
    watcher.note("\(name): \(problem)")
  }

  /// How much of a text for people is read: its last words, and a line that says what came of it.
  private static let enoughText = 256 << 10

  /// What the whole of an attempt's output says.
  func account(of place: AttemptFolder, _ harness: Harness) -> StreamAccount {
    var reader = StreamReader(harness.dialect)
    var tail = FileTail(place.output)
    if reader.dialect == .text { tail.passOver(butLast: Self.enoughText) }
    while let bytes = tail.next() { _ = reader.receive(bytes) }
    _ = reader.finish()
    return reader.account
  }

  private func ending(_ result: AttemptResult, saidAt said: Instant) -> Ending {
    guard let failure = result.failure else {
      return .succeeded(summary: String((result.summary ?? "").prefix(2000)))
    }
    if failure.kind == .interrupted { return .stopped }
    return .failed(told(failure, saidAt: said))
  }

  /// What a conductor is told of a failure.
  func told(
    _ failure: AttemptResult.Failure, saidAt said: Instant = .now()
  ) -> Conducting.Failure {
    var told = Conducting.Failure(failure.kind.meaning, String(failure.words.prefix(8000)))
    told.jitter = Int.random(in: 0...250)
    switch failure.reset {
    case .after(let wait):
      // What of it passed while nobody was there has been waited.
      told.retryAfter = max(.zero, Span(wait) - (Instant.now() - said))
    case let reset?: told.resetAt = instant(reset, saidAt: said)
    case nil: break
    }
    return told
  }

  /// A command's word is its exit status.
  func commandEnding(_ ending: ProcessEnding, _ id: AttemptID) -> Ending {
    let place = folder.attempt(id)
    func failed(_ kind: Conducting.Failure.Kind, _ words: String) -> Ending {
      let said = [lastText(of: place.output), lastText(of: place.errors)]
        .filter { !$0.isEmpty }.joined(separator: "\n")
      return .failed(Failure(kind, said.isEmpty ? words : "\(words)\n\n\(said)"))
    }
    switch ending {
    case .exited(0): return .succeeded(summary: "")
    case .exited(let status) where status == 126 || status == 127:
      return failed(.environment, "it ended with status \(status): a program is missing")
    case .exited(let status): return failed(.task, "it ended with status \(status)")
    case .signalled(9), .signalled(15): return failed(.lost, "it was killed from outside")
    case .signalled(let signal): return failed(.crash, "it was ended by signal \(signal)")
    case .notStarted(let words): return failed(.environment, words)
    case .stopped(.cancelled): return .stopped
    case .stopped(.timeout): return failed(.timeout, "it was stopped: its time was over")
    case .stopped(.silence): return failed(.stalled, "it was stopped: nothing was heard of it")
    case .stopped(.output): return failed(.task, "it was stopped: it wrote more than it may")
    case .stopped(.memory):
      return failed(.task, "it was ended: it took more memory than it may")
    case .stopped(.lost): return failed(.lost, "what watched it ended before it did")
    }
  }

  func lastText(of path: String) -> String {
    let bytes = FileTail.end(of: path, atMost: 8 << 10)
    return Evidence.tail(of: bytes)
  }
}

extension String {
  /// Without white space at both ends.
  fileprivate var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}

/// When a limit ends, resolved when its notice is first met: "in two hours" is two hours from then, however often it is
/// looked at.
private struct KnownReset {
  private var notice: LimitNotice?
  private var until: Instant?

  mutating func time(of notice: LimitNotice, _ instant: (ResetTime) -> Instant) -> Instant? {
    if self.notice != notice { (self.notice, until) = (notice, notice.reset.map(instant)) }
    return until
  }
}
