import Arguments
import Conducting
import Files
import Journal
import JSONValues
import Processes
import Runtime
import Supervision
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run that is begun or taken up, or what came of it where it is not this process that conducts it.
enum Begun {
  case run(Runner, ConsoleWatcher, Interrupts)
  case over(ExitStatus)
}

extension Session {
  /// Begins a run or takes it up; in the background where that is asked for.
  ///
  /// - Parameter make: makes its runner, given who watches it and whether it waits for people.
  func begin(
    isWaiting: Bool, isDetached: Bool, resuming: String? = nil,
    _ make: (ConsoleWatcher, Bool) async throws -> Runner
  ) async throws -> Begun {
    do {
      if isDetached {
        if let resuming { return .over(try detach(resuming)) }
        // Begun and let go of at once, so that another process can take it up.
        let console = ConsoleWatcher(self, isSilent: true)
        let run = try await make(console, true).session
        await console.close()
        return .over(try detach(run))
      }
      let signals = Interrupts()
      let console = ConsoleWatcher(self)
      return .run(try await make(console, isWaiting || isInteractive), console, signals)
    } catch let error as RunSiteError {
      throw Failure(error)
    }
  }

  /// Conducts a run to its end, or to where only a person can move it on, with an ear for interrupts.
  func conduct(_ begun: Begun) async -> ExitStatus {
    switch begun {
    case .over(let status): return status
    case .run(let runner, let console, let signals):
      let listener = Task { await self.listen(signals, runner, console) }
      defer { listener.cancel() }
      let end = await runner.run(as: "process \(getpid())")
      await console.close()
      return status(of: end, signals)
    }
  }

  private func status(of end: RunEnd, _ signals: Interrupts) -> ExitStatus {
    switch end {
    case .ended(.completed): .success
    case .ended: .failure
    case .waiting(let waits):
      signals.count > 0 && waits.allSatisfy { $0.kind == .paused } ? .interrupted : .waiting
    case .letGo: .interrupted
    case .broken: .environment
    }
  }

  /// What an interrupt means: the first pauses, the second stops what runs, the third leaves at once; a terminal that is
  /// closed leaves all running.
  private func listen(
    _ signals: Interrupts, _ runner: Runner, _ console: ConsoleWatcher
  ) async {
    for await signal in signals.stream {
      if await runner.isOver {
        // Only what it told may still wait for a reader, who has a moment.
        try? await Task.sleep(for: .seconds(1))
        exit(ExitStatus.interrupted.rawValue)
      }
      switch signal {
      case SIGHUP: return await runner.letGo()
      case SIGTERM: runner.stop(by: personName)
      default:
        if signals.count > 2 {
          // What cannot be stopped, such as a commit to a full disk, is left as it is; and so is a runner that waits for
          // whoever reads what it prints.
          Task.detached {
            try? await Task.sleep(for: .seconds(2))
            exit(ExitStatus.interrupted.rawValue)
          }
          return await runner.letGo()
        } else if signals.count > 1 {
          complain(
            "divisi: stopping the agents; what they did is kept, and gates that ran are run again when "
              + "the run is resumed. Interrupt again to leave at once")
          runner.stop(by: personName)
        } else {
          runner.obey(.pause, by: personName)
          await ask(runner, signals, console)
        }
      }
    }
  }

  private func ask(
    _ runner: Runner, _ signals: Interrupts, _ console: ConsoleWatcher
  ) async {
    guard isInteractive else {
      complain("divisi: paused; what runs is finished. Interrupt again to stop it")
      return runner.endWhenIdle()
    }
    let answer = await console.pause {
      writePrompt(
        """
        divisi: paused; nothing more is started. What runs:
          [f]inish it and end (the default)   [l]eave it running and end   [s]top it   [c]ontinue the run
        >\u{20}
        """)
      return await firstLine(orInterrupt: signals, of: runner)
    }
    // Without an answer the run ends when what runs is finished, as with the default.
    guard let answer else { return }
    switch answer.first {
    case "l": await runner.letGo()
    case "s": runner.stop(by: personName)
    case "c":
      runner.obey(.resume, by: personName)
      signals.forget()
    default: runner.endWhenIdle()
    }
  }

  /// A line from the terminal, or nothing where another interrupt came first, or nothing runs any more that one could
  /// answer for.
  private func firstLine(orInterrupt signals: Interrupts, of runner: Runner) async -> String? {
    let count = signals.count
    while signals.count == count {
      if await runner.state.active.isEmpty { return "" }
      var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      if poll(&input, 1, 0) > 0 { return readLine()?.lowercased() ?? "" }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return nil
  }

  /// Starts a runner of its own session for a run, which goes on when this terminal is closed.
  private func detach(_ run: String) throws -> ExitStatus {
    let site = try runSite()
    let log = site.folder(of: run).log
    guard let program = realPath("/proc/self/exe") else {
      throw Failure("the program does not know where it lies", status: .environment)
    }
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer {
      close(output)
      close(input)
    }
    var words = [program, "-C", folder, "resume", run, "--wait"]
    if let configurationFile { words += ["--config", configurationFile] }
    let process: Int32
    do throws(SpawnError) {
      process = try SpawnRequest(
        words, in: folder, environment: environment, input: input, output: output, errors: output
      ).start()
    } catch {
      throw Failure("\(error)", status: .environment)
    }
    if wantsJSON {
      print(["run": .string(run), "process": .int(Int(process)), "log": .string(log)])
    } else {
      print(run)
      say(
        "running in the background; `divisi status \(run)` shows it, `divisi logs STEP` what an agent says"
      )
    }
    return .success
  }
}

/// Interrupts as they come, from now on. A handler can do nothing but write into a pipe.
final class Interrupts: Sendable {
  let stream: AsyncStream<Int32>
  private let seen = Mutex(0)

  /// How many there have been.
  var count: Int { seen.withLock { $0 } }

  func forget() { seen.withLock { $0 = 0 } }

  init() {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    interruptPipe = ends[1]
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    self.stream = stream
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(interruptPipe, &byte, 1)
      }
    }
    let reading = ends[0]
    Task.detached { [weak self] in
      while !Task.isCancelled {
        guard await readable(reading) else { return }
        var byte: UInt8 = 0
        guard read(reading, &byte, 1) == 1 else { continue }
        self?.seen.withLock { $0 += 1 }
        continuation.yield(Int32(byte))
      }
    }
  }
}

/// Whether whoever started the program wants it to go on where such a signal comes, as `nohup` does.
private func isIgnored(_ signal: Int32) -> Bool {
  var action = sigaction()
  sigaction(signal, nil, &action)
  return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// Where the handler writes; set once, before there is a handler.
private nonisolated(unsafe) var interruptPipe: Int32 = -1
