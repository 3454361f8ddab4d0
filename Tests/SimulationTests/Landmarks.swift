import Conducting

/// What a world that breaks everything must have brought about.
enum Landmark {
  static let all: Set<String> = Set(
    Failure.Kind.allCases.map { "failure \($0.rawValue)" } + [
      "attemptWithdrawn", "attemptObserved", "attemptAnswered", "attemptOverdue",
      "attemptStopping", "approvalAsked", "approvalGiven", "mergeRefused", "mergeReset", "landed",
      "headMoved", "stepFailed", "stepSkipped", "stepCancelled", "stepRevived", "stepReleased",
      "stepActivated", "stepReserved", "reservationLifted", "priorityChanged", "accountLimited",
      "accountRecovered", "sharesSeen", "limitChanged", "blockerEscalated", "blockerResolved",
      "commandRefused", "planAmended", "delayForeseen", "runPaused", "runResumed", "runCancelling",
      "runBlocked", "runUnblocked", "fate handed", "fate replaced", "fate waiting", "fate blocked",
      "ended completed", "ended failed", "ended cancelled",
    ])
}

extension Fact {
  var landmarks: [String] {
    var found = [Fact.kind(ofBody: body)]
    switch self {
    case .attemptEnded(_, _, let failure, _, _, let fate):
      if let failure { found.append("failure \(failure.kind.rawValue)") }
      switch fate {
      case .handed: found.append("fate handed")
      case .replaced: found.append("fate replaced")
      case .waiting: found.append("fate waiting")
      case .blocked: found.append("fate blocked")
      default: break
      }
    case .runEnded(let result): found.append("ended \(result.rawValue)")
    default: break
    }
    return found
  }
}
