package import Diagnostics

/// What a person wrote: a graph of steps, and how the whole of it is to be run and judged.
package struct Plan: Sendable, Equatable {
  package var id: Located<PlanID>
  package var title: String
  package var kind: PlanKind
  package var status: Located<PlanStatus>
  package var goal: String?
  /// Plans that must be completed before this one may start.
  package var requires: [Located<PlanID>]
  /// All steps in the order of the file; a group stands before its tasks.
  package var steps: [Step]
  /// Gates of the merged tree, passed once for every step that is merged.
  package var gates: [Gate]
  package var limits: PlanLimits
  /// The branch or commit that the run starts from; the checkout's head where none is named.
  package var base: Located<String>?
  /// When the plan should be done, counted from the start of its run.
  package var deadline: Located<Duration>?
  /// When it was last run, as Divisi wrote it back; nothing where it never was.
  package var lastRun: String?
  /// The file it was read from, as the person knows it; empty for a plan made of prompt files.
  package var path: String

  package init(
    id: Located<PlanID>, title: String = "", kind: PlanKind = .orchestration,
    status: Located<PlanStatus> = Located(.planned), goal: String? = nil,
    requires: [Located<PlanID>] = [], steps: [Step] = [], gates: [Gate] = [],
    limits: PlanLimits = PlanLimits(), base: Located<String>? = nil,
    deadline: Located<Duration>? = nil, path: String = ""
  ) {
    self.id = id
    self.title = title
    self.kind = kind
    self.status = status
    self.goal = goal
    self.requires = requires
    self.steps = steps
    self.gates = gates
    self.limits = limits
    self.base = base
    self.deadline = deadline
    self.path = path
  }
}

/// How a plan was written down. All kinds are read into the same model.
package enum PlanKind: String, Sendable, CaseIterable {
  case orchestration
  case milestone
  case prompts
}

/// Where a plan stands. The word for a running plan differs by kind and is kept as it was written.
package enum PlanStatus: String, Sendable, CaseIterable {
  case planned
  /// A running orchestration.
  case coordinating
  /// A running milestone.
  case inProgress = "in_progress"
  case paused
  case blocked
  case completed
  case failed
  case cancelled

  /// The words that a plan of a kind may use.
  package static func words(of kind: PlanKind) -> [PlanStatus] {
    allCases.filter { status in
      switch status {
      case .coordinating: kind != .milestone
      case .inProgress: kind == .milestone
      default: true
      }
    }
  }

  /// A plan may be started from these only.
  package var mayStart: Bool { self == .planned || self == .paused }
}

/// Ceilings of one run of a plan. Nothing where the plan sets none.
package struct PlanLimits: Sendable, Equatable {
  /// Agents at once.
  package var agents: Located<Int>?
  package var cost: Located<Money>?
  package var tokens: Located<Int>?
  package var callsPerHour: Located<Int>?

  package init(
    agents: Located<Int>? = nil, cost: Located<Money>? = nil, tokens: Located<Int>? = nil,
    callsPerHour: Located<Int>? = nil
  ) {
    self.agents = agents
    self.cost = cost
    self.tokens = tokens
    self.callsPerHour = callsPerHour
  }
}
