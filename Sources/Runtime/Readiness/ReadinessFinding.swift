/// One thing that was looked at before anything is started: what was found, and how to mend it.
package struct ReadinessFinding: Sendable, Hashable {
  package enum Level: String, Sendable, CaseIterable {
    case ok
    /// Worth knowing, and no hindrance.
    case note
    /// It may go wrong later.
    case warning
    /// Something that is needed is not there.
    case error
  }

  package enum Group: String, Sendable, CaseIterable {
    case repository
    case harnesses
    case agents
    case commands
    case machine
  }

  package var group: Group
  /// What was looked at, in a word or two: `git`, `claude`, `disk`.
  package var subject: String
  package var level: Level
  /// In one sentence, without a full stop.
  package var found: String
  /// What a person can do; nothing where nothing is to be done.
  package var mend: String?

  package init(
    _ group: Group, _ subject: String, _ level: Level, _ found: String, mend: String? = nil
  ) {
    self.group = group
    self.subject = subject
    self.level = level
    self.found = found
    self.mend = mend
  }
}

/// All that was found, by group and in a fixed order.
package struct ReadinessReport: Sendable, Hashable {
  package var findings: [ReadinessFinding]

  package init(_ findings: [ReadinessFinding]) { self.findings = findings }

  /// Whether nothing that is needed is missing.
  package var isReady: Bool { errors.isEmpty }
  package var errors: [ReadinessFinding] { findings.filter { $0.level == .error } }
  package var warnings: [ReadinessFinding] { findings.filter { $0.level == .warning } }
}
