import Agents
import Conducting
import Configuration
import Diagnostics
import Documents
import Evidence
import Files
import JSONValues
import Plans
import Processes
import Supervision
import Workspaces

extension Drivers {
  /// Has another agent judge the change. A limit that its account meets is told and waited for here: it says nothing of
  /// the work.
  func review(
    _ gate: Gate, _ check: Check, _ id: AttemptID, _ job: Job, _ step: Step, on ground: Ground,
    _ outbox: Outbox
  ) async -> Verdict {
    guard let seat = job.attempt?.checkingSeat, let harness = harnesses[seat.harness] else {
      return .untried("there is no harness for the reviewer")
    }
    let place = folder.attempt(id).check(check)
    let first = ReviewPrompt(
      of: step, by: gate, task: brief.task(of: step) ?? step.writtenTask, diff: diff(of: id),
      diffFile: folder.attempt(id).patch,
      instructions: harness.takesInstructions
        ? nil : brief.agents.choice(of: seat.agent).instructions
    ).text
    var answers: [String] = []
    var used = Conducting.Usage(cost: .zero, tokens: 0)
    var prompt = first
    var before: SessionTotals?
    var trial = 0
    var losses = 0
    var hasFailed = false
    var patience = ReviewPatience(job.settings)
    while !Task.isCancelled {
      trial += 1
      let answer: Answer
      do {
        answer = try await ask(
          prompt, AttemptFolder("\(place)/\(trial)"), harness, seat, id, job, step, ground,
          goingOnAfter: before)
      } catch {
        return Verdict(.broken, error.failure.message, usage: used)
      }
      let result = answer.result
      used = used + Usage(cost: result.cost, tokens: result.usage?.total)
      if let failure = result.failure {
        // It was not let come to its end, which says nothing of it.
        if answer.end == .stopped { continue }
        if answer.end == .lost, losses < job.settings.losses {
          losses += 1
          continue
        }
        if failure.kind.nature == .task, !hasFailed {
          // A session that cannot be gone on with may have been the reason.
          hasFailed = true
          (before, prompt) = (nil, first)
          if !answer.isOld { watcher.note("the reviewer of \(id.step) failed: \(failure.words)") }
          continue
        }
        guard failure.kind.nature == .transient, let wait = patience.next(failure, instant) else {
          // It says nothing of the work.
          return Verdict(.broken, "the reviewer failed: \(failure.words)", usage: used)
        }
        if answer.isOld { continue }
        outbox.put(.delayed(id, check, told(failure)))
        watcher.note("the reviewer of \(id.step) waits: \(failure.words)")
        try? await Task.sleep(for: wait)
        continue
      }
      answers.append(result.answer ?? result.summary ?? "")
      switch ReviewOutcome(answers) {
      case .verdict(let verdict): return self.verdict(verdict, seat, ground, used)
      case .askAgain(let words):
        before = harness.canResume ? result.totals : nil
        prompt = before == nil ? first + "\n" + words : words
      case .failed(let words): return Verdict(.failed, words, usage: used)
      }
    }
    return Verdict(.broken, "called off", usage: used)
  }

  private func verdict(
    _ verdict: ReviewVerdict, _ seat: Seat, _ ground: Ground, _ used: Conducting.Usage
  ) -> Verdict {
    let reviewer = seat.agent ?? seat.harness
    let told = Feedback.review(agent: reviewer, findings: verdict.findings).text
    let findings = verdict.findings.map { finding in
      JSON.object(
        [JSON.Member("message", .string(finding.message))]
          + [("severity", finding.severity), ("file", finding.file)].compactMap { name, text in
            text.map { JSON.Member(name, .string($0)) }
          } + (finding.line.map { [JSON.Member("line", .int($0))] } ?? []))
    }
    let proof: JSON = [
      "reviewer": .string(reviewer), "tree": .string(ground.tree),
      "accepted": .bool(verdict.isAccepted), "findings": .array(findings),
    ]
    return Verdict(
      verdict.isAccepted ? .passed : .failed,
      verdict.isAccepted ? "accepted by \(reviewer)" : told, usage: used,
      proof: proof.text(.compact))
  }

  private func diff(of id: AttemptID) -> String {
    (try? readFile(folder.attempt(id).patch)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// What a reviewer came to, and whether it had already when it was looked for.
  private struct Answer {
    enum End {
      case own
      case stopped
      case lost

      init(_ outcome: AttemptOutcome) {
        switch outcome {
        case .ended(let exit): self = exit.reason == .stopped ? .stopped : .own
        case .lost: self = .lost
        }
      }
    }

    var result: AttemptResult
    var end: End
    var isOld = false
  }

  /// Asks a reviewer, or hears what one has said or is about to say that an earlier runner asked: no answer is paid for
  /// twice.
  private func ask(
    _ prompt: String, _ place: AttemptFolder, _ harness: Harness, _ seat: Seat, _ id: AttemptID,
    _ job: Job, _ step: Step, _ ground: Ground, goingOnAfter before: SessionTotals?
  ) async throws(StartError) -> Answer {
    func answer(_ outcome: AttemptOutcome, isOld: Bool = false) -> Answer {
      Answer(
        result: result(of: outcome, in: place, harness, seat, before), end: Answer.End(outcome),
        isOld: isOld)
    }
    func found() async throws(SupervisionError) -> Answer? {
      switch try await Supervised.find(in: place) {
      case .running(let process): return answer(try await end(of: process))
      case .ended(let exit): return answer(.ended(exit), isOld: true)
      case .lost(let lost):
        await lost.endRemains(grace: grace)
        return answer(.lost(lost), isOld: true)
      case .notStarted: return nil
      }
    }
    do throws(SupervisionError) {
      if let old = try await found() { return old }
    } catch {
      throw .supervision(error)
    }
    let agent = brief.agents.choice(of: seat.agent)
    let told: Agents.Launch
    let temporary: String
    do throws(FileError) {
      try createFolder(place.path)
      try writeFile(place.prompt, Array(prompt.utf8))
      temporary = try temporaryFolders.make(for: place)
    } catch { throw .file(error) }
    var assignment = Assignment(
      promptFile: place.prompt, prompt: prompt, worktree: ground.folder, attemptFolder: place.path,
      account: account(seat), model: seat.model,
      instructions: harness.takesInstructions ? agent.instructions : nil, policy: .readOnly,
      session: before.map { .resume($0.session) } ?? .new(Assignment.newSession()))
    assignment.temporaryFolder = temporary
    assignment.answerSchema = ReviewVerdict.schema
    assignment.servers = brief.servers.named(agent.definition?.servers ?? [])
    do { told = try harness.launch(assignment) } catch { throw .harness(error) }
    do { try told.prepare() } catch { throw .file(error) }
    var named = secrets(of: step)
    for name in told.inherited { named[name] = surroundings.environment[name] }
    var environment = environment(of: step, id, job)
    environment["DIVISI_WORKTREE"] = ground.folder
    environment.merge(told.environment) { _, own in own }
    var launch = Supervision.Launch(
      told.arguments, in: told.workingFolder, environment: environment, marker: place.path)
    launch.handOn(named.keys)
    if case .file(let path) = told.input { launch.input = path }
    launch.timeout = brief.configuration.value(Settings.shared.stepTimeout)
    launch.idleTimeout = max(
      harness.silence.command, brief.configuration.value(Settings.shared.silence) ?? .zero)
    launch.grace = grace
    launch.limits = limits(of: step)
    launch.cgroupRoot = surroundings.cgroupRoot
    launch.isDurable = false
    do throws(SupervisionError) {
      let process: Supervised
      do throws(SupervisionError) {
        process = try await Supervised.start(
          launch, in: place, by: surroundings.supervisor, secrets: named)
      } catch {
        // A supervisor that an earlier runner had just started may have been faster.
        guard let other = try await found() else { throw error }
        return other
      }
      return answer(try await end(of: process))
    } catch {
      throw .supervision(error)
    }
  }

  /// Waits for a reviewer. One that nobody waits for any more is ended, unless another runner is to find it again.
  private func end(of process: Supervised) async throws(SupervisionError) -> AttemptOutcome {
    do {
      let outcome = try await process.ended()
      if case .lost(let lost) = outcome { await lost.endRemains(grace: grace) }
      return outcome
    } catch .waitingCancelled {
      if !isLetGo { await end(process) }
      throw .waitingCancelled
    }
  }

  private func result(
    of outcome: AttemptOutcome, in place: AttemptFolder, _ harness: Harness, _ seat: Seat,
    _ before: SessionTotals?
  ) -> AttemptResult {
    TemporaryFolders.remove(of: place)
    let said = account(of: place, harness)
    var result = AttemptResult(
      AttemptRemains(
        account: said, ending: outcome.ending, errors: lastText(of: place.errors), earlier: before),
      by: harness.rules)
    if harness.dialect == .text, result.answer == nil {
      // Text has no last message: an answer may go over many lines, also before those that tell what it cost.
      result.answer = String(
        decoding: FileTail.end(of: place.output, atMost: 256 << 10), as: UTF8.self)
    }
    try? writeFile(place.result, Array((JSON.line(of: AttemptRecord(result, seat)) + "\n").utf8))
    return result
  }
}

/// How long a review may be kept waiting by limits.
private struct ReviewPatience {
  private let settings: RunSettings
  private var tries = 0
  private var waited = Span.zero

  init(_ settings: RunSettings) { self.settings = settings }

  /// How long to wait before the next trial; nothing where it has waited enough.
  mutating func next(
    _ failure: AttemptResult.Failure, _ instant: (ResetTime) -> Instant
  ) -> Duration? {
    guard tries < settings.transientTries, waited <= settings.transientTime else { return nil }
    let doubled = settings.transientDelay * (1 << Int64(min(tries, 20)))
    let wait =
      failure.reset.map { max(.zero, instant($0) - .now()) } ?? min(doubled, settings.longestDelay)
    tries += 1
    waited = waited + wait
    return wait.duration
  }
}

extension Attempt {
  fileprivate var checkingSeat: Seat? {
    switch phase {
    case .checking(let checking): checking.seat
    case .merging(let merge):
      if case .testing(_, let checking) = merge.stage { checking.seat } else { nil }
    default: nil
    }
  }
}

extension Step {
  /// The task as the plan itself has it.
  fileprivate var writtenTask: String {
    switch work.value {
    case .task(let text): text
    case .run(let command): command
    case .prompt, .approve, .group: details ?? shownTitle
    }
  }
}

extension Conducting.Usage {
  /// What is unknown of one is unknown of both.
  fileprivate static func + (one: Conducting.Usage, other: Conducting.Usage) -> Conducting.Usage {
    Conducting.Usage(
      cost: one.cost.flatMap { mine in other.cost.map { mine + $0 } },
      tokens: one.tokens.flatMap { mine in other.tokens.map { mine + $0 } })
  }
}
