internal import JSONValues

/// How much an export holds. Its last line says so, that one which was cut short shows.
package struct ExportCount: Hashable, Sendable {
  package var runs = 0
  package var events = 0
  package var messages = 0
}

extension JournalFile {
  /// The version of the export's lines; a newer one is refused by `importing`.
  static let exportVersion = 1

  /// Writes everything that cannot be derived as lines of JSON: a header, then each run with its
  /// events and messages, then what it came to. Snapshots and leases are left out: the first are
  /// made from events, the second belong to living processes.
  ///
  /// - Parameters:
  ///   - sessions: only these runs, where any are named.
  ///   - descriptor: where to; stays open.
  @discardableResult
  package func export(
    _ sessions: [String] = [], to descriptor: Int32
  ) throws(JournalError) -> ExportCount {
    var lines = LineWriter(descriptor)
    var count = ExportCount()
    try lines.write("{\"journal\":{\"version\":\(Self.exportVersion)}}")
    let witnesses = try witnesses()
    try database.read { () throws(JournalError) in
      for session in sessions { _ = try run(session) }
      for run in try runs().reversed()
      where sessions.isEmpty || sessions.contains(run.session) {
        count.runs += 1
        try lines.write(run.line)
        var reader = try events(of: run.session)
        var last = 0
        while let event = try reader.next() {
          last = event.sequence
          try lines.write(event.line)
        }
        count.events += last
        try verify(witnesses[run.session], of: run.session, last: last)
        for message in try messages(of: run.session) {
          count.messages += 1
          try lines.write(message.line)
        }
      }
    }
    try lines.write(count.line(checksum: lines.checksum))
    try lines.flush()
    return count
  }

  private func messages(of session: String) throws(JournalError) -> [InboxMessage] {
    var rows = try database.rows(
      """
      SELECT message, at, sender, body, taken, checksum FROM inbox WHERE run = ? ORDER BY message
      """, .integer(try runNumber(of: session)))
    var messages: [InboxMessage] = []
    while try rows.next() { messages.append(try readMessage(rows, of: session)) }
    return messages
  }
}

extension RunRecord {
  fileprivate var line: String {
    var members: [JSON.Member] = [
      .init("session", .string(session)), .init("plan", .string(plan)),
      .init("created", .int(Int(created))), .init("status", .string(standing.status)),
    ]
    if let ended = standing.ended { members.append(.init("ended", .int(Int(ended)))) }
    members.append(.init("summary", .string(standing.summary)))
    return JSON.object([.init("run", .object(members))]).text(.compact)
  }
}

extension EventRecord {
  /// The body stands last and as it is, byte for byte: read as JSON and written again, a number could
  /// come to look different, and the chain would no longer fit.
  fileprivate var line: String {
    var members: [JSON.Member] = [
      .init("seq", .int(sequence)), .init("at", .int(Int(at))), .init("kind", .string(kind)),
    ]
    if let step { members.append(.init("step", .string(step))) }
    if let attempt { members.append(.init("attempt", .int(attempt))) }
    return "{\"event\":\(ExportLine.open(members)),\"body\":\(body)}}"
  }
}

extension InboxMessage {
  fileprivate var line: String {
    var members: [JSON.Member] = [
      .init("number", .int(number)), .init("at", .int(Int(at))), .init("sender", .string(sender)),
    ]
    if let taken { members.append(.init("taken", .int(taken))) }
    return "{\"message\":\(ExportLine.open(members)),\"body\":\(body)}}"
  }
}

extension ExportCount {
  fileprivate func line(checksum: String) -> String {
    "{\"end\":{\"runs\":\(runs),\"events\":\(events),\"messages\":\(messages),"
      + "\"checksum\":\"\(checksum)\"}}"
  }
}

extension ExportLine {
  /// An object that goes on.
  fileprivate static func open(_ members: [JSON.Member]) -> Substring {
    JSON.object(members).text(.compact).dropLast()
  }
}
