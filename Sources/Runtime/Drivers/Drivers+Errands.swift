import Conducting
import Configuration
import Diagnostics
import Evidence
import Files
import Glibc
import Plans
import Processes
import Supervision

/// A command that a run has done for it: a gate, a set-up. It has a supervisor like an agent, so that its time and its
/// output stay bounded whatever becomes of Divisi, and nothing of it is left behind.
struct Errand: Sendable {
  var command: String
  var folder: String
  var environment: [String: String]
  /// Variables beside these, of which no file has the values.
  var secrets: [String: String]
  var limits: Launch.Limits
  var timeout: Duration?
}

extension Drivers {
  /// Runs an errand to its end. Called off, it is ended first, unless the run is only let go. One that is lost with its
  /// supervisor is begun again after a while, as often as an attempt.
  ///
  /// - Parameters:
  ///   - base: the folder of its trials, one a start of a process.
  ///   - mayAdopt: whether what an earlier runner has begun, or ended, counts.
  func supervise(
    _ errand: Errand, below base: String, mayAdopt: Bool
  ) async throws(StartError) -> (exit: AttemptExit, output: String) {
    var number = max(1, trials(below: base).last ?? 1)
    var losses = 0
    while true {
      let place = AttemptFolder("\(base)/\(number)")
      number += 1
      switch try await tryOnce(errand, in: place, mayAdopt: mayAdopt) {
      case .ended(let exit): return (exit, place.log)
      case .passedOver: continue
      case .lost: losses += 1
      }
      guard losses <= brief.configuration.value(Settings.shared.losses) ?? 0 else {
        throw .lost(times: losses)
      }
      let words = StartError.lost(times: losses).failure.message
      watcher.note("\(name(of: place)): \(words); trying again")
      guard (try? await Task.sleep(for: Self.pause(after: losses))) != nil else {
        return (AttemptExit(.stopped), place.log)
      }
    }
  }

  /// What came of one trial.
  private enum TrialEnd {
    case ended(AttemptExit)
    /// It is an earlier runner's, and does not count.
    case passedOver
    case lost
  }

  private func tryOnce(
    _ errand: Errand, in place: AttemptFolder, mayAdopt: Bool
  ) async throws(StartError) -> TrialEnd {
    var hasStarted = false
    do throws(SupervisionError) {
      while true {
        switch try await trial(at: place, isToEnd: !mayAdopt) {
        case .running(let found):
          if mayAdopt { return try await wait(for: found, in: place) }
          await end(found)
          return .passedOver
        case .ended(let exit):
          return mayAdopt && exit.reason != .stopped ? .ended(exit) : .passedOver
        case .lost(let lost):
          await endRemains(of: lost, name(of: place))
          return hasStarted ? .lost : .passedOver
        case .notStarted:
          let process: Supervised
          do throws(SupervisionError) {
            process = try await start(errand, in: place)
          } catch {
            // A supervisor that an earlier runner had just started may have been faster, or this one was killed at once.
            if case .notStarted = try await Supervised.find(in: place) { throw error }
            hasStarted = true
            continue
          }
          return try await wait(for: process, in: place)
        }
      }
    } catch .waitingCancelled {
      return .ended(AttemptExit(.stopped))
    } catch {
      throw .supervision(error)
    }
  }

  private func wait(
    for process: Supervised, in place: AttemptFolder
  ) async throws(SupervisionError) -> TrialEnd {
    do throws(SupervisionError) {
      switch try await process.ended() {
      case .ended(let exit):
        tell(ofLeft: exit, name(of: place))
        return .ended(exit)
      case .lost(let lost):
        await endRemains(of: lost, name(of: place))
        return .lost
      }
    } catch .waitingCancelled {
      if !isLetGo { await end(process) }
      throw .waitingCancelled
    }
  }

  /// Longer with each loss: what kills supervisors may pass, as want of memory does.
  private static func pause(after losses: Int) -> Duration {
    min(.milliseconds(250) * (1 << min(losses, 10)), .seconds(30))
  }

  private func start(
    _ errand: Errand, in place: AttemptFolder
  ) async throws(SupervisionError) -> Supervised {
    do { try createFolder(place.path) } catch { throw .file(error) }
    // Both streams in one, in the order in which they come.
    var launch = Launch(
      ["/bin/sh", "-c", "exec 2>&1\n" + errand.command], in: errand.folder,
      environment: errand.environment, marker: place.path, timeout: errand.timeout,
      outputLimit: brief.configuration.value(Settings.shared.outputSize),
      interruptGrace: .zero, grace: grace, limits: errand.limits,
      cgroupRoot: surroundings.cgroupRoot)
    launch.output = AttemptFolder.logName
    launch.isDurable = false
    launch.handOn(errand.secrets.keys)
    return try await Supervised.start(
      launch, in: place, by: surroundings.supervisor, secrets: errand.secrets)
  }

  /// A trial, as people are told of it: `a/1/checks/gate-0-1/2`.
  private func name(of place: AttemptFolder) -> String {
    String(place.path.dropFirst(folder.path.count + 1))
  }

  /// Ends what a supervisor has, whether or not this task was called off.
  func end(_ process: Supervised) async {
    await Task.detached {
      try? process.askToStop()
      _ = try? await process.ended()
    }.value
  }

  /// What became of a trial. One that is held by whom cannot be seen from here lives, and is waited for.
  private func trial(
    at place: AttemptFolder, isToEnd: Bool
  ) async throws(SupervisionError) -> AttemptState {
    var isTold = false
    while true {
      do throws(SupervisionError) {
        return try await Supervised.find(in: place)
      } catch {
        guard case .unrecognised = error else { throw error }
        if isToEnd { try place.askToStop() }
        if !isTold { watcher.note("\(error); it is waited for") }
        isTold = true
        guard (try? await Task.sleep(for: .seconds(2))) != nil else { throw .waitingCancelled }
      }
    }
  }

  private func trials(below base: String) -> [Int] {
    ((try? listFolder(base)) ?? []).compactMap { Int($0) }.sorted()
  }

  /// Whether a trial of an earlier runner goes on, or has come to its own end. Of one that was lost nothing is left
  /// afterwards.
  func canAdopt(below base: String) async -> Bool {
    guard let last = trials(below: base).last else { return false }
    switch try? await trial(at: AttemptFolder("\(base)/\(last)"), isToEnd: false) {
    case .running: return true
    case .ended(let exit): return exit.reason != .stopped
    case .lost(let lost):
      await endRemains(of: lost, name(of: lost.folder))
      return false
    case .notStarted, nil: return false
    }
  }

  /// Ends what a runner that is gone has left of an attempt's gates and reviews.
  func endChecks(of id: AttemptID) async {
    let checks = folder.attempt(id).path + "/checks"
    for name in (try? listFolder(checks)) ?? [] {
      for number in trials(below: "\(checks)/\(name)") {
        let place = AttemptFolder("\(checks)/\(name)/\(number)")
        switch try? await trial(at: place, isToEnd: true) {
        case .running(let process): await end(process)
        case .lost(let lost): await endRemains(of: lost, self.name(of: place))
        case .ended, .notStarted, nil: break
        }
      }
    }
  }

  // MARK: set-up

  var hasSetUp: Bool { brief.configuration.value(Settings.shared.setUp)?.isEmpty == false }

  /// Runs the commands that make a new workspace ready; says what went wrong.
  func setUp(_ id: AttemptID, _ job: Job, in folder: String? = nil) async -> Conducting.Failure? {
    await runAll(Settings.shared.setUp, "setup", id, job, in: folder)
  }

  /// Runs the commands that come before a workspace is given free.
  func tearDown(_ id: AttemptID, _ job: Job) async {
    if let failure = await runAll(Settings.shared.tearDown, "teardown", id, job, in: nil) {
      watcher.note("\(id): \(failure.message)")
    }
  }

  private func runAll(
    _ setting: Setting<[String]>, _ name: String, _ id: AttemptID, _ job: Job, in place: String?
  ) async -> Conducting.Failure? {
    guard let commands = brief.configuration.value(setting), !commands.isEmpty,
      let step = brief.step(id.step)
    else { return nil }
    let work = place ?? workingFolder(id, job)
    var environment = environment(of: step, id, job)
    environment["DIVISI_WORKTREE"] = work
    try? createFolder(folder.attempt(id).scratch)
    for (number, command) in commands.enumerated() {
      let errand = Errand(
        command: command, folder: work, environment: environment,
        secrets: secrets(of: step), limits: limits(of: step),
        timeout: brief.configuration.value(Settings.shared.gateTimeout))
      do {
        let end = try await supervise(
          errand, below: "\(folder.attempt(id).path)/checks/\(name)-\(number + 1)", mayAdopt: false)
        guard end.exit.end == .exited(0), end.exit.reason == .exited else {
          let said = Evidence.tail(of: FileTail.end(of: end.output, atMost: 8 << 10), lines: 10)
          return Failure(
            .environment,
            "the \(name) command `\(command)` failed: \(end.exit.words)"
              + (said.isEmpty ? "" : "\n\n\(said)"))
        }
      } catch {
        return Failure(
          .environment, "the \(name) command `\(command)` failed: \(error.failure.message)")
      }
    }
    return nil
  }
}

extension AttemptExit {
  /// How it ended, for whoever expected it to succeed.
  fileprivate var words: String {
    switch (reason, end) {
    case (.timeout, _): "its time was over"
    case (.output, _): "it printed more than it may"
    case (_, .exited(let status)?): "it ended with status \(status)"
    case (_, .signalled(let signal)?): "it was ended by signal \(signal)"
    case (_, nil): problem ?? "it could not be started"
    }
  }
}

extension AttemptFolder {
  static let logName = "output.log"

  /// What an errand printed.
  var log: String { path + "/" + Self.logName }
}
