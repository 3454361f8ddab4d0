import Conducting
import Journal
import JSONValues
import Plans

/// One effect, and what of the state it needs: a driver sees nothing else of a run.
struct Job: Sendable {
  let effect: Effect
  /// Nothing for what concerns the run as a whole.
  let id: AttemptID?
  let attempt: Attempt?
  let hasWorkspace: Bool
  let lane: String?
  let kind: RunStep.Kind
  /// What was wrong with the attempt before.
  let feedback: String?
  let spent: Conducting.Usage?
  /// What is left for the attempt of the ceilings of its step and of the run, where there are any.
  let budget: Money?
  let session: String
  let plan: PlanID
  let head: Commit?
  let settings: RunSettings

  init(_ effect: Effect, _ state: RunState) {
    self.effect = effect
    id = effect.attempt
    session = state.session
    plan = state.plan
    head = state.head
    settings = state.settings
    guard let id, let index = state.index(of: id.step) else {
      (attempt, hasWorkspace, lane, kind, feedback) = (nil, false, nil, .group, nil)
      (spent, budget) = (nil, nil)
      return
    }
    attempt = state.attempt(id)
    let terms = state.terms(index)
    hasWorkspace = terms.hasWorkspace
    lane = terms.lane
    kind = state.kind(index)
    feedback = state.notes[index]?.feedback
    spent = state.notes[index]?.spent
    let ceilings = [(terms.cost, spent?.cost), (state.settings.cost, state.spent.cost)]
    budget = ceilings.compactMap { ceiling, spent in
      ceiling.map { max(.zero, $0 - (spent ?? .zero)) }
    }.min()
  }

  /// A command that is run as it is, without a worktree to work in.
  var isPlain: Bool { kind == .command && !hasWorkspace }

  var isPlainRun: Bool { if case .run = effect { isPlain } else { false } }

  /// What the worktree and branch of the step are called by.
  func workName(_ id: AttemptID) -> String { lane ?? id.step.text }
}

extension Effect {
  /// The attempt that an effect is about.
  var attempt: AttemptID? {
    switch self {
    case .prepare(let id), .run(let id), .stop(let id), .inspect(let id), .check(let id, _),
      .merge(let id, _, _), .land(let id, _, _, _), .answer(let id, _):
      id
    case .openBranch, .probe: nil
    }
  }
}

/// Where drivers tell what came of an effect.
struct Outbox: Sendable {
  fileprivate let mailbox: Mailbox
  /// Takes what the attempt needs of what all runs of the repository share.
  let lease: @Sendable (Job) async -> SharedAnswer

  init(mailbox: Mailbox, lease: @escaping @Sendable (Job) async -> SharedAnswer) {
    self.mailbox = mailbox
    self.lease = lease
  }

  func put(_ input: Input) { mailbox.put(input) }
  func putLazily(_ input: Input) { mailbox.putLazily(input) }
}

/// Whether an attempt may have its part of what all runs share.
enum SharedAnswer: Sendable {
  case granted
  /// This is how much others hold.
  case denied([Quota])
  case failed(String)
  /// Nobody waits for it any more.
  case calledOff
}

extension InboxMessage {
  /// What the message wants.
  func command() throws -> Command { try JSON.parse(body).decode(Command.self) }
}
