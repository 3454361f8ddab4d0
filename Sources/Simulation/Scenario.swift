package import Conducting

/// What is played: a plan, the world that it meets, and when the conductor is killed.
package struct Scenario: Sendable {
  package var seed: UInt64
  package var order: RunOrder
  package var faults: Faults
  package var crashes: Crashes
  /// How processes take their time.
  package var pace: Pace

  package init(
    seed: UInt64, order: RunOrder, faults: Faults = Faults(), crashes: Crashes = .none,
    pace: Pace = .byEstimate
  ) {
    self.seed = seed
    self.order = order
    self.faults = faults
    self.crashes = crashes
    self.pace = pace
  }
}

/// When the conductor is killed, its memory dropped, and a new one begun from the journal.
package enum Crashes: Hashable, Sendable {
  case none
  /// After so many of a thousand decisions, half of them before the decision was committed.
  case random(permille: Int)
  /// At one commit, counted from zero, before it or behind it.
  case at(commit: Int, isCommitted: Bool)
}

package enum Pace: Hashable, Sendable {
  /// Around the estimate of each step.
  case byEstimate
  /// Exactly the estimate.
  case exact
}

/// How often what goes wrong, in a thousand cases each.
package struct Faults: Hashable, Sendable {
  package var task = 0
  package var crash = 0
  package var hang = 0
  package var timeout = 0
  package var rateLimit = 0
  package var network = 0
  package var authentication = 0
  package var environment = 0
  package var preparing = 0
  package var inspection = 0
  package var unknownCost = 0
  package var overspending = 0
  package var question = 0
  package var longCommand = 0
  /// An agent waits for its limit by itself.
  package var patientAgent = 0
  package var gate = 0
  package var brokenGate = 0
  package var conflict = 0
  package var mergedGate = 0
  package var movedHead = 0
  /// Of virtual hours: another run takes shares, the disk fills, the machine starts again.
  package var otherRun = 0
  package var fullDisk = 0
  package var reboot = 0
  /// Of inputs: heard twice, or at a clock that went back.
  package var twice = 0
  package var clockBack = 0
  /// Commands of a restless person in each virtual hour, in thousandths.
  package var meddling = 0
  /// Faults happen only so early; what must end ends after that.
  package var until = Span.hours(24)

  package init() {}

  var disturbsInputs: Bool { twice > 0 || clockBack > 0 }

  /// Everything, often.
  package static let all: Faults = {
    var faults = Faults()
    faults.task = 120
    faults.crash = 40
    faults.hang = 40
    faults.timeout = 30
    faults.rateLimit = 60
    faults.network = 40
    faults.authentication = 8
    faults.environment = 20
    faults.preparing = 15
    faults.inspection = 40
    faults.unknownCost = 200
    faults.overspending = 40
    faults.question = 60
    faults.longCommand = 100
    faults.patientAgent = 30
    faults.gate = 150
    faults.brokenGate = 15
    faults.conflict = 100
    faults.mergedGate = 80
    faults.movedHead = 50
    faults.otherRun = 400
    faults.fullDisk = 100
    faults.reboot = 100
    faults.twice = 50
    faults.clockBack = 50
    faults.meddling = 2500
    faults.until = .hours(12)
    return faults
  }()
}
