import Conducting
package import Journal
import Plans
import Supervision

/// What a run and others have to do with each other: messages, and what all of a repository share.
extension RunBook {
  package var session: String { lock.session }
  package var folder: JournalFolder { file.folder }

  /// Messages that nobody has answered yet, in the order in which they came.
  func messages() throws(JournalError) -> [InboxMessage] {
    try file.waitingMessages(of: lock.session)
  }

  /// Takes what an attempt needs of what is shared: all of it or nothing.
  func lease(
    _ attempt: Attempt, of id: AttemptID, _ settings: RunSettings
  ) throws(JournalError) -> SharedAnswer {
    for (isProcess, holder) in [(true, id.processHolder), (false, id.holder)] {
      let requests = attempt.leases.compactMap { lease -> LeaseRequest? in
        guard Pool.isShared(lease.name), lease.name.hasPrefix("resource:") != isProcess,
          let capacity = settings.quota(lease.name) ?? (isProcess ? nil : 1)
        else { return nil }
        return LeaseRequest(lease.name, amount: lease.count, of: capacity)
      }
      guard !requests.isEmpty else { continue }
      let answer = try file.lease(
        requests, for: holder, under: lock, at: Instant.now().milliseconds,
        guardFile: isProcess ? folder.guardFile(of: id, in: lock.session) : nil)
      if case .denied = answer {
        try file.release(id.processHolder, under: lock)
        return .denied(try sharesOfOthers())
      }
    }
    return .granted
  }

  /// Gives back what an attempt has of it: the seat with its process, the rest when it is over.
  func release(_ id: AttemptID, isOver: Bool) throws(JournalError) {
    try file.release(id.processHolder, under: lock)
    if isOver { try file.release(id.holder, under: lock) }
  }

  /// The attempts that hold something.
  func sharers() throws(JournalError) -> Set<AttemptID> {
    Set(try file.confirmedLeases(under: lock).compactMap { AttemptID(holder: $0.holder) })
  }

  /// How much other runs that live hold of each thing.
  func sharesOfOthers() throws(JournalError) -> [Quota] {
    var others: [String: Int] = [:]
    for lease in try file.livingLeases() where lease.session != lock.session {
      others[lease.resource, default: 0] += lease.amount
    }
    return others.sorted { $0.key < $1.key }.map { Quota($0.key, $0.value) }
  }
}

extension JournalFolder {
  /// What an attempt's supervisor keeps locked, as long as the agent lives.
  fileprivate func guardFile(of id: AttemptID, in session: String) -> String {
    let lock = RunFolder(of: session, in: self).attempt(id).lock
    return String(lock.dropFirst(path.count + 1))
  }
}

extension AttemptID {
  /// As a lease of an attempt names it.
  fileprivate var holder: String { "\(step.text) \(number)" }
  fileprivate var processHolder: String { holder + " process" }

  fileprivate init?(holder: String) {
    let words = holder.split(separator: " ")
    guard words.count >= 2, let number = Int(words[1]) else { return nil }
    self.init(StepID(String(words[0])), number)
  }
}
