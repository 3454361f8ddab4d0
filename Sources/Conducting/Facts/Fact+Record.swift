internal import JSONValues
package import Plans

extension Fact {
  /// The format of bodies. A reader takes older ones, and refuses newer.
  package static let format = 1

  /// Reads a body.
  package init(body: String) throws(FactFlaw) {
    let json: JSON
    do { json = try JSON.parse(body) } catch { throw FactFlaw(message: "no JSON: \(error)") }
    guard case .int(let version)? = json["v"] else {
      throw FactFlaw(message: "the body does not say its format")
    }
    guard version <= Self.format else {
      throw FactFlaw(
        message:
          "format \(version) is newer than this program knows (\(Self.format)); update divisi")
    }
    do { self = try json.decode(Fact.self) } catch {
      throw FactFlaw(message: error.sentence)
    }
  }

  /// The name of the fact whose body this is: the key behind the version.
  package static func kind(ofBody body: String) -> String {
    guard let comma = body.utf8.firstIndex(of: UInt8(ascii: ",")) else { return "" }
    let name = body.utf8[comma...].dropFirst(2).prefix { $0 != UInt8(ascii: "\"") }
    return String(Substring(name))
  }

  /// The step that it is about, and which attempt at it.
  package var subject: (step: StepID, attempt: Int?)? {
    switch self {
    case .attemptBegan(let step, let attempt, _, _, _), .attemptPrepared(let step, let attempt, _),
      .attemptWithdrawn(let step, let attempt, _), .attemptLaunched(let step, let attempt, _),
      .attemptObserved(let step, let attempt, _), .attemptAnswered(let step, let attempt, _, _),
      .attemptOverdue(let step, let attempt), .attemptStopping(let step, let attempt, _),
      .attemptFinished(let step, let attempt, _, _, _),
      .attemptInspected(let step, let attempt, _, _),
      .checkBegan(let step, let attempt, _, _), .checkEnded(let step, let attempt, _, _),
      .approvalAsked(let step, let attempt, _), .approvalGiven(let step, let attempt, _, _),
      .attemptEnded(let step, let attempt, _, _, _, _), .mergeQueued(let step, let attempt),
      .mergeBegan(let step, let attempt, _, _), .mergeBuilt(let step, let attempt, _, _, _),
      .mergeRefused(let step, let attempt, _, _), .mergeReset(let step, let attempt, _),
      .landingDecided(let step, let attempt, _, _, _), .landed(let step, let attempt, _, _, _):
      return (step, attempt)
    case .stepCompleted(let step), .stepFailed(let step, _), .stepSkipped(let step, _),
      .stepCancelled(let step, _), .stepRevived(let step, _), .stepReleased(let step),
      .stepActivated(let step), .stepReserved(let step), .reservationLifted(let step),
      .priorityChanged(let step, _, _):
      return (step, nil)
    case .limitChanged(.step(let step, _, _), _): return (step, nil)
    case .blockerRaised(let blocker):
      if case .step(let step) = blocker.scope { return (step, nil) }
      return nil
    case .runCreated, .stepsPlanned, .runStarted, .runnerOpened, .branchOpened, .headMoved,
      .runPaused, .runResumed, .runCancelling, .runBlocked, .runUnblocked, .runReopened, .runEnded,
      .accountLimited, .accountRecovered, .sharesSeen, .limitChanged, .blockerEscalated,
      .blockerResolved, .commandRefused, .planAmended, .delayForeseen:
      return nil
    }
  }
}

/// Why a body is no fact.
package struct FactFlaw: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  package var description: String { message }
}
