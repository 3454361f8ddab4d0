import Agents
import Conducting
import Configuration
import Diagnostics
import Files
import Glibc
import Plans
import Processes
import Supervision
import Synchronization
import Workspaces

extension Drivers {
  /// Runs a command that needs no worktree, without a supervisor: the shell that runs it writes its exit status down
  /// itself, so that a runner which comes later knows how it ended, and never runs it twice.
  func runPlainly(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    let place = folder.attempt(id)
    guard let step = brief.step(id.step), case .run(let command) = step.work.value else {
      return outbox.put(.ended(id, .failed(StartError.unknownStep(id.step).failure), .nothing))
    }
    if isTakenUp(id), await adoptPlain(id, step, job, outbox) { return }
    do throws(FileError) {
      // The one above first, as it seldom is there.
      try createFolder(parentFolder(of: place.path))
      try createFolder(place.path)
    } catch {
      return outbox.put(.ended(id, .failed(Failure(.environment, error.description)), .nothing))
    }
    // No file is written of it.
    var environment = environment(of: step, id, job).merging(secrets(of: step)) { own, _ in own }
    environment["DIVISI_STATUS_FILE"] = place.status
    outbox.putLazily(.launched(id, process: ""))
    checkoutWork.withLock { $0.beginCommand() }
    defer { checkoutWork.withLock { $0.endCommand() } }
    do {
      var plain = Command(
        ["/bin/sh", "-c", PlainShell.script(for: command), "sh", command], in: repository.root,
        environment: environment,
        output: .file(place.output, limit: plainLimits.outputLimit, tail: 4 << 10),
        errors: .withOutput, timeout: timeout(of: step), grace: grace,
        endsLeftovers: .ofItsGroup,
        marker: marker(id))
      plain.limits = plainLimits.limits(of: step)
      let result = try await Processes.run(plain)
      guard result.reason != .cancelled else { return }
      outbox.put(.ended(id, commandEnding(result.ending, id), .nothing))
    } catch {
      outbox.put(.ended(id, .failed(Failure(.environment, "\(error)")), .nothing))
    }
  }

  private func timeout(of step: Step) -> Duration? { step.timeout?.value ?? plainLimits.timeout }

  /// Takes over a command that an earlier runner has started: waits for it within its limits, or reads how it ended. Says
  /// whether there was one.
  private func adoptPlain(
    _ id: AttemptID, _ step: Step, _ job: Job, _ outbox: Outbox
  ) async -> Bool {
    let place = folder.attempt(id)
    guard entryKind(place.output) != .missing else { return false }
    outbox.put(.launched(id, process: ""))
    let (before, takenOver) = (timeRun(by: id, since: job.attempt?.began), SuspendingClock.now)
    var pause = Duration.milliseconds(5)
    while !Task.isCancelled {
      // Alive is asked first: what has just ended has written before.
      let lives =
        Command.isPrinting(into: place.output)
        || !ProcessTree(owner: nil, marker: marker(id), since: 0).living().isEmpty
      if let status = place.writtenStatus {
        if lives { await endProcesses(marked: marker(id), grace: grace) }
        outbox.put(.ended(id, commandEnding(.exited(status), id), .nothing))
        return true
      }
      let excess: ProcessEnding.StopReason? =
        if !lives {
          .lost
        } else {
          self.excess(of: place, step, after: before + takenOver.duration(to: .now))
        }
      if let excess {
        await endProcesses(marked: marker(id), grace: grace)
        outbox.put(.ended(id, commandEnding(.stopped(excess), id), .nothing))
        return true
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(500))
    }
    return true
  }

  /// For how long a command had run when it was taken over: by the journal, but no longer than its oldest process lives,
  /// as clocks are set.
  private func timeRun(by id: AttemptID, since began: Instant?) -> Duration {
    let told = began.map { max(.zero, Instant.now() - $0).duration }
    let starts = ProcessTree(owner: nil, marker: marker(id), since: 0).living().map(\.startTicks)
    let lived = starts.min().map { durationOfTicks(ticksSinceBoot() - $0) }
    return [told, lived].compactMap { $0 }.min() ?? .zero
  }

  /// Why a command that was taken over may not go on.
  private func excess(
    of place: AttemptFolder, _ step: Step, after time: Duration
  ) -> ProcessEnding.StopReason? {
    if let limit = timeout(of: step), time > limit { return .timeout }
    return ((try? fileSize(place.output)) ?? 0) > plainLimits.outputLimit ? .output : nil
  }
}

/// What a command without a worktree is bound by, unless its step says otherwise. Read once, as there are many of them.
struct PlainLimits: Sendable {
  let timeout: Duration?
  let outputLimit: Int
  private let memory: Int?
  private let processes: Int?

  init(_ configuration: Configuration) {
    let settings = Settings.shared
    timeout = configuration.value(settings.stepTimeout)
    outputLimit = configuration.value(settings.outputSize) ?? Launch.defaultOutputLimit
    memory = configuration.value(settings.memory)
    processes = configuration.value(settings.processes)
  }

  /// What bounds each process of a command.
  func limits(of step: Step) -> Supervision.Launch.Limits {
    Supervision.Launch.Limits(
      memory: step.limits.memory?.value ?? memory,
      // The system counts all processes of a user, so what is there already is added.
      processes: (step.limits.processes?.value ?? processes).map(withRunningTasks))
  }
}

/// The script that runs a command and writes its status down.
package enum PlainShell {
  /// The command runs in the same shell, which costs nothing, unless it could end that shell behind our back.
  ///
  /// Some shells come to their end in order when a signal ends them, with the status of the last command that they ran.
  /// What they write then is none: a shell that is asked to end writes nothing, and ends by the signal for all to see.
  package static func script(for command: String) -> String {
    let words = command.utf8.split { byte in
      !(0x61...0x7A ~= byte | 0x20 || 0x30...0x39 ~= byte || byte >= 0x80)
        && byte != UInt8(ascii: "_") && byte != UInt8(ascii: "-")
    }
    let mayLeave = words.contains { word in
      ["exec", "trap", "kill"].contains { word.elementsEqual($0.utf8) }
    }
    return mayLeave
      ? "(eval \"$1\"); s=$?; echo $s >\"$DIVISI_STATUS_FILE\"; exit $s"
      : "trap 'trap - EXIT HUP INT TERM; kill $$' HUP INT TERM; "
        + "trap 'echo $? >\"$DIVISI_STATUS_FILE\"' EXIT; eval \"$1\""
  }
}

extension AttemptFolder {
  var status: String { path + "/status" }
  var isMade: Bool { entryKind(path) == .folder }

  /// The exit status that the shell wrote; nothing where it has not.
  var writtenStatus: Int32? {
    guard let bytes = try? readFile(status), bytes.last == UInt8(ascii: "\n") else { return nil }
    return Int32(String(decoding: bytes.dropLast(), as: UTF8.self))
  }
}

extension Conducting.Usage {
  /// What costs nothing.
  static var nothing: Conducting.Usage { Conducting.Usage(cost: .zero, tokens: 0) }
}

extension ProcessResult {
  /// How a command ended, in the words of those who judge it.
  var ending: ProcessEnding {
    switch reason {
    case .timeout: .stopped(.timeout)
    case .outputLimit: .stopped(.output)
    case .cancelled: .stopped(.cancelled)
    case .ended:
      switch end {
      case .exited(let status): .exited(Int32(clamping: status))
      case .signalled(let signal): .signalled(Int32(clamping: signal))
      }
    }
  }
}
