internal import JSONValues

/// A line of an export, read.
enum ExportLine {
  case header(version: Int)
  case run(RunRecord)
  case event(EventRecord)
  case message(InboxMessage)
  case end(ExportCount, checksum: String)

  init(_ bytes: [UInt8], number: Int) throws(JournalError) {
    let fields = ExportFields(try Self.parse(bytes, number), line: number)
    if let header = fields.inner("journal") {
      self = .header(version: try header.number("version"))
    } else if let run = fields.inner("run") {
      self = .run(
        RunRecord(
          session: try run.text("session"), plan: try run.text("plan"),
          created: Int64(try run.number("created")),
          standing: RunStanding(
            status: try run.text("status"),
            ended: try run.optionalNumber("ended").map { Int64($0) },
            summary: try run.text("summary"))))
    } else if let event = fields.inner("event") {
      self = .event(
        EventRecord(
          sequence: try event.number("seq"), at: Int64(try event.number("at")),
          kind: try event.text("kind"), step: try event.optionalText("step"),
          attempt: try event.optionalNumber("attempt"), body: try event.body(in: bytes)))
    } else if let message = fields.inner("message") {
      self = .message(
        InboxMessage(
          number: try message.number("number"), at: Int64(try message.number("at")),
          sender: try message.text("sender"), body: try message.body(in: bytes),
          taken: try message.optionalNumber("taken")))
    } else if let end = fields.inner("end") {
      self = .end(
        ExportCount(
          runs: try end.number("runs"), events: try end.number("events"),
          messages: try end.number("messages")), checksum: try end.text("checksum"))
    } else {
      throw .badExport(line: number, flaw: "it is none of journal, run, event, message, end")
    }
  }

  private static func parse(_ bytes: [UInt8], _ number: Int) throws(JournalError) -> JSON {
    do throws(JSONFlaw) {
      return try JSON.parse(bytes)
    } catch {
      throw .badExport(line: number, flaw: "it is no JSON: \(error)")
    }
  }
}

/// The members of an object in an export's line.
private struct ExportFields {
  private let json: JSON
  private let line: Int

  init(_ json: JSON, line: Int) {
    self.json = json
    self.line = line
  }

  func inner(_ name: String) -> ExportFields? { json[name].map { ExportFields($0, line: line) } }

  func text(_ name: String) throws(JournalError) -> String {
    guard let text = try optionalText(name) else { throw missing(name) }
    return text
  }

  func optionalText(_ name: String) throws(JournalError) -> String? {
    guard let value = json[name] else { return nil }
    guard case .string(let text) = value else { throw missing(name) }
    return text
  }

  func number(_ name: String) throws(JournalError) -> Int {
    guard let number = try optionalNumber(name) else { throw missing(name) }
    return number
  }

  func optionalNumber(_ name: String) throws(JournalError) -> Int? {
    guard let value = json[name] else { return nil }
    guard case .int(let number) = value else { throw missing(name) }
    return number
  }

  private static let bodyName = Array(",\"body\":".utf8)

  /// The body as it stands, byte for byte. Its name in quotes behind a comma cannot be inside a text,
  /// where every quote has a backslash before it, and the fields before it hold no objects.
  func body(in bytes: [UInt8]) throws(JournalError) -> String {
    var start = 0
    while start + Self.bodyName.count <= bytes.count {
      if bytes[start...].starts(with: Self.bodyName) {
        let body = bytes[(start + Self.bodyName.count)...].dropLast(2)
        let text = String(decoding: body, as: UTF8.self)
        if let value = json["body"], (try? JSON.parse(text)) == value { return text }
        break
      }
      start += 1
    }
    throw .badExport(line: line, flaw: "it has no body, or the body is not its last field")
  }

  private func missing(_ name: String) -> JournalError {
    .badExport(line: line, flaw: "`\(name)` is missing or not of its kind")
  }
}
