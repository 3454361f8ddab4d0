import CSupport
import Files
import Glibc
package import Supervision
import Synchronization

/// A living supervisor, which owns one attempt whatever becomes of this process.
package final class Supervised: Sendable {
  package let folder: AttemptFolder
  package let identity: ProcessIdentity
  private let process: Descriptor
  /// Whether the supervisor is a child of this process whose end nobody has taken yet.
  private let isToBeTaken: Mutex<Bool>

  private init(
    _ folder: AttemptFolder, _ identity: ProcessIdentity, _ process: consuming Descriptor,
    isChild: Bool
  ) {
    self.folder = folder
    self.identity = identity
    self.process = process
    isToBeTaken = Mutex(isChild)
  }

  /// Writes what is to run into the attempt's folder, which must exist, and starts a supervisor for
  /// it. Returns when the supervisor owns the attempt; that the agent could not be started is then
  /// told by its end.
  ///
  /// - Parameter secrets: the values of what the launch hands on. They reach the agent and no file.
  package static func start(
    _ launch: Launch, in folder: AttemptFolder, by program: String, secrets: [String: String] = [:]
  ) async throws(SupervisionError) -> Supervised {
    do {
      let record = try RecordFile(folder.launch)
      try record.write(launch.json, isDurable: launch.isDurable)
    } catch {
      throw .file(error)
    }
    guard var words = Pipe() else {
      throw .file(FileError("watch", folder.path, code: errno))
    }
    let pid = try startProgram(
      program, folder, secrets.filter { launch.handedOn.contains($0.key) },
      telling: words.writingNumber)
    words.closeWriting()
    guard let process = Descriptor(divisi_pidfd_open(pid)) else {
      let code = errno
      // It must not go on with nobody to watch it; and none that it has started is to be.
      kill(pid, SIGKILL)
      _ = takeEnd(of: pid)
      _ = try folder.abandon()
      throw .file(FileError("watch", folder.path, code: code))
    }
    await DescriptorWaiter.current.firstReadableInAnyCase([words.reading.number])
    let said = readText(words.reading.number)
    guard said == "owned\n", let identity = ProcessIdentity.current(of: pid) else {
      await DescriptorWaiter.current.firstReadableInAnyCase([process.number])
      _ = takeEnd(of: pid)
      throw .refused(said.isEmpty ? "the supervisor ended before it began" : trimmed(said))
    }
    return Supervised(folder, identity, process, isChild: true)
  }

  /// What an attempt is, by its folder alone: for whoever comes after a crash.
  package static func find(
    in folder: AttemptFolder
  ) async throws(SupervisionError) -> AttemptState {
    while let holder = try holder(of: folder) {
      // Of a process that this one cannot see, such as one outside of its container, the system
      // gives no pid.
      guard holder > 0 else { throw .unrecognised(folder: folder.path, pid: holder) }
      guard let process = Descriptor(divisi_pidfd_open(holder)) else {
        if errno == ESRCH { continue }
        throw .file(FileError("watch", folder.path, code: errno))
      }
      let identity = ProcessIdentity.current(of: holder)
      // If it is the holder still, the descriptor stands for it and the identity is its own.
      guard try self.holder(of: folder) == holder else { continue }
      guard let identity else { throw .unrecognised(folder: folder.path, pid: holder) }
      let known: SupervisorRecord?
      do throws(SupervisionError) { known = try readSupervisor(folder) } catch {
        // Whatever became of its record, it lives.
        throw error.mayPass ? error : .unrecognised(folder: folder.path, pid: holder)
      }
      guard let record = known else {
        // It has just begun. It writes its record first of all, or ends.
        try await waitForRecord(folder, process)
        continue
      }
      guard record.supervisor == identity else {
        throw .unrecognised(folder: folder.path, pid: holder)
      }
      return .running(Supervised(folder, identity, process, isChild: false))
    }
    switch try outcome(folder) {
    case .ended(let exit): return .ended(exit)
    case .lost(let lost): return lost.record == nil ? .notStarted : .lost(lost)
    }
  }

  /// Waits until the supervisor has ended, and with it the attempt. Cancelling the task gives up only
  /// the waiting.
  package func ended() async throws(SupervisionError) -> AttemptOutcome {
    // A copy, so that several can wait.
    guard let copy = Descriptor(fcntl(process.number, F_DUPFD_CLOEXEC, 3)) else {
      throw .file(FileError("watch", folder.path, code: errno))
    }
    guard await DescriptorWaiter.current.firstReadable([copy.number]) != nil else {
      throw .waitingCancelled
    }
    isToBeTaken.withLock { isToBeTaken in
      if isToBeTaken { _ = takeEnd(of: identity.pid) }
      isToBeTaken = false
    }
    return try Self.outcome(folder)
  }

  /// Asks the supervisor to end the attempt. Returns at once; `ended` tells when it has.
  package func askToStop() throws(SupervisionError) {
    if divisi_pidfd_signal(process.number, SIGTERM) == 0 || errno == ESRCH { return }
    try folder.askToStop()
  }

  private static func holder(of folder: AttemptFolder) throws(SupervisionError) -> Int32? {
    do { return try AttemptLock.holder(folder) } catch { throw .file(error) }
  }

  /// What an attempt without a supervisor came to.
  private static func outcome(_ folder: AttemptFolder) throws(SupervisionError) -> AttemptOutcome {
    do {
      if let json = try readRecord(folder.exit) { return .ended(try AttemptExit(json: json)) }
    } catch {
      throw .record(error)
    }
    return .lost(LostAttempt(folder: folder, record: try readSupervisor(folder)))
  }

  private static func readSupervisor(
    _ folder: AttemptFolder
  ) throws(SupervisionError) -> SupervisorRecord? {
    do {
      guard let json = try readRecord(folder.supervisor) else { return nil }
      return try SupervisorRecord(json: json)
    } catch {
      throw .record(error)
    }
  }

  private static func waitForRecord(
    _ folder: AttemptFolder, _ process: borrowing Descriptor
  ) async throws(SupervisionError) {
    guard let changes = Descriptor(inotify_init1(Int32(IN_CLOEXEC))),
      inotify_add_watch(changes.number, folder.path, UInt32(IN_MOVED_TO)) >= 0
    else { throw .file(FileError("watch", folder.path, code: errno)) }
    if entryKind(folder.supervisor) != .missing { return }
    await DescriptorWaiter.current.firstReadableInAnyCase([process.number, changes.number])
  }

  private static func startProgram(
    _ program: String, _ folder: AttemptFolder, _ secrets: [String: String], telling: Int32
  ) throws(SupervisionError) -> Int32 {
    guard let nothing = Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)) else {
      throw .file(FileError("read", "/dev/null", code: errno))
    }
    do {
      // With nothing that is not for the agent: the supervisor must not carry the marker by which what
      // it owns is found.
      return try SpawnRequest(
        [program, folder.path], in: folder.path, environment: secrets, input: nothing.number,
        output: telling, errors: telling
      ).start()
    } catch {
      throw .spawn(error)
    }
  }
}

extension AttemptFolder {
  /// Asks whatever supervisor owns the attempt to end it, whether or not it can be seen from here.
  package func askToStop() throws(SupervisionError) {
    guard let file = Descriptor(open(stop, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)) else {
      throw .file(FileError("write", stop, code: errno))
    }
    _ = consume file
  }
}

/// What an attempt is, seen from its folder.
package enum AttemptState: Sendable {
  /// No supervisor has come so far; `AttemptFolder.abandon` makes sure that none will.
  case notStarted
  case running(Supervised)
  case ended(AttemptExit)
  case lost(LostAttempt)
}

/// What came of an attempt whose supervisor is gone.
package enum AttemptOutcome: Sendable {
  case ended(AttemptExit)
  /// The supervisor was killed, or the machine stopped.
  case lost(LostAttempt)
}

private func readText(_ descriptor: Int32) -> String {
  String(
    decoding: [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, 4096))
    }, as: UTF8.self)
}

private func trimmed(_ line: String) -> String {
  let prefix = "divisi-supervise: "
  let end = line.hasSuffix("\n") ? line.dropLast() : line[...]
  return String(end.hasPrefix(prefix) ? end.dropFirst(prefix.count) : end)
}
