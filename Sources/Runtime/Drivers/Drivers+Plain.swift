import Workspaces
import Diagnostics
import Agents
import Conducting
import Configuration
import Files
import Glibc
import Plans
import Processes
import Supervision

extension Drivers {
  /// Runs a command that needs no worktree, without a supervisor: the shell that runs it writes its exit status down
  /// itself, so that a runner which comes later knows how it ended, and never runs it twice.
  func runPlainly(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    let place = folder.attempt(id)
    guard let step = brief.step(id.step), case .run(let command) = step.work.value else {
      return outbox.put(.ended(id, .failed(StartError.unknownStep(id.step).failure), .nothing))
    }
    if isTakenUp(id), await adoptPlain(id, place, outbox) { return }
    do throws(FileError) { try createFolder(place.path) } catch {
      return outbox.put(.ended(id, .failed(Failure(.environment, error.description)), .nothing))
    }
    var environment = environment(of: step, id, job)
    environment["DIVISI_STATUS_FILE"] = place.status
    let settings = brief.configuration
    let limit = settings.value(Settings.shared.outputSize) ?? Launch.defaultOutputLimit
    outbox.putLazily(.launched(id, process: ""))
    do {
      let result = try await Processes.run(
        Command(
          ["/bin/sh", "-c", PlainShell.script(for: command), "sh", command], in: repository.root,
          environment: environment, output: .file(place.output, limit: limit, tail: 4 << 10),
          errors: .withOutput,
          timeout: step.timeout?.value ?? settings.value(Settings.shared.stepTimeout), grace: grace,
          marker: marker(id)))
      guard result.reason != .cancelled else { return }
      outbox.put(.ended(id, commandEnding(result.ending, id), .nothing))
    } catch {
      outbox.put(.ended(id, .failed(Failure(.environment, "\(error)")), .nothing))
    }
  }

  /// Takes over a command that an earlier runner has started: waits for it, or reads how it ended. Says whether there was
  /// one.
  private func adoptPlain(
    _ id: AttemptID, _ place: AttemptFolder, _ outbox: Outbox
  ) async -> Bool {
    guard entryKind(place.output) != .missing else { return false }
    outbox.put(.launched(id, process: ""))
    var pause = Duration.milliseconds(5)
    while !Task.isCancelled {
      // Alive is asked first: what has just ended has written before.
      let lives = !ProcessTree(owner: nil, marker: marker(id), since: 0).living().isEmpty
      if let status = place.writtenStatus {
        outbox.put(.ended(id, commandEnding(.exited(status), id), .nothing))
        return true
      }
      if !lives {
        outbox.put(.ended(id, commandEnding(.stopped(.lost), id), .nothing))
        return true
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(500))
    }
    return true
  }
}

/// The script that runs a command and writes its status down.
enum PlainShell {
  /// The command runs in the same shell, which costs nothing, unless it could end that shell behind our back.
  static func script(for command: String) -> String {
    let words = command.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }
    let mayLeave = words.contains { $0 == "exec" || $0 == "trap" || $0 == "kill" }
    return mayLeave
      ? "(eval \"$1\"); s=$?; echo $s >\"$DIVISI_STATUS_FILE\"; exit $s"
      : "trap 'echo $? >\"$DIVISI_STATUS_FILE\"' EXIT; eval \"$1\""
  }
}

extension AttemptFolder {
  var status: String { path + "/status" }
  var isMade: Bool { entryKind(path) == .folder }

  /// The exit status that the shell wrote; nothing where it has not.
  fileprivate var writtenStatus: Int32? {
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
