import Conducting

/// The logs of a run. `execution` has a line for every event and is written last, so that its end
/// says how far the others have come.
enum MirrorLog: String, Sendable, CaseIterable {
  /// What counts for the plan as a whole, over all its runs.
  case coordination
  case progress
  case git
  case dependencies
  case blockers
  case execution

  func path(of subject: MirrorSubject) -> String {
    let logs = subject.path(subject.folders.logs)
    return self == .coordination
      ? "\(logs)/coordination-\(subject.plan).jsonl"
      : "\(logs)/\(subject.session)/\(rawValue).jsonl"
  }
}

extension Fact {
  /// The logs that tell of it, beside `execution`, which tells of everything.
  var logs: [MirrorLog] {
    switch self {
    case .runCreated, .runnerOpened, .runPaused, .runResumed, .runCancelling, .limitChanged,
      .priorityChanged, .commandRefused, .delayForeseen:
      [.coordination]
    case .runStarted, .runEnded, .runReopened: [.coordination, .progress]
    case .stepsPlanned: [.dependencies]
    case .planAmended: [.coordination, .dependencies, .progress]
    case .runBlocked, .runUnblocked, .blockerRaised, .blockerEscalated, .blockerResolved:
      [.coordination, .blockers]
    case .accountLimited, .accountRecovered, .approvalAsked, .approvalGiven, .attemptAnswered:
      [.blockers]
    case .attemptObserved(_, _, let activity):
      if case .waitingForPerson = activity { [.blockers] } else { [] }
    case .branchOpened, .headMoved, .attemptPrepared, .attemptInspected, .mergeQueued,
      .mergeBegan, .mergeBuilt, .mergeRefused, .mergeReset, .landingDecided, .landed:
      [.git]
    case .stepCompleted, .stepFailed, .stepSkipped, .stepCancelled, .stepRevived:
      [.coordination, .dependencies, .progress]
    case .attemptEnded(_, _, _, _, _, let fate):
      switch fate {
      case .completed, .failed, .cancelled, .skipped: [.coordination, .dependencies, .progress]
      case .blocked: [.blockers]
      case .replaced: [.dependencies]
      case .ready, .waiting, .handed: []
      }
    case .stepActivated, .stepReserved, .reservationLifted: [.dependencies]
    case .attemptBegan, .attemptWithdrawn, .attemptLaunched, .attemptOverdue, .attemptStopping,
      .attemptFinished, .checkBegan, .checkEnded, .stepReleased, .sharesSeen:
      []
    }
  }
}
