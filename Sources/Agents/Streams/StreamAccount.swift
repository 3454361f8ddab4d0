/// What the whole of a stream said, as far as it has come.
package struct StreamAccount: Sendable, Equatable {
  package var session: String?
  /// The last line by which the program said that it is done; of several the last counts.
  package var conclusion: Conclusion?
  /// The agent's last words, for programs that end without any.
  package var lastWords: String?
  package var usage: Usage?
  /// The last limit that stopped the agent, where one did.
  package var limit: LimitNotice?
  /// Whether it has gone on since then.
  package var isPastLimit = false
  /// The retry that the program is in; nothing as soon as the model answers again.
  package var retry: RetryNotice?
  /// Names of the tools that were used, in order of first use.
  package var tools: [String] = []
  /// Tool uses that have begun and not ended, in order.
  package var openTools: [ToolUse] = []
  package var questions: [Question] = []
  /// Turns of the model, where the program counts them: of all that it concluded in this run.
  package var turns: Int?
  package var wasInterrupted = false
  package var overlongLines = 0

  package init() {}

  mutating func note(_ events: [StreamEvent]) {
    for event in events { note(event) }
  }

  private mutating func note(_ event: StreamEvent) {
    switch event {
    case .session(let name): session = name
    case .said(let words):
      lastWords = words
      goOn()
    case .thought: goOn()
    case .toolBegan(let use):
      goOn()
      if !tools.contains(use.name), tools.count < 1000 { tools.append(use.name) }
      if !openTools.contains(where: { $0.id == use.id }), openTools.count < 1000 {
        openTools.append(use)
      }
    case .toolEnded(let id, _): openTools.removeAll { $0.id == id }
    case .asked(let question): if questions.count < 100 { questions.append(question) }
    case .limited(let notice):
      if notice.isReached { (limit, isPastLimit) = (notice, false) }
    case .retrying(let notice): retry = notice
    case .interrupted: wasInterrupted = true
    case .used(let usage): self.usage = usage
    case .concluded(let conclusion):
      self.conclusion = conclusion
      if let usage = conclusion.usage { self.usage = usage }
      if let count = conclusion.turns { turns = (turns ?? 0).addingClamped(count) }
      if !conclusion.isError { (retry, isPastLimit) = (nil, true) }
    }
  }

  private mutating func goOn() {
    retry = nil
    isPastLimit = true
    // Programs tell of errors that they get over in the words of their end.
    if conclusion?.isError == true { conclusion = nil }
  }
}

extension StreamAccount {
  /// The limit that keeps the agent from going on.
  package var standingLimit: LimitNotice? { isPastLimit ? nil : limit }
}

/// What an agent is doing now, for the live view.
package enum Activity: Sendable, Equatable {
  case starting
  case thinking
  case using(ToolUse)
  /// The program waits before it tries the model's service again.
  case waiting(RetryNotice)
  case limited(LimitNotice)
  case done
}

extension StreamAccount {
  package var activity: Activity {
    if let limit = standingLimit { return .limited(limit) }
    if let retry { return .waiting(retry) }
    if let use = openTools.last { return .using(use) }
    if conclusion != nil { return .done }
    return session == nil && lastWords == nil && tools.isEmpty ? .starting : .thinking
  }
}
