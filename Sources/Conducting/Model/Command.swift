package import Plans

/// What a person, or a program for one, wants of a run.
package enum Command: Hashable, Sendable, Codable {
  /// Finish what runs, start nothing.
  case pause
  /// Stop what runs, keep its work, start nothing.
  case pauseNow
  case resume
  case cancelRun
  case cancel(step: StepID)
  case retry(step: StepID)
  case skip(step: StepID, reason: String)
  case approve(step: StepID)
  case reject(step: StepID, feedback: String)
  case answer(step: StepID, text: String)
  case setPriority(step: StepID, priority: Priority)
  case setLimit(limit: Limit)
  case resolve(blocker: Int, reason: String)
  case amend(change: PlanChange)
}

/// A limit of a run that can be changed while it runs.
package enum Limit: Hashable, Sendable, Codable {
  case agents(count: Int)
  case builds(count: Int)
  case quota(name: String, count: Int)
  case spacing(span: Span)
  case callsPerHour(count: Int?)
  case cost(cost: Money?)
  case tokens(count: Int?)
  /// What a step may spend over all its attempts, as it shall be; nothing where there is to be no ceiling.
  case step(step: StepID, cost: Money?, tokens: Int?)

  /// Whether it says how fast agents are launched one after the other.
  var setsPace: Bool {
    switch self {
    case .spacing, .callsPerHour: true
    default: false
    }
  }

  /// What is wrong with it, or nothing.
  var flaw: String? {
    switch self {
    case .agents(let count), .builds(let count):
      count < 1 ? "at least one is needed; to start nothing, pause the run" : nil
    case .quota(_, let count): count < 0 ? "a quota is not negative" : nil
    case .spacing(let span): span < .zero ? "a time is not negative" : nil
    case .callsPerHour(let count?): count < 1 ? "at least one call an hour is needed" : nil
    case .cost(let cost?): cost < .zero ? "an amount is not negative" : nil
    case .tokens(let count?): count < 0 ? "a count is not negative" : nil
    case .step(_, let cost, let tokens):
      cost ?? .zero < .zero || tokens ?? 0 < 0 ? "an amount is not negative" : nil
    case .callsPerHour(nil), .cost(nil), .tokens(nil): nil
    }
  }
}

/// A change to the steps of a running plan. Steps that have been started are not touched.
package struct PlanChange: Hashable, Sendable, Codable {
  package var added: [RunStep]
  package var removed: [StepID]
  /// Steps as they shall be, by their ids.
  package var changed: [RunStep]

  package init(added: [RunStep] = [], removed: [StepID] = [], changed: [RunStep] = []) {
    self.added = added
    self.removed = removed
    self.changed = changed
  }
}

/// What a change means for the rest of the run.
package struct Impact: Hashable, Sendable, Codable {
  package var wavesBefore: Int
  package var wavesAfter: Int
  package var criticalPathBefore: Span
  package var criticalPathAfter: Span
  package var workBefore: Span
  package var workAfter: Span

  package init(
    wavesBefore: Int, wavesAfter: Int, criticalPathBefore: Span, criticalPathAfter: Span,
    workBefore: Span, workAfter: Span
  ) {
    self.wavesBefore = wavesBefore
    self.wavesAfter = wavesAfter
    self.criticalPathBefore = criticalPathBefore
    self.criticalPathAfter = criticalPathAfter
    self.workBefore = workBefore
    self.workAfter = workAfter
  }
}
