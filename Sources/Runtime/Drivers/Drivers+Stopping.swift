import Conducting
import Plans
import Processes
import Supervision
import Synchronization

extension Drivers {
  /// Ends whatever runs of an attempt, and says so when nothing does.
  func stop(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    guard let attempt = job.attempt, case .stopping(_, let occupation) = attempt.phase else {
      return
    }
    switch occupation {
    case .process where job.isPlain:
      // Of a runner that is gone something may be left; this one's was ended when it was called off.
      await endProcesses(marked: marker(id), grace: grace)
      // It may have come to its end before that.
      let isDone = folder.attempt(id).writtenStatus == 0
      outbox.put(.ended(id, isDone ? .succeeded(summary: "") : .stopped, .nothing))
    case .process: await stopProcess(id, job, outbox)
    case .build, .review, .nothing:
      await endChecks(of: id)
      outbox.put(.ended(id, .stopped, .nothing))
    }
  }

  private func stopProcess(_ id: AttemptID, _ job: Job, _ outbox: Outbox) async {
    let place = folder.attempt(id)
    var isTold = false
    while !Task.isCancelled {
      do throws(SupervisionError) {
        if try await endProcess(id, job, outbox) { return }
      } catch .waitingCancelled {
        return
      } catch {
        // Who has it can be asked, also where they cannot be seen.
        if case .unrecognised = error { try? place.askToStop() }
        if !isTold { watcher.note("\(id) cannot be stopped: \(error); trying again") }
        isTold = true
        try? await Task.sleep(for: .seconds(2))
      }
    }
  }

  /// Says whether nothing of the attempt lives any more; if not, it is to be looked at again.
  private func endProcess(
    _ id: AttemptID, _ job: Job, _ outbox: Outbox
  ) async throws(SupervisionError) -> Bool {
    let place = folder.attempt(id)
    let known = supervised.withLock { $0[place] }
    let state =
      if let known { AttemptState.running(known) } else { try await Supervised.find(in: place) }
    switch state {
    case .running(let process):
      try process.askToStop()
      let outcome = try await process.ended()
      forget(id)
      await conclude(id, job, outcome, outbox)
    case .ended(let exit): await conclude(id, job, .ended(exit), outbox)
    case .lost(let lost): await conclude(id, job, .lost(lost), outbox)
    case .notStarted:
      // A supervisor that an earlier runner started a moment before it died may still be on its way.
      guard try place.abandonIfMade() else { return false }
      outbox.put(.ended(id, .stopped, .nothing))
    }
    return true
  }
}

extension AttemptFolder {
  /// Makes sure that no supervisor takes the attempt any more; says whether it is so.
  fileprivate func abandonIfMade() throws(SupervisionError) -> Bool {
    try isMade ? abandon() : true
  }
}
