/// Why an attempt failed, told apart by what the answer to it is.
package enum FailureKind: String, Sendable, Hashable, CaseIterable {
  /// The model declined the task.
  case refusal
  /// The agent used up its turns.
  case turnLimit = "turn limit"
  /// The agent used up what it may cost.
  case budget
  /// A limit of the account was met; it may be known when it resets.
  case rateLimit = "rate limit"
  /// The model's service is overloaded or broken.
  case overload
  /// No key, a wrong one, or no login; also an account without money.
  case authentication
  case network
  /// The session cannot be gone on with: it is not there, another program uses it, or it has become too long.
  case session
  /// The program was started in a way that it does not understand, or with a model that it does not know.
  case usage
  /// The program is not installed or cannot be started.
  case missing
  /// The program ended without a word on its end, or by a fault of its own.
  case crash
  /// A signal from outside ended the program.
  case killed
  /// It was asked to stop and did.
  case interrupted
  /// It was stopped because its time was over.
  case timeout
  /// It was stopped because nothing was heard of it.
  case silence
  /// It was stopped because it wrote too much.
  case output
  /// It was ended because it took too much memory.
  case memory
  /// Everything says success, but the work is not there.
  case noWork = "no work"
  /// The program says that it failed, and says no more.
  case failed

  /// What kind of answer a failure has.
  package enum Nature: Sendable, Hashable {
    /// It passes by itself: wait and try again.
    case transient
    /// The attempt did not do it: try again with feedback.
    case task
    /// Something must be put right by a person first.
    case environment
  }

  package var nature: Nature {
    switch self {
    case .rateLimit, .overload, .network, .killed, .interrupted: .transient
    case .refusal, .turnLimit, .budget, .session, .crash, .timeout, .silence, .output, .memory,
      .noWork, .failed:
      .task
    case .authentication, .usage, .missing: .environment
    }
  }
}
