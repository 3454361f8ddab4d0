package import Diagnostics

/// One unit of work: a prompt for an agent, a command, an approval, or a group of such.
package struct Step: Sendable, Equatable {
  package var id: Located<StepID>
  package var title: String
  package var details: String?
  package var status: Located<StepStatus>
  package var work: Located<StepWork>
  /// Steps or groups that must be completed first; a group stands for all its tasks.
  package var needs: [Located<StepID>]
  /// For a task: where its group stands in the plan's steps.
  package var group: Int?
  /// Who does it; routed where nothing is said.
  package var agent: Located<String>?
  package var harness: Located<String>?
  package var model: Located<String>?
  /// What it may touch. Steps whose files overlap do not run at the same time.
  package var files: [Located<Glob>]
  package var gates: [Gate]
  /// Files that must exist and be non-empty afterwards.
  package var artifacts: [Located<String>]
  /// Criteria that agent and reviewer are given.
  package var acceptance: [String]
  package var timeout: Located<Duration>?
  package var retries: Located<Int>?
  package var priority: Priority
  package var estimate: Located<Duration>?
  package var contingency: Contingency?
  /// Steps of one lane share a workspace, one after the other.
  package var lane: Located<String>?
  /// Whether it works in a worktree; only a command may say no, and is then run in the repository itself.
  package var worktree: Located<Bool>?
  package var resources: [Located<ResourceRequest>]
  package var limits: StepLimits
  /// Tools that must be there, and be used, for the attempt to count.
  package var tools: [Located<String>]
  /// Names of variables of the environment that reach the attempt.
  package var environment: [Located<String>]

  package init(
    id: Located<StepID>, title: String = "", details: String? = nil,
    status: Located<StepStatus> = Located(.pending), work: Located<StepWork>,
    needs: [Located<StepID>] = [], group: Int? = nil, agent: Located<String>? = nil,
    harness: Located<String>? = nil, model: Located<String>? = nil,
    files: [Located<Glob>] = [], gates: [Gate] = [], artifacts: [Located<String>] = [],
    acceptance: [String] = [], timeout: Located<Duration>? = nil, retries: Located<Int>? = nil,
    priority: Priority = .medium, estimate: Located<Duration>? = nil,
    contingency: Contingency? = nil, lane: Located<String>? = nil,
    resources: [Located<ResourceRequest>] = [], limits: StepLimits = StepLimits(),
    tools: [Located<String>] = [], environment: [Located<String>] = [],
    worktree: Located<Bool>? = nil
  ) {
    self.id = id
    self.title = title
    self.details = details
    self.status = status
    self.work = work
    self.needs = needs
    self.group = group
    self.agent = agent
    self.harness = harness
    self.model = model
    self.files = files
    self.gates = gates
    self.artifacts = artifacts
    self.acceptance = acceptance
    self.timeout = timeout
    self.retries = retries
    self.priority = priority
    self.estimate = estimate
    self.contingency = contingency
    self.lane = lane
    self.resources = resources
    self.limits = limits
    self.tools = tools
    self.environment = environment
    self.worktree = worktree
  }

  package var isGroup: Bool { work.value == .group }

  /// Whether nothing is left to do: what waits for it may go on.
  package var isFinished: Bool { status.value == .completed || status.value == .skipped }

  /// Whether an agent does it: not a command, an approval or a group.
  package var isForAgent: Bool {
    switch work.value {
    case .prompt, .task: true
    case .run, .approve, .group: false
    }
  }

  package var isCommand: Bool { if case .run = work.value { true } else { false } }
  /// Whether it works in a worktree, and what it writes there is judged and merged.
  package var hasWorktree: Bool {
    isForAgent || isCommand && worktree?.value != false
  }

  package var isApproval: Bool { if case .approve = work.value { true } else { false } }
}

/// What a step consists of.
package enum StepWork: Sendable, Equatable {
  /// A prompt file, relative to the repository's root.
  case prompt(String)
  /// A prompt written in the plan.
  case task(String)
  /// A command for the shell.
  case run(String)
  /// A person's yes.
  case approve(String)
  /// Tasks that complete together.
  case group
}

/// Where a step stands, as it is mirrored in the plan file.
package enum StepStatus: String, Sendable, CaseIterable {
  case pending
  case ready
  case inProgress = "in_progress"
  case blocked
  case completed
  case failed
  case skipped
  case cancelled
}

/// What goes first where several steps could.
package enum Priority: String, Sendable, CaseIterable, Comparable {
  case critical
  case high
  case medium
  case low

  private var rank: Int {
    switch self {
    case .critical: 0
    case .high: 1
    case .medium: 2
    case .low: 3
    }
  }

  /// The more urgent is the smaller.
  package static func < (one: Priority, other: Priority) -> Bool { one.rank < other.rank }
}

/// What happens when a step has used up its retries. The first of these that is named is tried.
package struct Contingency: Sendable, Equatable {
  /// Another agent takes the step.
  package var agent: Located<String>?
  /// Another step, which runs only in this case, stands in for it.
  package var step: Located<StepID>?
  /// A person decides.
  package var person: Located<String>?

  package init(
    agent: Located<String>? = nil, step: Located<StepID>? = nil, person: Located<String>? = nil
  ) {
    self.agent = agent
    self.step = step
    self.person = person
  }
}

/// So much of something that has a name and is scarce: a port, a licence, a test database.
package struct ResourceRequest: Sendable, Equatable, Hashable {
  package var name: String
  /// How many units of it; nothing means the whole of it, alone.
  package var count: Int?

  package init(name: String, count: Int? = nil) {
    self.name = name
    self.count = count
  }
}

/// Ceilings of one step: of money and tokens over all its attempts, and of the rest in each.
package struct StepLimits: Sendable, Equatable {
  package var cost: Located<Money>?
  package var tokens: Located<Int>?
  /// Turns of the agent in one attempt.
  package var turns: Located<Int>?
  /// What an attempt and its gates may take of the machine.
  package var memory: Located<Int>?
  package var processes: Located<Int>?
  package var cpus: Located<Double>?

  package init(
    cost: Located<Money>? = nil, tokens: Located<Int>? = nil, turns: Located<Int>? = nil,
    memory: Located<Int>? = nil, processes: Located<Int>? = nil, cpus: Located<Double>? = nil
  ) {
    self.cost = cost
    self.tokens = tokens
    self.turns = turns
    self.memory = memory
    self.processes = processes
    self.cpus = cpus
  }
}
