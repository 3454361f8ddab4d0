extension JournalFile {
  /// Takes shares of what all runs of the repository have in common: all that is asked for, or none.
  ///
  /// What a dead owner left behind is taken back here: an owner lives while its run's lock is held, or
  /// the file that guards the lease is locked. That is looked up inside the write transaction, so a
  /// run that comes back (`confirmedLeases`) either is seen alive or sees that it has lost them.
  ///
  /// - Parameter guardFile: below the journal's folder; whoever uses the lease keeps it locked.
  package func lease(
    _ requests: [LeaseRequest], for holder: String, under lock: RunLock, at now: Int64,
    guardFile: String? = nil
  ) throws(JournalError) -> LeaseAnswer {
    if let defect { throw defect }
    guard lock.isHeld else { throw .lockLost(run: lock.session) }
    let answer = try database.write { () throws(JournalError) -> LeaseAnswer in
      let run = try runNumber(of: lock.session)
      // What one holder asks for twice counts together.
      var wanted: [String: LeaseRequest] = [:]
      for request in requests {
        let amount = wanted[request.resource]?.amount ?? 0
        wanted[request.resource] = LeaseRequest(
          request.resource, amount: amount + request.amount, of: request.capacity)
      }
      let sorted = wanted.values.sorted { $0.resource < $1.resource }
      for request in sorted {
        let others = try livingLeases(of: request.resource)
          .filter { $0.session != lock.session || $0.holder != holder }
        let used = others.reduce(0) { $0 + $1.amount }
        guard used + request.amount <= request.capacity else {
          return .denied(resource: request.resource, held: others)
        }
      }
      for request in sorted {
        try database.run(
          """
          INSERT OR REPLACE INTO leases(resource, run, holder, amount, since, guard)
          VALUES(?, ?, ?, ?, ?, ?)
          """,
          .text(request.resource), .integer(run), .text(holder), .integer(request.amount),
          .integer(now), .optional(guardFile))
      }
      return .granted
    }
    try confirmPlace()
    return answer
  }

  /// Gives back all that a holder has, and rings for the runs that may be waiting for it.
  package func release(
    _ holder: String, under lock: RunLock
  ) throws(JournalError) {
    if let defect { throw defect }
    let count = try database.write { () throws(JournalError) in
      try database.run(
        "DELETE FROM leases WHERE run = ? AND holder = ?",
        .integer(try runNumber(of: lock.session)), .text(holder))
    }
    guard count > 0 else { return }
    try confirmPlace()
    for session in try unfinishedRuns() where session != lock.session {
      // What is given back is free whether or not the others hear it at once.
      if try RunLock.isLocked(folder.lock(session)) { try? Bell.ring(session, in: folder) }
    }
  }

  /// All leases whose owners live; those of the dead are taken back.
  package func livingLeases() throws(JournalError) -> [Lease] {
    try database.write { () throws(JournalError) in
      var living: [Lease] = []
      for resource in Set(try leases(of: nil).map(\.resource)).sorted() {
        living += try livingLeases(of: resource)
      }
      return living
    }
  }

  private func unfinishedRuns() throws(JournalError) -> [String] {
    var rows = try database.rows("SELECT session FROM runs WHERE ended IS NULL")
    var sessions: [String] = []
    while try rows.next() { sessions.append(rows.text(0)) }
    return sessions
  }

  /// The leases that a run still has when its runner comes back; those that others took back while
  /// nobody ran it are gone.
  package func confirmedLeases(under lock: RunLock) throws(JournalError) -> [Lease] {
    guard lock.isHeld else { throw .lockLost(run: lock.session) }
    return try database.write { () throws(JournalError) in
      try leases(of: lock.session)
    }
  }

  /// All leases, of the living and the dead.
  package func leases() throws(JournalError) -> [Lease] { try leases(of: nil) }

  private func leases(
    of session: String?, on resource: String? = nil
  ) throws(JournalError) -> [Lease] {
    var rows = try database.rows(
      """
      SELECT resource, session, holder, amount, since, guard FROM leases JOIN runs USING(run)
      WHERE (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR resource = ?2)
      ORDER BY resource, since, session, holder
      """, .optional(session), .optional(resource))
    var leases: [Lease] = []
    while try rows.next() {
      leases.append(
        Lease(
          resource: rows.text(0), session: rows.text(1), holder: rows.text(2),
          amount: rows.number(3), since: rows.integer(4), guardFile: rows.optionalText(5)))
    }
    return leases
  }

  /// Removes the leases of a resource whose owners are dead, and gives the others.
  private func livingLeases(of resource: String) throws(JournalError) -> [Lease] {
    var living: [Lease] = []
    for lease in try leases(of: nil, on: resource) {
      if try isAlive(lease) {
        living.append(lease)
      } else {
        try database.run(
          """
          DELETE FROM leases WHERE resource = ? AND holder = ?
            AND run = (SELECT run FROM runs WHERE session = ?)
          """, .text(resource), .text(lease.holder), .text(lease.session))
      }
    }
    return living
  }

  private func isAlive(_ lease: Lease) throws(JournalError) -> Bool {
    if try RunLock.isLocked(folder.lock(lease.session)) { return true }
    guard let file = lease.guardFile else { return false }
    return try RunLock.isLocked("\(folder.path)/\(file)")
  }
}
