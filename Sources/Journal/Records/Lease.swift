/// A share of something that all runs in a repository have in common.
package struct Lease: Hashable, Sendable {
  package var resource: String
  package var session: String
  /// Who in the run has it: a step, an attempt.
  package var holder: String
  package var amount: Int
  package var since: Int64
  /// A file below the journal's folder that whoever uses the lease keeps locked, such as an attempt's
  /// supervisor: the lease outlives its runner while it is.
  package var guardFile: String?
}

/// What is asked for, of how much there is.
package struct LeaseRequest: Hashable, Sendable {
  package var resource: String
  package var amount: Int
  package var capacity: Int

  package init(_ resource: String, amount: Int = 1, of capacity: Int = 1) {
    self.resource = resource
    self.amount = amount
    self.capacity = capacity
  }
}

package enum LeaseAnswer: Hashable, Sendable {
  case granted
  /// What was missing, and which leases of living owners stand in the way.
  case denied(resource: String, held: [Lease])
}
