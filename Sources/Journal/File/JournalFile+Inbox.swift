extension JournalFile {
  /// Leaves a message for a run and rings for its runner; it is kept until one takes it.
  ///
  /// Any process may. Gives the number under which the answer can be looked for.
  @discardableResult
  package func post(
    _ body: String, to session: String, from sender: String, at now: Int64
  ) throws(JournalError) -> Int {
    guard !hasLineBreak(body) else {
      throw .malformed(run: session, sequence: 0, flaw: "a message has one line")
    }
    if let defect { throw defect }
    let number = try database.write { () throws(JournalError) in
      let run = try runNumber(of: session)
      let last = try database.number("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'")
      let message = InboxMessage(number: Int(last ?? 0) + 1, at: now, sender: sender, body: body)
      try insert(message, of: session, run)
      return message.number
    }
    try confirmPlace()
    // The message is there, and the runner's tick finds it too: to fail now would have it sent twice.
    try? Bell.ring(session, in: folder, for: number)
    return number
  }

  func insert(
    _ message: InboxMessage, of session: String, _ run: Int64
  ) throws(JournalError) {
    try database.run(
      """
      INSERT INTO inbox(message, run, at, sender, body, taken, checksum)
      VALUES(?, ?, ?, ?, ?, ?, ?)
      """,
      .integer(message.number), .integer(run), .integer(message.at), .text(message.sender),
      .text(message.body), .optional(message.taken), .integer(message.checksum(session: session)))
  }

  /// The messages that a run has not answered, in the order in which they came.
  package func waitingMessages(of session: String) throws(JournalError) -> [InboxMessage] {
    var rows = try database.rows(
      """
      SELECT message, at, sender, body, taken, checksum FROM inbox
      WHERE run = ? AND taken IS NULL ORDER BY message
      """, .integer(try runNumber(of: session)))
    var messages: [InboxMessage] = []
    while try rows.next() { messages.append(try readMessage(rows, of: session)) }
    return messages
  }

  /// A message by its number; once it is taken, it says by which event.
  package func message(
    _ number: Int, of session: String
  ) throws(JournalError) -> InboxMessage? {
    var rows = try database.rows(
      """
      SELECT message, at, sender, body, taken, checksum FROM inbox WHERE message = ? AND run = ?
      """, .integer(number), .integer(try runNumber(of: session)))
    return try rows.next() ? readMessage(rows, of: session) : nil
  }

  func readMessage(
    _ rows: borrowing Cursor, of session: String
  ) throws(JournalError) -> InboxMessage {
    let message = InboxMessage(
      number: rows.number(0), at: rows.integer(1), sender: rows.text(2), body: rows.text(3),
      taken: rows.optionalInteger(4).map { Int($0) })
    guard message.checksum(session: session) == rows.integer(5) else {
      throw .corrupt(
        path: database.path, detail: "message \(message.number) is not what was written")
    }
    return message
  }

  /// Marks a message as answered by the decision that is being written: in the same transaction, so
  /// that it is taken exactly once, and only ever the oldest, so that they are taken in order.
  func take(
    _ number: Int, of session: String, by end: RunEnd
  ) throws(JournalError) {
    let first = try database.number(
      "SELECT min(message) FROM inbox WHERE run = ? AND taken IS NULL", .integer(end.run))
    guard let first, first <= number, var message = try message(number, of: session)
    else { throw .alreadyTaken(message: number) }
    guard first == number else { throw .takenOutOfOrder(message: number, first: Int(first)) }
    message.taken = end.sequence
    try database.run(
      "UPDATE inbox SET taken = ?, checksum = ? WHERE message = ?",
      .integer(end.sequence), .integer(message.checksum(session: session)), .integer(number))
  }
}
