/// A run as the journal lists it.
package struct RunRecord: Hashable, Sendable {
  package var session: String
  package var plan: String
  /// In milliseconds since 1970.
  package var created: Int64
  package var standing: RunStanding

  package init(session: String, plan: String, created: Int64, standing: RunStanding) {
    self.session = session
    self.plan = plan
    self.created = created
    self.standing = standing
  }
}

/// How a run stands: what a list of runs shows without reading their events.
package struct RunStanding: Hashable, Sendable {
  package var status: String
  /// When the run ended, in milliseconds since 1970; nothing while it may go on.
  package var ended: Int64?
  /// One line of JSON: progress and whatever else a list wants to show.
  package var summary: String

  package init(status: String, ended: Int64? = nil, summary: String = "{}") {
    self.status = status
    self.ended = ended
    self.summary = summary
  }
}
